"""Mutants of the life of workers and of the user agent itself: scopes, unregistering, restarts."""

from __future__ import annotations

from typing import Any

from conformance.mutants.catalogue import mutant
from simulator import background_fetch_manager, clear_registration, perform_a_background_fetch, restart


@mutant("ids-of-every-scope", background_fetch_manager.active_ids)
def _(original: Any, ua: Any, registration: Any) -> list[str]:
    """getIds() tells of other registrations too."""
    return [id for each in ua.registrations.values() for id in original(ua, each)]


@mutant("ids-taken-for-every-scope", background_fetch_manager.check_unused)
def _(original: Any, ua: Any, registration: Any, id: str) -> None:
    """An id that any registration uses is refused."""
    for each in (registration, *ua.registrations.values()):
        original(ua, each, id)


@mutant("fetches-of-every-scope", background_fetch_manager.active_fetch)
def _(original: Any, ua: Any, registration: Any, id: str) -> Any:
    """get() finds the fetches of other registrations."""
    found = (original(ua, each, id) for each in (registration, *ua.registrations.values()))
    return next((bg_fetch for bg_fetch in found if bg_fetch), None)


@mutant("event-at-another-worker", perform_a_background_fetch.fire_the_event)
async def _(original: Any, ua: Any, bg_fetch: Any, name: str, constructor: Any) -> Any:
    """The end event reaches the worker that was registered first."""
    registration = bg_fetch.service_worker_registration
    bg_fetch.service_worker_registration = next(iter(ua.registrations.values()), registration)
    event = await original(ua, bg_fetch, name, constructor)
    bg_fetch.service_worker_registration = registration
    return event


@mutant("unregistering-stops-nothing", clear_registration.abort_its_fetches)
def _(original: Any, ua: Any, registration: Any) -> None:
    """The fetches of an unregistered worker go on."""


@mutant("event-after-unregistering", clear_registration.has_no_worker)
def _(original: Any, ua: Any, registration: Any) -> None:
    """Unregistering aborts with an event."""


@mutant("unregistering-stops-all", clear_registration.abort_its_fetches)
def _(original: Any, ua: Any, registration: Any) -> None:
    """Unregistering one worker aborts the fetches of every other."""
    for each in (registration, *ua.registrations.values()):
        original(ua, each)


@mutant("lost-at-a-restart", restart.is_taken_up_again)
def _(original: Any, ua: Any, bg_fetch: Any) -> bool:
    """After a restart nothing is known of what was under way."""
    return False


@mutant("event-again-after-a-restart", restart.is_taken_up_again)
def _(original: Any, ua: Any, bg_fetch: Any) -> bool:
    """A fetch whose event was being handled is concluded a second time by the next process."""
    return True


@mutant("post-sent-again-after-a-restart", restart.interrupted)
def _(original: Any, ua: Any, record: Any) -> str:
    """A POST that was under way is sent again by the next process."""
    return ""


@mutant("restart-gives-up", restart.interrupted)
def _(original: Any, ua: Any, record: Any) -> str:
    """A GET that was under way fails at a restart."""
    return "fetch-error"


@mutant("stored-bytes-doubled", restart.bytes_kept_after_a_kill)
def _(original: Any, ua: Any, data: Any) -> int:
    """What was stored before a kill is found twice."""
    data.bytes = [*data.bytes, *data.bytes]
    return int(original(ua, data)) * 2


@mutant("eviction-of-one-scope", clear_registration.registrations_evicted)
def _(original: Any, ua: Any) -> Any:
    """Eviction takes the registration that is the oldest, and leaves the others."""
    return original(ua)[:1]


@mutant("eviction-spares-what-is-under-way", clear_registration.registrations_evicted)
def _(original: Any, ua: Any) -> Any:
    """Eviction leaves a registration alone while a fetch of it is active."""
    return [one for one in original(ua) if not one.active_background_fetches]


@mutant("eviction-leaves-the-caches", clear_registration.delete_the_caches)
def _(original: Any, ua: Any) -> None:
    """Eviction takes the registrations, and what was moved to a cache stays."""
