"""Waiting for what nothing in the scenario can bring about: said when the file is read, not after a timeout.

Only what is certain is refused. Whatever may end a transfer, a fetch or a process on the way there
makes a wait one that may come to its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.scenario.errors import Spot, quoted
from conformance.scenario.model import Condition
from conformance.scenario.story import Story
from simulator.origin.behaviour import Fault, Resource

_HARMLESS = frozenset("fetch get getIds match matchAll attributes read open release wait until never".split())
"""Verbs that end no transfer and no fetch, and keep none from beginning; of any other that is not sure."""


def may_end(verb: str, raw: Mapping[str, Any]) -> bool:
    """Whether a step may end a transfer or a fetch, or keep it from beginning."""
    refused = verb == "fetch" and ("throws" in raw or "downloadTotal" in raw.get("options", {}))
    return verb not in _HARMLESS or refused


def mentions(value: Any, key: str) -> bool:
    """Whether a key stands anywhere in a document."""
    if isinstance(value, Mapping):
        return key in value or any(mentions(one, key) for one in value.values())
    return isinstance(value, list) and any(mentions(one, key) for one in value)


def check_reachable(condition: Condition, spot: Spot, story: Story) -> None:
    """Report a condition that cannot come to hold after the steps read so far."""
    if not story.sure.steps or not story.sure.gates or spot.reading.broken(*spot.path):
        return
    if condition.state == "paused" and not story.may_pause:
        spot.wrong("nothing pauses a fetch before this", fix='user = "pause" in a step before')
    if condition.path and not (condition.path in story.asked or _asked_for_unsaid(spot, story)):
        (spot / "path").wrong(
            f"nothing asks for {quoted(condition.path)} before this",
            allowed=list(story.asked),
            given=condition.path,
            fix="a fetch of it in a step before",
        )
    _check_end(condition, spot, story)


def _asked_for_unsaid(spot: Spot, story: Story) -> bool:
    """Whether something may be asked for that no fetch names: by a redirect, an icon, a page, a worker."""
    if any(_redirects(resource) for resource in story.origin.values()):
        return True
    return any(mentions(spot.reading.document, key) for key in ("icons", "download", "load"))


def _redirects(resource: Resource) -> bool:
    return any(answer.redirect for answer in (resource.answer, *resource.attempts))


def _check_end(condition: Condition, spot: Spot, story: Story) -> None:
    """The end of all fetches, while an answer to one of them stands still for good."""
    ends = condition.settled or condition.ended or condition.event.endswith(("success", "fail", "abort"))
    if not ends or not story.undisturbed or len(story.fetches) != 1:
        return
    for path in story.asked:
        if stall := _stands_still(path, story):
            gate = (
                f"the gate {quoted(stall.until)} is not released before" if stall.until else "nothing ends it"
            )
            spot.wrong(
                f"this cannot come: the answer of {quoted(path)} stands still",
                why=f"{gate}, and no step ends the connection",
                fix=f"release = {quoted(stall.until)} in a step before" if stall.until else "",
            )
            return


def _stands_still(path: str, story: Story) -> Fault | None:
    """The stall, if any, at which the first answer for a path certainly stands for good."""
    resource = story.origin.get(path) or story.origin.get(path.partition("?")[0])
    faults = resource.attempt(1).faults if resource and not path.startswith("//") else ()
    if any(fault.of == "upload" or fault.kind in ("cut", "refuse") for fault in faults):
        return None
    stalls = (fault for fault in faults if fault.kind == "stall" and fault.duration is None)
    return next((fault for fault in stalls if fault.until not in story.released), None)
