"""Extract content-range values (extract-content-range-values-algorithm)."""

from __future__ import annotations

import re
from typing import Any

from attrs import frozen

from simulator.fetch import Response
from simulator.overrides import point


@frozen
class ContentRange:
    """What Content-Range says; ``complete_length`` is None where it is unknown ("*")."""

    first_byte_pos: int
    last_byte_pos: int
    complete_length: int | None


@point("extract-content-range-values-algorithm/4")
def single_byte_content_range(ua: Any) -> str:
    """The syntax of the header, as a pattern: a space after the unit, as in RFC 9110 (erratum 7)."""
    return r"bytes (\d+)-(\d+)/(\d+|\*)"


@point("extract-content-range-values-algorithm/4")
def is_a_range(ua: Any, first: int, last: int) -> bool:
    """A range does not end before it begins; the syntax alone would let that pass (erratum 42)."""
    return last >= first


@point("extract-content-range-values-algorithm/7")
def complete_length(ua: Any, said: str) -> int | None:
    """A star means that the length is unknown."""
    return None if said == "*" else int(said)


def extract_content_range_values(ua: Any, response: Response) -> ContentRange | None:
    """The values of a response's Content-Range, None for failure (steps 1 to 8)."""
    value = response.header("content-range")
    if value is None:  # 1
        return None
    parsed = re.fullmatch(single_byte_content_range(ua), value)  # 3
    if parsed is None:
        return None
    first, last = int(parsed[1]), int(parsed[2])  # 4, 5
    if not is_a_range(ua, first, last):
        return None
    return ContentRange(first, last, complete_length(ua, parsed[3]))  # 6 to 8
