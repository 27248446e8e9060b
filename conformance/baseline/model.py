"""What a baseline expects, and how a result stands against it: pure functions of results.

An entry speaks of one clause in some scenarios. Scenarios are named one by one, never by a
pattern: a pattern would vouch for the failure of scenarios that nobody has seen fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from attrs import define, frozen

from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED, Check, Result

TO_BE_ARGUED = "to be argued"
"""The reason of an entry that nobody has given a reason yet."""

Pair = tuple[str, str]
"""A scenario and a clause."""


@frozen
class Entry:
    """Some scenarios in which one clause is known to fail, and the reason why that is a fault.

    ``verdicts`` are those that are as expected: fail, or several where runs disagree. ``line`` is
    where the entry stands in its file, ``number`` which one of the file it is, from 0.
    """

    scenarios: tuple[str, ...]
    clause: str
    verdicts: frozenset[str]
    seen: str
    reason: str
    version: str
    date: str
    link: str = ""
    line: int = 0
    number: int = 0

    @property
    def argued(self) -> bool:
        return self.reason.strip() != TO_BE_ARGUED


@frozen
class Standing:
    """How one result stands against the baseline, clause by clause.

    ``met``: entries that came out as they say. ``unexpected``: failed checks that no entry expects.
    ``passed``: entries that expect a failure where there is none any more. ``untold``: checks that
    could not be told and that no entry expects to be so.
    """

    result: Result
    met: tuple[Entry, ...]
    unexpected: tuple[Check, ...]
    passed: tuple[Entry, ...]
    untold: tuple[Check, ...]

    @property
    def verdict(self) -> str:
        """The verdict that is left: pass where all is as expected, fail for an unexpected pass too."""
        if self.result.verdict in (ERROR, UNSUPPORTED):
            return self.result.verdict
        if self.unexpected or self.passed:
            return FAIL
        if self.untold:
            return INCONCLUSIVE
        return PASS if self.met else self.result.verdict


@define(slots=False)
class Baseline:
    """What one implementation is known to get wrong, entry by entry; ``text`` is what its file says."""

    implementation: str
    entries: Sequence[Entry]
    file: str = ""
    text: str = ""

    @cached_property
    def pairs(self) -> dict[Pair, Entry]:
        """Each scenario and clause that an entry speaks of."""
        return {(scenario, one.clause): one for one in self.entries for scenario in one.scenarios}

    @cached_property
    def _by_scenario(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for (scenario, _), entry in self.pairs.items():
            found.setdefault(scenario, []).append(entry)
        return found

    def standing(self, result: Result) -> Standing | None:
        """How a result stands, None where it is of another implementation, of which nothing is said."""
        if result.implementation != self.implementation:
            return None
        entries = self._by_scenario.get(result.scenario, [])
        told = [(entry, clause_verdict(result, entry.clause)) for entry in entries]
        return Standing(
            result,
            met=tuple(entry for entry, verdict in told if verdict in entry.verdicts),
            unexpected=self._beyond(result, FAIL),
            passed=tuple(entry for entry, verdict in told if verdict == PASS and PASS not in entry.verdicts),
            untold=self._beyond(result, INCONCLUSIVE),
        )

    def _beyond(self, result: Result, verdict: str) -> tuple[Check, ...]:
        """The checks by which a clause has this verdict, where no entry lets it have that."""
        return tuple(
            check
            for check in result.checks
            if check.must
            and check.verdict == verdict == clause_verdict(result, check.clause)
            and not self._expects(result, check)
        )

    def _expects(self, result: Result, check: Check) -> bool:
        entry = self.pairs.get((result.scenario, check.clause))
        return entry is not None and check.verdict in entry.verdicts


def in_short(standings: Iterable[Standing]) -> str:
    """A whole run against the baseline in half a sentence, each scenario and clause counted once."""
    met: set[Pair] = set()
    new: set[Pair] = set()
    passed: set[Pair] = set()
    for one in standings:
        met |= {(one.result.scenario, entry.clause) for entry in one.met}
        new |= {(one.result.scenario, check.clause) for check in one.unexpected}
        passed |= {(one.result.scenario, entry.clause) for entry in one.passed}
    failures = "1 new failure" if len(new) == 1 else f"{len(new)} new failures"
    return f"{len(met)} as expected, {failures}, {len(passed)} expected to fail that pass"


def clause_verdict(result: Result, clause: str) -> str | None:
    """What a result says of a clause: the worst of its checks; None where it says nothing.

    Where the run could tell and has no check of the clause, nothing was wrong with it: an
    invariant speaks up only where it has something to look at.
    """
    if result.verdict in (ERROR, UNSUPPORTED):
        return None
    verdicts = {check.verdict for check in result.checks if check.clause == clause and check.must}
    for verdict in (FAIL, INCONCLUSIVE, PASS):
        if verdict in verdicts:
            return verdict
    return PASS if result.verdict in (PASS, FAIL) else None
