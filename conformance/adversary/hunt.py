"""The hunt: example after example, run and judged, until the budget is spent.

Hypothesis makes the choices. What fails is kept and does not end the hunt: of each trouble the
first scenario that shows it is enough, and how often it was met is counted.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import Any

from attrs import Factory, define, frozen
from hypothesis import HealthCheck, Phase, given, reject, seed, settings
from hypothesis import strategies as st

from conformance.adversary.chance import Drawn
from conformance.adversary.generate import FEATURES, generate
from conformance.adversary.mix import fired
from conformance.adversary.oracles import Examination, Finding
from conformance.results import UNSUPPORTED
from conformance.scenario.model import Scenario
from simulator.observation import endings

BOTH_BODIES = 10
"""Of so many examples, one is run with both ways of carrying bodies."""


@frozen
class Budget:
    """When a hunt ends: after so many examples or, where there is such a limit, seconds."""

    examples: int
    seconds: float | None = None


@frozen
class Failure:
    """A scenario that fails, under this seed, and what is wrong with its run."""

    scenario: Scenario
    seed: int
    finding: Finding
    example: int


@define
class Known:
    """A trouble that was met, and in how many examples. It is not looked into again."""

    finding: Finding
    times: int = 0


@define
class Tally:
    """What a hunt has seen so far. ``failures`` are those of troubles that were not known before."""

    examples: int = 0
    features: Counter[str] = Factory(Counter)
    outcomes: Counter[str] = Factory(Counter)
    verdicts: Counter[str] = Factory(Counter)
    failures: list[Failure] = Factory(list)
    known: list[Known] = Factory(list)
    began: float = Factory(time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def knows(self, finding: Finding) -> bool:
        """Whether a trouble like this one was met before."""
        return any(one.finding.is_like(finding) for one in self.known)

    def learn(self, finding: Finding) -> Known:
        """Know a trouble from now on."""
        like = next((one for one in self.known if one.finding.is_like(finding)), None)
        if like is None:
            like = Known(finding)
            self.known.append(like)
        return like


Examine = Callable[[Scenario, int, bool], Examination]
"""Looks at an example under a seed; the last word is whether with both ways of carrying bodies."""

Found = Callable[[Tally, Sequence[Failure]], Sequence[Finding]]
"""Looks into the new troubles of one example; gives those that are not to be known from now on."""


_PLAINLY = settings(
    max_examples=10**9,
    phases=[Phase.generate],
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
"""One example after another, the same ones whatever the budget is, by which Hypothesis would plan ahead."""


class _Spent(BaseException):
    """The budget is spent; not an Exception, because Hypothesis would take that for a failing example."""


class _Broken(BaseException):
    """The hunt cannot go on, because of ``error``; else Hypothesis would try the same example once more."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def believed(tally: Tally, failures: Sequence[Failure]) -> Sequence[Finding]:
    """Nothing more than that: where one run is as good as another."""
    tally.failures += failures
    return ()


def as_it_is(scenario: Scenario, examples: int) -> Scenario | None:
    return scenario


def hunt(
    examine: Examine,
    budget: Budget,
    start: int,
    told: Callable[[Tally], None],
    features: Collection[str] = FEATURES,
    *,
    prepared: Callable[[Scenario, int], Scenario | None] = as_it_is,
    found: Found = believed,
    tally: Tally | None = None,
) -> Tally:
    """Make examples up and examine each, from the seed ``start`` on; ``told`` is called after each.

    ``prepared`` gives an example as it can be examined after so many others, None where it cannot be; it
    is not counted then. ``tally`` is one that knows troubles already.
    """
    seen = tally or Tally()

    @seed(start)
    @settings(_PLAINLY)
    @given(_scenarios(features), st.integers(0, 2**32 - 1))
    def look(scenario: Scenario, order: int) -> None:
        if _is_spent(budget, seen):
            raise _Spent
        example = prepared(scenario, seen.examples)
        if example is None:
            reject()
        try:
            examined = examine(example, order, seen.examples % BOTH_BODIES == 0)
            _take(seen, example, order, examined, found)
            told(seen)
        except Exception as error:
            raise _Broken(error) from None

    try:
        with suppress(_Spent):
            look()
    except _Broken as broken:
        raise broken.error from None
    return seen


def _is_spent(budget: Budget, tally: Tally) -> bool:
    late = budget.seconds is not None and tally.seconds > budget.seconds
    return late or tally.examples >= budget.examples


@st.composite
def _scenarios(draw: st.DrawFn, features: Collection[str]) -> Any:
    return generate(Drawn(draw), features)


def _take(tally: Tally, scenario: Scenario, order: int, examined: Examination, found: Found) -> None:
    """Take one example into account."""
    tally.examples += 1
    tally.verdicts[examined.verdict] += 1
    if examined.verdict == UNSUPPORTED:
        return  # nothing of it has come into play
    tally.features.update(fired(scenario, examined.trace))
    tally.outcomes.update(endings(examined.trace))
    new = [
        Failure(scenario, order, finding, tally.examples)
        for finding in examined.findings
        if not tally.knows(finding)
    ]
    unsure = found(tally, new) if new else ()
    for finding in examined.findings:
        if finding not in unsure:
            tally.learn(finding).times += 1
