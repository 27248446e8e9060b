"""From the step tables of a scenario to steps, each read against the story that the earlier ones tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conformance.scenario.calls import CALLS
from conformance.scenario.conditions import condition
from conformance.scenario.errors import BAD, Spot
from conformance.scenario.model import VERBS, Step
from conformance.scenario.objects import OBJECTS
from conformance.scenario.reachable import check_reachable, may_end
from conformance.scenario.story import Story
from conformance.scenario.verbs import Raw, settling
from conformance.scenario.world import WORLD

_READ = CALLS | OBJECTS | WORLD
_ACTED = {*CALLS, *OBJECTS, "worker"}
_OF_ANY_CALL = ("arguments", "times", "through")


def steps(raw: Sequence[Any], spot: Spot, story: Story) -> tuple[Step, ...]:
    """The steps of a scenario, in order; ``story`` is left as it is at the end."""
    made = [_step(one, spot / place, story, place + 1) for place, one in enumerate(raw) if one is not BAD]
    return tuple(step for step in made if step)


def _step(raw: Raw, spot: Spot, story: Story, number: int) -> Step | None:
    verb = next((verb for verb in VERBS if verb in raw), None)
    if verb is None:
        return None  # its object was wrong, and has been reported
    on = raw.get("on", "worker" if verb == "worker" else "page")
    if verb in _ACTED:
        story.check_actor(on, spot / "on" if "on" in raw else spot / verb)
    when = condition(raw["when"], spot / "when", story) if "when" in raw else None
    if "through" in raw:
        story.check_frame(raw["through"], on, spot / "through")
    if when:
        check_reachable(when, spot / "when", story)
    told = _READ[verb](raw, spot, story, on)
    story.undisturbed &= not may_end(verb, raw)
    if "as" in raw and verb != "fetch":
        story.name_step(raw["as"], spot / "as")
    weight = story.weight.within(raw, spot)
    return Step(
        number=number,
        verb=verb,
        arguments={**told.arguments, **{key: raw[key] for key in _OF_ANY_CALL if key in raw}},
        on=on,
        name=told.name,
        of=told.of,
        when=when,
        **settling(raw, spot),
        level=weight.level,
        authority=weight.authority,
        clause=weight.clause,
        line=(spot / verb).line,
    )
