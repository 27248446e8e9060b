"""What must hold of every run, whatever was made up: the judges of an adversary that knows no right answer.

The rules for every run, and what a scenario says of itself, are the judge's. A healed scenario says
that every fetch comes to its end. Where there is a reference to compare with, how a run came out
must be a way in which the reference comes out, too, under some seed.
"""

from __future__ import annotations

from collections.abc import Sequence

import trio
from attrs import frozen

from conformance.checks import judge
from conformance.driver import drive
from conformance.implementations.protocol import Implementation
from conformance.results import FAIL, Check
from conformance.scenario.model import Scenario
from simulator.observation import Observation

SEEDS_TRIED = 6
"""How many orders of the reference are looked at before a difference is believed."""


@frozen
class Finding:
    """What is wrong with a run: the checks that failed, or what came out as it never does.

    ``kind`` is ``broken`` (a rule), ``differs`` (from the reference), ``bodies`` (the two ways of
    carrying bodies disagree) or ``defect`` (an exception). ``about`` says what in one line each.
    """

    kind: str
    about: tuple[str, ...]
    clauses: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()


def observe(scenario: Scenario, on: Implementation, seed: int) -> Sequence[Observation]:
    """What one run in virtual time was seen to do."""

    async def main() -> Sequence[Observation]:
        async with on.start(scenario, seed) as session:
            await drive(scenario, session)
        return session.log.observations

    return trio.run(main)


def broken(scenario: Scenario, observations: Sequence[Observation]) -> Finding | None:
    """What a run broke that must hold."""
    failed = tuple(
        one for one in judge(scenario, observations) if one.verdict == FAIL and one.level == "must"
    )
    if not failed:
        return None
    clauses = tuple(dict.fromkeys(one.clause for one in failed))
    about = tuple(f"{one.clause}: expected {one.expected}; {one.actual}" for one in failed)
    return Finding("broken", about, clauses, failed)
