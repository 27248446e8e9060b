"""Environments: the pages and workers in which script runs, each a realm with an event loop.

Each has the manager of its registration (extensions-to-service-worker-registration).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.concepts import BackgroundFetch
from simulator.turns import EventLoop

if TYPE_CHECKING:
    from simulator.background_fetch_manager import BackgroundFetchManager
    from simulator.background_fetch_registration import BackgroundFetchRegistration
    from simulator.service_worker import ServiceWorkerRegistration
    from simulator.user_agent import UserAgent


class Environment:
    """An environment settings object and its realm.

    ``instances`` are the realm's registration objects, by background fetch: the map that the
    text keeps at the manager, of which there is one a registration and realm (erratum 31).
    """

    def __init__(self, ua: UserAgent, url: str, registration: ServiceWorkerRegistration) -> None:
        from simulator.background_fetch_manager import BackgroundFetchManager

        self.ua, self.url, self.registration = ua, url, registration
        self.event_loop = EventLoop(ua.turns)
        self.instances: dict[BackgroundFetch, BackgroundFetchRegistration] = {}
        self.closed = False
        self.backgroundFetch: BackgroundFetchManager = BackgroundFetchManager(ua, self, registration)
        ua.environments.append(self)

    def instance_of(self, bg_fetch: BackgroundFetch) -> BackgroundFetchRegistration | None:
        return self.instances.get(bg_fetch)

    def close(self) -> None:
        """End the environment: no script of it runs any more."""
        self.closed = True
        self.ua.environments.remove(self)


class Page(Environment):
    """A page. ``page.backgroundFetch`` is the manager of the registration that its URL falls under."""

    def __init__(self, ua: UserAgent, name: str, url: str, registration: ServiceWorkerRegistration) -> None:
        super().__init__(ua, url, registration)
        self.name = name


class WorkerGlobal(Environment):
    """The global scope of a running service worker."""

    def __init__(self, ua: UserAgent, registration: ServiceWorkerRegistration) -> None:
        super().__init__(ua, registration.scope, registration)
        self._listeners: list[tuple[str, Callable[[Any], None]]] = []

    def addEventListener(self, type: str, listener: Callable[[Any], None]) -> None:
        """Have ``listener`` called with every event of a type, such as "backgroundfetchsuccess"."""
        self._listeners.append((type, listener))

    def dispatch(self, event: Any) -> None:
        """Call the listeners of an event, in the order in which they were added."""
        for type, listener in tuple(self._listeners):
            if type == event.type:
                listener(event)
