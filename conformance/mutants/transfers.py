"""Mutants of the transfers of one record: what is sent, what is accepted, what is counted."""

from __future__ import annotations

from typing import Any

from conformance.mutants.catalogue import mutant
from simulator import complete_a_record, fetch


@mutant("sends-while-paused", complete_a_record.may_send)
def _(original: Any, ua: Any, bg_fetch: Any) -> bool:
    """A fetch that is paused goes on by itself as soon as it has something to send."""
    bg_fetch.paused_flag.value = False
    return True


@mutant("if-range-of-another-version", complete_a_record.add_if_range)
def _(original: Any, ua: Any, request: Any, stored: Any) -> None:
    """If-Range names a version that nobody has, so every resumed body starts over."""
    request.with_header("If-Range", '"of another"')


@mutant("keepalive-limits-uploads", complete_a_record.keepalive_allows)
def _(original: Any, ua: Any, request: Any) -> bool:
    """An upload of more than 1 MiB is refused as keepalive."""
    return (request.body or 0) <= 1024 * 1024


@mutant("null-body-never-arrives", complete_a_record.null_body_is_whole)
def _(original: Any, ua: Any, response: Any) -> bool:
    """A response without a body is waited for, for ever."""
    return False


@mutant("pause-aborts-the-record", complete_a_record.result_of_a_pause)
def _(original: Any, ua: Any) -> str:
    """Stopping a transfer for a pause decides its record."""
    return "aborted"


@mutant("stopped-is-failed", complete_a_record.result_of_an_abort)
def _(original: Any, ua: Any) -> str:
    """A record that is stopped has failed, and not been aborted."""
    return "fetch-error"


@mutant("empty-upload-progress", complete_a_record.count_upload)
def _(original: Any, ua: Any, bg_fetch: Any, more: int) -> None:
    """uploaded grows by the number of pieces, not by their bytes."""
    original(ua, bg_fetch, 1)


@mutant("redirect-is-the-answer", fetch.is_redirect)
def _(original: Any, ua: Any, response: Any) -> bool:
    """Redirects are not followed."""
    return False
