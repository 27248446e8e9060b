"""Fetch across origins: when a preflight is due, what a response must allow, what of it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from simulator import urls
from simulator.overrides import point

if TYPE_CHECKING:
    from simulator.fetch import Response
    from simulator.request import Request
    from simulator.user_agent import UserAgent

SAFE_METHODS = ("GET", "HEAD", "POST")
SAFE_REQUEST_HEADERS = ("accept", "accept-language", "content-language", "content-type")
THE_AGENTS_OWN = ("range", "if-range", "accept-encoding", "origin")
"""What the algorithms add themselves, and no author chose: no reason for a preflight."""
SAFE_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
SAFE_RESPONSE_HEADERS = (
    *("cache-control", "content-language", "content-length", "content-type"),
    *("expires", "last-modified", "pragma"),
)


def origin_of(url: str) -> str:
    return urls.parsed(url).origin


def is_cross_origin(request: Request) -> bool:
    return bool(request.origin) and origin_of(request.url) != request.origin


# -- points ---------------------------------------------------------------------------------


@point("complete-a-record-algorithm/x3")
def unsafe_headers(ua: UserAgent, request: Request) -> list[str]:
    """The author's headers that a server must have agreed to, in lower case and order."""
    given = {name.lower(): value for name, value in request.headers.items()}
    return sorted(name for name, value in given.items() if not _is_safe(name, value))


def _is_safe(name: str, value: str) -> bool:
    if name == "content-type":
        return value.partition(";")[0].strip().lower() in SAFE_TYPES
    return name in SAFE_REQUEST_HEADERS or name in THE_AGENTS_OWN


@point("complete-a-record-algorithm/x3")
def needs_preflight(ua: UserAgent, request: Request) -> bool:
    """Anything that a form could not have sent is asked for beforehand."""
    return request.method not in SAFE_METHODS or bool(unsafe_headers(ua, request))


@point("complete-a-record-algorithm/x2")
def passes_the_cors_check(ua: UserAgent, request: Request, response: Response) -> bool:
    """The response names the origin that asks, or, without credentials, anybody."""
    allowed = response.header("access-control-allow-origin")
    if request.credentials != "include":
        return allowed in ("*", request.origin)
    return credentials_are_allowed(ua, request, response)


@point("complete-a-record-algorithm/x4")
def credentials_are_allowed(ua: UserAgent, request: Request, response: Response) -> bool:
    """With credentials a wildcard is not enough, and they must be allowed by name."""
    exact = response.header("access-control-allow-origin") == request.origin
    return exact and response.header("access-control-allow-credentials") == "true"


@point("complete-a-record-algorithm/x3")
def preflight_allows(ua: UserAgent, request: Request, response: Response) -> bool:
    """The preflight's answer allows the method and every header that needs it."""
    anybody = request.credentials != "include"
    methods = _listed(response, "access-control-allow-methods")
    headers = [name.lower() for name in _listed(response, "access-control-allow-headers")]
    method = request.method in (*SAFE_METHODS, *methods) or ("*" in methods and anybody)
    wanted = unsafe_headers(ua, request)
    return response.ok and method and (("*" in headers and anybody) or set(wanted) <= set(headers))


@point("complete-a-record-algorithm/x5")
def filtered(ua: UserAgent, response: Response) -> Response:
    """Of a cors response script sees the safelisted headers, and those that the server exposes."""
    if response.type != "cors":
        return evolve(response, headers=tuple(pair for pair in response.headers if pair[0] != "set-cookie"))
    shown = {name.lower() for name in _listed(response, "access-control-expose-headers")}
    kept = tuple(
        (name, value)
        for name, value in response.headers
        if name in SAFE_RESPONSE_HEADERS or name in shown or "*" in shown
    )
    return evolve(response, headers=kept)


@point("complete-a-record-algorithm/x5")
def response_type(ua: UserAgent, crossed: bool) -> str:
    """A response that came, at any hop, from another origin is of type cors."""
    return "cors" if crossed else "basic"


def preflight_of(ua: UserAgent, request: Request) -> Request:
    """The preflight for a request."""
    asked = {"Origin": request.origin, "Access-Control-Request-Method": request.method}
    if names := unsafe_headers(ua, request):
        asked["Access-Control-Request-Headers"] = ",".join(names)
    return evolve(request, method="OPTIONS", headers=asked, body=None)


def _listed(response: Response, name: str) -> list[str]:
    return [part.strip() for part in (response.header(name) or "").split(",") if part.strip()]
