"""The matrix on a terminal: scenarios by folder, implementations across, the same cells as the page.

Names are hostile here too: they are printed as plain text with every control character named,
never as markup, so that no scenario moves the cursor or colours the line of another.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED
from reports.cells import GLYPHS, NOTHING, REMARK, Cell, matrix
from reports.run import Run
from reports.text import clip, visible

NAMES, COLUMN, GAP = 36, 5, 2
"""Letters for the names of scenarios, the least for that of an implementation, and blanks after a column."""

STYLES = {
    PASS: "green",
    FAIL: "bold red",
    INCONCLUSIVE: "yellow",
    UNSUPPORTED: "dim",
    ERROR: "bold magenta",
    NOTHING: "dim",
}


def terminal(run: Run, width: int) -> RenderableType:
    """The matrix of a run for a rich console of this width; glyphs tell the verdicts without colour.

    Implementations share what names of scenarios leave them: a column without room would not be shown.
    """
    table = matrix(run)
    each = max(COLUMN, (width - NAMES) // max(1, len(table.columns)) - GAP)
    shown = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0))
    shown.add_column("scenario", overflow="fold")
    for column in table.columns:
        shown.add_column(_plain(column, 30), overflow="fold", max_width=min(each, 40))
    for group in table.groups:
        shown.add_row(
            _plain(group.folder or "scenarios", 60, "bold"), *_cells(group.sums(table.columns), dim=True)
        )
        for row in group.rows:
            name = Text.assemble("  ", _plain(row.name, 60), ("  ≠" if row.differs else "", "bold"))
            shown.add_row(name, *_cells(row.cells))
    return shown


def _cells(cells: Sequence[Cell], *, dim: bool = False) -> list[Text]:
    return [_cell(cell, dim) for cell in cells]


def _cell(cell: Cell, dim: bool) -> Text:
    """The glyphs of a cell, with counts where there is more than one result."""
    counted = sum(count for _, count in cell.counts) > 1
    marks = [
        (f"{GLYPHS[verdict]}{f'{count:,}' if counted else ''}", STYLES[verdict])
        for verdict, count in cell.counts
    ]
    if cell.remarks and not dim:
        marks.append((f"{REMARK}{len(cell.remarks)}", "yellow"))
    return Text(" ").join(Text(mark, f"dim {style}" if dim else style) for mark, style in marks)


def _plain(text: str, limit: int, style: str = "") -> Text:
    return Text(visible(clip(text, limit)), style)
