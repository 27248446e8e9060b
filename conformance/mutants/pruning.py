"""Which mutants can make a difference to a scenario, found out in one run instead of one for each.

A mutant whose points are never called does what the reference does. Most points only ask a
question; there every mutant's answer is compared with the reference's own, and a mutant that
answers the same every time would give the same run, so it need not be run either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from inspect import iscoroutinefunction
from typing import Any

from conformance.driver import drive
from conformance.implementations.simulator import SimulatorImplementation
from conformance.mutants.catalogue import mutant
from conformance.scenario.model import Scenario
from simulator import (
    background_fetch_display_icon,
    background_fetch_record,
    complete_a_record,
    create_record_objects,
)
from simulator.overrides import MUTANT, Override, Point
from simulator.script_errors import ScriptError

Mutants = Sequence[tuple[str, Override]]
"""Mutants of one point by name, each with what it puts there."""

MAKING: Collection[Point[Any, Any]] = (
    background_fetch_display_icon.select_an_icon,
    background_fetch_record.response_promise,
    complete_a_record.may_send,
    create_record_objects.record_object,
)
"""Points that answer, and whose asking does something, on the reference or on a mutant."""


async def mutants_that_matter(
    scenario: Scenario,
    seed: int = 0,
    among: Collection[str] = mutant.by_name.keys(),
    reference: Sequence[str] | None = None,
) -> frozenset[str]:
    """The names of the mutants, among these, whose run of the scenario may differ from the reference's.

    ``reference`` are the lines of the reference's own run, where that is known. Asking must not do
    anything. Where it does (the run with it is another), every mutant matters whose points are called.
    """
    at, differing = _by_point(among), set[str]()
    usual = await _trace(scenario, seed, []) if reference is None else reference
    asking = await _trace(scenario, seed, [_probe(point, at[point], differing) for point in at])
    if asking == usual:
        return frozenset(differing)
    called = set[str]()
    await _trace(scenario, seed, [_listener(point, at[point], called) for point in at])
    return frozenset(called)


async def _trace(scenario: Scenario, seed: int, overrides: Sequence[Override]) -> Sequence[str]:
    async with SimulatorImplementation("reference", overrides).start(scenario, seed) as session:
        await drive(scenario, session)
    return [seen.line() for seen in session.log.observations]


def _listener(point: Point[Any, Any], mutants: Mutants, called: set[str]) -> Override:
    """An override that does what the point does, and notes the mutants of a point that is called."""
    here = {name for name, _ in mutants}

    def listen(original: Callable[..., Any], *args: Any) -> Any:
        called.update(here)
        return original(*args)

    return Override(MUTANT, "listener", point, listen, "")


def _probe(point: Point[Any, Any], mutants: Mutants, differing: set[str]) -> Override:
    """An override that does what the point does, and notes which mutants would not."""
    if not only_asks(point):
        return _listener(point, mutants, differing)
    alike = dict(mutants)

    def probe(original: Callable[..., Any], *args: Any) -> Any:
        if alike:
            usual = _answer(original, *args)
            others = [
                name for name, one in alike.items() if _answer(one.replacement, original, *args) != usual
            ]
            differing.update(others)
            for name in others:
                del alike[name]
        return original(*args)

    return Override(MUTANT, "probe", point, probe, "")


def _by_point(among: Collection[str]) -> Mapping[Point[Any, Any], Mutants]:
    """The points that these mutants break, each with those that do."""
    found: dict[Point[Any, Any], list[tuple[str, Override]]] = defaultdict(list)
    for name in among:
        for one in mutant.by_name[name]:
            found[one.point].append((name, one))
    return found


def only_asks(point: Point[Any, Any]) -> bool:
    """Whether a point answers or refuses (its name then begins with check) and does nothing else."""
    if point in MAKING or iscoroutinefunction(point.function):
        return False
    return point.function.__annotations__.get("return") != "None" or point.name.split("_")[0] == "check"


def _answer(function: Callable[..., Any], *args: Any) -> object:
    """What a point answers, fit for comparing: what can change later is equal to nothing else."""
    try:
        answer = function(*args)
    except ScriptError as error:
        return ("throws", error.name)
    except Exception as error:
        return error
    if isinstance(answer, ScriptError):
        return ("error", answer.name)
    if isinstance(answer, list | tuple):
        return tuple(answer)
    return answer if isinstance(answer, Hashable) else object()
