"""BackgroundFetchRecord (background-fetch-record-interface), and the Response that it gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from attrs import frozen

from simulator.content import Span, runs_of_spans, told
from simulator.fetch import Response
from simulator.promise import Promise
from simulator.request import Request


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


@frozen
class BackgroundFetchRecord:
    """One record: its request, and the promise of its response (the same at every reading)."""

    request: Request
    responseReady: Promise[ScriptResponse]
