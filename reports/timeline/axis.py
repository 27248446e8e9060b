"""The common time axis: every moment has its place, and idle gaps are folded with their length told.

Room is given twice: a little to every moment, so that what happened at one instant stands in its
order, and the rest in proportion to the time between. A gap beside which all others together are
small is folded to the width of its own label.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from attrs import frozen

from reports.text import SECOND, duration
from reports.timeline.story import Moment

FOLDS = 8
"""Gaps folded at the most."""
_DOMINANT, _JUMP = 4, 20
"""A gap is idle where it is so many times as long as all shorter ones together, and as the next of them,
and a second at least: below that, waiting is a part of what happens."""


@frozen
class Canvas:
    """What is drawn on, in its own units: the whole width, the column of names, one letter, one point.

    ``row`` and ``bytes`` are the heights of the rows of a lane, ``gap`` is kept free between lanes,
    ``pad`` between a mark and its label, ``tail`` after the last that was seen, so that how it ended
    can be written there.
    """

    width: int
    left: int
    letter: float
    point: int
    row: int
    bytes: int
    gap: int
    pad: int
    tail: int
    ticks: int

    def text(self, text: str) -> int:
        """The width of a text in a font whose letters all have the same; wide ones count twice."""
        cells = sum(1 if one < "\u1100" or "\u2000" <= one < "\u2e80" else 2 for one in text)
        return -int(-cells * self.letter // 1)


@frozen
class Fold:
    """An idle gap: where it lies on the canvas, and how long it really is, in words."""

    x0: int
    x1: int
    text: str


@frozen
class Tick:
    """A place on the axis with its time in words."""

    x: int
    text: str


@frozen
class Axis:
    """Where each moment lies, the folds, and the times between which the axis is even."""

    places: Mapping[Moment, int]
    folds: tuple[Fold, ...]
    ticks: tuple[Tick, ...]

    def x(self, moment: Moment) -> int:
        return self.places[moment]


def axis(moments: Iterable[Moment], canvas: Canvas) -> Axis:
    """The axis for these moments, from the left edge of the canvas to its right."""
    order = sorted({(0, 0), *moments})
    idle = _idle(order)
    folds = {b: canvas.text(duration(b[0] - a[0])) + 2 * canvas.pad for a, b in pairwise(order) if b in idle}
    places = _places(order, folds, canvas)
    told = tuple(Fold(places[a], places[b], duration(b[0] - a[0])) for a, b in pairwise(order) if b in idle)
    return Axis(places, told, tuple(_ticks(order, idle, places, told, canvas)))


def _idle(order: Sequence[Moment]) -> frozenset[Moment]:
    """The moments before which time stood idle."""
    gaps = sorted(((b[0] - a[0], b) for a, b in pairwise(order)), reverse=True)
    rest = sum(gap for gap, _ in gaps)
    folded = 0
    for number, ((gap, _), (shorter, _)) in enumerate(pairwise(gaps[: FOLDS + 1]), 1):
        rest -= gap
        if gap >= SECOND and shorter and gap >= _DOMINANT * rest and gap >= _JUMP * shorter:
            folded = number
    return frozenset(moment for _, moment in gaps[:folded])


def _places(order: Sequence[Moment], folds: Mapping[Moment, int], canvas: Canvas) -> dict[Moment, int]:
    room = canvas.width - canvas.left - canvas.tail - sum(folds.values())
    total = sum(b[0] - a[0] for a, b in pairwise(order) if b not in folds)
    each = min(2 * canvas.point, room / 2 / len(order)) if total else room / len(order)
    spread = room - each * len(order)
    at = float(canvas.left)
    places = {order[0]: canvas.left}
    for a, b in pairwise(order):
        gap = b[0] - a[0]
        at += folds[b] if b in folds else each + (spread * gap / total if total else 0)
        places[b] = int(at)
    return {**places, order[-1]: canvas.width - 1}


def _ticks(
    order: Sequence[Moment],
    idle: frozenset[Moment],
    places: Mapping[Moment, int],
    folds: Sequence[Fold],
    canvas: Canvas,
) -> Iterator[Tick]:
    """Ticks at 1, 2 and 5 of a unit; after a fold they count from its end. None lies on another's text."""
    busy = sum(b[0] - a[0] for a, b in pairwise(order) if b not in idle)
    step = _step(busy, canvas.ticks)
    free, fold = canvas.left, iter([*folds, Fold(canvas.width, canvas.width, "")])
    limit = next(fold).x0
    for first, last in _stretches(order, idle):
        for time in range(first[0], last[0] + 1, step):
            x = _between(time, order, places)
            text = duration(time) if time == first[0] else f"+{duration(time - first[0])}"
            if free <= x and x + canvas.text(text) <= limit:
                yield Tick(x, text)
                free = x + canvas.text(text) + 2 * canvas.pad
        free = max(free, places[last])
        limit = next(fold, Fold(canvas.width, canvas.width, "")).x0


def _stretches(order: Sequence[Moment], idle: frozenset[Moment]) -> Iterator[tuple[Moment, Moment]]:
    """The stretches between folds, each by its first moment and its last."""
    first = order[0]
    for a, b in pairwise(order):
        if b in idle:
            yield first, a
            first = b
    yield first, order[-1]


def _step(busy: int, ticks: int) -> int:
    """The shortest of 1, 2 or 5 times a power of ten (in nanoseconds) that gives no more ticks than these."""
    step = 1
    while busy > step * ticks:
        step = step * 2 if str(step)[0] in "15" else step * 5 // 2
    return max(step, SECOND // 1_000_000)


def _between(time: int, order: Sequence[Moment], places: Mapping[Moment, int]) -> int:
    """Where a time lies that need not be that of a moment."""
    after = bisect_right(order, (time, -1))
    if after >= len(order):
        return places[order[-1]]
    if order[after][0] == time or after == 0:
        return places[order[after]]
    a, b = order[after - 1], order[after]
    return places[a] + (places[b] - places[a]) * (time - a[0]) // (b[0] - a[0])
