"""Mutants of reading Content-Range and of judging a part by it."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from conformance.mutants.catalogue import mutant
from simulator import complete_a_record, extract_content_range_values, validate_a_partial_response

WORD = 2**64
"""One more than what a register of 64 bits can hold."""


@mutant("content-range-with-blanks", extract_content_range_values.single_byte_content_range)
def _(original: Any, ua: Any) -> str:
    """Content-Range may have blanks between its parts."""
    return r"(?i:bytes) *([0-9]+) *- *([0-9]+) */ *([0-9]+|\*)"


@mutant("content-range-of-any-unit", extract_content_range_values.single_byte_content_range)
def _(original: Any, ua: Any) -> str:
    """Content-Range may count in whatever unit, or say none."""
    return r"(?:[a-z]*[ =])?([0-9]+)-([0-9]+)/([0-9]+|\*)"


@mutant("content-range-in-small-letters", extract_content_range_values.single_byte_content_range)
def _(original: Any, ua: Any) -> str:
    """The unit of Content-Range is taken in small letters only."""
    return str(original(ua)).replace("(?i:bytes)", "bytes")


@mutant("content-range-without-zeros", extract_content_range_values.single_byte_content_range)
def _(original: Any, ua: Any) -> str:
    """A number that begins with a zero is refused."""
    return r"(?i:bytes) (0|[1-9][0-9]*)-(0|[1-9][0-9]*)/(0|[1-9][0-9]*|\*)"


@mutant("content-range-begun-is-enough", extract_content_range_values.single_byte_content_range)
def _(original: Any, ua: Any) -> str:
    """What follows after the complete length is not looked at."""
    return str(original(ua)) + ".*"


@mutant("content-range-unsound", extract_content_range_values.is_sound)
def _(original: Any, ua: Any, values: Any) -> bool:
    """A range may end before it begins, or beyond the whole."""
    return True


@mutant("last-byte-believed", extract_content_range_values.is_sound)
def _(original: Any, ua: Any, values: Any) -> bool:
    """A part must be the last one: one that ends before the complete length is refused."""
    whole = values.complete_length is None or values.last_byte_pos == values.complete_length - 1
    return bool(original(ua, values)) and whole


@mutant("unknown-length-is-none", extract_content_range_values.complete_length)
def _(original: Any, ua: Any, said: str) -> Any:
    """A star for the complete length is read as 0."""
    return 0 if said == "*" else original(ua, said)


@mutant("positions-of-64-bits", validate_a_partial_response.begins_where_expected)
def _(original: Any, ua: Any, expected_range_start: int, content_range: Any) -> bool:
    """The first byte's position overflows."""
    wrapped = evolve(content_range, first_byte_pos=content_range.first_byte_pos % WORD)
    return bool(original(ua, expected_range_start, wrapped))


@mutant("lengths-of-64-bits", complete_a_record.result_of_a_part)
def _(original: Any, ua: Any, held: int, complete: Any, added: int) -> str:
    """The complete length overflows."""
    return str(original(ua, held, complete and complete % WORD, added))


@mutant("begins-at-most-where-expected", validate_a_partial_response.begins_where_expected)
def _(original: Any, ua: Any, expected_range_start: int, content_range: Any) -> bool:
    """A part may begin too early."""
    return bool(content_range.first_byte_pos <= expected_range_start)


@mutant("lengths-may-change", validate_a_partial_response.same_complete_length)
def _(original: Any, ua: Any, previous: Any, partial: Any) -> bool:
    """A part may be of a whole of another length."""
    return True


@mutant("a-known-length-stays-unknown", validate_a_partial_response.same_complete_length)
def _(original: Any, ua: Any, previous: Any, partial: Any) -> bool:
    """A length that the first part did not know must stay unknown."""
    return bool(previous.complete_length == partial.complete_length)


@mutant("unasked-part-refused", complete_a_record.valid_part)
def _(original: Any, ua: Any, start: int, response: Any, stored: Any) -> bool:
    """A 206 that was not asked for is refused."""
    return start > 0 and bool(original(ua, start, response, stored))


@mutant("unasked-part-unread", complete_a_record.valid_part)
def _(original: Any, ua: Any, start: int, response: Any, stored: Any) -> bool:
    """A 206 that was not asked for is taken unread."""
    return start == 0 or bool(original(ua, start, response, stored))
