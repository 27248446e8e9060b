"""Which mutants can make a difference to a scenario, found out in one run instead of one for each.

A mutant whose points are never called does what the reference does. Most points only ask a
question; there every mutant's answer is compared with the reference's own, and a mutant that
answers the same every time would give the same run, so it need not be run either.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from inspect import iscoroutinefunction
from typing import Any

from attrs import Factory, frozen

from conformance.driver import drive
from conformance.implementations.simulator import SimulatorImplementation
from conformance.mutants.catalogue import mutant
from conformance.scenario.model import Scenario
from simulator.overrides import MUTANT, POINTS, Override, Point
from simulator.script_errors import ScriptError


@frozen
class Touched:
    """The mutants whose points a scenario calls, and those of them that would do or answer something else."""

    called: set[str] = Factory(set)
    differing: set[str] = Factory(set)


async def mutants_that_matter(scenario: Scenario, seed: int = 0) -> frozenset[str]:
    """The names of the mutants whose run of the scenario may differ from the reference's.

    Asking must not do anything. Where it does (the traces with and without it differ), every
    mutant matters whose points are called.
    """
    touched = Touched()
    asking = await _trace(scenario, seed, [_probe(point, touched) for point in POINTS])
    harmless = asking == await _trace(scenario, seed, [])
    return frozenset(touched.differing if harmless else touched.called)


async def _trace(scenario: Scenario, seed: int, overrides: Sequence[Override]) -> list[str]:
    async with SimulatorImplementation("reference", overrides).start(scenario, seed) as session:
        await drive(scenario, session)
    return [seen.line() for seen in session.log.observations]


def _probe(point: Point[Any, Any], touched: Touched) -> Override:
    """An override that does what the point does, and notes which mutants would not."""
    here = [(name, one) for name, several in mutant.by_name.items() for one in several if one.point is point]
    asks = only_asks(point)

    def probe(original: Callable[..., Any], *args: Any) -> Any:
        if not asks:
            touched.called.update(name for name, _ in here)
            touched.differing.update(name for name, _ in here)
            return original(*args)
        usual = _answer(original, *args)
        for name, one in here:
            touched.called.add(name)
            if name not in touched.differing and _answer(one.replacement, original, *args) != usual:
                touched.differing.add(name)
        return original(*args)

    return Override(MUTANT, "probe", point, probe, "")


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
