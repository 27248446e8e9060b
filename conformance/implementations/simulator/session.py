"""One scenario on the simulator: its world made, its levers pulled, its page's script run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conformance.implementations.protocol import Unsupported
from conformance.implementations.simulator.calls import Calls, OutsidePage, Told
from conformance.implementations.simulator.worker_script import WorkerScript
from conformance.scenario.model import NetworkState, Scenario, Step
from simulator import background_fetch_display, clear_registration, restart
from simulator.concepts import BackgroundFetch
from simulator.environment import WorkerGlobal
from simulator.network import AMPLE_BANDWIDTH
from simulator.observation import (
    Browser,
    Kind,
    Log,
    Network,
    Observation,
    Page,
    Permission,
    Released,
    Storage,
    Worker,
)
from simulator.origin.hosts import Hosts
from simulator.origin.server import Origin
from simulator.overrides import Override
from simulator.service_worker import ServiceWorkerRegistration
from simulator.turns import Turns, Watched
from simulator.user_agent import UserAgent

PATIENCE = 48 * 3600 * 1_000_000_000
"""Virtual nanoseconds that a condition is waited for: longer than anything a scenario sets going."""

ENDS = {"kill": "killed", "quit": "quit", "terminate": "terminated"}
"""What becomes of a browser, by what is done to it."""


class Names:
    """What the scenario calls each fetch, found again by scope and id."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}
        self._fetches: dict[object, str] = {}

    def begin(self, scope: str, id: str, name: str) -> None:
        """A fetch() was called; while another of the same id is active, the id stays that one's."""
        self._names.setdefault((scope, id), name)

    def end(self, scope: str, id: str) -> None:
        self._names.pop((scope, id), None)

    def of(self, scope: str, id: str) -> str:
        return self._names.get((scope, id), id)

    def of_fetch(self, bg_fetch: BackgroundFetch) -> str:
        """The name of a background fetch, which it keeps when its id is used again."""
        found = self.of(bg_fetch.service_worker_registration.scope, bg_fetch.id)
        return self._fetches.setdefault(bg_fetch.unique_id, found)


class SimulatorSession:
    """A session in virtual time; every wait of it is a turn."""

    def __init__(self, scenario: Scenario, turns: Turns, overrides: Sequence[Override]) -> None:
        self.scenario, self.turns = scenario, turns
        self._news = Watched()
        self.log = Log(turns.now, self._tell)
        self.hosts = Hosts("own.test")
        self.names = Names()
        self.origin = Origin(scenario.origin, self.hosts, turns, self.log)
        self.told = Told(self.hosts, self.names, scenario.size, scenario.workers)
        serve, own = self.origin.serve, self.hosts.url("")
        self.agent = UserAgent(turns, serve, self._log(), overrides, own, self.names.of_fetch)
        self.pages: dict[str, Calls | OutsidePage] = {}
        self.places: dict[str, str] = {}
        self.workers: dict[WorkerGlobal, WorkerScript] = {}
        self._see(Browser("started", "reference user agent"))
        self._set_up()

    def _tell(self, seen: Observation) -> None:
        self._news.changed()

    def _log(self) -> Log:
        """What one process of the agent shows; closed with it, it takes nothing in any more."""

        def take(seen: Observation) -> None:
            self.log.take(seen)

        return Log(self.turns.now, take)

    def _see(self, data: Kind, of: str = "") -> None:
        self.log.see("harness", "harness", of, data)

    def _set_up(self) -> None:
        for scope in self.scenario.workers or ("/",):
            self.agent.register(scope, self._worker)
        self._open("page", "/")
        if self.scenario.permission != "granted":
            self._set_permission(self.scenario.permission)
        if self.scenario.quota is not None:
            self._set_quota(self.scenario.quota)
        if self.scenario.network != NetworkState():
            self._set_network(self.scenario.network)

    def _worker(self, worker: WorkerGlobal) -> None:
        self.workers[worker] = WorkerScript(self.told, worker)
        self.workers[worker].listen()

    # -- what the driver asks ---------------------------------------------------------------

    async def until(self, holds: Callable[[], bool], within: int | None = None) -> bool:
        with self.turns.alarm(PATIENCE if within is None else within) as alarm:
            await self.turns.until(
                lambda: holds() or alarm.value, self._news, alarm, why="the scenario's condition"
            )
            return holds()

    async def sleep(self, duration: int) -> int:
        await self.turns.sleep(duration, why="the scenario's wait")
        return duration

    async def do(self, step: Step) -> None:
        argument = step.arguments[step.verb]
        match step.verb:
            case "network":
                self._set_network(argument)
            case "permission":
                self._set_permission(argument)
            case "storage":
                self._set_quota(argument)
            case "release":
                self._see(Released(), of=argument)
                self.origin.release(argument)
            case "open":
                self._open(argument, step.arguments.get("at") or "/")
            case "close":
                self.pages.pop(argument).close()
                self.log.see("page", argument, argument, Page("closed"))
            case "browser":
                self._set_browser(argument, step.arguments.get("pages", ()))
            case "worker":
                self._set_worker(argument, self._scope(step.on))
            case "user":
                await self._use(argument, step.of)
            case _:
                self._on(step).begin(step)

    def _on(self, step: Step) -> Calls | OutsidePage:
        if step.on in self.pages:
            return self.pages[step.on]
        return self.workers[self._registration(self._scope(step.on)).running_worker()]

    def _registration(self, scope: str) -> ServiceWorkerRegistration:
        """The registration of a scope. Raises Unsupported where it is gone."""
        if scope not in self.agent.registrations:
            raise Unsupported("stop worker", f"the worker of {scope!r} is no longer registered")
        return self.agent.registrations[scope]

    def _scope(self, on: str) -> str:
        """The scope of the worker that ``on`` names; where there is one only, it need not be said."""
        return on.removeprefix("worker").strip() or next(iter(self.scenario.workers), "/")

    # -- levers -----------------------------------------------------------------------------

    def _open(self, name: str, at: str) -> None:
        self.places[name] = at
        try:
            self.pages[name] = Calls(self.told, self.agent.open_page(at, name), "page", name)
        except LookupError:
            self.pages[name] = OutsidePage(self.agent.log, name)
        self.log.see("page", name, name, Page("opened", at))

    def _set_browser(self, state: str, pages: Sequence[str]) -> None:
        if state == "start":
            self._see(Browser("started", "reference user agent"))
            restart.begin(self.agent)
            for name in pages:
                self._open(name, self.places.get(name, "/"))
            return
        ended = self.agent
        self.agent = restart.end(ended, self._log(), killed=state == "kill")
        ended.log.close()
        self.pages.clear()
        self.workers.clear()
        self._see(Browser(ENDS[state]))

    def _set_worker(self, state: str, scope: str) -> None:
        registration = self._registration(scope)
        if state == "unregister":
            clear_registration.unregister(self.agent, registration)
            self._see(Worker("unregistered"), of=scope)
            return
        registration.stop_worker()
        if state == "update":
            self.log.see("worker", scope, "", Worker("activated"))

    async def _use(self, word: str, of: str) -> None:
        """What the user does, once it is there, with what is shown of the newest fetch of this name.

        Where nothing is ever shown, there is nothing that the user could press.
        """

        def shown() -> list[BackgroundFetch]:
            return [one for one in self.agent.displayed if self.names.of_fetch(one) == of]

        if await self.until(lambda: bool(shown())):
            getattr(background_fetch_display, word)(self.agent, shown()[-1])

    def _set_network(self, state: NetworkState) -> None:
        self._see(Network(state.online, state.metered, state.bandwidth))
        network = self.agent.network
        network.latency, network.bandwidth = state.latency, state.bandwidth or AMPLE_BANDWIDTH
        network.metered = state.metered
        if state.online != network.online.value:
            (network.go_online if state.online else network.go_offline)()
        background_fetch_display.link_changed(self.agent)

    def _set_permission(self, state: str) -> None:
        self._see(Permission(state))
        self.agent.permission.value = state

    def _set_quota(self, quota: int | None) -> None:
        self._see(Storage(quota))
        self.agent.storage.quota = quota
