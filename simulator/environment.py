"""Environments: the pages and workers in which script runs, each a realm with an event loop.

Each has the manager of its registration (extensions-to-service-worker-registration).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.concepts import BackgroundFetch
from simulator.overrides import point
from simulator.queues import EventLoop
from simulator.turns import Cell

if TYPE_CHECKING:
    from simulator.background_fetch_manager import BackgroundFetchManager
    from simulator.background_fetch_registration import BackgroundFetchRegistration
    from simulator.service_worker import ServiceWorkerRegistration
    from simulator.user_agent import UserAgent

Listener = Callable[[Any], None]
"""What is called with an event."""


@point("extensions-to-service-worker-registration/2")
def the_manager(ua: UserAgent, environment: Environment) -> BackgroundFetchManager:
    """The backgroundFetch getter gives the same manager at each reading."""
    return environment.manager


@point("infrastructure/2")
def queue_a_bgfetch_task(ua: UserAgent, environment: Environment, task: Callable[[], None]) -> None:
    """Promises and events come as tasks of the environment's event loop, in order."""
    environment.event_loop.queue_a_task(task)


@point("service-worker-global-events/3")
def handler_of(ua: UserAgent, worker: WorkerGlobal, type: str) -> Listener | None:
    """What was assigned to the handler attribute of an event's type is run for that event."""
    return getattr(worker, f"on{type}", None)


class Environment:
    """An environment settings object and its realm.

    ``instances`` are the realm's registration objects, by background fetch: the map that the
    text keeps at the manager, of which there is one a registration and realm (erratum 31).
    A frame has the page that it is in as its ``parent``, and shares its event loop.
    """

    is_service_worker = False
    name = ""

    def __init__(
        self,
        ua: UserAgent,
        url: str,
        registration: ServiceWorkerRegistration,
        parent: Environment | None = None,
    ) -> None:
        from simulator.background_fetch_manager import BackgroundFetchManager

        self.ua, self.url, self.registration = ua, url, registration
        self.parent = parent
        self.event_loop: EventLoop = parent.event_loop if parent else EventLoop(ua.turns)
        self.instances: dict[BackgroundFetch, BackgroundFetchRegistration] = {}
        self.ended = Cell(False)
        self.connect_src: tuple[str, ...] | None = None  # of its content security policy
        self.manager: BackgroundFetchManager = BackgroundFetchManager(ua, self, registration)
        ua.environments.append(self)

    @property
    def backgroundFetch(self) -> BackgroundFetchManager:
        """The manager of this realm's ServiceWorkerRegistration."""
        return the_manager(self.ua, self)

    def instance_of(self, bg_fetch: BackgroundFetch) -> BackgroundFetchRegistration | None:
        return self.instances.get(bg_fetch)

    @property
    def closed(self) -> bool:
        return self.ended.value

    def close(self) -> None:
        """End the environment: no script of it runs any more. It ends once, with its process or before."""
        if self.closed:
            return
        self.ended.value = True
        self.ua.environments.remove(self)


class Page(Environment):
    """A page. ``page.backgroundFetch`` is the manager of the registration that its URL falls under."""

    def __init__(
        self,
        ua: UserAgent,
        name: str,
        url: str,
        registration: ServiceWorkerRegistration,
        parent: Environment | None = None,
    ) -> None:
        super().__init__(ua, url, registration, parent)
        self.name = name


class WorkerGlobal(Environment):
    """The global scope of a running service worker, with its four handler attributes."""

    is_service_worker = True
    onbackgroundfetchsuccess: Listener | None = None
    onbackgroundfetchfail: Listener | None = None
    onbackgroundfetchabort: Listener | None = None
    onbackgroundfetchclick: Listener | None = None

    def __init__(self, ua: UserAgent, registration: ServiceWorkerRegistration) -> None:
        super().__init__(ua, registration.scope, registration)
        self.name = registration.scope
        self._listeners: list[tuple[str, Listener]] = []

    def addEventListener(self, type: str, listener: Listener) -> None:
        """Have ``listener`` called with every event of a type, such as "backgroundfetchsuccess"."""
        self._listeners.append((type, listener))

    def dispatch(self, event: Any) -> None:
        """Call the listeners of an event, in the order in which they were added."""
        for type, listener in tuple(self._listeners):
            if type == event.type:
                listener(event)
        if handler := handler_of(self.ua, self, event.type):
            handler(event)
