"""The strands that hold bytes: what each request carried, and what the page was told is downloaded.

A bar is an attempt. Its fill begins at the offset at which the attempt begins and rises with every
byte that left, so a resume is seen to go on where the last attempt stopped, and a new beginning
starts at the bottom again, over the ghost of what was thrown away.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from attrs import evolve, frozen

from reports.text import clip, size
from reports.timeline.script import FETCHES
from reports.timeline.story import Item, Moment, Story, Strand, brief, left_out
from reports.wire import Exchange, exchanges, nearest
from simulator.observation import Attributes, Display, Observation, Progress, Sent, Upload

LANES = 8
"""Requests with a lane of their own; of the rest it is said how many there are."""
MOST = 2**53
_FAR = 100
"""A complete length so many times as large as what was reached would leave nothing to be seen."""
_RANGE = re.compile(r"bytes (\d{1,40})-(\d{1,40})/(\d{1,40}|\*)", re.ASCII | re.IGNORECASE)
_ASKED = re.compile(r"bytes=(\d{1,40})-\d*", re.ASCII)


@frozen
class Attempt:
    """One exchange, with the offset at which its answer begins and the length of the whole, 0 if not told."""

    exchange: Exchange
    base: int
    total: int

    @property
    def reached(self) -> int:
        return min(MOST, self.base + self.exchange.sent)


def records(story: Story, wanted: Collection[int] = ()) -> Iterator[Strand]:
    """A strand for each URL that was asked for; those with an observation ``wanted`` come before others."""
    by_url: dict[tuple[str, str], list[Attempt]] = {}
    for exchange in nearest(exchanges(story.seen)):
        by_url.setdefault((exchange.seen.actor, exchange.seen.of), []).append(_attempt(exchange))
    several = len({actor for actor, _ in by_url}) > 1
    chosen = _chosen(by_url, wanted)
    for place, (actor, path) in enumerate(chosen):
        attempts = by_url[actor, path]
        more = left_out(LANES, len(by_url), "URLs") if place == LANES - 1 else ""
        top = max([1, *(max(one.total, one.reached) for one in attempts)])
        name = f"//{actor}{path}" if several else path
        yield Strand(name, tuple(_items(story, attempts)), top, more=more)


def _chosen(
    by_url: dict[tuple[str, str], list[Attempt]], wanted: Collection[int]
) -> Sequence[tuple[str, str]]:
    """The URLs that are drawn: first those that the verdict rests on, then the others, in their order."""

    def rests(url: tuple[str, str]) -> bool:
        return any(
            seen.sequence in wanted
            for one in by_url[url]
            for seen in (one.exchange.seen, *one.exchange.later)
        )

    kept = sorted(by_url, key=lambda url: not rests(url))[:LANES]
    return [url for url in by_url if url in kept]


def _attempt(exchange: Exchange) -> Attempt:
    if not exchange.response:
        return Attempt(exchange, 0, 0)
    _, response = exchange.response
    headers = {name.lower(): value for name, value in response.headers}
    part = _RANGE.fullmatch(headers.get("content-range", ""))
    if response.status == 206:
        asked = _ASKED.fullmatch(exchange.request.range)
        base = min(MOST, int((part or asked or "00")[1]))
        total = 0 if not part or part[3] == "*" else min(MOST, int(part[3]))
        return Attempt(exchange, base, total if total <= _FAR * (base + exchange.sent) else 0)
    told = headers.get("content-length", "")
    whole = response.status < 400 and exchange.request.method != "HEAD"
    length = int(told) if whole and told.isascii() and told.isdigit() and len(told) < 16 else 0
    return Attempt(exchange, 0, length)


def _items(story: Story, attempts: Sequence[Attempt]) -> Iterator[Item]:
    for one, after in pairwise([*attempts, None]):
        if one:
            item = _item(story, one)
            yield evolve(item, look="ghost") if after and _discarded(one, after) else item


def _discarded(one: Attempt, after: Attempt) -> bool:
    """Whether bytes of an attempt that was cut short came again, because the next began before their end."""
    whole = any(isinstance(seen.data, Sent) and seen.data.complete for seen in one.exchange.later)
    same = one.exchange.request.method == after.exchange.request.method
    return bool(same and not whole and after.exchange.response and one.reached > after.base)


def _item(story: Story, one: Attempt) -> Item:
    exchange = one.exchange
    seen = (exchange.seen, *exchange.later)
    stairs = [(story.at(s), min(MOST, one.base + s.data.sent)) for s in seen if isinstance(s.data, Sent)]
    return Item(
        _look(exchange),
        story.at(exchange.seen),
        max(story.at(s) for s in seen),
        _title(seen),
        _label(one),
        tuple(s.sequence for s in seen),
        one.base,
        tuple(stairs),
    )


def _look(exchange: Exchange) -> str:
    if exchange.request.number == 0:
        return "preflight"
    if not exchange.response:
        return "unanswered"
    if exchange.response[1].status >= 400:
        return "refusal"
    return "cut" if exchange.closed else "answer"


def _label(one: Attempt) -> str:
    exchange = one.exchange
    method = "" if exchange.request.method == "GET" else f"{exchange.request.method} "
    if not exchange.response:
        return f"{method}no answer"
    status = exchange.response[1].status
    if one.base or status == 206:
        return f"{method}{status} from {size(one.base)}"
    return f"{method}{status} {size(exchange.sent)}" if exchange.sent else f"{method}{status}"


def _title(seen: Sequence[Observation]) -> str:
    """Request, answer, and the last word on each of its bytes and its end."""
    last = {type(one.data): one for one in seen}
    kept = [one for one in seen if not isinstance(one.data, Sent | Upload) or last[type(one.data)] is one]
    path = f" {clip(seen[0].of, 100)}"
    first, *rest = (brief(one) for one in kept)
    return "; ".join([first, *(told.replace(f" to{path}", "").replace(f" of{path}", "") for told in rest)])


def downloads(story: Story) -> Iterator[Strand]:
    """A strand for each fetch: ``downloaded`` as the page was told it, under downloadTotal as a ceiling."""
    told: dict[str, list[tuple[Observation, int]]] = {}
    totals: dict[str, int] = {}
    for seen in story.seen:
        match seen.data:
            case Attributes(downloadTotal=total) | Display(downloadTotal=total):
                totals[seen.of] = max(totals.get(seen.of, 0), min(MOST, total))
        match seen.data:
            case Attributes(downloaded=amount) | Progress(downloaded=amount) if seen.witness == "page":
                told.setdefault(seen.of, []).append((seen, max(0, min(MOST, amount))))
    drawn = {name: changes for name, changes in told.items() if any(amount for _, amount in changes)}
    for place, (name, changes) in enumerate(list(drawn.items())[:FETCHES]):
        more = left_out(FETCHES, len(drawn), "fetches") if place == FETCHES - 1 else ""
        total = totals.get(name, 0)
        top = max(total, *(amount for _, amount in changes))
        item = _line(story, changes, total)
        yield Strand(f"downloaded {name}" if len(drawn) > 1 else "downloaded", (item,), top, total, more)


def _line(story: Story, changes: Sequence[tuple[Observation, int]], total: int) -> Item:
    stairs: list[tuple[Moment, int]] = [(story.at(seen), amount) for seen, amount in changes]
    most = max(amount for _, amount in stairs)
    over = 0 < total < most
    title = f"downloaded {size(most)} at the most" + (f" of downloadTotal {size(total)}" if total else "")
    last = stairs[-1][1]
    label = (
        size(most) + (f" of {size(total)}" if total else "") + (f", then {size(last)}" if last < most else "")
    )
    numbers = tuple(seen.sequence for seen, _ in changes)
    look = "over" if over else "line"
    return Item(look, stairs[0][0], story.end, title, label, numbers, stairs[0][1], tuple(stairs))
