"""Which mutants can make a difference to a scenario, found out in one run instead of one for each.

A mutant whose points are never called does what the reference does. Most points only ask a
question; there every mutant's answer is compared with the reference's own, and a mutant that
answers the same every time would give the same run, so it need not be run either.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from inspect import iscoroutinefunction
from typing import Any

from conformance.driver import drive
from conformance.implementations.simulator import SimulatorImplementation
from conformance.mutants.catalogue import mutant
from conformance.scenario.model import Scenario
from simulator.overrides import MUTANT, POINTS, Override, Point
from simulator.script_errors import ScriptError


async def mutants_that_matter(scenario: Scenario, seed: int = 0) -> frozenset[str]:
    """The names of the mutants whose run of the scenario may differ from the reference's.

    Asking must not do anything. Where it does (the traces with and without it differ), every
    mutant matters whose points are called.
    """
    called: set[str] = set()
    differing: set[str] = set()
    reference = await _trace(scenario, seed, [_listener(point, called) for point in POINTS])
    # What is done after the last thing that is seen, one run may come to and the other not.
    differing |= called & {name for point in POINTS if not only_asks(point) for name, _ in _mutants_of(point)}
    asking = await _trace(scenario, seed, [_probe(point, differing) for point in POINTS])
    return frozenset(differing if asking == reference else called)


async def _trace(scenario: Scenario, seed: int, overrides: Sequence[Override]) -> list[str]:
    async with SimulatorImplementation("reference", overrides).start(scenario, seed) as session:
        await drive(scenario, session)
    return [seen.line() for seen in session.log.observations]


def _listener(point: Point[Any, Any], called: set[str]) -> Override:
    """An override that does what the point does, and notes the mutants of a point that is called."""
    here = {name for name, _ in _mutants_of(point)}

    def listen(original: Callable[..., Any], *args: Any) -> Any:
        called.update(here)
        return original(*args)

    return Override(MUTANT, "listener", point, listen, "")


def _probe(point: Point[Any, Any], differing: set[str]) -> Override:
    """An override that does what the point does, and notes which mutants would not."""
    here = _mutants_of(point)
    if not only_asks(point):
        return _listener(point, differing)

    def probe(original: Callable[..., Any], *args: Any) -> Any:
        usual = _answer(original, *args)
        for name, one in here:
            if name not in differing and _answer(one.replacement, original, *args) != usual:
                differing.add(name)
        return original(*args)

    return Override(MUTANT, "probe", point, probe, "")


def _mutants_of(point: Point[Any, Any]) -> list[tuple[str, Override]]:
    return [(name, one) for name, several in mutant.by_name.items() for one in several if one.point is point]


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
