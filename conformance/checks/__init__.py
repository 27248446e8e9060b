"""The one judge: pure functions from the observations of a run to checks.

Three sources (the scenario's expectations, the invariants, the clause checks), one form of
check, one way to a verdict. A check whose witness is missing is inconclusive, never a pass.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from conformance.checks.clause_checks import check_clauses
from conformance.checks.evidence import Evidence, evidence
from conformance.checks.expectations import check_expect
from conformance.checks.invariants import check_invariants
from conformance.checks.policy import chosen_otherwise
from conformance.checks.requests import saw_nothing
from conformance.checks.steps import check_steps
from conformance.results import FAIL, INCONCLUSIVE, Check
from conformance.scenario.model import Scenario
from simulator.observation import Observation


def judge(scenario: Scenario, observations: Sequence[Observation]) -> list[Check]:
    """Judge one run of a scenario: every check that its observations allow."""
    seen = evidence(scenario, observations)
    checks = list(check_steps(seen))
    rest = [*check_expect(scenario.expect, seen), *check_invariants(seen), *check_clauses(seen)]
    if saw_nothing(scenario.expect, seen):
        why = "neither proxy nor origin saw any request of this scenario"
        return [_as_untold(check, why) for check in (*checks, *rest)]
    if stood_still := {*seen.stuck, *seen.unconfirmed}:
        why = f"the scenario stood still at step {min(stood_still, key=int)}"
        rest = [_as_untold(check, why) for check in rest]
    return [*checks, *rest]


def unseen_choices(scenario: Scenario, observations: Sequence[Observation]) -> str:
    """What keeps the choices that a scenario presupposes from having been seen; "" where they were."""
    return chosen_otherwise(evidence(scenario, observations)) if scenario.policy else ""


def untold(checks: Sequence[Check]) -> str:
    """Why a run is inconclusive: what the first check that cannot tell expected, and what it met instead."""
    unclear = (f"{one.expected}: {one.actual}" for one in checks if one.verdict == INCONCLUSIVE)
    return next(unclear, "nothing was seen that could be checked")


def where_unseen(checks: Sequence[Check], why: str) -> list[Check]:
    """The checks of a run where those choices were not seen: what the scenario expects tells nothing then."""
    return [
        evolve(check, verdict=INCONCLUSIVE, actual=f"{check.actual} ({why})")
        if check.source == "expectation"
        else check
        for check in checks
    ]


def _as_untold(check: Check, why: str) -> Check:
    """A failure that may only follow from something else cannot be told."""
    if check.verdict != FAIL or check.source != "expectation":
        return check
    return evolve(check, verdict=INCONCLUSIVE, actual=f"{check.actual} ({why})")


__all__ = ["Evidence", "judge", "unseen_choices", "untold", "where_unseen"]
