"""The part of Fetch that a background fetch needs: what may be sent, one request on the wire, redirects.

Heads go through h11; how bodies pass is the carriage's to say (``carriage``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import h11
from attrs import evolve, frozen

from simulator import cookies, cors, urls
from simulator.bad_ports import has_a_bad_port
from simulator.carriage import Body
from simulator.content import Span
from simulator.content_coding import offer
from simulator.content_security_policy import blocked_by_policy
from simulator.mixed_content import blocked_as_mixed_content
from simulator.network import MemoryStream, Network
from simulator.observation import Headers
from simulator.origin.answers import readable
from simulator.origin.server import SLICE
from simulator.origin.stream import Broken, Intercepted, NetworkLost
from simulator.overrides import point
from simulator.request import Request
from simulator.scheme_fetch import scheme_fetch
from simulator.service_worker import let_the_worker_see

if TYPE_CHECKING:
    from simulator.user_agent import UserAgent

MOST_REDIRECTS = 20
REDIRECT_STATUS = (301, 302, 303, 307, 308)
NULL_BODY_STATUS = (101, 103, 204, 205, 304)


@point("complete-a-record-algorithm/x1")
def is_redirect(ua: UserAgent, response: Response) -> bool:
    """A redirect is followed, where it says to where."""
    return response.status in REDIRECT_STATUS and response.header("location") is not None


class NetworkError(Exception):
    """Fetch's network error, or the body's stream becoming errored.

    ``offline`` says that it came from the loss of the user agent's own network, ``captive`` that a
    captive portal was in the way.
    """

    def __init__(self, message: str, *, offline: bool = False, captive: bool = False) -> None:
        super().__init__(message)
        self.offline, self.captive = offline, captive


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


class BodyAtHand:
    """A body that no wire carries."""

    def __init__(self, body: Span) -> None:
        self._left: Span | None = body

    async def read(self) -> Span | None:
        """All of it, and then the end."""
        body, self._left = self._left, None
        return body


@frozen
class Arriving:
    """A response with its body on the way; ``body`` is None for a null body."""

    response: Response
    body: Body | None


# -- points ---------------------------------------------------------------------------------


@point("complete-a-record-algorithm/x1")
def most_redirects(ua: UserAgent) -> int:
    """Fetch follows so many redirects for one request, and no more."""
    return MOST_REDIRECTS


@point("complete-a-record-algorithm/x1")
def becomes_get(ua: UserAgent, status: int, method: str) -> bool:
    """303 asks for another resource, and so do 301 and 302 of a POST; 307 and 308 repeat the request."""
    return (status in (301, 302) and method == "POST") or (status == 303 and method not in ("GET", "HEAD"))


@point("complete-a-record-algorithm/x1")
def redirect_mode(ua: UserAgent, request: Request) -> str:
    """What the page said is to be done with a redirect: follow, error, manual."""
    return request.redirect


@point("complete-a-record-algorithm/x1")
def may_redirect_to(ua: UserAgent, target: urls.Url) -> bool:
    """A redirect leads to http or https, or nowhere."""
    return target.scheme in urls.HTTP_SCHEMES


# -- the algorithm --------------------------------------------------------------------------


@asynccontextmanager
async def fetch(
    ua: UserAgent, request: Request, process_request_body: Callable[[int], None]
) -> AsyncIterator[Arriving]:
    """Send a request; inside the block its response has begun. Leaving the block terminates the fetch.

    ``process_request_body`` is told the bytes of the request's body transmitted so far.
    Raises NetworkError for everything that Fetch calls so, also while the body is read.
    """
    sending, crossed = request.copy(), False
    await let_the_worker_see(ua, sending)
    for _ in range(most_redirects(ua) + 1):
        _check_sendable(ua, sending)
        if urls.parsed(sending.url).scheme not in urls.HTTP_SCHEMES:
            yield _without_a_wire(ua, sending)
            return
        crossed |= sending.mode != "no-cors" and cors.is_cross_origin(sending)
        if crossed:
            await _ask_beforehand(ua, sending)
        async with _exchange(ua.network, cookies.added(ua, sending), process_request_body) as arriving:
            cookies.kept(ua, sending, arriving.response.headers)
            response = evolve(arriving.response, type=cors.response_type(ua, crossed))
            if crossed:
                _check(cors.passes_the_cors_check(ua, sending, response), sending)
            if not is_redirect(ua, response):
                yield evolve(arriving, response=response)
                return
            mode = redirect_mode(ua, sending)
            if mode == "manual":
                yield Arriving(Response(sending.url, 0, (), "opaqueredirect"), None)
                return
            if mode == "error":
                raise NetworkError(f"{sending.url} redirects, and the page wants no redirect")
            _redirect(ua, sending, response.status, response.header("location") or "")
    raise NetworkError(f"more than {most_redirects(ua)} redirects")


def _check_sendable(ua: UserAgent, request: Request) -> None:
    """Fetch, main fetch: what is blocked before anything is sent."""
    for blocked in (blocked_as_mixed_content, has_a_bad_port, blocked_by_policy):
        if blocked(ua, request):
            raise NetworkError(f"{request.url} is blocked: {blocked.name}")


def _without_a_wire(ua: UserAgent, request: Request) -> Arriving:
    held = scheme_fetch(ua, request)
    if held is None:
        raise NetworkError(f"nothing can be fetched from {request.url}")
    return Arriving(Response(request.url, 200, (("content-type", held.type),)), BodyAtHand(held.body))


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


def _redirect(ua: UserAgent, request: Request, status: int, location: str) -> None:
    """Fetch, HTTP-redirect fetch: where to, and with which method."""
    target = urls.parse(location, request.url)
    if target is None or not may_redirect_to(ua, target):
        raise NetworkError(f"{request.url} redirects to {location}, which is no URL to redirect to")
    if target.credentials and target.origin != request.origin:
        raise NetworkError(f"{request.url} redirects to another origin with credentials in the URL")
    if cors.is_cross_origin(request) and target.origin != cors.origin_of(request.url):
        request.origin = "null"  # who asks is not told by one stranger to the next
    request.url = target.href
    if becomes_get(ua, status, request.method):
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
        yield Arriving(response, _body(stream, http, request, response))
    except Broken as broken:
        offline, captive = isinstance(broken, NetworkLost), isinstance(broken, Intercepted)
        raise NetworkError("the connection was lost", offline=offline, captive=captive) from None
    finally:
        if stream is not None:
            stream.reset()


async def _send(
    stream: MemoryStream, http: h11.Connection, request: Request, transmitted: Callable[[int], None]
) -> None:
    url = urls.parsed(request.url)
    headers = [("Host", url.authority), *offer(request.headers).items(), *_metadata(request)]
    if request.body is not None:
        headers.append(("Content-Length", str(request.body)))
    head = h11.Request(method=request.method, target=url.target, headers=headers)
    await stream.send(http.send(head) or b"")
    sent, most = 0, max(SLICE, (request.body or 0) // 64)
    while sent < (request.body or 0):
        step = min(most, (request.body or 0) - sent)
        body = h11.Data(data=Span("upload", "v1", sent, sent + step))  # type: ignore[arg-type]
        for piece in http.send_with_data_passthrough(body) or ():
            await stream.send(piece)
        sent += step
        transmitted(sent)


def _metadata(request: Request) -> list[tuple[str, str]]:
    """Fetch Metadata, of requests that are for something: what for, and in which mode."""
    if not request.destination:
        return []
    return [("Sec-Fetch-Dest", request.destination), ("Sec-Fetch-Mode", request.mode)]


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


def _body(stream: MemoryStream, http: h11.Connection, request: Request, response: Response) -> Body | None:
    if request.method == "HEAD" or response.status in NULL_BODY_STATUS:
        return None
    length, coding = int(response.header("content-length") or "0"), response.header("content-encoding") or ""
    return stream.network.carriage.body(stream, http, response.url, length, coding)
