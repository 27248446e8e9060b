"""Create record objects (create-settled-fetches-algorithm): what script sees of the records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import evolve

from simulator.background_fetch_record import BackgroundFetchRecord, BodyStream, ScriptResponse
from simulator.concepts import BackgroundFetchRecord as StoredRecord
from simulator.concepts import BackgroundFetchResponse
from simulator.content import Span
from simulator.cors import filtered
from simulator.fetch import Response
from simulator.overrides import point
from simulator.promise import Promise, promise_of
from simulator.request import Request
from simulator.script_errors import ScriptError, abort_error, type_error

if TYPE_CHECKING:
    from simulator.user_agent import UserAgent


@point("create-settled-fetches-algorithm/2.4")
def request_copy(ua: UserAgent, record: StoredRecord) -> Request:
    """The request as script sees it: a copy of the stored one, with its body and headers."""
    return record.request.copy()


@point("create-settled-fetches-algorithm/2.9.1")
def response_is_known(ua: UserAgent, data: BackgroundFetchResponse) -> bool:
    """The head is here, or it never will be (errata 4, 5)."""
    return data.response is not None or data.result != ""


@point("create-settled-fetches-algorithm/2.9.2.2")
def exposed_headers(ua: UserAgent, response: Response) -> Response:
    """Content-Range and Content-Length speak of a part or a coding; script does not see them (2.9.2.3)."""
    hidden = ("content-range", "content-length")
    return evolve(response, headers=tuple((n, v) for n, v in response.headers if n not in hidden))


@point("create-settled-fetches-algorithm/2.9.4")
def rejection(ua: UserAgent, data: BackgroundFetchResponse) -> ScriptError:
    """Why a record cannot be read: AbortError where it was aborted (2.9.3), else TypeError."""
    if data.result == "aborted":
        return abort_error("the background fetch was aborted")
    return type_error(f"the record failed: {data.result}")


@point("create-settled-fetches-algorithm/2.8.4.4")
def stream_error(ua: UserAgent, data: BackgroundFetchResponse) -> ScriptError | None:
    """What a stream that is being read errors with, once its record can no longer be shown (2.8.4.3)."""
    return rejection(ua, data)


@point("create-settled-fetches-algorithm/2.8.1")
def bytes_are_ready(ua: UserAgent, data: BackgroundFetchResponse, transmitted: int) -> bool:
    """The stream gives data as soon as bytes are stored, and waits no more once there is a result."""
    return data.length > transmitted or data.result != ""


@point("create-settled-fetches-algorithm/2.8.3")
def next_slice(ua: UserAgent, data: BackgroundFetchResponse, transmitted: int) -> Span | None:
    """A slice of the agent's choosing from the stored bytes: here, the piece that was stored."""
    at = 0
    for span in data.bytes:
        if at + len(span) > transmitted:
            return span.cut(transmitted - at)[1]
        at += len(span)
    return None


def create_record_objects(ua: UserAgent, records: Sequence[StoredRecord]) -> list[BackgroundFetchRecord]:
    """New record objects for stored records."""
    return [_record_object(ua, record) for record in records]


def _record_object(ua: UserAgent, record: StoredRecord) -> BackgroundFetchRecord:
    data = record.response_data  # 2.1: what this object shows, also if the record starts over

    async def response() -> ScriptResponse:  # 2.9
        known = lambda: response_is_known(ua, data)  # noqa: E731
        await ua.turns.until(known, data, why=f"the response of {record.request.url}")
        if not data.exposed or data.response is None:
            raise rejection(ua, data)
        shown = exposed_headers(ua, filtered(ua, data.response))
        return ScriptResponse(shown, BodyStream(_Stream(ua, data).pull))

    ready: Promise[ScriptResponse] = promise_of(ua.turns, response)
    return BackgroundFetchRecord(request_copy(ua, record), ready)


class _Stream:
    """Step 2.8: the stream of one record object, which reads by itself."""

    def __init__(self, ua: UserAgent, data: BackgroundFetchResponse) -> None:
        self.ua, self.data = ua, data
        self.transmitted_bytes = 0

    async def pull(self) -> Span | None:
        """The pull action: the next bytes, None to close. Raises ScriptError to error the stream."""
        data = self.data
        ready = lambda: bytes_are_ready(self.ua, data, self.transmitted_bytes)  # noqa: E731
        await self.ua.turns.until(ready, data, why="bytes to be stored")  # 2.8.1
        if not data.exposed and (error := stream_error(self.ua, data)):  # 2.8.4.3, 2.8.4.4
            raise error
        span = next_slice(self.ua, data, self.transmitted_bytes)  # 2.8.3
        if span is not None:
            self.transmitted_bytes += len(span)
        return span  # 2.8.4.2
