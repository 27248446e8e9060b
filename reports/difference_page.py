"""The difference of two runs as one page: what changed, each with what was seen before and after.

A change is told as the report tells a scenario, the two runs in the place of two implementations:
the same timelines on one axis, findings with their proof, and the command that shows it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from reports.cells import Cell, Row
from reports.changes import KINDS, Change, Changes
from reports.clause_table import Known
from reports.difference import GAPS, MOST, counts
from reports.machine import listed, missing
from reports.pages import written
from reports.parts import Part, part
from reports.run import Listed, Run

FILE = "difference.html"


@frozen
class Told:
    """A change as a row; ``part`` is all that is known of it, None where it is only listed."""

    change: Change
    row: Row
    part: Part | None


@frozen
class Page:
    """All that the page shows. What a scenario's part asks for has the names that it has in the report."""

    summary: str
    versions: tuple[str, ...]
    runs: tuple[tuple[str, Run, Sequence[str]], ...]
    kinds: tuple[tuple[str, tuple[Told, ...], int], ...]
    columns: tuple[str, ...] = ("before", "after")
    anchors: Mapping[str, str] = {}  # clauses lead to the specification: the page has no table of them
    known: Mapping[str, Sequence[Known]] = {}
    full: bool = False


def page(found: Changes, clauses: Mapping[str, str]) -> str:
    """The difference as one HTML document; ``clauses`` maps clause ids to our paraphrase."""
    kinds = tuple((kind, found.of(kind)) for kind in KINDS)
    told = dict(zip(found.changes, _told(found, clauses), strict=True))
    return written(
        "difference.html",
        page=Page(
            counts(found),
            tuple(found.versions),
            tuple((name, run, missing(run, GAPS)) for name, run in found.runs),
            tuple((kind, tuple(told[one] for one in of[:MOST]), len(of[MOST:])) for kind, of in kinds if of),
        ),
    )


def _told(found: Changes, clauses: Mapping[str, str]) -> Iterator[Told]:
    scenarios = {**listed(found.before), **listed(found.after)}
    drawn = set(found.drawn)
    for number, change in enumerate(found.changes, 1):
        cells = tuple(
            Cell(name, fold.results if fold else ())
            for name, fold in (("before", change.before), ("after", change.after))
        )
        row = Row(scenarios.get(change.scenario, Listed(change.scenario)), cells)
        runs = (found.before, found.after)
        whole = part(runs, row, number, f"d{number}", clauses, full=False) if change in drawn else None
        yield Told(change, row, whole)
