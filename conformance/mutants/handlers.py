"""Mutants of what the handlers of a service worker do beside updateUI, and of the events that reach them."""

from __future__ import annotations

from typing import Any

from conformance.mutants.catalogue import mutant
from simulator import clients, perform_a_background_fetch, service_worker, storage
from simulator.storage import Storage


@mutant("events-untrusted", service_worker.fired)
def _(original: Any, ua: Any, event: Any) -> None:
    """backgroundfetchabort comes as if script had made it."""
    original(ua, event)
    event.isTrusted = event.type != "backgroundfetchabort"


@mutant("extended-when-over", service_worker.may_be_extended)
def _(original: Any, ua: Any, event: Any) -> bool:
    """waitUntil() of an event that is over does not throw."""
    return True


@mutant("later-promises-ignored", service_worker.extend)
def _(original: Any, ua: Any, event: Any, steps: Any) -> None:
    """Only what is given to waitUntil() while the event is dispatched keeps it alive."""
    if event.dispatching:
        original(ua, event, steps)


@mutant("events-can-be-cancelled", service_worker.fired)
def _(original: Any, ua: Any, event: Any) -> None:
    """backgroundfetchabort can be cancelled."""
    original(ua, event)
    event.cancelable = event.type == "backgroundfetchabort"


@mutant("events-bubble", service_worker.fired)
def _(original: Any, ua: Any, event: Any) -> None:
    """backgroundfetchclick bubbles."""
    original(ua, event)
    event.bubbles = event.type == "backgroundfetchclick"


@mutant("windows-for-nobody", clients.may_open_a_window)
def _(original: Any, ua: Any, worker: Any) -> bool:
    """No event lets a worker open a window."""
    return False


@mutant("windows-unasked", clients.may_open_a_window)
def _(original: Any, ua: Any, worker: Any) -> bool:
    """A worker may open windows whenever it likes."""
    return True


@mutant("in-progress-is-free", storage.estimate)
def _(original: Any, ua: Any) -> int:
    """The estimate knows nothing of what is not in a cache yet."""
    return int(ua.storage.cached)


@mutant("caches-go-with-the-records", perform_a_background_fetch.drop_the_records)
def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """What was put into a cache is gone with the records."""
    original(ua, bg_fetch)
    ua.storage.usage -= ua.storage.cached
    ua.storage.caches = Storage().caches
