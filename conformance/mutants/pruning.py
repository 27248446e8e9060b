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
from simulator.overrides import MUTANT, Override, Point
from simulator.script_errors import ScriptError

Mutants = Sequence[tuple[str, Override]]
"""Mutants of one point by name, each with what it puts there."""


async def mutants_that_matter(
    scenario: Scenario, seed: int = 0, among: Collection[str] = mutant.by_name.keys()
) -> frozenset[str]:
    """The names of the mutants, among these, whose run of the scenario may differ from the reference's.

    Asking must not do anything. Where it does (the traces with and without it differ), every
    mutant matters whose points are called.
    """
    called: set[str] = set()
    differing: set[str] = set()
    at = _by_point(among)
    reference = await _trace(scenario, seed, [_listener(point, at[point], called) for point in at])
    # What is done after the last thing that is seen, one run may come to and the other not.
    differing |= called & {name for point in at if not only_asks(point) for name, _ in at[point]}
    if differing == called:
        return frozenset(called)
    asking = await _trace(scenario, seed, [_probe(point, at[point], differing) for point in at])
    return frozenset(differing if asking == reference else called)


async def _trace(scenario: Scenario, seed: int, overrides: Sequence[Override]) -> list[str]:
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

    def probe(original: Callable[..., Any], *args: Any) -> Any:
        usual = _answer(original, *args)
        for name, one in mutants:
            if name not in differing and _answer(one.replacement, original, *args) != usual:
                differing.add(name)
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
    if iscoroutinefunction(point.function):
        return False
    return point.function.__annotations__.get("return") != "None" or point.name.startswith("check_")


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
