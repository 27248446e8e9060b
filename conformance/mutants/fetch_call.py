"""Mutants of a call of fetch(): how the list is read, what is checked when, and the bodies."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from conformance.mutants.catalogue import mutant
from simulator import background_fetch_manager, request_body
from simulator.script_errors import type_error


@mutant("lone-request-refused", background_fetch_manager.as_list)
def _(original: Any, ua: Any, requests: Any) -> Any:
    """What is given without a list is no list, and refused."""
    if not isinstance(requests, list):
        raise type_error("no list")
    return requests


@mutant("no-url-left-out", background_fetch_manager.construct)
def _(original: Any, ua: Any, request: Any, base: str) -> Any:
    """Something that is no URL is taken for the empty string."""
    broken = not isinstance(request, str) and request.url.startswith("https://[")
    return original(ua, evolve(request, url="") if broken else request, base)


@mutant("relative-to-the-root", background_fetch_manager.base_url)
def _(original: Any, ua: Any, environment: Any) -> str:
    """Relative URLs resolve against the origin, wherever the page is."""
    return str(ua.origin) + "/"


@mutant("records-backwards", background_fetch_manager.in_order)
def _(original: Any, ua: Any, records: Any) -> Any:
    """The last request of the list becomes the first record."""
    return records[::-1]


@mutant("no-url-twice", background_fetch_manager.is_kept)
def _(original: Any, ua: Any, records: Any, request: Any) -> bool:
    """A URL that is in the list already is dropped."""
    return all(record.request.url != request.url for record in records)


@mutant("checked-at-once", background_fetch_manager.enqueue)
def _(original: Any, ua: Any, registration: Any, steps: Any) -> None:
    """Whether the id is free is asked before what was called earlier is done."""

    async def with_the_ids_of_now() -> None:
        held = dict(registration.active_background_fetches)
        registration.active_background_fetches.update(before)
        try:
            await steps()
        finally:
            for id in set(before) - set(held):
                registration.active_background_fetches.pop(id, None)

    before = dict(registration.active_background_fetches)
    original(ua, registration, with_the_ids_of_now)


@mutant("permission-asked-last", background_fetch_manager.check)
def _(original: Any, ua: Any, registration: Any, id: str) -> None:
    """A worker that is missing, or an id in use, is told before the permission."""
    background_fetch_manager.check_active_worker(ua, registration)
    background_fetch_manager.check_unused(ua, registration, id)
    background_fetch_manager.check_permission(ua)


@mutant("resolves-before-bodies-are-read", request_body.wait_for_bodies)
async def _(original: Any, ua: Any, bodies: Any, failed: Any) -> None:
    """fetch() goes on while its bodies are still being read."""
    for body in bodies:
        ua.turns.start_soon(body.read, ua)


@mutant("broken-body-taken", request_body.wait_for_bodies)
async def _(original: Any, ua: Any, bodies: Any, failed: Any) -> None:
    """A body that errors is taken as far as it came."""
    await original(ua, bodies, failed)
    failed.value = False


@mutant("broken-body-is-an-abort", request_body.reading_failed)
def _(original: Any, ua: Any) -> Any:
    """A body that errors rejects with AbortError."""
    error = original(ua)
    error.name = "AbortError"
    return error


@mutant("other-bodies-read-on", request_body.give_up)
def _(original: Any, ua: Any, body: Any) -> None:
    """Nobody tells the other bodies that they are no longer wanted."""


@mutant("used-body-taken", request_body.take_body)
def _(original: Any, ua: Any, body: Any) -> None:
    """A body is taken whatever was done with it before."""
    body.used = True


@mutant("body-left-unused", request_body.take_body)
def _(original: Any, ua: Any, body: Any) -> None:
    """A body that was taken can be used by the page once more."""
    original(ua, body)
    body.used = False


@mutant("requests-need-no-quota", background_fetch_manager.check_quota_for_requests)
def _(original: Any, ua: Any, upload_total: int) -> None:
    """Bodies that do not fit are refused for no reason of theirs."""
    if not ua.storage.fits(upload_total):
        raise type_error("something went wrong")


@mutant("options-forgotten", background_fetch_manager.chosen)
def _(original: Any, ua: Any, options: Any) -> Any:
    """Title, icons and downloadTotal get lost."""
    return background_fetch_manager.BackgroundFetchOptions()


@mutant("never-begins", background_fetch_manager.begin)
def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """A fetch is accepted, and nothing is sent."""


@mutant("workers-may-not-fetch", background_fetch_manager.may_call)
def _(original: Any, ua: Any, environment: Any) -> None:
    """A service worker's call is refused."""
    if hasattr(environment, "dispatch"):
        raise type_error("a service worker may not begin a background fetch")
