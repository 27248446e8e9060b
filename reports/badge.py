"""A badge: how a run came out, in counts, as an SVG of our own and as a shields.io endpoint.

Counts and not percentages, because a share hides how much was judged. A run that was cut short
is never green.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS
from reports.cells import Cell, Group, matrix, say
from reports.machine import dump, line
from reports.run import Run

LABEL = "background fetch"
_COLOURS = {"brightgreen": "#2e7d32", "red": "#c62828", "orange": "#a65300", "yellow": "#7a6200"}
_GREY = "#5c5c5c"  # each of them carries white letters with a contrast of 4.5 and more
_COLUMNS = 3
_HEIGHT, _PAD, _LETTER = 20, 6, 6.3


def message(run: Run) -> str:
    """The counts of each implementation, the first three by name."""
    table = matrix(run)
    told = [_told(cell, len(table.columns)) for cell in Group("", table.rows).sums(table.columns)]
    if len(told) > _COLUMNS:
        told[_COLUMNS:] = [f"and {len(told) - _COLUMNS} more"]
    if run.missing:
        told.append("not whole")
    return " · ".join(told) or "nothing was run"


def _told(cell: Cell, columns: int) -> str:
    counts = say(cell.counts) if cell.results else "nothing"
    if len(cell.results) == 1:
        counts = f"1 {counts}"
    return f"{line(cell.column, 30)} {counts}" if columns > 1 else counts


def colour(run: Run) -> str:
    """The colour of the gravest verdict, by its name at shields.io; grey where the run is not whole."""
    verdicts = {result.verdict for result in run.results}
    for verdict, name in ((FAIL, "red"), (ERROR, "orange"), (INCONCLUSIVE, "yellow")):
        if verdict in verdicts:
            return name
    return "brightgreen" if PASS in verdicts and not run.missing else "lightgrey"


def endpoint(run: Run) -> str:
    """The JSON that shields.io asks for by its endpoint badge."""
    return dump({"schemaVersion": 1, "label": LABEL, "message": message(run), "color": colour(run)})


def svg(run: Run) -> str:
    """The badge as an SVG that needs no font and no server of anybody."""
    told = message(run)
    left, right = (round(len(text) * _LETTER) + 2 * _PAD for text in (LABEL, told))
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": str(left + right),
            "height": str(_HEIGHT),
            "viewBox": f"0 0 {left + right} {_HEIGHT}",
            "role": "img",
            "aria-label": f"{LABEL}: {told}",
        },
    )
    ET.SubElement(root, "title").text = f"{LABEL}: {told}"
    _half(root, 0, left, "#3b3b3b", LABEL)
    _half(root, left, right, _COLOURS.get(colour(run), _GREY), told)
    return ET.tostring(root, encoding="unicode") + "\n"


def _half(root: ET.Element, x: int, width: int, fill: str, text: str) -> None:
    """A field with its text, which is stretched to the field whatever font the reader has."""
    ET.SubElement(root, "rect", x=str(x), width=str(width), height=str(_HEIGHT), fill=fill)
    letters = ET.SubElement(
        root,
        "text",
        {
            "x": str(x + _PAD),
            "y": "14",
            "fill": "#fff",
            "font-family": "Verdana, DejaVu Sans, sans-serif",
            "font-size": "11",
            "textLength": str(width - 2 * _PAD),
            "lengthAdjust": "spacingAndGlyphs",
        },
    )
    letters.text = text
