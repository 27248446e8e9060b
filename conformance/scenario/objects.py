"""From the verbs that look at interfaces and objects to their arguments: inspect, same and the others."""

from __future__ import annotations

from conformance.scenario.errors import Spot, quoted
from conformance.scenario.grammar.vocabulary import EVENTS
from conformance.scenario.story import Story, is_worker
from conformance.scenario.verbs import Raw, Reader, Told

OF_THE_REALM = ("backgroundFetch",)
"""Attributes of what every page and worker has: its service worker registration."""


def _inspect(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    return Told({"inspect": raw["inspect"]}, raw.get("as", ""))


def _query(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    return Told({"query": raw["query"]}, raw.get("as", ""))


def _same(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    paths = raw["same"]
    if len(paths) != 2 and not spot.reading.broken(*spot.path, "same"):
        (spot / "same").wrong(f"same compares two objects, and these are {len(paths)}")
    for place, path in enumerate(paths):
        if isinstance(path, str):
            _check_object(path, spot / "same" / place, story, on)
    return Told({"same": tuple(paths)}, raw.get("as", ""))


def _check_object(path: str, spot: Spot, story: Story, on: str) -> None:
    """Report a path that begins with nothing that this page or worker holds."""
    known = [name for holder, name in sorted(story.objects) if holder == on]
    if is_worker(on):
        known += EVENTS
    names = {path, path.rpartition(".")[0]}
    if path not in OF_THE_REALM and not names & set(known) and story.sure.steps:
        spot.wrong(
            f"{on} holds no object {quoted(path)}",
            why="an object is what an earlier step of the same page or worker gave, by the name after as",
            allowed=[*known, *OF_THE_REALM],
            given=path,
        )


def _construct(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    if not is_worker(on):
        fix = 'on = "worker"; whether a page has the class, inspect tells'
        (spot / "construct").wrong("only a worker can make such an event", fix=fix)
    of = story.fetch(raw.get("of"), spot) if raw.get("registration", True) else ""
    name = raw.get("as", "")
    if name:
        story.objects.add((on, name))
        story.events.add(name)
    type = raw.get("type", "made")
    return Told({"construct": raw["construct"], "type": type}, name, of)


def _assign(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    of = ""
    if "of" in raw or not (is_worker(on) or raw["assign"] in OF_THE_REALM):
        of = story.fetch(raw.get("of"), spot)
        story.check_held(of, on, spot)
    return Told({"assign": raw["assign"], "value": raw.get("value", "function")}, raw.get("as", ""), of)


OBJECTS: dict[str, Reader] = {
    "inspect": _inspect,
    "same": _same,
    "construct": _construct,
    "assign": _assign,
    "query": _query,
}
"""The verbs that look at objects and interfaces rather than at what a fetch does."""
