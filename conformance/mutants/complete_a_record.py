"""Mutants of one record and its attempts."""

from __future__ import annotations

from typing import Any

from conformance.mutants.catalogue import mutant
from simulator import complete_a_record, validate_a_partial_response


@mutant("no-limit", complete_a_record.download_limit)
def _(original: Any, ua: Any, bg_fetch: Any) -> float:
    """downloadTotal limits nothing."""
    return float("inf")


@mutant("limit-reached-is-passed", complete_a_record.exceeds)
def _(original: Any, ua: Any, total: int, limit: float) -> bool:
    """Reaching downloadTotal exactly counts as passing it."""
    return total >= limit


@mutant("resumes-a-byte-early", complete_a_record.range_start)
def _(original: Any, ua: Any, response_data: Any) -> int:
    """A resumed request asks for the last stored byte again."""
    return max(0, int(original(ua, response_data)) - 1)


@mutant("no-range-header", complete_a_record.add_a_range_header)
def _(original: Any, ua: Any, request: Any, start: int) -> None:
    """A resumed record is asked for as a whole."""


@mutant("coding-accepted", complete_a_record.accept_identity)
def _(original: Any, ua: Any, request: Any) -> None:
    """A ranged request does not ask for identity coding."""


@mutant("uploaded-stays-zero", complete_a_record.count_upload)
def _(original: Any, ua: Any, bg_fetch: Any, more: int) -> None:
    """uploaded never grows."""


@mutant("offline-is-final", complete_a_record.temporarily_unavailable)
def _(original: Any, ua: Any, record: Any, offline: bool) -> bool:
    """Being offline ends a fetch."""
    return False


@mutant("retries-while-offline", complete_a_record.available_again)
async def _(original: Any, ua: Any, record: Any) -> None:
    """Going offline is waited out, and then the record is given up for good."""
    await original(ua, record)
    record.response_data.set_result("fetch-error")


@mutant("post-sent-again", complete_a_record.may_be_sent_again)
def _(original: Any, ua: Any, request: Any) -> bool:
    """A POST that broke off is sent again."""
    return True


@mutant("any-part-is-valid", complete_a_record.valid_part)
def _(original: Any, ua: Any, start: int, response: Any, stored: Any) -> bool:
    """A 206 is joined unread."""
    return True


@mutant("wrong-start-accepted", validate_a_partial_response.begins_where_expected)
def _(original: Any, ua: Any, expected_range_start: int, content_range: Any) -> bool:
    """A part may begin anywhere."""
    return True


@mutant("validators-ignored", validate_a_partial_response.same_validator)
def _(original: Any, ua: Any, name: str, previous: Any, partial: Any) -> bool:
    """A part of another version is joined."""
    return True


@mutant("whole-answer-appended", complete_a_record.starts_over)
def _(original: Any, ua: Any, response: Any, response_data: Any) -> bool:
    """A whole answer to a ranged request is appended to what is stored."""
    return False


@mutant("headers-of-the-last-part", complete_a_record.is_the_first_part)
def _(original: Any, ua: Any, start: int, response: Any) -> bool:
    """Status and headers are those of the newest part."""
    return True


@mutant("short-part-is-success", complete_a_record.result_of_a_part)
def _(original: Any, ua: Any, held: int, complete: Any, added: int) -> str:
    """A 206 that ends early completes the record."""
    return "success"


@mutant("any-status-is-success", complete_a_record.result_of_a_whole)
def _(original: Any, ua: Any, response: Any) -> str:
    """A 404 completes its record with success."""
    return "success"


@mutant("break-is-success", complete_a_record.result_of_a_break)
def _(original: Any, ua: Any) -> str:
    """A body that broke off completes its record with success."""
    return "success"


@mutant("quota-unlimited", complete_a_record.store)
def _(original: Any, ua: Any, response_data: Any, span: Any) -> None:
    """Bytes are stored whatever the quota."""
    response_data.append(span)
