"""Validate a partial response (validate-partial-response-algorithm)."""

from __future__ import annotations

from typing import Any

from simulator.extract_content_range_values import ContentRange, extract_content_range_values
from simulator.fetch import Response
from simulator.overrides import point


@point("validate-partial-response-algorithm/2")
def unreadable_range_is_valid(ua: Any) -> bool:
    """A part that does not say what it is cannot be placed."""
    return False


@point("validate-partial-response-algorithm/3")
def begins_where_expected(ua: Any, expected_range_start: int, content_range: ContentRange) -> bool:
    """The part must continue exactly where the stored bytes end."""
    return content_range.first_byte_pos == expected_range_start


@point("validate-partial-response-algorithm/4.1")
def same_validator(ua: Any, name: str, previous: Response, partial: Response) -> bool:
    """A validator that the first part had must be the same; one that only appears later is ignored."""
    return previous.header(name) is None or previous.header(name) == partial.header(name)


@point("validate-partial-response-algorithm/4.1")
def same_resource(ua: Any, previous: Response, partial: Response) -> bool:
    """A validator only tells the versions of one resource apart, so the URL must be the same (erratum 61)."""
    return previous.url == partial.url


@point("validate-partial-response-algorithm/4.2")
def same_complete_length(ua: Any, previous: ContentRange, partial: ContentRange) -> bool:
    """The complete length must agree with that of an earlier part, where that one knew it."""
    return previous.complete_length is None or previous.complete_length == partial.complete_length


def validate_a_partial_response(
    ua: Any, expected_range_start: int, partial: Response, previous: Response | None
) -> bool:
    """Whether a 206 may be joined to what is stored."""
    content_range = extract_content_range_values(ua, partial)  # 2
    if content_range is None:
        return unreadable_range_is_valid(ua)
    if not begins_where_expected(ua, expected_range_start, content_range):  # 3
        return False
    if previous is None:  # 4
        return True
    if not same_resource(ua, previous, partial):
        return False
    if not all(same_validator(ua, name, previous, partial) for name in ("ETag", "Last-Modified")):
        return False
    if previous.status != 206:
        return True
    earlier = extract_content_range_values(ua, previous)
    return earlier is not None and same_complete_length(ua, earlier, content_range)
