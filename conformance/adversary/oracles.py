"""What must hold of every run, whatever was made up: the judges of an adversary that knows no right answer.

The rules for every run, and what a scenario says of itself, are the judge's. A healed scenario says
that every fetch comes to its end. Where the reference can be asked, what a run came to must be
something that the reference comes to as well, under some order of its turns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import trio
from attrs import frozen

from conformance.adversary.apart import told_apart
from conformance.adversary.outcome import Outcome, differences, outcome
from conformance.checks import judge
from conformance.driver import drive
from conformance.implementations.protocol import Implementation, Unsupported
from conformance.implementations.simulator import SimulatorImplementation
from conformance.mutants.matrix import MOST_TURNS
from conformance.results import FAIL, PASS, UNSUPPORTED
from conformance.scenario.levers import required_levers
from conformance.scenario.model import Scenario
from simulator.content import BLOCK
from simulator.observation import Observation, Record, Settled, select

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
    failed = [one for one in judge(scenario, trace) if one.fails]
    clauses = tuple(dict.fromkeys(one.clause for one in failed))
    return Finding(BROKEN, clauses, tuple(one.told for one in failed)) if failed else None


class Reference:
    """What the reference comes to in a scenario, order after order; each is run when asked for, and once.

    ``trace`` is its run in the first order, where that is known.
    """

    def __init__(self, scenario: Scenario, seed: int, trace: Trace | None = None) -> None:
        self._scenario, self._seed, self._trace = scenario, seed, trace
        self._known = [] if trace is None else [outcome(trace)]

    def is_known(self, trace: Trace) -> bool:
        """Whether another user agent came to the very run that the reference did, which is right."""
        ours = self._trace
        return ours is not None and list(ours) == list(trace) and repr(ours) == repr(trace)

    def outcomes(self, orders: int) -> Sequence[Outcome]:
        """The outcomes of the first so many orders."""
        while len(self._known) < orders:
            seed = self._seed + len(self._known)
            self._known.append(outcome(observe(self._scenario, SimulatorImplementation(), seed)))
        return self._known[:orders]


def differs(trace: Trace, reference: Reference) -> Finding | None:
    """What a run of another user agent came to, and the reference does not, in any of several orders."""
    came_to = outcome(trace)
    for orders in range(1, ORDERS + 1):
        if not (apart := differences(came_to, reference.outcomes(orders))):
            return None
    told = tuple(told_apart(name, *pair) for name, pair in apart.items())
    return Finding(DIFFERS, tuple(map(_kind_of_difference, apart)), told)


def _kind_of_difference(name: str) -> str:
    """Where an outcome differs, without the names that shrinking may change."""
    return name.partition(" ")[0]


def bodies(scenario: Scenario, on: SimulatorImplementation, trace: Trace, seed: int) -> Finding | None:
    """Whether every byte written out and read by h11 gives the same run as ranges of bytes do."""
    written = SimulatorImplementation(on.name, on.overrides, on.lacking, written_out=True, most=on.most)
    theirs = [seen.line() for seen in observe(scenario, written, seed)]
    ours = [seen.line() for seen in trace]
    if ours == theirs:
        return None
    place = next((n for n, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0] != pair[1]), -1)
    return Finding(BODIES, ("bodies",), (f"observation {place + 1} is not the same with bodies written out",))


@frozen
class Examination:
    """One run: what was seen, all that is wrong with it (in virtual time one thing), and the verdict."""

    trace: Trace = ()
    findings: tuple[Finding, ...] = ()
    verdict: str = PASS

    @property
    def finding(self) -> Finding | None:
        """The first of what is wrong with it."""
        return next(iter(self.findings), None)


def found(trace: Trace, finding: Finding | None) -> Examination:
    """A run with one thing wrong with it, or nothing."""
    return Examination(trace, (finding,), FAIL) if finding else Examination(trace)


def examined(
    scenario: Scenario,
    on: SimulatorImplementation,
    seed: int,
    *,
    both: bool = False,
    reference: Reference | None = None,
) -> Examination:
    """Run a scenario on a user agent of the simulator, and look for what is wrong with the run.

    ``both``: with both ways of carrying bodies. ``reference``: the one of this scenario and seed,
    where several user agents are compared with it.
    """
    if on.lacking and any(name in on.lacking for name in required_levers(scenario)):
        return Examination(verdict=UNSUPPORTED)
    try:
        trace = observe(scenario, on, seed)
    except Unsupported:
        return Examination(verdict=UNSUPPORTED)
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        return found((), Finding(DEFECT, (type(error).__name__,), (told,)))
    known = reference is not None and reference.is_known(trace)
    finding = None if known else broken(scenario, trace)
    if finding is None and on.overrides and not known:
        finding = differs(trace, reference or Reference(scenario, seed))
    if finding is None and both and _can_be_read(trace):
        finding = bodies(scenario, on, trace, seed)
    return found(trace, finding)


def _can_be_read(trace: Trace) -> bool:
    """Whether every body that was seen is known by its bytes alone: it has enough of them, and no seam.

    At a seam the bytes of both sides may be the same for a while, and nobody can say where one ends.
    """
    return all(
        len(runs) == 1 and runs[0][1] - runs[0][0] >= 2 * BLOCK for runs in _bodies_seen(trace) if runs
    )


def _bodies_seen(trace: Trace) -> Iterator[list[tuple[int, int]]]:
    """Every body that a handler or a call has read, as the stretches that it is made of."""
    for _, record in select(trace, Record):
        yield [(run.start, run.stop) for run in record.runs]
    for _, settled in select(trace, Settled):
        told = settled.value.get("runs") if isinstance(settled.value, dict) else None
        yield [(int(start), int(stop)) for start, stop in re.findall(r"\[(\d+):(\d+)\]", told or "")]


__all__ = [
    "MOST_TURNS",
    "Examination",
    "Finding",
    "Reference",
    "broken",
    "examined",
    "found",
    "observe",
]
