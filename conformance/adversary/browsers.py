"""What is wrong with the run of a browser, or of anything else that is judged in real time.

A broken rule is a finding of its own for each clause and each way of breaking it: a browser has
faults that it shows again and again, and none of them may hide another.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve, frozen

from conformance.adversary.apart import shape
from conformance.adversary.oracles import BROKEN, Examination, Finding
from conformance.adversary.unheard import Nearest, unheard_of
from conformance.results import INCONCLUSIVE, PASS, Check
from conformance.runner import Outcome
from conformance.scenario.model import Scenario


@frozen
class Seen(Examination):
    """One run in real time: also the reason of the verdict.

    ``nearest`` is there where nothing is wrong and yet the reference never comes to the like.
    """

    note: str = ""
    nearest: Nearest | None = None


def seen(outcome: Outcome) -> Seen:
    """What is wrong with a run that was judged as any other is."""
    return Seen(outcome.observations, broken_rules(outcome.checks), outcome.verdict, outcome.note)


def compared(scenario: Scenario, run: Seen, seed: int) -> Seen:
    """The same, where nothing is wrong compared with all that the reference comes to."""
    nearest = unheard_of(scenario, run.trace, seed) if run.verdict == PASS else None
    return evolve(run, verdict=INCONCLUSIVE, nearest=nearest) if nearest else run


def broken_rules(checks: Iterable[Check]) -> tuple[Finding, ...]:
    """A finding for each clause that was broken, and each way of breaking it."""
    told: dict[tuple[str, str], list[str]] = {}
    for one in checks:
        if one.fails:
            told.setdefault((one.clause, shape(one.actual)), []).append(one.told)
    return tuple(Finding(BROKEN, (clause,), tuple(lines), how) for (clause, how), lines in told.items())
