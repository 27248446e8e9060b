"""From the condition tables of a scenario to conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.scenario.errors import Spot, told
from conformance.scenario.model import Condition
from conformance.scenario.story import Story, is_worker

_WAITED_FOR = ("downloaded", "sent", "attempt", "event", "ended", "settled", "state", "permission", "time")


def condition(
    raw: str | Mapping[str, Any], spot: Spot, story: Story, *, afterwards: bool = False
) -> Condition:
    """A condition from its keys; ``afterwards``: it is asked when all is over, so no page need be open."""
    table: Mapping[str, Any] = {"settled": True} if isinstance(raw, str) else raw
    if not spot.reading.broken(*spot.path):
        _check(table, spot, story, afterwards)
    of = table.get("of")
    if of is not None or any(key in table for key in ("downloaded", "event", "ended", "state")):
        of = story.fetch(of, spot)
    known = {key: value for key, value in table.items() if key not in ("of", "path")}
    return Condition(text=_text(spot), of=of or "", path=_path(table, spot, story), **known)


def _check(table: Mapping[str, Any], spot: Spot, story: Story, afterwards: bool) -> None:
    if "path" in table and not {"sent", "attempt"} & set(table):
        (spot / "path").wrong("path alone waits for nothing", fix="attempt = 1, or sent = a size")
    elif not any(key in table for key in _WAITED_FOR):
        spot.wrong("a condition that waits for nothing", allowed=_WAITED_FOR, fix="at least one of these")
    on = table.get("on", "page")
    if afterwards:
        return
    if "on" in table:
        story.check_actor(on, spot / "on")
    if "downloaded" in table:
        _check_looking(on, table.get("of"), spot / "downloaded", story)


def _check_looking(on: str, of: str | None, spot: Spot, story: Story) -> None:
    """``downloaded`` is what an instance tells: a page must be there that has one."""
    if is_worker(on) or on not in story.pages:
        if story.sure.steps:
            spot.wrong(
                f"downloaded needs an open page that looks, and {on} is none",
                fix="sent = a size, which the origin tells, or on = an open page",
            )
    elif fetch := of or (next(iter(story.fetches)) if len(story.fetches) == 1 else ""):
        story.check_held(fetch, on, spot)


def _path(table: Mapping[str, Any], spot: Spot, story: Story) -> str:
    """The path that is meant: the one that is named, else the only one that is fetched."""
    path = table.get("path")
    if path is not None:
        if "{" in path:
            (spot / "path").wrong("a condition looks at one path, not at a family")
        else:
            story.check_path(path, spot / "path")
        return str(path)
    if not {"sent", "attempt"} & set(table):
        return ""
    if len(story.asked) == 1:
        return next(iter(story.asked))
    if story.sure.steps:
        spot.wrong("which path is meant?", allowed=list(story.asked), fix='path = "/…"')
    return ""


def _text(spot: Spot) -> str:
    """The condition as it is written."""
    raw = spot.written
    if not isinstance(raw, Mapping):
        return str(raw)
    return ", ".join(f"{key} = {told(value)}" for key, value in raw.items())
