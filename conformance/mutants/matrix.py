"""The kill matrix: every scenario on every mutant, and which clauses the checks that fail there carry.

Nothing of it is remembered between runs: what it says is always so of the files as they are.
A row is one scenario; rows are made by as many processes as there are cores.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing

import trio
from attrs import frozen

from conformance.implementations.simulator import SimulatorImplementation
from conformance.mutants.catalogue import mutant
from conformance.mutants.pruning import mutants_that_matter
from conformance.processes import done
from conformance.results import FAIL, PASS, Check
from conformance.runner import Candidate
from conformance.scenario.model import Scenario

MOST_TURNS = 50_000
"""Ten times what the largest scenario takes: a mutant that goes round in circles must not hold up all."""


@frozen
class Outcome:
    """What a scenario came to on one mutant: its verdict, and the clauses of the checks that failed."""

    verdict: str
    red: frozenset[str]


@frozen
class Row:
    """One scenario.

    ``checked`` are the clauses that a check of the reference run carries, ``sound`` those of them
    whose checks all pass. ``outcomes`` holds the mutants that make a difference; the run on any
    other is the reference's own.
    """

    scenario: str
    checked: frozenset[str]
    sound: frozenset[str]
    outcomes: Mapping[str, Outcome]

    @property
    def killed(self) -> tuple[str, ...]:
        """The mutants on which the scenario fails."""
        return tuple(name for name, outcome in self.outcomes.items() if outcome.verdict == FAIL)

    def red_under(self, clause: str) -> tuple[str, ...]:
        """The mutants under which a check of a clause fails that passes on the reference."""
        if clause not in self.sound:
            return ()
        return tuple(name for name, outcome in self.outcomes.items() if clause in outcome.red)


def rows(scenarios: Sequence[Scenario], processes: int = 0) -> Iterator[Row]:
    """The row of each scenario, as soon as it is known. ``processes`` 0: as many as there are cores."""
    heavy_first = sorted(scenarios, key=lambda one: len(one.origin), reverse=True)
    workers = min(processes or os.cpu_count() or 1, len(scenarios))
    if workers <= 1:
        yield from map(row, heavy_first)
        return
    with closing(done(row, heavy_first, workers)) as finished:
        for _, one in finished:
            yield one


def row(scenario: Scenario) -> Row:
    """One scenario on the reference, and on every mutant that can make a difference to it."""
    return trio.run(_row, scenario)


async def _row(scenario: Scenario) -> Row:
    reference = await Candidate(SimulatorImplementation()).judged(scenario, seed=0)
    matter = await mutants_that_matter(scenario)
    return Row(
        scenario.id,
        frozenset(check.clause for check in reference.checks),
        _all(PASS, reference.checks),
        {name: await _outcome(scenario, name) for name in mutant.by_name if name in matter},
    )


async def _outcome(scenario: Scenario, name: str) -> Outcome:
    broken = SimulatorImplementation(f"mutant:{name}", mutant.by_name[name], most=MOST_TURNS)
    judged = await Candidate(broken).judged(scenario, seed=0)
    return Outcome(judged.verdict, frozenset(one.clause for one in judged.checks if one.verdict == FAIL))


def _all(verdict: str, checks: Sequence[Check]) -> frozenset[str]:
    """The clauses all of whose checks have this verdict."""
    return frozenset(one.clause for one in checks) - {one.clause for one in checks if one.verdict != verdict}
