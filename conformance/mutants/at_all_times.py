"""Mutants that break what holds at all times: the invariants, each in its own way."""

from __future__ import annotations

from typing import Any

from conformance.mutants.catalogue import mutant
from simulator import (
    background_fetch_display,
    background_fetch_manager,
    complete_a_record,
    perform_a_background_fetch,
)


@mutant("uploaded-is-the-last-piece", complete_a_record.count_upload)
def _(original: Any, ua: Any, bg_fetch: Any, more: int) -> None:
    """uploaded is what was transmitted last, not all that was."""
    bg_fetch.uploaded = more


@mutant("pause-runs-out", background_fetch_display.set_paused)
def _(original: Any, ua: Any, bg_fetch: Any, paused: bool) -> None:
    """A pause ends by itself after a while, and shows on."""
    original(ua, bg_fetch, paused)

    async def run_out() -> None:
        await ua.turns.sleep(1_500_000_000, why="a pause to run out")
        original(ua, bg_fetch, False)

    if paused:
        ua.turns.start_soon(run_out)


@mutant("resumes-a-byte-late", complete_a_record.range_start)
def _(original: Any, ua: Any, response_data: Any) -> int:
    """A resumed request leaves a byte out."""
    held = int(original(ua, response_data))
    return held + 1 if held else 0


@mutant("ids-newest-first", background_fetch_manager.active_ids)
def _(original: Any, ua: Any, registration: Any) -> list[str]:
    """getIds() lists the newest fetch first."""
    return list(reversed(original(ua, registration)))


@mutant("ends-with-the-first-record", perform_a_background_fetch.is_over)
def _(original: Any, ua: Any, progress: Any, records: int) -> bool:
    """A fetch is over with its first record; the others go on unseen."""
    return progress.settled_fetches > 0 or bool(original(ua, progress, records))


class _Nought(int):
    """A zero that counts as something, and so is equal to no other."""

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    __hash__ = int.__hash__


@mutant("range-from-the-first-byte", complete_a_record.range_start)
def _(original: Any, ua: Any, response_data: Any) -> int:
    """Where storage is limited the first request has a Range header, too, which asks for everything."""
    start = int(original(ua, response_data))
    return start if start or ua.storage.quota is None else _Nought(0)


@mutant("link-switched-on", complete_a_record.available_again)
async def _(original: Any, ua: Any, record: Any) -> None:
    """Rather than wait for the network, the agent switches it on."""
    ua.network.go_online()


@mutant("counts-more-than-it-holds", perform_a_background_fetch.set_result)
def _(original: Any, ua: Any, bg_fetch: Any, reason: str) -> None:
    """In the end downloaded is one byte more than the bodies hold."""
    original(ua, bg_fetch, reason)
    bg_fetch.stored_body_bytes_total += 1
