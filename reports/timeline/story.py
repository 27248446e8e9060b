"""What a timeline tells, before anything is drawn: strands of items that lie in the order of what was seen.

A moment is a time and a rank among what was seen at that time. Virtual time stands still while
much happens, and two things of one instant still have an order; a time alone would pile them up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from attrs import Factory, define, evolve, frozen

from reports.machine import bounded
from reports.telling import tell
from reports.text import clip, size
from simulator.observation import Event, Kind, Observation, Progress, Record, Request, Response

Moment = tuple[int, int]
"""A time in nanoseconds, and a rank among what was seen at that very time."""

K = TypeVar("K", bound=Kind)


_BRIEF = 120


def brief(seen: Observation) -> str:
    """An observation in a few words, without headers: the whole is in the list of observations."""
    match seen.data:
        case Request() | Response() | Record():
            return clip(tell(evolve(seen, data=evolve(seen.data, headers=()))), _BRIEF)
        case Progress(downloaded=downloaded, result=result):
            return size(downloaded) + f", {clip(result, 20)}" * bool(result)
        case Event(type=type, interface=interface):
            return clip(f"{type} ({interface})", _BRIEF)
    return clip(tell(seen), _BRIEF)


@frozen
class Item:
    """Something that lasts from ``start`` to ``stop``, or a point where the two are the same.

    ``look`` names its shape and colour, ``seen`` the observations that it stands for. Of an item
    that holds bytes, ``base`` is the amount at its start and ``stairs`` are the amounts reached.
    """

    look: str
    start: Moment
    stop: Moment
    title: str
    label: str = ""
    seen: tuple[int, ...] = ()
    base: int = 0
    stairs: tuple[tuple[Moment, int], ...] = ()


@frozen
class Strand:
    """One lane to be: ``top`` is the amount at its upper edge where its items hold bytes, else 0.

    ``ceiling`` is an amount that must not be passed, 0 for none; ``more`` says what is not drawn.
    """

    name: str
    items: tuple[Item, ...]
    top: int = 0
    ceiling: int = 0
    more: str = ""


def left_out(drawn: int, there: int, what: str) -> str:
    """That not everything has a lane, in words, "" where it has."""
    return f"{there - drawn} of {there} {what} are not drawn" if there > drawn else ""


@define(slots=False)
class Story:
    """All that was seen in one result, each thing with its moment."""

    seen: Sequence[Observation]
    moments: Mapping[int, Moment] = Factory(dict)

    @classmethod
    def of(cls, seen: Sequence[Observation]) -> Story:
        """The story of observations that are in the order of their times."""
        moments: dict[int, Moment] = {}
        latest, rank = -1, 0
        for one in seen:
            time = max(bounded(one.time), latest)
            rank = rank + 1 if time == latest else 0
            latest = time
            moments[one.sequence] = (time, rank)
        return cls(seen, moments)

    def at(self, seen: Observation) -> Moment:
        return self.moments[seen.sequence]

    @cached_property
    def end(self) -> Moment:
        """The moment after the last that was seen: what goes on lasts until there."""
        time, rank = max(self.moments.values(), default=(0, 0))
        return (time, rank + 1)

    def select(self, *kinds: type[K]) -> Iterator[tuple[Observation, K]]:
        """The observations of these kinds, each with its data."""
        for one in self.seen:
            if isinstance(one.data, kinds):
                yield one, one.data

    def point(self, seen: Observation, look: str, label: str = "") -> Item:
        """An observation as a point."""
        at = self.at(seen)
        return Item(look, at, at, brief(seen), label, (seen.sequence,))

    def segments(self, changes: Sequence[tuple[Observation, str, str]]) -> tuple[Item, ...]:
        """States that follow each other: each change (with look and label) lasts until the next."""
        if not changes:
            return ()
        starts = [self.at(seen) for seen, _, _ in changes]
        return tuple(
            Item(look, start, stop, brief(seen), label, (seen.sequence,))
            for (seen, look, label), start, stop in zip(changes, starts, [*starts[1:], self.end], strict=True)
        )
