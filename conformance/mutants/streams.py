"""Mutants of the streams in which records are read, and of their requests."""

from __future__ import annotations

from typing import Any

from conformance.mutants.catalogue import mutant
from simulator import create_record_objects
from simulator.script_errors import abort_error, type_error


@mutant("streams-fail-alike", create_record_objects.stream_error_when_aborted)
def _(original: Any, ua: Any) -> Any:
    """The body of an aborted record errors like that of any failed one."""
    return type_error("the record failed: aborted")


@mutant("streams-abort-alike", create_record_objects.stream_error)
def _(original: Any, ua: Any, data: Any) -> Any:
    """The body of a failed record errors as if it had been aborted."""
    return abort_error("the record failed")


@mutant("one-reader-only", create_record_objects.new_stream)
def _(original: Any, ua: Any, data: Any) -> Any:
    """Two objects for one record share one stream: what one has read, the other misses."""
    if not hasattr(data, "stream"):
        data.stream = original(ua, data)
    return data.stream


@mutant("request-without-headers", create_record_objects.request_copy)
def _(original: Any, ua: Any, record: Any) -> Any:
    """The request that a record shows has lost its headers and its body."""
    copy = original(ua, record)
    copy.headers, copy.body = {}, None
    return copy
