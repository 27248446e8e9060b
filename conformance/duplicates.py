"""Scenarios that say the same twice: of equal clauses, equal answers, and an equal order of observations.

Names, sizes and times are left out of the comparison, so that a copy with another path or another
size is found; what the origin does wrong, and where, counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import evolve

from conformance.driver import drive
from conformance.implementations import find
from conformance.scenario.model import Scenario
from simulator.observation import Kind, Observation, Progress, Released, Sent, Upload
from simulator.origin.behaviour import Resource

Signature = tuple[Any, ...]

_NAMES = frozenset("told title icons id at url version waiting_for fetch".split())
"""Fields of observations that hold what a scenario calls things, or words for people."""


async def duplicates(scenarios: Sequence[Scenario]) -> list[list[Scenario]]:
    """The groups of scenarios that have one signature, in the order of the first of each."""
    groups: dict[Signature, list[Scenario]] = {}
    for scenario in scenarios:
        groups.setdefault(await signature(scenario), []).append(scenario)
    return [group for group in groups.values() if len(group) > 1]


async def signature(scenario: Scenario) -> Signature:
    """What a scenario comes to: its clauses, what the origin answers, what a run on the simulator shows."""
    async with find("simulator").start(scenario, 0) as session:
        await drive(scenario, session)
    numbers: dict[str, int] = {}
    seen = tuple(_shown(one, numbers) for one in session.log.observations if not _on_the_way(one.data))
    answers = sorted(repr(_answers(resource)) for resource in scenario.origin.values())
    return (frozenset(scenario.clauses), tuple(answers), seen)


def _answers(resource: Resource) -> Resource:
    """A resource without its name and size."""
    attempts = tuple(evolve(one, size=0) for one in resource.attempts)
    return evolve(resource, path="", answer=evolve(resource.answer, size=0), attempts=attempts)


def _on_the_way(data: Kind) -> bool:
    """Whether this only tells how much there is so far: how often that is told goes by the size."""
    match data:
        case Sent(complete=complete) | Upload(complete=complete):
            return not complete
        case Progress(result=result):
            return not result
    return False


def _shown(seen: Observation, numbers: dict[str, int]) -> Signature:
    """An observation, with a number for each name in the order of appearance; a gate keeps its name."""
    gate = seen.of if isinstance(seen.data, Released) else ""
    who, what = (numbers.setdefault(name, len(numbers)) for name in (seen.actor, gate or seen.of))
    return (seen.witness, who, seen.data.name, gate or what, *_words(seen.data))


def _words(data: Kind) -> Iterator[Any]:
    """The words and flags of an observation; of a text its letters, since numbers are amounts."""
    for name in type(data).__annotations__:
        value = getattr(data, name)
        if isinstance(value, bool):
            yield value
        elif isinstance(value, str) and name not in _NAMES:
            yield re.sub("[0-9]+", "", value)
