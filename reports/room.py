"""A page within its size: what tells least is left out until it fits, and it is said how much that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from attrs import evolve, frozen

from conformance.results import FAIL, PASS
from reports.parts import NO_PICTURE, Part, Told, Witnessed
from reports.text import plural

LIMIT = 2_000_000
"""Bytes of a report in one file: a mail takes it, and a phone opens it."""
_MARKUP, _WORD = 40, 150
"""Bytes about an observation that is listed, and of a sentence that says what is left out."""


@frozen
class Lightened:
    """The parts that are left, and how many timelines and observations are not."""

    parts: tuple[Part, ...]
    timelines: int
    observations: int

    def __str__(self) -> str:
        told = f"{plural(self.timelines, 'timeline')} and {plural(self.observations, 'observation')}"
        return f"To keep this page near {LIMIT // 1_000_000} MB, {told} are left out"


def lightened(parts: Sequence[Part], over: int) -> Lightened:
    """The parts with so many bytes less, as far as that goes: the last ones and the least telling first."""
    kept = list(parts)
    for lighter in _WAYS:
        for place in reversed(range(len(kept))):
            if over <= 0:
                break
            before = kept[place]
            kept[place] = lighter(before)
            over -= _weight(before) - _weight(kept[place])
    lines, pictures = (sum(map(count, parts)) - sum(map(count, kept)) for count in (_lines, _pictures))
    return Lightened(tuple(kept), pictures, lines)


def _weight(part: Part) -> int:
    """How many bytes of a part could be done without, and what it takes to say so where they are."""
    words = bool(part.undrawn) + sum(any(who.left_out for who in one.witnesses) for one in part.told)
    pictures = sum(len(one.picture.encode()) for one in part.told)
    lines = (line for one in part.told for who in one.witnesses for line in who.lines)
    return words * _WORD + pictures + sum(len(line.text.encode()) + _MARKUP for line in lines)


def _lines(part: Part) -> int:
    return sum(len(who.lines) for one in part.told for who in one.witnesses)


def _pictures(part: Part) -> int:
    return sum(bool(one.picture) for one in part.told)


# -- ways to make a part lighter, the least telling first ------------------------------------


def _without_what_proves_nothing(part: Part) -> Part:
    """No observations but those that a finding rests on."""
    return evolve(part, told=tuple(evolve(one, witnesses=tuple(_proving(one))) for one in part.told))


def _proving(one: Told) -> Iterator[Witnessed]:
    for who in one.witnesses:
        lines = tuple(line for line in who.lines if line.anchor)
        yield evolve(who, lines=lines, left_out=who.left_out + len(who.lines) - len(lines))


def _without_third_pictures(part: Part) -> Part:
    return _drawn(part, [one for one in part.told if one.picture][:2])


def _without_the_calm(part: Part) -> Part:
    """No picture where nothing went wrong."""
    calm = all(one.result.verdict == PASS for one in part.told)
    return _drawn(part, () if calm else part.told)


def _with_the_worst_alone(part: Part) -> Part:
    return _drawn(part, sorted(part.told, key=lambda one: one.result.verdict != FAIL)[:1])


def _without_the_unclear(part: Part) -> Part:
    """No picture where nothing failed."""
    return _drawn(part, part.told if part.failed else ())


def _without_pictures(part: Part) -> Part:
    return _drawn(part, ())


def _drawn(part: Part, kept: Sequence[Told]) -> Part:
    """A part in which only these are drawn."""
    gone = [one for one in part.told if (one.picture or one.same) and one not in kept]
    told = tuple(evolve(one, picture=NO_PICTURE, same="") if one in gone else one for one in part.told)
    return evolve(part, told=told, undrawn=part.undrawn + len(gone))


_WAYS: Sequence[Callable[[Part], Part]] = (
    _without_what_proves_nothing,
    _without_third_pictures,
    _without_the_calm,
    _with_the_worst_alone,
    _without_the_unclear,
    _without_pictures,
)
