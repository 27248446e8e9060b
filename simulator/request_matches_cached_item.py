"""Request matches cached item (Service Workers), as match() and matchAll() use it (match-all/3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from simulator.concepts import BackgroundFetchRecord
from simulator.fetch import Response
from simulator.overrides import point
from simulator.request import Request
from simulator.urls import parsed

if TYPE_CHECKING:
    from simulator.user_agent import UserAgent


@frozen
class CacheQueryOptions:
    """The options of a query of the Cache API."""

    ignoreSearch: bool = False
    ignoreMethod: bool = False
    ignoreVary: bool = False


@point("background-fetch-registration-match-all/3.2c")
def method_matches(ua: UserAgent, query: Request, stored: Request, options: CacheQueryOptions) -> bool:
    """A query that is no GET matches nothing, unless the method is ignored; nor does a stored non-GET."""
    return options.ignoreMethod or (query.method == "GET" and stored.method == "GET")


@point("background-fetch-registration-match-all/3.2a")
def without_fragment(ua: UserAgent, url: str) -> str:
    """The fragment of a URL is never compared."""
    return url.partition("#")[0]


@point("background-fetch-registration-match-all/3.2b")
def compared_url(ua: UserAgent, url: str, options: CacheQueryOptions) -> tuple[str, ...]:
    """What of a URL is compared: all of it, and of its query nothing where that is ignored."""
    parts = parsed(without_fragment(ua, url))
    return parts.origin, parts.path, "" if options.ignoreSearch else parts.query


@point("background-fetch-registration-match-all/3.2d")
def vary_matches(
    ua: UserAgent, query: Request, stored: Request, response: Response | None, options: CacheQueryOptions
) -> bool:
    """Headers named by Vary must be the same in both requests; with no response yet there is no Vary."""
    vary = response.header("vary") if response else None
    if options.ignoreVary or not vary:
        return True
    names = [name.strip().lower() for name in vary.split(",")]
    return "*" not in names and all(_header(query, name) == _header(stored, name) for name in names)


def _header(request: Request, name: str) -> str | None:
    return {key.lower(): value for key, value in request.headers.items()}.get(name)


def request_matches_cached_item(
    ua: UserAgent, query: Request, record: BackgroundFetchRecord, options: CacheQueryOptions
) -> bool:
    """Whether a record is among what a query asks for."""
    stored = record.request
    return (
        method_matches(ua, query, stored, options)
        and compared_url(ua, query.url, options) == compared_url(ua, stored.url, options)
        and vary_matches(ua, query, stored, record.response_data.response, options)
    )
