"""Mutants of what is found again when the user agent starts: which fetches, and how far they were."""

from __future__ import annotations

from typing import Any

from conformance.mutants.catalogue import mutant
from simulator import clear_registration, restart
from simulator.content import Span


@mutant("one-fetch-survives-a-restart", restart.is_taken_up_again)
def _(original: Any, ua: Any, bg_fetch: Any) -> bool:
    """Of several fetches of a registration only the first goes on after a restart."""
    return next(iter(bg_fetch.service_worker_registration.stored_background_fetches)) is bg_fetch


@mutant("nothing-stored-is-nothing-known", restart.is_taken_up_again)
def _(original: Any, ua: Any, bg_fetch: Any) -> bool:
    """A fetch that has stored no byte yet is forgotten at a restart."""
    return bool(original(ua, bg_fetch)) and bool(bg_fetch.stored_body_bytes_total)


@mutant("half-of-the-body-lost", restart.bytes_kept_after_a_kill)
def _(original: Any, ua: Any, data: Any) -> int:
    """Of every stretch that was stored before a kill the first half is lost, and the rest is gone on from."""
    data.bytes = [span.cut(len(span) // 2)[1] for span in data.bytes if len(span) > 1]
    return int(original(ua, data))


@mutant("unregistered-until-the-next-start", clear_registration.abort_its_fetches)
def _(original: Any, ua: Any, registration: Any) -> None:
    """An unregistered worker and its fetches are there again once the browser is started anew."""


@mutant("unregistered-until-the-next-start", clear_registration.forget)
def _(original: Any, ua: Any, registration: Any) -> None:
    """An unregistered worker and its fetches are there again once the browser is started anew."""


@mutant("noted-length-believed", restart.length_found)
def _(original: Any, ua: Any, noted: int, there: int) -> int:
    """After a torn write the body is gone on with from the length that was noted: a gap is left."""
    return noted


@mutant("torn-tail-is-garbage", restart.bytes_torn_off)
def _(original: Any, ua: Any, data: Any, torn: int) -> int:
    """A file that has its length already, but not the last bytes, is taken as it is."""
    lost = min(int(original(ua, data, torn)), data.length)
    kept, left = [], data.length - lost
    for span in data.bytes:
        kept.append(span.cut(min(len(span), left))[0])
        left -= len(kept[-1])
    data.bytes = [*kept, Span("", "?", 0, lost)] if lost else data.bytes
    return 0


@mutant("torn-bytes-still-counted", restart.total_found)
def _(original: Any, ua: Any, bg_fetch: Any, records: Any) -> int:
    """What a torn write has lost still counts as downloaded, and is counted again once it is there."""
    return int(bg_fetch.stored_body_bytes_total)


@mutant("complete-bodies-torn", restart.bytes_torn_off)
def _(original: Any, ua: Any, data: Any, torn: int) -> int:
    """A body that was complete is not written to its end before it counts as such."""
    return torn
