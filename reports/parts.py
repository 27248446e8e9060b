"""The part of a report that belongs to one scenario: verdicts, checks, proofs, observations.

The first repetition is shown whole; a further one only where its verdict or the verdict of one
of its checks is another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from attrs import evolve, frozen

from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED, Check, Result
from reports.cells import Row
from reports.lanes import Block, Proofs, Shown, announce, blocks, linked, proofs
from reports.run import Listed, Run

SPECIFICATION = "https://wicg.github.io/background-fetch/"
CHECKS = 40
"""Checks shown of one scenario, and as many again that did not pass; the rest is announced."""
_WORST_FIRST = (FAIL, ERROR, INCONCLUSIVE, UNSUPPORTED, PASS)


@frozen
class Clause:
    """A clause with our paraphrase ("" if none is known) and its place in the text ("" if not in it)."""

    id: str
    text: str
    href: str


@frozen
class Judged:
    """What one implementation showed for one check; None where the check was not made of it."""

    column: str
    check: Check | None
    proofs: Proofs | None


@frozen
class CheckRow:
    """One check across implementations."""

    clause: Clause
    check: Check
    judged: tuple[Judged, ...]

    @property
    def differs(self) -> bool:
        """Whether the implementations came out differently."""
        return len({one.check.verdict for one in self.judged if one.check}) > 1


@frozen
class Finding:
    """A check that did not pass, with its proof, for the reader who wants to know what went wrong."""

    column: str
    clause: Clause
    check: Check
    proofs: Proofs


@frozen
class Telling:
    """Results told side by side: what did not pass, the checks (and how many more), the observations."""

    shown: tuple[Shown, ...]
    findings: tuple[Finding, ...]
    checks: tuple[CheckRow, ...]
    more: int
    blocks: tuple[Block, ...]
    announced: tuple[tuple[str, str], ...]


@frozen
class Repeats:
    """Repetitions on one implementation that came out differently; ``alike`` pairs others with their like."""

    column: str
    alike: tuple[tuple[str, str], ...]
    different: tuple[Telling, ...]


@frozen
class Part:
    """All that the page says of one scenario. ``anchor`` is its place in the page."""

    anchor: str
    row: Row
    scenario: Listed
    clauses: tuple[Clause, ...]
    leads: Telling
    repeats: tuple[Repeats, ...]


def part(run: Run, row: Row, number: int, anchor: str, paraphrases: Mapping[str, str]) -> Part:
    """The part of one scenario; ``number`` keeps its anchors apart from those of other scenarios."""
    leads, repeats, seed = [], [], run.header.seed
    for place, cell in enumerate(row.cells):
        outcomes: dict[object, list[Result]] = {}
        for result in cell.results:
            outcomes.setdefault(_outcome(result), []).append(result)
        told = [
            Shown(cell.column, label(same[0], seed), same[0], run.seen(same[0]), f"o{number}.{place}.{turn}")
            for turn, same in enumerate(outcomes.values())
        ]
        leads += told[:1]
        alike = tuple(
            (label(result, seed), shown.label)
            for shown, same in zip(told, outcomes.values(), strict=True)
            for result in same[1:]
        )
        if len(told) > 1:
            different = tuple(telling([one], paraphrases) for one in told[1:])
            repeats.append(Repeats(cell.column, alike, different))
    clauses = tuple(clause(id, paraphrases) for id in row.scenario.clauses)
    return Part(anchor, row, row.scenario, clauses, telling(leads, paraphrases), tuple(repeats))


def telling(shown: Sequence[Shown], paraphrases: Mapping[str, str]) -> Telling:
    """Several results side by side, one per implementation."""
    rows = tuple(_checks(shown, paraphrases))
    checks = tuple(_told(rows))
    shown = tuple(
        evolve(one, proof=linked(check for row in checks if (check := row.judged[place].check)))
        for place, one in enumerate(shown)
    )
    announced = tuple((one.column, announce(one)) for one in shown)
    return Telling(shown, tuple(_findings(checks)), checks, len(rows) - len(checks), blocks(shown), announced)


def _told(rows: Sequence[CheckRow]) -> Iterable[CheckRow]:
    """The checks worth their room: the first ones, and after them those that did not pass everywhere."""
    failures = 0
    for place, row in enumerate(rows):
        passed = all(one.check.verdict == PASS for one in row.judged if one.check)
        failures += not passed
        if place < CHECKS or (not passed and failures <= CHECKS):
            yield row


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


def _findings(rows: Iterable[CheckRow]) -> Iterable[Finding]:
    """What did not pass, the gravest first."""
    found = [
        Finding(one.column, row.clause, one.check, one.proofs)
        for row in rows
        for one in row.judged
        if one.check and one.proofs and one.check.verdict != PASS
    ]
    return sorted(found, key=lambda f: (f.check.level != "must", _WORST_FIRST.index(f.check.verdict)))


def _checks(shown: Sequence[Shown], paraphrases: Mapping[str, str]) -> Iterable[CheckRow]:
    """Every check once, with what each implementation showed for it; the same check twice counts apart."""
    rows: dict[object, tuple[Check, dict[int, Check]]] = {}
    for place, one in enumerate(shown):
        times: dict[object, int] = {}
        for check in one.result.checks:
            same = (check.clause, check.level, check.authority, check.source, check.line, check.expected)
            times[same] = times.get(same, 0) + 1
            rows.setdefault((same, times[same]), (check, {}))[1][place] = check
    for check, by_place in rows.values():
        judged = tuple(
            Judged(one.column, by_place.get(i), proofs(one, by_place[i]) if i in by_place else None)
            for i, one in enumerate(shown)
        )
        yield CheckRow(clause(check.clause, paraphrases), check, judged)
