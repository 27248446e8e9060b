"""The HTML report: one self-contained file that is read without JavaScript."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from attrs import evolve, frozen

from conformance.results import FAIL
from reports import cells, clause_table
from reports.causes import Cause, causes
from reports.clause_table import Known, Section, Text
from reports.machine import missing
from reports.outcomes import Kill, Outcomes, Untold, kills, limits, outcomes, untold
from reports.pages import written
from reports.parts import Part, part
from reports.room import LIMIT, lightened
from reports.run import Run
from reports.text import clip, duration, plural

UNKNOWN = Text()
FULL = "report"
"""The folder of the full report, beside the one file that is the short one."""

_SPARE = 1_000
"""So many bytes more are left out than seems necessary, because it says so too."""

GAPS = 50
"""What could not be read of the run; of the rest it is said how much there is."""


@frozen
class Judge:
    """One implementation in the verdict strip; ``wall`` and ``virtual`` are nanoseconds."""

    column: str
    version: str
    cell: cells.Cell
    wall: int
    virtual: int


@frozen
class Page:
    """All that the page shows, in the order of the page."""

    heading: str
    summary: str
    against: str
    known: Mapping[str, Sequence[Known]]
    news: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    judges: tuple[Judge, ...]
    columns: tuple[str, ...]
    coverage: str
    sections: tuple[Section, ...]
    folders: tuple[tuple[str, tuple[Part, ...]], ...]
    parts: tuple[Part, ...]
    causes: tuple[Cause, ...]
    failed: tuple[str, ...]
    next: Mapping[str, str]
    anchors: Mapping[str, str]
    shorts: Mapping[str, str]
    faults: Outcomes
    kills: tuple[Kill, ...]
    untold: tuple[Untold, ...]
    limits: tuple[str, ...]
    full: bool = False
    left_out: str = ""


def render(run: Run, clauses: Mapping[str, str], text: Text = UNKNOWN) -> str:
    """The report of a run as one HTML document.

    ``clauses`` maps clause ids to our paraphrase, ``text`` tells what else is known of them.
    """
    page = _page(run, clauses, text, full=False)
    whole = written("report.html", page=page)
    over = len(whole.encode()) - LIMIT
    return whole if over <= 0 else written("report.html", page=_lighter(page, over + _SPARE))


def _lighter(page: Page, over: int) -> Page:
    """The page with so many bytes less, and word of it."""
    lighter = lightened(page.parts, over)
    rest = iter(lighter.parts)
    folders = tuple((name, tuple(next(rest) for _ in parts)) for name, parts in page.folders)
    return evolve(page, parts=lighter.parts, folders=folders, left_out=str(lighter))


def folder(run: Run, clauses: Mapping[str, str], text: Text = UNKNOWN) -> Iterator[tuple[str, str]]:
    """The full report as files: an index, and a page for each scenario with all that is known of it."""
    page = _page(run, clauses, text, full=True)
    places = {one.anchor: f"{number}.html" for number, one in enumerate(page.parts, 1)}
    yield f"{FULL}/index.html", written("report.html", page=page, places=places)
    for one in page.parts:
        yield f"{FULL}/{places[one.anchor]}", written("alone.html", page=page, part=one)


# -- what the page shows --------------------------------------------------------------------


def _page(run: Run, clauses: Mapping[str, str], text: Text, *, full: bool) -> Page:
    table = cells.matrix(run)
    anchors = _anchors(row.scenario.id for row in table.rows)
    found = clause_table.sections(run, table.columns, clauses, text.rules)
    numbers = {row.clause.id: row.anchor for section in found for row in section.rows}
    parts = tuple(
        part((run,) * len(row.cells), row, number, anchors[row.scenario.id], clauses, full=full)
        for number, row in enumerate(table.rows, 1)
    )
    failed = tuple(one.anchor for one in parts if one.failed)
    return Page(
        heading=_heading(run),
        summary=cells.summary(run, table),
        against=text.against,
        known=text.known,
        news=tuple(one.anchor for one in parts if one.scenario.id in text.news),
        facts=tuple(_facts(run, text.revision)),
        options=tuple(_options(run)),
        missing=missing(run, GAPS),
        judges=tuple(_judges(run, table)),
        columns=table.columns,
        coverage=clause_table.coverage(found),
        sections=found,
        folders=tuple(_folders(table, parts)),
        parts=parts,
        causes=causes(parts, clauses),
        failed=failed,
        next=dict(pairwise(failed)),
        anchors={**numbers, **anchors},
        shorts={one.scenario.id: one.short for one in parts},
        faults=outcomes(run),
        kills=kills(table),
        untold=untold(run),
        limits=tuple(limits(run)),
        full=full,
    )


def _heading(run: Run) -> str:
    """What a tab of many shows: failures first."""
    counts = sorted(cells.tally(run.results), key=lambda one: one[0] != FAIL)
    return f"{cells.say(counts) if counts else 'no result'}: bgfetch report"


def _folders(table: cells.Matrix, parts: Iterable[Part]) -> Iterator[tuple[str, tuple[Part, ...]]]:
    rest = iter(parts)
    for group in table.groups:
        yield clause_table.title(group.folder), tuple(next(rest) for _ in group.rows)


def _anchors(ids: Iterable[str]) -> dict[str, str]:
    """A readable place in the page for each scenario; two that read alike are numbered apart."""
    anchors: dict[str, str] = {}
    taken: set[str] = set()
    for id in ids:
        stem = anchor = "s-" + re.sub(r"[^A-Za-z0-9/#-]+", "-", id)[:100].strip("-").replace("#", ".")
        number = 1
        while anchor in taken:
            number += 1
            anchor = f"{stem}-{number}"
        taken.add(anchor)
        anchors[id] = anchor
    return anchors


def _facts(run: Run, revision: str) -> Iterable[tuple[str, str]]:
    header, end = run.header, run.end
    yield "Results", f"expected {plural(header.expected, 'result')}, got {len(run.results):,}"
    yield "bgfetch", f"{header.bgfetch} on Python {header.python}"
    if revision:
        yield "Specification", revision
    yield "Started", header.started
    yield "Seed", str(header.seed)
    yield "Wall time", duration(end.wall if end else sum(result.wall for result in run.results))


def _options(run: Run) -> Iterable[tuple[str, str]]:
    for name, value in run.header.options.items():
        if value not in (None, "", False, [], {}):
            yield clip(name, 60), clip(_option(value), 200)


def _option(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _judges(run: Run, table: cells.Matrix) -> Iterable[Judge]:
    for cell in cells.Group("", table.rows).sums(table.columns):
        name = cell.results[0].implementation if cell.results else cell.column
        version = run.header.implementations.get(name, "version not told")
        wall, virtual = (sum(getattr(r, time) for r in cell.results) for time in ("wall", "virtual"))
        yield Judge(cell.column, version, cell, wall, virtual)
