"""BackgroundFetchRecord (background-fetch-record-interface), and the Response that it gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from attrs import frozen

from simulator.content import Span
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
class ScriptResponse:
    """A Response as script sees it."""

    response: Response
    body: BodyStream

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def ok(self) -> bool:
        return self.response.ok


@frozen
class BackgroundFetchRecord:
    """One record: its request, and the promise of its response (the same at every reading)."""

    request: Request
    responseReady: Promise[ScriptResponse]
