"""BackgroundFetchRecord (background-fetch-record-interface), and the Response that it gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from attrs import frozen

from simulator.content import Span, runs_of_spans, told
from simulator.environment import Environment
from simulator.fetch import Response
from simulator.overrides import point
from simulator.promise import Promise
from simulator.request import Request

if TYPE_CHECKING:
    from simulator.user_agent import UserAgent


@frozen
class BodyStream:
    """A body as script reads it: ``read()`` gives the next bytes, None at the end, or raises ScriptError."""

    read: Callable[[], Awaitable[Span | None]]

    async def read_all(self) -> list[Span]:
        """Everything to the end. Raises ScriptError where the stream errors."""
        spans = []
        while span := await self.read():
            spans.append(span)
        return spans


@frozen
class Blob:
    """A whole body. ``size`` is in bytes, ``str()`` tells what it holds, such as ``v1[0:307200]``.

    ``bytes()`` writes it out; nothing else does, so that a body of gigabytes costs nothing.
    """

    spans: tuple[Span, ...]

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        return sum(map(len, self.spans))

    def __str__(self) -> str:
        return told(runs_of_spans(self.spans))

    def __bytes__(self) -> bytes:
        return b"".join(map(bytes, self.spans))


@frozen
class ScriptResponse:
    """A Response as script sees it."""

    response: Response
    body: BodyStream

    @property
    def status(self) -> int:
        """The HTTP status, of the first part where there were several."""
        return self.response.status

    @property
    def ok(self) -> bool:
        """Whether the status is 200 to 299."""
        return self.response.ok

    async def blob(self) -> Blob:
        """The whole body, read to its end. Raises ScriptError where the stream errors."""
        return Blob(tuple(await self.body.read_all()))


@point("background-fetch-record-interface/1")
def response_promise(ua: UserAgent, promise: Promise[ScriptResponse]) -> Promise[ScriptResponse]:
    """responseReady is the same promise at every reading."""
    return promise


@point("background-fetch-record-interface/2")
def request_object(ua: UserAgent, request: Request) -> Request:
    """request is the same object at every reading."""
    return request


class BackgroundFetchRecord:
    """One record: its request, and the promise of its response. Of the realm ``environment``."""

    def __init__(self, environment: Environment, request: Request, ready: Promise[ScriptResponse]) -> None:
        self.environment, self._request, self._ready = environment, request, ready

    @property
    def request(self) -> Request:
        """A copy of the stored request, the same object at every reading."""
        return request_object(self.environment.ua, self._request)

    @property
    def responseReady(self) -> Promise[ScriptResponse]:
        """The promise of the response, the same one at every reading; it settles at the headers."""
        return response_promise(self.environment.ua, self._ready)
