"""The first wrong moment of a result, and the ties by which what was seen leads up to it.

A tie is drawn only where it is known. What was seen of the simulator names its cause; what was seen
of a browser does not, and is tied where it belongs to the same step, the same exchange, the same
event, or is a further request for a URL whose last request has ended. What merely came before is
not called a cause.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from conformance.results import Check, Result
from reports.timeline.story import Item, Moment, Story, Strand, left_out
from simulator.observation import (
    Called,
    Closed,
    Event,
    EventDone,
    Fault,
    Network,
    Observation,
    Record,
    Request,
    Response,
    Sent,
    Settled,
    Step,
    Upload,
)

ARROWS = 12
"""Ties drawn before the verdict at the most."""


@frozen
class Wrong:
    """The first wrong moment: where it is, the check that tells, and how many others failed too."""

    moment: Moment
    check: Check
    others: int
    seen: bool
    """Whether something was seen there; else something did not come until the end."""


def wrong(story: Story, result: Result) -> Wrong | None:
    """The earliest moment at which a check that must pass is known to have failed, None if none did."""
    failed = [check for check in result.checks if check.fails]
    known = [(*_known(story, check), check) for check in failed]
    if not known:
        return None
    moment, seen, check = min(known, key=lambda one: one[0])
    return Wrong(moment, check, len(failed) - 1, seen)


def _known(story: Story, check: Check) -> tuple[Moment, bool]:
    """When it was clear that a check fails: at the last that it rests on, at the end for nothing."""
    proof = [story.moments[number] for number in check.proof if number in story.moments]
    return (max(proof), True) if proof else (story.end, False)


@frozen
class Leading:
    """The ties that lead to what a check rests on, from cause to effect, and how many more there are."""

    ties: tuple[tuple[int, int], ...] = ()
    more: str = ""


def leading(story: Story, check: Check, strands: Iterable[Strand]) -> Leading:
    """What leads to what a check rests on, as far as it is drawn; of much, the nearest to it."""
    causes, home = ties(story.seen), dict[int, Item]()
    for item in (item for strand in strands for item in strand.items):
        for number in item.seen:
            home.setdefault(number, item)
    entering = _entering(causes, home)
    found: dict[tuple[int, int], None] = {}
    waiting = deque(sorted((n for n in check.proof if n in story.moments), key=story.moments.__getitem__))
    while waiting:
        tie = entering.get(waiting.pop())
        if tie and tie not in found:
            found[tie] = None
            waiting.appendleft(tie[0])
    return Leading(tuple(found)[:ARROWS], left_out(ARROWS, len(found), "arrows"))


def _entering(causes: Mapping[int, int], home: Mapping[int, Item]) -> Mapping[int, tuple[int, int]]:
    """For each observation the tie by which the line that leads to it enters the item that shows it.

    What is not drawn is passed over, and so are ties within one item, which is a line of its own.
    """
    nearest: dict[int, int] = {}
    found: dict[int, tuple[int, int]] = {}
    for effect, cause in causes.items():
        drawn = cause if cause in home else nearest.get(cause)
        if drawn is None:
            continue
        if effect not in home:
            nearest[effect] = drawn
        elif home[drawn] is not home[effect]:
            found[effect] = (drawn, effect)
            continue
        if drawn in found:
            found[effect] = found[drawn]
    return found


def ties(seen: Sequence[Observation]) -> Mapping[int, int]:
    """What each observation is known to come from, by sequence numbers, in order: something before it."""
    before: set[int] = set()
    found: dict[int, int] = {}
    latest: dict[object, int] = {}
    for one in seen:
        cause = one.cause if one.cause in before else _tied(one, latest)
        if cause is not None and one.sequence not in before:
            found[one.sequence] = cause
        before.add(one.sequence)
        for key in _opens(one):
            latest[key] = one.sequence
    return found


def _opens(one: Observation) -> Iterator[object]:
    """What later observations can belong to, by a key that they share."""
    match one.data:
        case Step():
            yield from (("step", one.of), "step")
        case Called():
            yield ("call", one.witness, one.actor, one.of)
        case Request(number=number):
            yield ("exchange", one.witness, one.actor, one.of, number)
        case Closed(number=number) | Sent(number=number, complete=True):
            yield ("ended", one.witness, one.actor, one.of, number)
        case Event():
            yield from (("event", one.actor, one.of), ("event", one.actor))


def _tied(one: Observation, latest: Mapping[object, int]) -> int | None:
    match one.data:
        case Called():
            return latest.get(("step", one.of))
        case Settled():
            return latest.get(("call", one.witness, one.actor, one.of))
        case Network():
            return latest.get("step")
        case Request(number=n):
            return latest.get(("ended", one.witness, one.actor, one.of, n - 1))
        case Response(number=n) | Sent(number=n) | Upload(number=n) | Fault(number=n) | Closed(number=n):
            return latest.get(("exchange", one.witness, one.actor, one.of, n))
        case EventDone():
            return latest.get(("event", one.actor, one.of))
        case Record() if one.witness == "worker":
            return latest.get(("event", one.actor))
    return None
