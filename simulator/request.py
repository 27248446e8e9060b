"""Requests as script makes them and as the user agent keeps them: the Request constructor's part of Fetch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import Factory, define, evolve

from simulator import urls
from simulator.policy_container import PolicyContainer
from simulator.request_body import RequestBody
from simulator.script_errors import type_error

if TYPE_CHECKING:
    from simulator.service_worker import ServiceWorkerRegistration

_FORBIDDEN = ("CONNECT", "TRACE", "TRACK")
_NORMALISED = ("DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT")


@define
class Request:
    """A request of Fetch. ``body`` is its length in bytes, None for a null body.

    A body needs no content here: what is uploaded is only ever counted. ``given`` is that body as
    script gave it. ``origin`` is the origin that asks, "" for one that is never compared;
    ``controller`` the registration whose worker may see the request, if its mode lets it.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = Factory(dict)
    body: int | None = None
    mode: str = "cors"
    credentials: str = "same-origin"
    keepalive: bool = False
    service_workers_mode: str = "all"
    destination: str = ""
    origin: str = ""
    redirect: str = "follow"
    given: RequestBody | None = None
    policy_container: PolicyContainer = Factory(PolicyContainer)
    controller: ServiceWorkerRegistration | None = None

    def copy(self) -> Request:
        """A request of its own, with the same values."""
        return evolve(self, headers=dict(self.headers))

    def with_header(self, name: str, value: str) -> None:
        """Append a header; one of the same name is joined by a comma, as a header list is."""
        held = {key.lower(): key for key in self.headers}
        key = held.get(name.lower(), name)
        joined = f"{self.headers[key]}, {value}" if key in self.headers else value
        self.headers = {**self.headers, key: joined}


def request_constructor(given: str | Request, base: str) -> Request:
    """Fetch's ``new Request(given)``, URLs resolved against ``base``.

    Raises a TypeError of script for a URL that does not parse or carries credentials, a
    forbidden method, and a body where the method allows none.
    """
    request = Request(given) if isinstance(given, str) else given.copy()
    url = urls.parse(request.url, base)
    if url is None:
        raise type_error(f"{request.url!r} is no URL")
    if url.credentials:
        raise type_error(f"{request.url!r} carries credentials")
    method = request.method.upper()
    if method in _FORBIDDEN:
        raise type_error(f"the method {request.method} is forbidden")
    if request.mode == "navigate":
        raise type_error("script can make no request that navigates")
    if request.body is not None and method in ("GET", "HEAD"):
        raise type_error(f"a {method} request can have no body")
    request.url = url.href
    request.method = method if method in _NORMALISED else request.method
    return request
