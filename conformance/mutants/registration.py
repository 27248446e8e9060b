"""Mutants of abort(), match(), matchAll() and the equality of fetches."""

from __future__ import annotations

from typing import Any

from conformance.mutants.catalogue import mutant
from simulator import background_fetch_registration, contains_background_fetch, request_matches_cached_item


@mutant("abort-true-again", background_fetch_registration.abort_of_an_inactive_fetch)
def _(original: Any, ua: Any) -> bool:
    """abort() claims success for a fetch that is over."""
    return True


@mutant("abort-stops-nothing", background_fetch_registration.set_abort_all)
def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """abort() resolves true, and the transfers go on."""


@mutant("records-for-ever", background_fetch_registration.records_may_be_read)
def _(original: Any, ua: Any, instance: Any) -> bool:
    """match() and matchAll() answer when the records are gone."""
    return True


@mutant("match-gives-the-last", background_fetch_registration.first_match)
def _(original: Any, ua: Any, matches: Any) -> Any:
    """match() gives the last of the matches."""
    return matches[-1] if matches else None


@mutant("search-always-counts", request_matches_cached_item.compared_url)
def _(original: Any, ua: Any, url: str, options: Any) -> Any:
    """ignoreSearch is ignored."""
    return original(ua, url, request_matches_cached_item.CacheQueryOptions())


@mutant("search-never-counts", request_matches_cached_item.compared_url)
def _(original: Any, ua: Any, url: str, options: Any) -> Any:
    """The query of a URL is never compared."""
    return original(ua, url, request_matches_cached_item.CacheQueryOptions(ignoreSearch=True))


@mutant("method-never-counts", request_matches_cached_item.method_matches)
def _(original: Any, ua: Any, query: Any, stored: Any, options: Any) -> bool:
    """A GET query finds a POST record."""
    return True


@mutant("any-fetch-of-that-id", contains_background_fetch.contains_background_fetch)
def _(original: Any, ua: Any, active: Any, bg_fetch: Any) -> bool:
    """An old instance can abort a new fetch of the same id."""
    return bg_fetch.id in active
