"""The specification against the implementations: sections, their clauses, and what was seen of each.

A cell counts results: each by the gravest verdict that a check of this very clause gave. A result
without such a check counts where the whole result could not be judged, and else not at all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from attrs import Factory, frozen

from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED, Check, Result
from reports.cells import NOTHING, column_of
from reports.parts import Clause, clause
from reports.run import Run
from reports.text import plural

REMARKED = "remarked"
"""The state of a clause of which only a should or a may came out otherwise."""
STATES = (PASS, FAIL, REMARKED, INCONCLUSIVE, UNSUPPORTED, ERROR, NOTHING)
TESTED = 4
"""Scenarios named with a clause; of the rest it is said how many there are."""
_UNJUDGED = (ERROR, INCONCLUSIVE, UNSUPPORTED)


@frozen
class Rule:
    """What is known of a clause beside its paraphrase: how strict, who can see it, which mutants break it."""

    level: str = ""
    witnesses: tuple[str, ...] = ()
    mutants: tuple[str, ...] = ()


@frozen
class Known:
    """What a baseline says of a scenario, in sentences, and where more of it is told ("" for nowhere)."""

    text: str
    link: str = ""


@frozen
class Text:
    """What is known beside the run: the revision of the text, its clauses, and what a baseline expects.

    ``against`` says in a sentence how the run stands against its baseline; ``known`` has for each
    scenario what is expected to go wrong in it, and why; ``news`` are the scenarios that came out otherwise.
    """

    revision: str = ""
    rules: Mapping[str, Rule] = Factory(dict)
    against: str = ""
    known: Mapping[str, Sequence[Known]] = Factory(dict)
    news: frozenset[str] = frozenset()


@frozen
class Tally:
    """How often one implementation showed each state."""

    column: str
    counts: tuple[tuple[str, int], ...]

    counted: bool = True
    remarks: tuple[Check, ...] = ()


@frozen
class ClauseRow:
    """One clause: what each implementation showed, and the scenarios that test it, each with its states.

    ``differing`` counts the scenarios on which two implementations were judged differently; ``why``
    says why there is no test, "" where there is one.
    """

    clause: Clause
    anchor: str
    rule: Rule
    cells: tuple[Tally, ...]
    scenarios: tuple[tuple[str, tuple[str, ...]], ...]
    differing: int
    why: str


@frozen
class Section:
    """One section or algorithm of the specification."""

    id: str
    title: str
    rows: tuple[ClauseRow, ...]
    cells: tuple[Tally, ...]

    @property
    def href(self) -> str:
        """Its place in the specification, "" for what is not in it."""
        return self.rows[0].clause.href

    @property
    def differing(self) -> int:
        return sum(row.differing for row in self.rows)

    @property
    def tested(self) -> int:
        return sum(not row.why for row in self.rows)


def sections(
    run: Run, columns: Sequence[str], clauses: Mapping[str, str], rules: Mapping[str, Rule]
) -> tuple[Section, ...]:
    """The sections in the order of the specification; what the clauses do not know comes last."""
    found = _states(run)
    selected = bool(run.header.options.get("selectors"))
    listed = {scenario.id: scenario.clauses for scenario in run.scenarios}
    by_section: dict[str, list[ClauseRow]] = {}
    for number, id in enumerate(dict.fromkeys([*clauses, *found]), 1):
        rule = rules.get(id, Rule())
        states = found.get(id, {})
        cells = tuple(_tally(column, states.values()) for column in columns)
        row = ClauseRow(
            clause(id, clauses),
            f"c{number}",
            rule,
            cells,
            _tested(states, columns, {one for one in states if id in listed.get(one, ())}),
            sum(_differ(by) for by in states.values()),
            "" if states else _why(rule, selected),
        )
        by_section.setdefault(id.rpartition("/")[0], []).append(row)
    return tuple(_section(id, tuple(rows), columns) for id, rows in by_section.items())


def _tested(
    states: Mapping[str, Mapping[str, Sequence[str]]], columns: Sequence[str], named: set[str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The scenarios of a clause, those that did not just pass first, then those that name it."""
    found = [(id, tuple(_worst(by.get(column, ())) for column in columns)) for id, by in states.items()]
    return tuple(sorted(found, key=lambda one: ({*one[1]} <= {PASS, NOTHING}, one[0] not in named)))


def _states(run: Run) -> dict[str, dict[str, dict[str, list[str]]]]:
    """Clause → scenario → implementation → states, in the order of the run."""
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    listed = {scenario.id: scenario.clauses for scenario in run.scenarios}
    for result in run.results:
        for id, state in _by_clause(result, listed.get(result.scenario, ())).items():
            by_scenario = found.setdefault(id, {}).setdefault(result.scenario, {})
            by_scenario.setdefault(column_of(result), []).append(state)
    return found


def _by_clause(result: Result, listed: Iterable[str]) -> Mapping[str, str]:
    states: dict[str, list[str]] = {}
    for check in result.checks:
        state = REMARKED if check.remarks else check.verdict
        states.setdefault(check.clause, []).append(state)
    told = {id: _worst(found) for id, found in states.items()}
    if result.verdict in _UNJUDGED:
        told = {**dict.fromkeys(listed, result.verdict), **told}
    return told


_GRAVEST = (FAIL, ERROR, INCONCLUSIVE, REMARKED, UNSUPPORTED, PASS)


def _worst(states: Sequence[str]) -> str:
    return min(states, key=_GRAVEST.index, default=NOTHING)


def _tally(column: str, scenarios: Iterable[Mapping[str, Sequence[str]]]) -> Tally:
    counts = Counter(state for by in scenarios for state in by.get(column, ()))
    return Tally(
        column, tuple((state, counts[state]) for state in STATES if counts[state]) or ((NOTHING, 0),)
    )


def _differ(by: Mapping[str, Sequence[str]]) -> bool:
    judged = {frozenset(states) & {PASS, FAIL} for states in by.values()}
    return len(judged - {frozenset()}) > 1


def _why(rule: Rule, selected: bool) -> str:
    """Why a clause has no test in a run."""
    if selected:
        return "the run was of a part of the catalogue"
    return "no check of this run is of this clause" + ("; it only allows" if rule.level == "may" else "")


def _section(id: str, rows: tuple[ClauseRow, ...], columns: Sequence[str]) -> Section:
    sums = []
    for place, column in enumerate(columns):
        counts: Counter[str] = Counter()
        for row in rows:
            counts.update(dict(row.cells[place].counts))
        sums.append(Tally(column, tuple((s, counts[s]) for s in STATES if counts[s]) or ((NOTHING, 0),)))
    return Section(id, title(id), rows, tuple(sums))


_INTERFACE = re.compile(
    r"(background-fetch-(?:manager|registration|record|event|update-ui-event))(?:-interface)?(?:-(.+))?"
)
_METHODS = {"fetch", "get", "get-ids", "abort", "match", "match-all", "update-ui"}


def title(id: str) -> str:
    """The section's name as a reader says it: an interface, a method of one, an algorithm in words."""
    if not re.fullmatch(r"[a-z][a-z-]*", id):
        return id.replace("mdn/", "MDN: ") or "Without a section"
    named = _INTERFACE.fullmatch(id)
    if named:
        method = named[2] in _METHODS
        member = f".{_camel(named[2])[:1].lower()}{_camel(named[2])[1:]}()" if method else ""
        return _camel(named[1]) + (member or (f": {named[2]}" if named[2] else ""))
    words = id.removesuffix("-algorithm").replace("-", " ")
    words = words.replace("backgroundfetchregistration", "BackgroundFetchRegistration")
    return words[0].upper() + words[1:] + (" (algorithm)" if id.endswith("-algorithm") else "")


def _camel(anchor: str) -> str:
    """background-fetch-update-ui-event as the interface is spelt: BackgroundFetchUpdateUIEvent."""
    return "".join("UI" if word == "ui" else word.capitalize() for word in anchor.split("-"))


def coverage(found: Sequence[Section]) -> str:
    """How many clauses the run says something of."""
    rows = [row for section in found for row in section.rows]
    return f"{sum(not row.why for row in rows):,} of {plural(len(rows), 'clause')} tested"
