"""The reference user agent: one browser profile, its network, storage, permission, pages and workers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from simulator.carriage import Ranges
from simulator.concepts import BackgroundFetch
from simulator.environment import Environment, Page
from simulator.network import Network
from simulator.observation import Kind, Log
from simulator.origin.stream import Stream
from simulator.overrides import Override, put_together
from simulator.service_worker import Script, ServiceWorkerRegistration
from simulator.storage import Storage
from simulator.turns import Cell, Turns


class UserAgent:
    """A user agent in virtual time.

    ``serve`` is the world's end of its connections (an Origin's ``serve``), ``log`` takes what
    the agent itself shows (workers starting, the user interface), and ``overrides`` are the
    policies, errata readings and mutants in force, put together once, here. ``name_of`` says how
    the user interface calls a background fetch in the log; by itself, by its id. ``carriage`` is how
    bodies go over its network.
    """

    def __init__(
        self,
        turns: Turns,
        serve: Callable[[Stream], Awaitable[None]],
        log: Log,
        overrides: Iterable[Override] = (),
        origin: str = "https://own.test",
        name_of: Callable[[BackgroundFetch], str] = lambda bg_fetch: bg_fetch.id,
        carriage: Ranges | None = None,
    ) -> None:
        self.turns, self.log, self.origin, self.name_of = turns, log, origin, name_of
        self.chosen = tuple(overrides)
        self.overrides = put_together(self.chosen)
        self.network = Network(turns, serve, carriage)
        self.storage = Storage()
        self.permission = Cell("granted")
        self.cookies: dict[str, dict[str, str]] = {}
        self.environments: list[Environment] = []
        self.registrations: dict[str, ServiceWorkerRegistration] = {}
        self.displayed: list[BackgroundFetch] = []
        self.connect_src: tuple[str, ...] | None = None  # of the policy that pages are served with
        self.paused_for_the_link: set[BackgroundFetch] = set()

    def register(self, scope: str, script: Script) -> ServiceWorkerRegistration:
        """Register a service worker, active at once. ``scope`` is a path."""
        self.registrations[scope] = ServiceWorkerRegistration(self, self.origin + scope, script)
        return self.registrations[scope]

    def open_page(self, path: str = "/", name: str = "page", parent: Environment | None = None) -> Page:
        """Open a page; the registration with the longest scope that its path begins with is its own.

        With a ``parent`` it is a frame in that page. Raises LookupError where no scope covers it.
        """
        scopes = [scope for scope in self.registrations if path.startswith(scope)]
        if not scopes:
            raise LookupError(f"no service worker's scope covers {path!r}; register one first")
        page = Page(self, name, self.origin + path, self.registrations[max(scopes, key=len)], parent)
        page.connect_src = self.connect_src
        return page

    def see(self, witness: str, actor: str, of: str, data: Kind) -> None:
        self.log.see(witness, actor, of, data)
