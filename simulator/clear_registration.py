"""Clear a registration (privacy-and-bandwidth-use): what unregistering does to its background fetches.

Storage that runs short is taken from a whole origin at once (Storage Standard, eviction): all of its
registrations are cleared so, and its caches deleted. Cookies are not kept there, and stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.background_fetch_display import take_down
from simulator.overrides import point

if TYPE_CHECKING:
    from simulator.service_worker import ServiceWorkerRegistration
    from simulator.user_agent import UserAgent


@point("privacy-and-bandwidth-use/5")
def abort_its_fetches(ua: UserAgent, registration: ServiceWorkerRegistration) -> None:
    """Every fetch of the registration is stopped and forgotten (erratum 55)."""
    for bg_fetch in tuple(registration.active_background_fetches.values()):
        del registration.active_background_fetches[bg_fetch.id]
        bg_fetch.abort_all_flag.value = True


@point("privacy-and-bandwidth-use/5")
def has_no_worker(ua: UserAgent, registration: ServiceWorkerRegistration) -> None:
    """No worker is left that an event could be fired at (erratum 56)."""
    registration.active_worker = False


@point("privacy-and-bandwidth-use/5")
def forget(ua: UserAgent, registration: ServiceWorkerRegistration) -> None:
    """Nothing of the registration is stored any more, for this process or the next."""
    for scope, held in tuple(ua.registrations.items()):
        if held is registration:
            del ua.registrations[scope]


def unregister(ua: UserAgent, registration: ServiceWorkerRegistration) -> None:
    """Unregister a service worker: its fetches end without events."""
    has_no_worker(ua, registration)
    registration.stop_worker()
    _end_its_fetches(ua, registration)
    forget(ua, registration)
    if (queue := registration.active_background_fetches_edit_queue).busy:
        queue.enqueue(lambda: _end_the_late_ones(ua, registration))


def _end_its_fetches(ua: UserAgent, registration: ServiceWorkerRegistration) -> None:
    abort_its_fetches(ua, registration)
    take_down(ua, registration)


async def _end_the_late_ones(ua: UserAgent, registration: ServiceWorkerRegistration) -> None:
    """A fetch() that had passed its checks, and whose bodies were still being read, is listed only now."""
    _end_its_fetches(ua, registration)


@point("privacy-and-bandwidth-use/4")
def registrations_evicted(ua: UserAgent) -> list[ServiceWorkerRegistration]:
    """Eviction takes every registration, whatever is under way in it."""
    return list(ua.registrations.values())


@point("readme/1")
def delete_the_caches(ua: UserAgent) -> None:
    """Responses that were moved to a cache are stored there, and go with it."""
    ua.storage.delete_all()


def evict(ua: UserAgent) -> None:
    """Clear all that the origin has stored, as under storage pressure; its pages stay open."""
    for registration in registrations_evicted(ua):
        unregister(ua, registration)
    delete_the_caches(ua)
