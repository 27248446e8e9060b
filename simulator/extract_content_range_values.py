"""Extract content-range values (extract-content-range-values-algorithm)."""

from __future__ import annotations

import re
from decimal import Decimal
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
    """The syntax of the header, as a pattern: a space after the unit, as in RFC 9110 (erratum 7).

    Text in such a grammar stands for itself in letters of either size.
    """
    return r"(?i:bytes) ([0-9]+)-([0-9]+)/([0-9]+|\*)"


@point("extract-content-range-values-algorithm/4")
def is_sound(ua: Any, values: ContentRange) -> bool:
    """RFC 9110 calls invalid what ends before it begins or beyond the whole (erratum 42)."""
    within = values.complete_length is None or values.last_byte_pos < values.complete_length
    return values.first_byte_pos <= values.last_byte_pos and within


@point("extract-content-range-values-algorithm/7")
def complete_length(ua: Any, said: str) -> int | None:
    """A star means that the length is unknown."""
    return None if said == "*" else number(said)


def number(digits: str) -> int:
    """However many digits there are: int() takes no more than some thousands."""
    return int(Decimal(digits))


def extract_content_range_values(ua: Any, response: Response) -> ContentRange | None:
    """The values of a response's Content-Range, None for failure (steps 1 to 8)."""
    value = response.header("content-range")
    if value is None:  # 1
        return None
    parsed = re.fullmatch(single_byte_content_range(ua), value)  # 3
    if parsed is None:
        return None
    values = ContentRange(number(parsed[1]), number(parsed[2]), complete_length(ua, parsed[3]))  # 4 to 7
    return values if is_sound(ua, values) else None  # 8
