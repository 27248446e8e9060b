"""The hunt: example after example, run and judged, until the budget is spent.

Hypothesis makes the choices. What fails is kept and does not end the hunt: of each trouble the
first scenario that shows it is enough.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

from attrs import Factory, define, frozen
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from conformance.adversary.chance import Drawn
from conformance.adversary.generate import FEATURES, generate
from conformance.adversary.mix import fired
from conformance.adversary.oracles import Examination, Finding
from conformance.scenario.model import Scenario

BOTH_BODIES = 10
"""Of so many examples, one is run with both ways of carrying bodies."""


@frozen
class Budget:
    """When a hunt ends: after so many examples or seconds, whichever comes first. None: no such limit."""

    examples: int | None = 1000
    seconds: float | None = None


@frozen
class Failure:
    """A scenario that fails, under this seed, and what is wrong with its run."""

    scenario: Scenario
    seed: int
    finding: Finding
    example: int


@define
class Tally:
    """What a hunt has seen so far."""

    examples: int = 0
    features: Counter[str] = Factory(Counter)
    outcomes: Counter[str] = Factory(Counter)
    failures: list[Failure] = Factory(list)
    began: float = Factory(time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def knows(self, finding: Finding) -> bool:
        """Whether a trouble like this one was met before."""
        return any(failure.finding.is_like(finding) for failure in self.failures)


class _Spent(BaseException):
    """The budget is spent; not an Exception, because Hypothesis would take that for a failing example."""


def hunt(
    examine: Callable[[Scenario, int, bool], Examination],
    budget: Budget,
    start: int,
    told: Callable[[Tally], None],
    features: Collection[str] = FEATURES,
) -> Tally:
    """Make examples up and examine each, from the seed ``start`` on; ``told`` is called after each."""
    tally = Tally()

    @seed(start)
    @settings(
        max_examples=budget.examples or 10**9,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(_scenarios(features), st.integers(0, 2**32 - 1))
    def look(scenario: Scenario, order: int) -> None:
        if budget.seconds is not None and tally.seconds > budget.seconds:
            raise _Spent
        _take(tally, scenario, order, examine(scenario, order, tally.examples % BOTH_BODIES == 0))
        told(tally)

    with suppress(_Spent):
        look()
    return tally


@st.composite
def _scenarios(draw: st.DrawFn, features: Collection[str]) -> Any:
    return generate(Drawn(draw), features)


def _take(tally: Tally, scenario: Scenario, order: int, examined: Examination) -> None:
    """Take one example into account."""
    tally.examples += 1
    tally.features.update(fired(scenario, examined.trace))
    tally.outcomes.update(examined.ends)
    if examined.finding and not tally.knows(examined.finding):
        tally.failures.append(Failure(scenario, order, examined.finding, tally.examples))
