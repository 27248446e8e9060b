"""Clear a registration (privacy-and-bandwidth-use): what unregistering does to its background fetches."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    abort_its_fetches(ua, registration)
    forget(ua, registration)
