"""What must hold of every run, whatever was made up: the judges of an adversary that knows no right answer.

The rules for every run, and what a scenario says of itself, are the judge's. A healed scenario says
that every fetch comes to its end. Where the reference can be asked, what a run came to must be
something that the reference comes to as well, under some order of its turns.
"""

from __future__ import annotations

from collections.abc import Sequence

import trio
from attrs import frozen

from conformance.adversary.apart import told_apart
from conformance.adversary.outcome import differences, outcome
from conformance.checks import judge
from conformance.driver import drive
from conformance.implementations.protocol import Implementation, Unsupported
from conformance.implementations.simulator import SimulatorImplementation
from conformance.mutants.matrix import MOST_TURNS
from conformance.results import FAIL, PASS
from conformance.scenario.model import Scenario
from simulator.observation import Event, Observation, select

ORDERS = 6
"""How many orders of the reference's turns are looked at before a difference is believed."""

BROKEN, DIFFERS, BODIES, DEFECT = "broken", "differs", "bodies", "defect"

Trace = Sequence[Observation]


@frozen
class Finding:
    """What is wrong with a run. ``kind`` is

    broken: a rule, or what the scenario says of itself; differs: it came to what the reference never
    comes to; bodies: the two ways of carrying bodies disagree; defect: an exception of ours.

    ``about`` are the clauses of what failed, or what differs; ``told`` says it, a line each. ``shape``
    is how a clause was broken, apart from numbers and names, where clauses alone are too coarse.
    """

    kind: str
    about: tuple[str, ...]
    told: tuple[str, ...]
    shape: str = ""

    def is_like(self, other: Finding) -> bool:
        """Whether it is the same trouble: of the same kind and shape, and about some of the same."""
        same = (self.kind, self.shape) == (other.kind, other.shape)
        return same and bool(set(self.about) & set(other.about))


def observe(scenario: Scenario, on: Implementation, seed: int) -> Trace:
    """What one run in virtual time was seen to do. Raises whatever breaks in it."""

    async def main() -> Trace:
        async with on.start(scenario, seed) as session:
            await drive(scenario, session)
        return session.log.observations

    return trio.run(main)


def broken(scenario: Scenario, trace: Trace) -> Finding | None:
    """What a run broke that must hold."""
    failed = [one for one in judge(scenario, trace) if one.verdict == FAIL and one.level == "must"]
    if not failed:
        return None
    clauses = tuple(dict.fromkeys(one.clause for one in failed))
    return Finding(
        BROKEN, clauses, tuple(f"{one.clause}: expected {one.expected}; {one.actual}" for one in failed)
    )


def differs(scenario: Scenario, trace: Trace, seed: int) -> Finding | None:
    """What a run of another user agent came to, and the reference does not, in any of several orders."""
    came_to, reference = outcome(trace), SimulatorImplementation()
    others = [outcome(observe(scenario, reference, seed))]
    while len(others) < ORDERS and (found := differences(came_to, others)):
        others.append(outcome(observe(scenario, reference, seed + len(others))))
    found = differences(came_to, others)
    if not found:
        return None
    told = tuple(told_apart(name, *pair) for name, pair in found.items())
    return Finding(DIFFERS, tuple(map(_kind_of_difference, found)), told)


def _kind_of_difference(name: str) -> str:
    """Where an outcome differs, without the names that shrinking may change."""
    return name.partition(" ")[0]


def bodies(scenario: Scenario, on: SimulatorImplementation, trace: Trace, seed: int) -> Finding | None:
    """Whether every byte written out and read by h11 gives the same run as ranges of bytes do."""
    written = SimulatorImplementation(on.name, on.overrides, on.lacking, written_out=True)
    theirs = [seen.line() for seen in observe(scenario, written, seed)]
    ours = [seen.line() for seen in trace]
    if ours == theirs:
        return None
    place = next((n for n, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0] != pair[1]), -1)
    return Finding(BODIES, ("bodies",), (f"observation {place + 1} is not the same with bodies written out",))


@frozen
class Examination:
    """One run: what was seen, and what is wrong with it, if anything."""

    trace: Trace
    finding: Finding | None

    @property
    def ends(self) -> list[str]:
        """How its fetches ended: the results and reasons of the end events."""
        return [
            str(data.registration.get("failureReason") or data.registration.get("result"))
            for _, data in select(self.trace, Event)
            if data.type != "backgroundfetchclick"
        ]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that is wrong with it; in virtual time it is one thing."""
        return (self.finding,) if self.finding else ()

    @property
    def verdict(self) -> str:
        return FAIL if self.findings else PASS


def examined(
    scenario: Scenario, on: SimulatorImplementation, seed: int, *, both: bool = False
) -> Examination:
    """Run a scenario on a user agent of the simulator, and look for what is wrong with the run.

    ``both``: with both ways of carrying bodies.
    """
    try:
        trace = observe(scenario, on, seed)
    except Unsupported:
        return Examination((), None)
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        return Examination((), Finding(DEFECT, (type(error).__name__,), (told,)))
    found = broken(scenario, trace)
    if found is None and on.overrides:
        found = differs(scenario, trace, seed)
    if found is None and both and _can_be_read(scenario):
        found = bodies(scenario, on, trace, seed)
    return Examination(trace, found)


def _can_be_read(scenario: Scenario) -> bool:
    """Whether every stretch of a body is long enough to be known by its bytes alone."""
    return all(
        resource.answer.size == 0 or resource.answer.size >= 1000 for resource in scenario.origin.values()
    )


__all__ = ["MOST_TURNS", "Examination", "Finding", "broken", "examined", "observe"]
