"""From strands to a picture: marks, labels and lanes with their places, on whatever canvas is given.

The same layout serves the SVG and the terminal, which differ in their canvas only. A mark that
would touch the one before it goes into a row below, and where the lane has no more rows, the two
become one mark that says how many it stands for. A label is placed only where there is room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from attrs import Factory, define, frozen

from reports.text import clip, plural, visible
from reports.timeline.axis import Axis, Canvas, Fold, Tick
from reports.timeline.story import Item, Strand

ROWS = 3
"""Rows of a lane at the most."""
_SHORTEST = 5
"""Letters of a label that is cut, its ellipsis among them; a shorter one would say nothing."""
_TITLE, _TITLES = 600, 4
LETTER = 6
"""Half the height of a letter."""
LINES = {"line", "over"}
"""Looks of marks whose bytes are a line that goes in steps, and not an area."""


@frozen
class Label:
    """A text with the left end of its line; ``y`` is the row's middle."""

    x: int
    y: int
    text: str


@define
class Mark:
    """One shape in its box. ``stairs`` are the corners of its fill for an item that holds bytes."""

    look: str
    x0: int
    x1: int
    y0: int
    y1: int
    titles: list[str]
    label: str
    seen: tuple[int, ...]
    point: bool
    stairs: tuple[tuple[int, int], ...] = ()
    count: int = 1

    @property
    def title(self) -> str:
        """What it stands for; of many things the first ones, and how many there are."""
        shown = "; ".join(self.titles[:_TITLES])
        more = f"; … {plural(self.count, 'thing')} in all" if self.count > _TITLES else ""
        return visible(clip(shown, _TITLE)) + more


@frozen
class Lane:
    """One strand in its place. ``ceiling`` is the height of what must not be passed, None for nothing."""

    name: str
    top: int
    height: int
    marks: tuple[Mark, ...]
    labels: tuple[Label, ...]
    ceiling: int | None = None
    more: str = ""
    holds: bool = False


@frozen
class Rule:
    """The line at the first wrong moment, and what is written above the picture: expected and actual."""

    x: int
    expected: str
    actual: str


@frozen
class Arrow:
    """From a cause to its effect."""

    x0: int
    y0: int
    x1: int
    y1: int


@frozen
class Picture:
    """Everything in its place."""

    canvas: Canvas
    height: int
    lanes: tuple[Lane, ...]
    folds: tuple[Fold, ...]
    ticks: tuple[Tick, ...]
    rule: Rule | None = None
    arrows: tuple[Arrow, ...] = ()
    notes: tuple[str, ...] = Factory(tuple)


def lane(strand: Strand, axis: Axis, canvas: Canvas, top: int) -> Lane:
    """A strand with its marks and labels in place, below ``top``."""
    height = canvas.bytes if strand.top else canvas.row
    rows = _rows(strand, axis, canvas)
    marks: list[Mark] = []
    labels: list[Label] = []
    for number, row in enumerate(rows):
        y0 = top + number * height
        for mark in row:
            mark.y0, mark.y1 = y0, y0 + height
            mark.stairs = tuple((x, y0 + height - y) for x, y in mark.stairs)
        marks += row
        labels += _labels(row, canvas)
    ceiling = top + height - height * strand.ceiling // strand.top if strand.ceiling else None
    name = visible(_cut(strand.name, canvas, canvas.left - 2 * canvas.pad))
    whole = max(1, len(rows)) * height
    return Lane(name, top, whole, tuple(marks), tuple(labels), ceiling, strand.more, holds=bool(strand.top))


def _rows(strand: Strand, axis: Axis, canvas: Canvas) -> list[list[Mark]]:
    """The marks in rows, so that no two of a row touch."""
    rows: list[list[Mark]] = []
    for item in sorted(strand.items, key=lambda item: (item.start, item.stop)):
        mark = _mark(item, strand, axis, canvas)
        free = next((row for row in rows if row[-1].x1 <= mark.x0), None)
        like = next((row for row in rows if _alike(row[-1], mark)), None)
        if free is not None:
            free.append(mark)
        elif like is None and len(rows) < ROWS:
            rows.append([mark])
        else:
            _merge((like or min(rows, key=lambda row: row[-1].x1))[-1], mark)
    return rows


def _alike(last: Mark, mark: Mark) -> bool:
    """Whether a point crowds upon one that looks the same: the two are then told together."""
    return mark.point and last.point and last.look == mark.look


def _merge(last: Mark, mark: Mark) -> None:
    last.x1 = max(last.x1, mark.x1)
    last.titles += mark.titles
    last.seen += mark.seen
    last.count += 1
    last.stairs = ()
    last.label = f"{last.count}×" if last.point and last.look == mark.look else plural(last.count, "thing")


def _mark(item: Item, strand: Strand, axis: Axis, canvas: Canvas) -> Mark:
    point = item.start == item.stop and not item.stairs
    x0, x1 = axis.x(item.start), axis.x(item.stop)
    if point and canvas.point > 1:
        x0, x1 = x0 - canvas.point // 2, x0 + canvas.point // 2
    x1 = max(x1, x0 + 1)
    label = visible(clip(item.label, 60))
    mark = Mark(item.look, x0, x1, 0, 0, [item.title], label, item.seen, point)
    mark.stairs = _stairs(item, strand, axis, canvas, x1)
    return mark


def _stairs(item: Item, strand: Strand, axis: Axis, canvas: Canvas, end: int) -> tuple[tuple[int, int], ...]:
    """The corners of the fill: places and heights above the lane's floor, of equal heights the two ends."""
    if not item.stairs or not strand.top:
        return ()

    def height(amount: int) -> int:
        return canvas.bytes * min(amount, strand.top) // strand.top

    corners = [(axis.x(item.start), height(item.base))]
    for moment, amount in item.stairs:
        x, y = axis.x(moment), height(amount)
        if x <= corners[-1][0]:
            corners[-1] = (corners[-1][0], y)
        elif len(corners) > 1 and corners[-2][1] == corners[-1][1] == y:
            corners[-1] = (x, y)
        else:
            corners.append((x, y))
    return (*corners, (end, corners[-1][1]))


def _labels(row: Sequence[Mark], canvas: Canvas) -> Iterator[Label]:
    """The labels of a row: inside of a mark that has room, else behind or before it, else cut, else none."""
    nexts = [*(mark.x0 for mark in row[1:]), canvas.width]
    before = canvas.left
    for mark, after in zip(row, nexts, strict=True):
        label = _label(mark, before, after, canvas) if mark.label else None
        before = max(mark.x1, label.x + canvas.text(label.text) if label else 0)
        if label:
            yield label
            if label.text == mark.label and len(mark.titles) == 1:  # what is written there is not said twice
                mark.titles = [mark.titles[0].removesuffix(mark.label).rstrip(" :") or mark.label]


def _label(mark: Mark, before: int, after: int, canvas: Canvas) -> Label | None:
    """Where a mark's label goes, given where the one before it ends and the one after it begins."""
    width = canvas.text(mark.label) + 2 * canvas.pad
    y = (mark.y0 + mark.y1) // 2
    struck, inside = _inside(mark, mark.label, canvas)
    if inside and not struck:
        return inside
    if width <= after - mark.x1:
        return Label(mark.x1 + canvas.pad, y, mark.label)
    if width <= mark.x0 - before:
        return Label(mark.x0 - width + canvas.pad, y, mark.label)
    cut = _cut(mark.label, canvas, mark.x1 - mark.x0 - 2 * canvas.pad)
    return inside or _inside(mark, cut, canvas)[1]


def _inside(mark: Mark, text: str, canvas: Canvas) -> tuple[int, Label | None]:
    """A text within its mark, where the line of its bytes strikes the fewest letters, and how many."""
    width = canvas.text(text) + 2 * canvas.pad
    if mark.point or not text or width > mark.x1 - mark.x0:
        return 0, None
    middle, slack = (mark.y0 + mark.y1) // 2, (canvas.bytes - canvas.row) // 2
    if not mark.stairs or not slack:  # a row of letters: nothing can be above or below
        return 0, Label(mark.x0 + canvas.pad, middle, text)
    line = [_reached(mark, x) for x in range(mark.x0, mark.x1 + 1)]
    left = dict.fromkeys(x for x, _ in mark.stairs if x + width <= mark.x1)
    places = [(x, y) for x in left for y in (middle, middle - slack, middle + slack)]

    def struck(place: tuple[int, int]) -> int:
        x, y = place
        letters = pairwise(line[x - mark.x0 : x - mark.x0 + width])
        return sum(min(a, b) < y + LETTER and max(a, b) > y - LETTER for a, b in letters)

    x, y = best = min(places, key=struck)
    return struck(best), Label(x + canvas.pad, y, text)


def _reached(mark: Mark, x: int) -> int:
    """How high the bytes of a mark are drawn at a place: a slope to the first corner, steps from there on."""
    (x0, y0), (x1, y1), *_ = mark.stairs
    if x < x1:
        return y0 if mark.look in LINES else y0 + (y1 - y0) * (x - x0) // (x1 - x0)
    return [y for at, y in mark.stairs if at <= x][-1]


def _cut(text: str, canvas: Canvas, room: int) -> str:
    """A text within so much room, with an ellipsis where it is cut; nothing where too little is left."""
    if canvas.text(text) <= room:
        return text
    letters = int(room / canvas.letter) - 1
    while letters >= _SHORTEST - 1 and canvas.text(text[:letters] + "…") > room:
        letters -= 1
    return text[:letters] + "…" if letters >= _SHORTEST - 1 else ""


def arrows(
    lanes: Iterable[Lane], ties: Iterable[tuple[int, int]], x: Callable[[int], int]
) -> Iterator[Arrow]:
    """An arrow for each tie between two marks that are drawn; ``x`` tells where an observation lies."""
    drawn: dict[int, Mark] = {}
    for one in lanes:
        for mark in one.marks:
            for number in mark.seen:
                drawn.setdefault(number, mark)
    for cause, effect in ties:
        a, b = drawn.get(cause), drawn.get(effect)
        if a and b and a is not b:
            yield Arrow(x(cause), (a.y0 + a.y1) // 2, x(effect), (b.y0 + b.y1) // 2)
