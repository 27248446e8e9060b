"""Rewriting a baseline after a run: only what it must, with every comment and the order kept.

What a tool can know is what was seen; why that is a fault is for a person to argue. So what is new
goes into entries of its own, to be argued, and an entry that still holds is not touched at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy

import tomlkit
from attrs import Factory, define, field, frozen
from tomlkit.items import AoT, Array, Table

from conformance.baseline.file import parse
from conformance.baseline.model import TO_BE_ARGUED, Baseline, Entry, Pair, clause_verdict
from conformance.clauses import clauses
from conformance.results import FAIL, INCONCLUSIVE, PASS, Check, Result
from conformance.scenario.errors import Reading, ScenarioError, Spot
from conformance.scenario.positions import positions

LONGEST_SEEN = 300

BEGINNING = """\
# What {0} is known to get wrong: what each entry means is told in docs/baselines.md.

implementation = "{0}"
"""


@frozen
class Judged:
    """Results that a baseline is brought up to date with, all of one version of its implementation."""

    results: Sequence[Result]
    version: str
    date: str


@define
class Changes:
    """What an update did: pairs of scenario and clause by what became of them."""

    added: list[Pair] = Factory(list)
    removed: list[Pair] = Factory(list)
    gone: list[Pair] = Factory(list)
    loosened: list[Pair] = Factory(list)
    untold: list[Pair] = Factory(list)

    @property
    def any(self) -> bool:
        """Whether the file has to be written; what could not be told stays as it is."""
        return bool(self.added or self.removed or self.gone or self.loosened)


def update(text: str, file: str, judged: Judged, exists: Callable[[str], bool]) -> tuple[str, Changes]:
    """The text of a baseline brought up to date, and what changed. Raises ScenarioError for a bad file.

    ``exists`` tells whether a scenario that was not run is still in the catalogue.
    """
    baseline = parse(text, file)
    document = tomlkit.parse(text)
    _refuse_a_list_in_one(document, text, file)
    seen = _seen(baseline, judged.results)
    rewriting = _Rewriting(document, judged)
    for pair, entry in baseline.pairs.items():
        _review(pair, entry, seen.get(pair, frozenset()), rewriting, exists)
    for pair, told in sorted(seen.items(), key=lambda item: (clauses()[item[0][1]].number, item[0][0])):
        verdicts = _telling(told)
        if pair not in baseline.pairs and verdicts != {PASS}:
            rewriting.add(pair, verdicts, TO_BE_ARGUED)
            rewriting.changes.added.append(pair)
    return _ended_like(text, rewriting.text()) if rewriting.changes.any else text, rewriting.changes


def _refuse_a_list_in_one(document: tomlkit.TOMLDocument, text: str, file: str) -> None:
    """Raise ScenarioError where entries are a value in brackets: there is no room in it for another table."""
    if document.get("entry") and not isinstance(document["entry"], AoT):
        spot = Spot(Reading(file, positions(text), document.unwrap())) / "entry"
        spot.wrong(
            "the entries are one list in brackets, and an update rewrites tables",
            fix="[[entry]] and a line for each key, for each of them, in place of entry = [{ … }]",
        )
        raise ScenarioError(spot.reading.problems())


def _ended_like(old: str, new: str) -> str:
    """The new text with lines that end as all of the old one do: what was added to it ends in LF alone."""
    if 0 < old.count("\n") == old.count("\r\n"):
        return new.replace("\r\n", "\n").replace("\n", "\r\n")
    return new


def _seen(baseline: Baseline, results: Sequence[Result]) -> dict[Pair, frozenset[str]]:
    """All verdicts that were seen of each pair that an entry speaks of or that did not always pass."""
    mine = [one for one in results if one.implementation == baseline.implementation]
    pairs = dict.fromkeys(baseline.pairs)
    pairs |= dict.fromkeys((one.scenario, check.clause) for one in mine for check in _not_passed(one))
    by_scenario: dict[str, list[Result]] = {}
    for one in mine:
        by_scenario.setdefault(one.scenario, []).append(one)
    return {
        (scenario, clause): frozenset(told)
        for scenario, clause in pairs
        if (
            told := list(filter(None, (clause_verdict(one, clause) for one in by_scenario.get(scenario, ()))))
        )
    }


def _telling(verdicts: frozenset[str]) -> frozenset[str]:
    """The verdicts without those that could not tell, where others could: a busy machine proves nothing."""
    return verdicts - {INCONCLUSIVE} or verdicts


def _not_passed(result: Result) -> Iterator[Check]:
    for check in result.checks:
        if check.must and check.verdict in (FAIL, INCONCLUSIVE):
            yield check


def _review(
    pair: Pair, entry: Entry, verdicts: frozenset[str], rewriting: _Rewriting, exists: Callable[[str], bool]
) -> None:
    """See whether an entry still holds for a scenario, and change it where it does not."""
    changes = rewriting.changes
    if INCONCLUSIVE not in entry.verdicts:
        verdicts = _telling(verdicts)
    if not verdicts:
        if not exists(pair[0]):
            rewriting.remove(pair, entry)
            changes.gone.append(pair)
    elif verdicts <= entry.verdicts:
        return
    elif verdicts == {PASS}:
        rewriting.remove(pair, entry)
        changes.removed.append(pair)
    elif verdicts == {INCONCLUSIVE}:
        changes.untold.append(pair)
    else:
        rewriting.loosen(pair, entry, entry.verdicts | verdicts)
        changes.loosened.append(pair)


@define
class _Rewriting:
    """A baseline's document under change."""

    document: tomlkit.TOMLDocument
    judged: Judged
    changes: Changes = Factory(Changes)
    _tables: list[Table] = field(init=False)
    _ours: dict[tuple[str, frozenset[str], str], Table] = Factory(dict)

    def __attrs_post_init__(self) -> None:
        self._tables = list(self.document.get("entry", []))

    def remove(self, pair: Pair, entry: Entry) -> None:
        _scenarios(self._tables[entry.number]).remove(pair[0])

    def loosen(self, pair: Pair, entry: Entry, verdicts: frozenset[str]) -> None:
        """Let more verdicts be as expected: in the entry itself where it speaks of nothing else."""
        if len(entry.scenarios) == 1:
            self._tables[entry.number]["verdict"] = sorted(verdicts)
        else:
            self.remove(pair, entry)
            self.add(pair, verdicts, entry.reason, entry)

    def add(self, pair: Pair, verdicts: frozenset[str], reason: str, like: Entry | None = None) -> None:
        """Let an entry at the end speak of a pair, one with others of its clause and reason."""
        kind = (pair[1], verdicts, reason)
        table = self._ours.get(kind) or self._waiting(*kind) or self._made(pair, verdicts, reason, like)
        self._ours[kind] = table
        _scenarios(table).append(pair[0])

    def _waiting(self, clause: str, verdicts: frozenset[str], reason: str) -> Table | None:
        """An entry of an earlier update that still waits for its reason and fits."""
        for table in self._tables:
            if (table["clause"], table["reason"]) == (clause, reason) == (clause, TO_BE_ARGUED):
                told = table["verdict"]
                if verdicts == frozenset(told if isinstance(told, list) else [str(told)]):
                    return table
        return None

    def _made(self, pair: Pair, verdicts: frozenset[str], reason: str, like: Entry | None) -> Table:
        ordered = sorted(verdicts)
        table = tomlkit.table()
        table["clause"] = pair[1]
        table["scenarios"] = tomlkit.array().multiline(True)
        table["verdict"] = ordered[0] if len(ordered) == 1 else ordered
        if like:
            written = self._tables[like.number]
            table |= {key: copy(written[key]) for key in ("seen", "reason", "link") if key in written}
        else:
            table |= {"seen": _told(pair, self.judged.results), "reason": reason}
        table["version"] = self.judged.version
        table["date"] = tomlkit.date(self.judged.date)
        table.trivia.indent = "\n"  # an empty line before it
        self._entries().append(table)
        return table

    def _entries(self) -> AoT:
        if not self.document.get("entry"):  # an empty list in brackets has no room for tables
            self.document.pop("entry", None)
            self.document.append("entry", tomlkit.aot())
        found = self.document["entry"]
        assert isinstance(found, AoT)
        return found

    def text(self) -> str:
        """The document as text, without the entries that speak of nothing any more."""
        if "entry" in self.document:
            entries = self._entries()
            for place in reversed(range(len(entries))):
                if not entries[place]["scenarios"]:
                    del entries[place]
            if not entries:
                del self.document["entry"]
        return tomlkit.dumps(self.document)


def _scenarios(table: Table) -> Array:
    found = table["scenarios"]
    assert isinstance(found, Array)
    return found


def _told(pair: Pair, results: Sequence[Result]) -> str:
    """What was seen of a pair, in the words of its first check that did not pass."""
    checks = [
        check
        for one in results
        if one.scenario == pair[0]
        for check in _not_passed(one)
        if check.clause == pair[1]
    ]
    first = min(checks, key=lambda check: check.verdict != FAIL)  # a failure says more than a doubt
    return f"expected {_short(first.expected)}; seen {_short(first.actual)}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SEEN else f"{text[: LONGEST_SEEN - 1]}…"
