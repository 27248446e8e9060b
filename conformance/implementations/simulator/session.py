"""One scenario on the simulator: its world made, its levers pulled, its page's script run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from attrs import asdict, evolve

from conformance.implementations.protocol import Unsupported
from conformance.implementations.simulator.beside import Told
from conformance.implementations.simulator.calls import Calls, OutsidePage
from conformance.implementations.simulator.names import Names
from conformance.implementations.simulator.worker_script import WorkerScript
from conformance.scenario.model import EVICT, NetworkState, Scenario, Step
from simulator import background_fetch_display, clear_registration, restart, urls
from simulator.automation_click import remote_end
from simulator.carriage import Ranges, WrittenOut
from simulator.concepts import BackgroundFetch
from simulator.environment import WorkerGlobal
from simulator.network import AMPLE_BANDWIDTH
from simulator.observation import (
    Browser,
    Called,
    Display,
    Json,
    Kind,
    Log,
    Network,
    Observation,
    Page,
    Permission,
    Released,
    Settled,
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


class SimulatorSession:
    """A session in virtual time; every wait of it is a turn."""

    def __init__(
        self, scenario: Scenario, turns: Turns, overrides: Sequence[Override], *, written_out: bool = False
    ) -> None:
        self.scenario, self.turns = scenario, turns
        self._news = Watched()
        self.log = Log(turns.now, self._tell, turns.line)
        self.hosts = Hosts("own.test")
        self.names = Names()
        self.origin = Origin(scenario.origin, self.hosts, turns, self.log)
        self.told = Told(self.hosts, self.names, scenario.size, scenario.workers, self.origin.gate)
        serve, own = self.origin.serve, self.hosts.url("")
        carriage = WrittenOut(self.hosts.path_of_url) if written_out else Ranges()
        name_of = self.names.of_fetch
        self.agent = UserAgent(turns, serve, self._log(), overrides, own, name_of, carriage)
        self.pages: dict[str, Calls | OutsidePage] = {}
        self.places: dict[str, str] = {}
        self.frames: dict[str, str] = {}
        self.workers: dict[WorkerGlobal, WorkerScript] = {}
        self._levers: Mapping[str, Callable[[Any], None]] = {
            "close": self._close,
            "network": self._set_network,
            "permission": self._set_permission,
            "storage": self._set_storage,
            "release": self._release,
        }
        self._see(Browser("started", "reference user agent"))
        self._set_up()

    def _tell(self, seen: Observation) -> None:
        self._news.changed()

    def _log(self) -> Log:
        """What one process of the agent shows; closed with it, it takes nothing in any more."""

        def take(seen: Observation) -> None:
            shown = seen.data
            if isinstance(shown, Display) and shown.origin is not None:
                seen = evolve(seen, data=evolve(shown, origin=self._origin_named(shown.origin)))
            self.log.take(seen)

        return Log(self.turns.now, take)

    def _origin_named(self, origin: str) -> str:
        """An origin as the scenario calls it: "own", or "//name"."""
        return self.hosts.path_of_url(origin).removesuffix("/") or "own"

    def _see(self, data: Kind, of: str = "") -> None:
        self.log.see("harness", "harness", of, data)

    def _set_up(self) -> None:
        sources = self.scenario.connect_src
        self.agent.connect_src = None if sources is None else tuple(map(self._origin_of, ("/", *sources)))
        for scope, script in self.scenario.workers.items():
            self.agent.register(scope, self._worker).active_worker = script.installs
        self._open("page", "/")
        if self.scenario.permission != "granted":
            self._set_permission(self.scenario.permission)
        if self.scenario.quota is not None:
            self._set_quota(self.scenario.quota)
        if self.scenario.network != NetworkState():
            self._set_network(self.scenario.network)

    def _origin_of(self, path: str) -> str:
        return urls.parsed(self.hosts.url(path)).origin

    def _worker(self, worker: WorkerGlobal) -> None:
        self.workers[worker] = WorkerScript(self.told, worker)
        self.workers[worker].listen()

    # -- what the driver asks ---------------------------------------------------------------

    async def until(self, holds: Callable[[], bool], within: int | None = None) -> bool:
        patience = PATIENCE if within is None else within
        return await self.turns.holds_within(patience, holds, self._news, why="the scenario's condition")

    async def sleep(self, duration: int) -> int:
        await self.turns.sleep(duration, why="the scenario's wait")
        return duration

    async def do(self, step: Step) -> None:
        argument, rest = step.arguments[step.verb], step.arguments
        match step.verb:
            case "open":
                self._open(argument, rest.get("at") or "/", rest.get("in", ""))
            case "browser":
                self._set_browser(argument, rest.get("pages", ()), rest.get("torn", 0))
            case "worker":
                self._set_worker(argument, self._scope(step.on))
            case "webdriver":
                self._command(step)
            case "user" | "look":
                await self._use(step)
            case verb if lever := self._levers.get(verb):
                lever(argument)
            case _:
                self._on(step).begin(step)

    async def _use(self, step: Step) -> None:
        """Look at what is shown of a fetch, or use it."""
        shown = await self._displayed(step.of)
        if step.verb == "look":
            self.log.see("ui", "ui", str(step.number), Settled("fulfilled", self._looked_at(shown)))
        elif shown:
            background_fetch_display.use(self.agent, shown, step.arguments["user"])

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

    def _open(self, name: str, at: str, within: str = "") -> None:
        self.places[name] = at
        page = self.pages.get(within)
        parent = page.environment if isinstance(page, Calls) else None
        try:
            self.pages[name] = Calls(self.told, self.agent.open_page(at, name, parent), "page", name)
        except LookupError:
            self.pages[name] = OutsidePage(self.agent.log, name)
        if parent:
            self.frames[name] = within
        self.log.see("page", name, name, Page("opened", at))

    def _close(self, name: str) -> None:
        """Close a page, and the frames in it before."""
        for frame in [frame for frame, within in self.frames.items() if within == name]:
            self._close(frame)
        self.frames.pop(name, None)
        self.pages.pop(name).close()
        self.log.see("page", name, name, Page("closed"))

    def _set_browser(self, state: str, pages: Sequence[str], torn: int) -> None:
        if state == "start":
            self._see(Browser("started", "reference user agent"))
            restart.begin(self.agent)
            for name in pages:
                self._open(name, self.places.get(name, "/"))
            return
        ended = self.agent
        self.names.end_of_process(ended.displayed)
        self.agent = restart.end(ended, self._log(), killed=state == "kill", torn=torn)
        ended.log.close()
        self.pages.clear()
        self.frames.clear()
        self.workers.clear()
        self._see(Browser(ENDS[state], torn=torn))

    def _set_worker(self, state: str, scope: str) -> None:
        registration = self._registration(scope)
        if state == "unregister":
            clear_registration.unregister(self.agent, registration)
            self._see(Worker("unregistered"), of=scope)
            return
        registration.stop_worker()
        if state == "update":
            self.log.see("worker", scope, "", Worker("activated"))

    async def _displayed(self, of: str) -> BackgroundFetch | None:
        """The newest fetch of this name, once something is shown of it; None where nothing ever is."""

        def shown() -> list[BackgroundFetch]:
            return [one for one in self.agent.displayed if self.names.of_fetch(one) == of]

        return shown()[-1] if await self.until(lambda: bool(shown())) else None

    def _looked_at(self, bg_fetch: BackgroundFetch | None) -> Json:
        """What a user sees of a fetch, undefined for nothing; ``offers`` says of each thing whether."""
        if bg_fetch is None or bg_fetch.left_view:
            return None
        shown = asdict(background_fetch_display.what_is_shown(self.agent, bg_fetch))
        del shown["shown"]
        offered = shown["offers"]
        shown["offers"] = {word: word in offered for word in background_fetch_display.USER}
        return {**shown, "icons": list(bg_fetch.icons), "origin": self._origin_named(shown["origin"])}

    def _command(self, step: Step) -> None:
        """A WebDriver command, as a local end sends it to the window that has the page."""
        number, open_here = str(step.number), step.on in self.pages
        page_url = self.hosts.url(self.places[step.on]) if open_here else None
        path = f"/session/1/backgroundfetch/{quote(step.arguments['webdriver']['click'], safe='')}/click"
        self.log.see("harness", "harness", number, Called(step.verb))
        answer = remote_end(self.agent, "POST", path, page_url)
        self.log.see("harness", "harness", number, Settled("fulfilled", asdict(answer)))

    def _release(self, gate: str) -> None:
        self._see(Released(), of=gate)
        self.origin.release(gate)

    def _set_network(self, state: NetworkState) -> None:
        self._see(Network(state.online, state.metered, state.bandwidth, state.captive))
        network = self.agent.network
        network.latency, network.bandwidth = state.latency, state.bandwidth or AMPLE_BANDWIDTH
        network.metered = state.metered
        if (state.online, state.captive) != (network.online.value, network.captive.value):
            online = network.go_captive if state.captive else network.go_online
            (online if state.online else network.go_offline)()
        background_fetch_display.link_changed(self.agent)

    def _set_permission(self, state: str) -> None:
        self._see(Permission(state))
        self.agent.permission.value = state

    def _set_storage(self, wanted: int | str | None) -> None:
        if wanted == EVICT:
            self._see(Storage(self.agent.storage.quota, evicted=True))
            clear_registration.evict(self.agent)
        else:
            assert not isinstance(wanted, str)
            self._set_quota(wanted)

    def _set_quota(self, quota: int | None) -> None:
        self._see(Storage(quota))
        self.agent.storage.quota = quota
