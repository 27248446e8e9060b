"""Cookies, as far as they tell with which credentials a request was made: names and values, by origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from simulator.cors import is_cross_origin, origin_of
from simulator.observation import Headers
from simulator.request import Request

if TYPE_CHECKING:
    from simulator.user_agent import UserAgent


def _goes_with(request: Request) -> bool:
    """Whether a request is made with credentials."""
    own = request.credentials == "same-origin" and not is_cross_origin(request)
    return request.credentials == "include" or own


def added(ua: UserAgent, request: Request) -> Request:
    """The request as it goes out, with the cookies of its origin if it is made with credentials."""
    jar = ua.cookies.get(origin_of(request.url), {})
    if not jar or not _goes_with(request):
        return request
    told = "; ".join(f"{name}={value}" for name, value in jar.items())
    return evolve(request, headers={**request.headers, "Cookie": told})


def kept(ua: UserAgent, request: Request, headers: Headers) -> None:
    """Keep the cookies that a response sets, if the request was made with credentials."""
    if _goes_with(request):
        for text in (value for name, value in headers if name == "set-cookie"):
            name, _, value = text.partition(";")[0].partition("=")
            ua.cookies.setdefault(origin_of(request.url), {})[name.strip()] = value.strip()
