"""What changed between two runs, by scenario and implementation, repetitions folded.

A fold fails when one of its repetitions does, and its reason is the set of clauses that failed:
what exactly was seen varies from run to run, and is no news.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import evolve, frozen

from conformance.results import FAIL, PASS, Result
from reports.cells import column_of, say, tally
from reports.run import Run, observed

NEW_FAILURE, FIXED, OTHER_REASON, OTHERWISE, ADDED, GONE = KINDS = (
    "new failure",
    "fixed",
    "changed reason",
    "changed otherwise",
    "added",
    "gone",
)

DRAWN = 100
"""Changes told with timelines and proof, so that a page of them stays as small as a report."""


@frozen
class Fold:
    """All repetitions of one scenario on one implementation in one run."""

    results: tuple[Result, ...]

    @property
    def fails(self) -> bool:
        return any(result.verdict == FAIL for result in self.results)

    @property
    def passes(self) -> bool:
        return all(result.verdict == PASS for result in self.results)

    @property
    def verdicts(self) -> frozenset[str]:
        return frozenset(result.verdict for result in self.results)

    @property
    def reason(self) -> tuple[str, ...]:
        """The clauses that failed, in the order in which they did."""
        checks = (check for result in self.results for check in result.checks)
        return tuple(dict.fromkeys(check.clause for check in checks if check.fails))

    @property
    def telling(self) -> Result:
        """The result that stands for all: one that failed, where there is one."""
        return next((result for result in self.results if result.verdict == FAIL), self.results[0])

    @property
    def words(self) -> str:
        """The verdicts in words, and why: ``fail (a/1, b/2)``."""
        told = say(tally(self.results))
        return f"{told} ({', '.join(self.reason)})" if self.reason else told


@frozen
class Change:
    """One scenario on one implementation that came out otherwise; None where a run lacks it."""

    kind: str
    scenario: str
    implementation: str
    before: Fold | None
    after: Fold | None


@frozen
class Changes:
    """What changed from one run to another, and how many scenarios both judged on one implementation."""

    before: Run
    after: Run
    changes: tuple[Change, ...]
    compared: int

    def of(self, kind: str) -> tuple[Change, ...]:
        return tuple(one for one in self.changes if one.kind == kind)

    @property
    def drawn(self) -> tuple[Change, ...]:
        """The changes that are told with what was seen before and after: the first that both runs judged."""
        return tuple(one for one in self.changes if one.before and one.after)[:DRAWN]

    def observed(self, before: Path, after: Path) -> Changes:
        """The same with what was seen in the changes that are drawn, read from the runs' folders."""
        old = [result for one in self.drawn if one.before for result in one.before.results]
        new = [result for one in self.drawn if one.after for result in one.after.results]
        return evolve(self, before=observed(self.before, before, old), after=observed(self.after, after, new))

    @property
    def runs(self) -> tuple[tuple[str, Run], tuple[str, Run]]:
        """The two runs by what they are called."""
        return (("before", self.before), ("after", self.after))

    @property
    def versions(self) -> Iterator[str]:
        """Each implementation with its version, or with both where they differ."""
        told = [run.header.implementations for _, run in self.runs]
        for name in {**told[0], **told[1]}:
            old, new = (names.get(name, "not run") for names in told)
            yield f"{name} {old}" if old == new else f"{name} {old} → {new}"


Place = tuple[str, str]
"""A scenario and an implementation."""


def changes(before: Run, after: Run) -> Changes:
    """What changed between two runs: new failures first, then by implementation and scenario."""
    old, new = folds(before.results), folds(after.results)
    found = [one for place in old | new if (one := _change(place, old.get(place), new.get(place)))]
    found.sort(key=lambda one: (KINDS.index(one.kind), one.implementation, one.scenario))
    return Changes(before, after, tuple(found), len(old.keys() & new.keys()))


def folds(results: Sequence[Result]) -> dict[Place, Fold]:
    """The results by scenario and implementation."""
    found: dict[Place, list[Result]] = {}
    for result in results:
        found.setdefault((result.scenario, column_of(result)), []).append(result)
    return {place: Fold(tuple(same)) for place, same in found.items()}


def _change(place: Place, old: Fold | None, new: Fold | None) -> Change | None:
    kind = _kind(old, new)
    return Change(kind, *place, old, new) if kind else None


def _kind(old: Fold | None, new: Fold | None) -> str:
    """What became of a fold, "" where it is as it was."""
    if old is None:
        return ADDED
    if new is None:
        return GONE
    if new.fails and not old.fails:
        return NEW_FAILURE
    if old.fails and new.passes:
        return FIXED
    if old.verdicts != new.verdicts:
        return OTHERWISE
    return OTHER_REASON if set(old.reason) != set(new.reason) else ""
