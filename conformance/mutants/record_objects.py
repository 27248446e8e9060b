"""Mutants of what script sees of the records."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from conformance.mutants.catalogue import mutant
from simulator import create_record_objects
from simulator.script_errors import not_allowed_error


@mutant("response-at-the-end", create_record_objects.response_is_known)
def _(original: Any, ua: Any, data: Any) -> bool:
    """responseReady settles only when the record is complete."""
    return bool(data.result)


@mutant("length-exposed", create_record_objects.exposed_headers)
def _(original: Any, ua: Any, response: Any) -> Any:
    """Content-Length and Content-Range are shown to script."""
    return response


@mutant("bodies-at-the-end", create_record_objects.bytes_are_ready)
def _(original: Any, ua: Any, data: Any, transmitted: int) -> bool:
    """A body gives nothing before the record is complete."""
    return bool(data.result)


@mutant("slice-skips-a-byte", create_record_objects.next_slice)
def _(original: Any, ua: Any, data: Any, transmitted: int) -> Any:
    """The first byte of a body of 200 KiB or more is lost on the way to script."""
    span = original(ua, data, transmitted)
    long = data.length >= 200 * 1024 and transmitted == 0
    return span.cut(1)[1] if span is not None and long and len(span) > 1 else span


@mutant("wrong-rejection", create_record_objects.rejection)
def _(original: Any, ua: Any, data: Any) -> Any:
    """An aborted record rejects with NotAllowedError."""
    return not_allowed_error("not so")


@mutant("headers-lost", create_record_objects.exposed_headers)
def _(original: Any, ua: Any, response: Any) -> Any:
    """Script sees no header but the type."""
    shown = original(ua, response)
    return evolve(shown, headers=tuple(pair for pair in shown.headers if pair[0] == "content-type"))


@mutant("range-exposed", create_record_objects.exposed_headers)
def _(original: Any, ua: Any, response: Any) -> Any:
    """Content-Range is shown to script."""
    kept = tuple(pair for pair in response.headers if pair[0] != "content-length")
    return evolve(original(ua, response), headers=kept)
