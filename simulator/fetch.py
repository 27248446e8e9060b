"""The part of Fetch that a background fetch needs: one request on the wire, redirects followed.

Heads go through h11; a body passes as spans, so that its cost follows events and not bytes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import h11
from attrs import evolve, frozen

from simulator import cors
from simulator.content import Span
from simulator.network import MemoryStream, Network
from simulator.observation import Headers
from simulator.origin.answers import readable
from simulator.origin.server import SLICE
from simulator.origin.stream import Broken, NetworkLost
from simulator.overrides import point
from simulator.request import Request

if TYPE_CHECKING:
    from simulator.user_agent import UserAgent

MOST_REDIRECTS = 20
NULL_BODY_STATUS = (101, 103, 204, 205, 304)


@point("complete-a-record-algorithm/x1")
def is_redirect(ua: UserAgent, response: Response) -> bool:
    """A redirect is followed, where it says to where."""
    return response.status in (301, 302, 303, 307, 308) and response.header("location") is not None


class NetworkError(Exception):
    """Fetch's network error, or the body's stream becoming errored.

    ``offline`` says that it came from the loss of the user agent's own network.
    """

    def __init__(self, message: str, *, offline: bool = False) -> None:
        super().__init__(message)
        self.offline = offline


@frozen
class Response:
    """A response of Fetch without its body: ``url`` is the final one, headers have lower-case names."""

    url: str
    status: int
    headers: Headers
    type: str = "basic"

    @property
    def ok(self) -> bool:
        return 200 <= self.status <= 299

    def header(self, name: str) -> str | None:
        """The combined value of a header, None where there is none."""
        values = [value for key, value in self.headers if key == name.lower()]
        return ", ".join(values) if values else None


class Body:
    """A response's body on its way, of a declared length."""

    def __init__(self, stream: MemoryStream, length: int) -> None:
        self._stream, self._left = stream, length

    async def read(self) -> Span | None:
        """The next bytes, None at the end. Raises Broken when the connection ends before that."""
        if self._left == 0:
            return None
        piece = await self._stream.receive()
        if not isinstance(piece, Span):
            raise Broken
        self._left -= len(piece)
        return piece


@frozen
class Arriving:
    """A response with its body on the way; ``body`` is None for a null body."""

    response: Response
    body: Body | None


@asynccontextmanager
async def fetch(
    ua: UserAgent, request: Request, process_request_body: Callable[[int], None]
) -> AsyncIterator[Arriving]:
    """Send a request; inside the block its response has begun. Leaving the block terminates the fetch.

    ``process_request_body`` is told the bytes of the request's body transmitted so far.
    Raises NetworkError for everything that Fetch calls so, also while the body is read.
    """
    sending, crossed = request.copy(), False
    for _ in range(MOST_REDIRECTS + 1):
        crossed |= cors.is_cross_origin(sending)
        if crossed:
            await _ask_beforehand(ua, sending)
        async with _exchange(ua.network, sending, process_request_body) as arriving:
            response = evolve(arriving.response, type=cors.response_type(ua, crossed))
            if crossed:
                _check(cors.passes_the_cors_check(ua, sending, response), sending)
            if not is_redirect(ua, response):
                yield evolve(arriving, response=response)
                return
            _redirect(sending, response.status, response.header("location") or "")
    raise NetworkError(f"more than {MOST_REDIRECTS} redirects")


async def _ask_beforehand(ua: UserAgent, request: Request) -> None:
    """Fetch, CORS-preflight fetch, where one is due; and the Origin header, which is due anyhow."""
    request.headers = {**request.headers, "Origin": request.origin}
    if cors.needs_preflight(ua, request):
        async with _exchange(ua.network, cors.preflight_of(ua, request), lambda sent: None) as arriving:
            answer = arriving.response
            allowed = cors.passes_the_cors_check(ua, request, answer)
            _check(allowed and cors.preflight_allows(ua, request, answer), request)


def _check(allowed: bool, request: Request) -> None:
    if not allowed:
        raise NetworkError(f"{request.url} does not allow {request.origin}")


def _redirect(request: Request, status: int, location: str) -> None:
    """Fetch, HTTP-redirect fetch: where to, and with which method."""
    target = urljoin(request.url, location)
    if cors.is_cross_origin(request) and cors.origin_of(target) != cors.origin_of(request.url):
        request.origin = "null"  # who asks is not told by one stranger to the next
    request.url = target
    if (status in (301, 302) and request.method == "POST") or (
        status == 303 and request.method not in ("GET", "HEAD")
    ):
        request.method, request.body = "GET", None


@asynccontextmanager
async def _exchange(
    network: Network, request: Request, process_request_body: Callable[[int], None]
) -> AsyncIterator[Arriving]:
    stream = None
    try:
        stream = await network.connect()
        http = h11.Connection(h11.CLIENT)
        await _send(stream, http, request, process_request_body)
        response = await _head(stream, http, request)
        yield Arriving(response, _body(stream, request, response))
    except Broken as broken:
        offline = isinstance(broken, NetworkLost)
        raise NetworkError("the connection was lost", offline=offline) from None
    finally:
        if stream is not None:
            stream.reset()


async def _send(
    stream: MemoryStream, http: h11.Connection, request: Request, transmitted: Callable[[int], None]
) -> None:
    parts = urlsplit(request.url)
    headers = [("Host", parts.netloc), *request.headers.items()]
    if request.body is not None:
        headers.append(("Content-Length", str(request.body)))
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    await stream.send(http.send(h11.Request(method=request.method, target=target, headers=headers)) or b"")
    sent, most = 0, max(SLICE, (request.body or 0) // 64)
    while sent < (request.body or 0):
        step = min(most, (request.body or 0) - sent)
        await stream.send(Span("upload", "v1", sent, sent + step))
        sent += step
        transmitted(sent)


async def _head(stream: MemoryStream, http: h11.Connection, request: Request) -> Response:
    while True:
        event = http.next_event()
        if isinstance(event, h11.Response):
            return Response(request.url, event.status_code, readable(list(event.headers)))
        if event is not h11.NEED_DATA:
            raise NetworkError(f"an answer that is not HTTP/1.1: {event!r}")
        piece = await stream.receive()
        if isinstance(piece, Span) or piece == b"":
            raise Broken
        http.receive_data(piece)


def _body(stream: MemoryStream, request: Request, response: Response) -> Body | None:
    if request.method == "HEAD" or response.status in NULL_BODY_STATUS:
        return None
    return Body(stream, int(response.header("content-length") or "0"))
