"""The part of a report that belongs to one scenario: verdicts, findings, timelines, steps, observations.

Timelines are drawn for what failed or differs, and for one result that passed. Several
repetitions count; the first of each outcome is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote

from attrs import evolve, frozen
from markupsafe import Markup

from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED, Check, Result
from reports.cells import Row
from reports.machine import replay
from reports.run import Listed, Run
from reports.sentences import steps
from reports.telling import tell
from reports.text import clip, short, times
from reports.timeline import drawn
from reports.timeline.story import brief
from reports.timeline.svg import CANVAS, svg
from simulator.observation import Fault, Observation

SPECIFICATION = "https://wicg.github.io/background-fetch/"
PICTURES, FINDINGS, HELD, PROOFS, LINES = 4, 12, 4, 12, 20
"""Shown of one scenario at the most: timelines, findings, what was seen to hold, proofs of a check, and
observations of a result, which count without those that a finding rests on."""
SUMMARY = 110
"""Letters of a value in the line that sums a scenario up."""
NO_PICTURE = Markup("")
_WORST_FIRST = (FAIL, ERROR, INCONCLUSIVE, UNSUPPORTED, PASS)


@frozen
class Clause:
    """A clause with our paraphrase ("" if none is known) and its place in the text ("" if not in it)."""

    id: str
    text: str
    href: str


@frozen
class Proof:
    """One observation that a check rests on; ``anchor`` is "" where it is not shown."""

    number: int
    anchor: str


@frozen
class Finding:
    """A check that did not pass, on these implementations, of these clauses, with its proof on the first."""

    columns: tuple[str, ...]
    clauses: tuple[Clause, ...]
    check: Check
    proofs: tuple[Proof, ...]
    more: int


@frozen
class Line:
    """One observation as it is listed."""

    number: int
    time: str
    text: str
    anchor: str


@frozen
class Witnessed:
    """What one witness saw, in its order; ``left_out`` of it is not listed."""

    who: str
    lines: tuple[Line, ...]
    left_out: int


@frozen
class Told:
    """One result told whole: its timeline, its checks, who saw what.

    ``turn`` counts the outcomes of its column, ``same`` names a column drawn alike.
    """

    column: str
    label: str
    result: Result
    seen: tuple[Observation, ...] | None
    prefix: str
    turn: int
    picture: Markup = NO_PICTURE
    same: str = ""
    witnesses: tuple[Witnessed, ...] = ()


@frozen
class Part:
    """All that the page says of one scenario.

    ``anchor`` is its place in the page, by its name; ``short`` is the same place for what the page links
    to a thousand times.
    """

    anchor: str
    short: str
    row: Row
    scenario: Listed
    clauses: tuple[Clause, ...]
    told: tuple[Told, ...]
    findings: tuple[Finding, ...]
    more_findings: int
    passed: tuple[str, ...]
    more_passed: int
    passed_on: str
    steps: tuple[str, ...]
    faults: tuple[str, ...]
    replay: str
    notes: tuple[tuple[str, str], ...]
    undrawn: int

    @property
    def failed(self) -> bool:
        """Whether an implementation fails it."""
        return any(result.verdict == FAIL for cell in self.row.cells for result in cell.results)

    @property
    def by_verdict(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The implementations by the verdicts that they were given, where no timeline says it of each."""
        if {cell.column for cell in self.row.cells} <= {one.column for one in self.told if one.picture}:
            return ()
        found: dict[str, list[str]] = {}
        for cell in self.row.cells:
            for verdict, _ in cell.counts:
                found.setdefault(verdict, []).append(cell.column)
        return (
            tuple((verdict, tuple(columns)) for verdict, columns in found.items()) if len(found) > 1 else ()
        )

    @property
    def reason(self) -> str:
        """Why it did not pass, in one line, "" where it did."""
        for finding in self.findings:
            expected, actual = (
                short(text, SUMMARY) for text in (finding.check.expected, finding.check.actual)
            )
            return f"expected {expected}; was {actual}"
        return short(self.notes[0][1].partition("\n")[0], 2 * SUMMARY) if self.notes else ""


def part(
    runs: Sequence[Run], row: Row, number: int, anchor: str, paraphrases: Mapping[str, str], *, full: bool
) -> Part:
    """The part of one scenario, of which each cell is of one of the ``runs``.

    ``number`` keeps its anchors apart from those of other scenarios.
    """
    candidates = tuple(_candidates(runs, row, number))
    shown = candidates if full else tuple(_worth_showing(candidates))
    told = _pictured(shown if full else _first(shown))
    told = tuple(evolve(one, witnesses=_witnesses(one, full)) for one in told)
    findings = tuple(_findings(candidates, told, paraphrases))
    first = next((one for one in candidates if one.seen), None)
    best = next((one for one in (*told, *candidates) if one.result.verdict == PASS), None)
    held = tuple(_held(best.result)) if best else ()
    notes = ((one.column, one.result.note) for one in candidates if one.result.note)
    worst = min(candidates, key=lambda one: _WORST_FIRST.index(one.result.verdict), default=None)
    return Part(
        anchor,
        f"s{number}",
        row,
        row.scenario,
        tuple(clause(id, paraphrases) for id in row.scenario.clauses),
        told,
        findings[:FINDINGS],
        max(0, len(findings) - FINDINGS),
        held[:HELD] if not full else held,
        max(0, len(best.result.checks) - (len(held) if full else HELD)) if best else 0,
        best.column if best else "",
        tuple(steps(first.seen or ())) if first else (),
        tuple(_struck(first.seen or ())) if first else (),
        replay(worst.result, row.scenario) if worst else "",
        tuple(dict.fromkeys(notes)),
        len(shown) - len(told),
    )


def _held(result: Result) -> Iterator[str]:
    """What a result was seen to do right: what its scenario expects before what must hold everywhere."""
    checks = sorted(result.checks, key=lambda check: check.source != "expectation")
    yield from dict.fromkeys(check.expected for check in checks if check.verdict == PASS)


def _candidates(runs: Sequence[Run], row: Row, number: int) -> Iterator[Told]:
    """The first result of each outcome of each implementation."""
    for place, (run, cell) in enumerate(zip(runs, row.cells, strict=True)):
        outcomes: dict[object, Result] = {}
        for result in cell.results:
            outcomes.setdefault(_outcome(result), result)
        for turn, result in enumerate(outcomes.values()):
            name = label(result, run.header.seed) if len(cell.results) > 1 else ""
            yield Told(cell.column, name, result, run.seen(result), f"o{number}.{place}.{turn}", turn)


def _worth_showing(candidates: Sequence[Told]) -> Iterator[Told]:
    """One that passed, and every one that did not and of which something was seen."""
    passed = next((one for one in candidates if one.result.verdict == PASS and one.seen), None)
    for one in candidates:
        if one is passed or (one.result.verdict != PASS and one.seen):
            yield one


def _first(shown: Sequence[Told]) -> tuple[Told, ...]:
    """As many as are drawn, the first outcome of every column before the second of any, in their order."""
    kept = sorted(shown, key=lambda one: one.turn)[:PICTURES]
    return tuple(one for one in shown if one in kept)


def _pictured(shown: Sequence[Told]) -> tuple[Told, ...]:
    """Each with its timeline; what looks the same as another's is not drawn again."""
    pictures = drawn([(one.result, one.seen or ()) for one in shown], CANVAS)
    alike: dict[str, str] = {}
    told = []
    for one, picture in zip(shown, pictures, strict=True):
        text = svg(picture) if one.seen else NO_PICTURE
        same = alike.setdefault(text, one.column) if text else ""
        told.append(evolve(one, picture=text if same in ("", one.column) else NO_PICTURE, same=same))
    return tuple(told)


def label(result: Result, usual: int) -> str:
    """What tells a result from the others of its cell: its repetition, and an unusual seed."""
    seed = f" with seed {result.seed}" if result.seed != usual else ""
    return f"repetition {result.repetition}{seed}"


def clause(id: str, paraphrases: Mapping[str, str]) -> Clause:
    """A clause, linked to its section where that is one of the specification."""
    section = id.rpartition("/")[0]
    outside = not section or "/" in section or section == "readme"
    href = "" if outside else f"{SPECIFICATION}#{quote(section, safe='', errors='replace')}"
    return Clause(id, paraphrases.get(id, ""), href)


def _outcome(result: Result) -> object:
    """What makes two repetitions alike: the verdict, and that of each check."""
    return (result.verdict, tuple((c.clause, c.source, c.line, c.verdict) for c in result.checks))


# -- findings -------------------------------------------------------------------------------


def _findings(
    candidates: Sequence[Told], told: Sequence[Told], paraphrases: Mapping[str, str]
) -> Iterable[Finding]:
    """What did not pass, the gravest first; the same on several implementations is told once."""
    listed = {one.prefix: {line.anchor for w in one.witnesses for line in w.lines} for one in told}
    found: dict[object, list[tuple[Told, Check]]] = {}
    for one in candidates:
        for check in one.result.checks:
            if check.verdict != PASS:
                key = (check.level, check.authority, check.verdict, check.expected, check.actual)
                found.setdefault(key, []).append((one, check))
    made = (_finding(group, listed, paraphrases) for group in found.values())
    return sorted(made, key=lambda f: (not f.check.must, _WORST_FIRST.index(f.check.verdict)))


def _finding(
    group: Sequence[tuple[Told, Check]], listed: Mapping[str, set[str]], paraphrases: Mapping[str, str]
) -> Finding:
    one, check = next(((o, c) for o, c in group if o.prefix in listed), group[0])
    numbers = tuple(dict.fromkeys(check.proof))
    anchors = (f"{one.prefix}-{number}" for number in numbers[:PROOFS])
    there = listed.get(one.prefix, set())
    proofs = tuple(
        Proof(number, anchor if anchor in there else "")
        for number, anchor in zip(numbers, anchors, strict=False)
    )
    columns = tuple(dict.fromkeys(o.column for o, _ in group))
    clauses = tuple(clause(id, paraphrases) for id in dict.fromkeys(c.clause for _, c in group))
    return Finding(columns, clauses, check, proofs, len(numbers) - len(proofs))


# -- what was seen --------------------------------------------------------------------------


def _struck(seen: Sequence[Observation]) -> Iterator[str]:
    for one in seen:
        if isinstance(one.data, Fault):
            yield tell(one).removeprefix("fault: ")


def _witnesses(one: Told, full: bool) -> tuple[Witnessed, ...]:
    """Who saw what. Of a result that passed only that somebody saw so much, unless all is wanted."""
    against = {n for check in one.result.checks if check.verdict != PASS for n in check.proof[:PROOFS]}
    by: dict[str, list[Observation]] = {}
    for seen in one.seen or ():
        by.setdefault(seen.witness, []).append(seen)
    share = LINES // max(1, len(by)) if one.result.verdict != PASS else 0
    if full:
        share = len(one.seen or ())
    return tuple(_witnessed(who, found, against, share, one.prefix, full) for who, found in by.items())


def _witnessed(
    who: str, found: Sequence[Observation], against: set[int], share: int, prefix: str, full: bool
) -> Witnessed:
    kept = [one for place, one in enumerate(found) if place < share or one.sequence in against]
    lines = tuple(
        Line(
            one.sequence,
            time,
            _line(one, who, whole=full or one.sequence in against),
            f"{prefix}-{one.sequence}" if one.sequence in against else "",
        )
        for one, time in zip(kept, times([one.time for one in kept]), strict=True)
    )
    return Witnessed(who, lines, len(found) - len(kept))


def _line(seen: Observation, who: str, *, whole: bool) -> str:
    """An observation as it is listed; without its headers, unless something rests on it."""
    told = tell(seen) if whole else brief(seen)
    return told if seen.actor in ("", who, "/") else f"{clip(seen.actor, 60)}: {told}"
