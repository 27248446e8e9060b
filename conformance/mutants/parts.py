"""Mutants of parts, their Content-Range and validators, and of what several records come to."""

from __future__ import annotations

from typing import Any

from conformance.mutants.catalogue import mutant
from simulator import (
    complete_a_record,
    create_record_objects,
    extract_content_range_values,
    perform_a_background_fetch,
    validate_a_partial_response,
)


@mutant("first-of-several-ranges", extract_content_range_values.single_byte_content_range)
def _(original: Any, ua: Any) -> str:
    """Of a list of ranges the first one is taken."""
    return str(original(ua)) + ".*"


@mutant("new-validator-refused", validate_a_partial_response.same_validator)
def _(original: Any, ua: Any, name: str, previous: Any, partial: Any) -> bool:
    """A validator that only the later part has makes it another resource."""
    return bool(previous.header(name) == partial.header(name))


@mutant("one-at-a-time", perform_a_background_fetch.one_record)
async def _(original: Any, ua: Any, bg_fetch: Any, record: Any) -> None:
    """A record is not begun before the one before it is done."""
    before = bg_fetch.records[: bg_fetch.records.index(record)]
    for one in before:
        data = one.response_data
        await ua.turns.until(lambda data=data: data.result != "", data, why="the record before")
    await original(ua, bg_fetch, record)


@mutant("limit-for-each-record", complete_a_record.stored_total)
def _(original: Any, ua: Any, bg_fetch: Any, data: Any) -> int:
    """downloadTotal limits every record by itself."""
    return int(data.length)


@mutant("downloaded-never-falls", complete_a_record.forget)
def _(original: Any, ua: Any, bg_fetch: Any, data: Any) -> None:
    """The bytes of a record that starts over stay counted."""
    ua.storage.give_back(data.length)


@mutant("one-reader", create_record_objects.next_slice)
def _(original: Any, ua: Any, data: Any, transmitted: int) -> Any:
    """What one stream has given, no other gives."""
    given = getattr(data, "given", 0)
    data.given = max(given, transmitted)
    span = original(ua, data, data.given)
    data.given += len(span) if span else 0
    return span
