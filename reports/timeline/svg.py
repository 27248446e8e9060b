"""A picture as SVG: shapes by class, colours from the page's style, a title on every mark.

Coordinates are whole numbers and nothing depends on an order of hashing, so the same run gives the
same bytes. A report holds hundreds of these pictures: quotes that HTML can do without are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup

from reports.timeline.axis import Canvas
from reports.timeline.layout import LETTER, LINES, Lane, Mark, Picture

CANVAS = Canvas(width=960, left=124, letter=6.65, point=8, row=16, bytes=30, gap=5, pad=3, tail=66, ticks=6)

_POINTS = {
    "progress": "m-4 0l4-4 4 4-4 4z",
    "fault": "m1-6-5 7h4l-1 5 5-7h-4z",
    "lever": "m-3-4 7 4-7 4z",
    "trouble": "m-4-4h8v8h-8z",
    "life": "m-1-6h2v12h-2z",
}
_FLAG = "m-4 6v-12l8 3-7 3v6z"


def svg(picture: Picture) -> Markup:
    """The picture as an inline SVG element; what it shows is said by the figure around it."""
    return Markup("".join(_parts(picture)))


def _parts(picture: Picture) -> Iterator[str]:
    canvas = picture.canvas
    yield f'<svg class="tl" viewBox="0 0 {canvas.width} {picture.height}">'
    yield from _ground(picture)
    for lane in picture.lanes:
        yield from _lane(lane, canvas)
    yield from _verdict(picture)
    for number, note in enumerate(picture.notes, 1):
        yield _text(0, picture.height - (len(picture.notes) - number) * canvas.row - 5, note, "n")
    yield "</svg>"


def _ground(picture: Picture) -> Iterator[str]:
    """Axis, ticks and folds."""
    canvas = picture.canvas
    top = canvas.row * (3 if picture.rule else 1)
    yield f"<svg class=n x=2 y={top - canvas.row}>"
    yield from (f"<text x={tick.x}>{tick.text}</text>" for tick in picture.ticks)
    yield "</svg>"
    lines = "".join(f"M{tick.x} {top - canvas.row + 3}V{picture.height}" for tick in picture.ticks)
    yield f'<path class=t d="{lines}"/>'
    for fold in picture.folds:
        yield f'<path class=f d="M{fold.x0} {top}V{picture.height}H{fold.x1}V{top}z">'
        yield f"<title>{fold.text} in which nothing was seen, folded</title></path>"
        yield _text(fold.x0 + canvas.pad, top - 4, fold.text, "i")


def _lane(lane: Lane, canvas: Canvas) -> Iterator[str]:
    kind, row = (" class=h", canvas.bytes) if lane.holds else ("", canvas.row)
    yield f"<svg{kind} y={lane.top}>"  # shorter than a group that is moved, and there are thousands
    if boxes := "".join(_box(mark, lane, 0) for mark in lane.marks if lane.holds and mark.look not in LINES):
        yield f'<path class=o d="{boxes}"/>'
    for _, group in groupby(enumerate(lane.marks), _alike):
        marks = [mark for _, mark in group]
        shape = "".join(_filled(mark, lane) if lane.holds else _shape(mark, lane) for mark in marks)
        title = "progress: " * (marks[0].look == "progress") + "; ".join(mark.title for mark in marks)
        yield f'<path class={marks[0].look} d="{shape}"><title>{_safe(title)}</title></path>'
    if lane.ceiling is not None:
        yield f'<path class=c d="M{canvas.left} {lane.ceiling - lane.top}H{canvas.width}">'
        yield "<title>downloadTotal</title></path>"
    for label in lane.labels:
        below = label.y - lane.top - row // 2
        y = f" y={below}" if below else ""
        yield f"<text x={label.x}{y}>{_safe(label.text)}</text>"
    yield f"<text>{_safe(lane.name)}</text></svg>"  # the last, above all: it stays where the rest scrolls


def _alike(mark: tuple[int, Mark]) -> object:
    """Progress events in a row are one shape with the titles of all; everything else is one by itself."""
    return mark[1].look if mark[1].look == "progress" else mark[0]


def _shape(mark: Mark, lane: Lane) -> str:
    """The outline of a mark as a path, from the lane's top on, as all within a lane."""
    if not mark.point:
        return _box(mark, lane, 1)
    middle = (mark.y0 + mark.y1) // 2 - lane.top
    if mark.count == 1:
        return f"M{(mark.x0 + mark.x1) // 2} {middle}{_POINTS.get(mark.look, _FLAG)}"
    return f"M{mark.x0} {middle}l4-4H{mark.x1 - 4}l4 4-4 4H{mark.x0 + 4}z"


def _box(mark: Mark, lane: Lane, inset: int) -> str:
    width, height = mark.x1 - mark.x0, mark.y1 - mark.y0 - 2 * inset
    return f"M{mark.x0} {mark.y0 - lane.top + inset}h{width}v{height}h-{width}z"


def _filled(mark: Mark, lane: Lane) -> str:
    """What the bytes fill, from the offset at its start to each that it reached; the box for none.

    Its lower edge has no line, which would cross the label of a part that begins at some height.
    """
    if not mark.stairs:
        return _box(mark, lane, 0)
    (x, y), *rest = ((x, y - lane.top) for x, y in mark.stairs)
    if mark.look in LINES:
        return f"M{x} {y}" + "".join(f"H{to}V{height}" for to, height in rest)
    (first_x, first_y), *later = rest
    steps = "".join(f"H{to}V{height}" for to, height in later)
    return f"M{x} {y}L{first_x} {first_y}{steps}V{y}"


def _verdict(picture: Picture) -> Iterator[str]:
    """The arrows that lead to the first wrong moment, and the rule that marks it."""
    for arrow in picture.arrows:
        bend = (arrow.x0 + arrow.x1) // 2
        d = f"M{arrow.x0} {arrow.y0}C{bend} {arrow.y0} {bend} {arrow.y1} {arrow.x1 - 3} {arrow.y1}"
        yield f'<path class="a" d="{d}m-4-3 4 3-4 3"><title>it came of this</title></path>'
    if picture.rule:
        rule, row = picture.rule, picture.canvas.row
        yield f'<path class="w" d="{_broken(picture, rule.x, 2 * row + 2)}">'
        yield "<title>the first wrong moment</title></path>"
        yield _text(0, row - 4, rule.expected, "e")
        yield _text(0, 2 * row - 4, rule.actual, "x")


def _broken(picture: Picture, x: int, top: int) -> str:
    """A line from the top to the bottom that leaves out the letters of the labels it meets."""
    line = f"M{x} {top}"
    for label in sorted((label for lane in picture.lanes for label in lane.labels), key=lambda one: one.y):
        if label.x <= x < label.x + picture.canvas.text(label.text):
            line += f"V{label.y - LETTER - 1}M{x} {label.y + LETTER + 1}"
    return f"{line}V{picture.height}"


def _text(x: int, y: int, text: str, look: str = "") -> str:
    kind = f' class="{look}"' if look else ""
    return f'<text{kind} x="{x}" y="{y}">{_safe(text)}</text>'


_UNSAFE = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def _safe(text: str) -> str:
    """A text as the content of an element, or of an attribute between double quotes."""
    return text.translate(_UNSAFE)
