"""Mutants of which records are found, and of the request that a record shows."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from conformance.mutants.catalogue import mutant
from simulator import background_fetch_registration, create_record_objects, request_matches_cached_item


@mutant("request-forgets-its-method", create_record_objects.request_copy)
def _(original: Any, ua: Any, record: Any) -> Any:
    """A record shows every request as a GET."""
    return evolve(original(ua, record), method="GET")


@mutant("vary-ignored", request_matches_cached_item.vary_matches)
def _(original: Any, ua: Any, query: Any, stored: Any, response: Any, options: Any) -> bool:
    """Vary is never looked at."""
    return True


@mutant("vary-never-ignored", request_matches_cached_item.vary_matches)
def _(original: Any, ua: Any, query: Any, stored: Any, response: Any, options: Any) -> bool:
    """ignoreVary is ignored."""
    return bool(original(ua, query, stored, response, evolve(options, ignoreVary=False)))


@mutant("no-argument-finds-only-get", background_fetch_registration.is_asked_for)
def _(original: Any, ua: Any, query: Any, record: Any, options: Any) -> bool:
    """matchAll() without a request gives what a GET would find."""
    return bool(record.request.method == "GET" and original(ua, query, record, options))
