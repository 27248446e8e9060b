"""A picture on a terminal: the same layout on a canvas of letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shutil import get_terminal_size

from attrs import evolve

from conformance.results import Result
from reports.cells import GLYPHS, WORDS
from reports.text import visible
from reports.timeline import drawn
from reports.timeline.axis import Canvas
from reports.timeline.layout import Lane, Mark, Picture
from simulator.observation import Observation

EIGHTH = 8
CANVAS = Canvas(
    width=110, left=18, letter=1, point=1, row=EIGHTH, bytes=EIGHTH, gap=0, pad=1, tail=10, ticks=6
)
NARROWEST, WIDEST = 60, 200
_BLOCKS = " ▁▂▃▄▅▆▇█"
_FILLS = {"offline": "░", "captive": "▒", "metered": "╌", "down": "✕", "pending": "┄", "handler": "▬"}
_POINTS = {
    "progress": "◇", "fault": "↯", "lever": "▸", "trouble": "!", "life": "│",
    "success": "⚑", "fail": "⚐", "abort": "⚐", "click": "⚑",
}  # fmt: skip


def pictures(told: Sequence[tuple[str, Result, Sequence[Observation]]]) -> Iterator[str]:
    """A picture of each result under its name and verdict, one above the other on one axis if that can be.

    It is as wide as the terminal, within reason; where there is none, as CANVAS is.
    """
    columns = get_terminal_size((CANVAS.width, 0)).columns
    width = min(max(columns - 1, NARROWEST), WIDEST)
    canvas = evolve(CANVAS, width=width, ticks=CANVAS.ticks * width // CANVAS.width)
    drawings = drawn([(result, seen) for _, result, seen in told], canvas)
    for (name, result, _), picture in zip(told, drawings, strict=True):
        yield ""
        yield f"{GLYPHS[result.verdict]} {visible(name)}: {WORDS[result.verdict]}"
        yield from (visible(line) for line in result.note.splitlines())
        yield from terminal(picture)


def terminal(picture: Picture) -> Iterator[str]:
    """The lines of a picture."""
    if picture.rule:
        yield f"✗ {picture.rule.expected}"
        yield f"  {picture.rule.actual}"
    yield _axis(picture)
    for lane in picture.lanes:
        yield from _lines(lane, picture)
    yield from picture.notes


def _axis(picture: Picture) -> str:
    line = [" "] * (picture.canvas.width + EIGHTH)
    for tick in picture.ticks:
        _write(line, tick.x, tick.text)
    for fold in picture.folds:
        _write(line, fold.x0, "⋯" + fold.text + "⋯")
    if picture.rule and line[picture.rule.x] == " ":
        line[picture.rule.x] = "✗"
    return "".join(line).rstrip()


def _lines(lane: Lane, picture: Picture) -> Iterator[str]:
    """A line for each row of a lane."""
    rows = lane.height // EIGHTH
    lines = [[" "] * (picture.canvas.width + EIGHTH) for _ in range(rows)]
    for fold in picture.folds:
        for line in lines:
            line[fold.x0 : fold.x1] = "·" * (fold.x1 - fold.x0)
    for mark in lane.marks:
        _paint(lines[(mark.y0 - lane.top) // EIGHTH], mark, lane)
    for label in lane.labels:
        _write(lines[(label.y - lane.top) // EIGHTH], label.x, label.text)
    for place, line in enumerate(lines):
        if picture.rule and line[picture.rule.x] in " ·" and not _written(lane, place, picture.rule.x):
            line[picture.rule.x] = "┊"
    _write(lines[0], 0, lane.name)
    yield from ("".join(line).rstrip() for line in lines)


def _written(lane: Lane, row: int, x: int) -> bool:
    """Whether a label of this row stands there, if only with a blank of it."""
    rows = ((label, (label.y - lane.top) // EIGHTH) for label in lane.labels)
    return any(at == row and label.x <= x < label.x + len(label.text) for label, at in rows)


def _paint(line: list[str], mark: Mark, lane: Lane) -> None:
    if mark.point:
        _write(line, mark.x0, _POINTS.get(mark.look, "•"))
    elif mark.stairs:
        for x in range(mark.x0, mark.x1):
            line[x] = "░" if mark.look == "ghost" else _block(mark, x)
    else:
        fill = "?" if lane.holds else _FILLS.get(mark.look, "─")
        _write(line, mark.x0, fill * (mark.x1 - mark.x0))
        line[mark.x0] = "├" if mark.look not in _FILLS else fill


def _block(mark: Mark, x: int) -> str:
    """How high the bytes stand at a place, in eighths."""
    reached = [y for at, y in mark.stairs if at <= x]
    return _BLOCKS[max(1, min(EIGHTH, mark.y1 - (reached[-1] if reached else mark.y1)))]


def _write(line: list[str], x: int, text: str) -> None:
    line[x : x + len(text)] = text
