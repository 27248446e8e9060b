"""One scenario on the simulator: its world made, its levers pulled, its page's script run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conformance.implementations.protocol import Unsupported
from conformance.implementations.simulator.page_script import PageScript
from conformance.implementations.simulator.worker_script import WorkerScript
from conformance.scenario.model import NetworkState, Scenario, Step
from simulator.environment import WorkerGlobal
from simulator.observation import Browser, Log, Network, Observation, Page, Permission, Released, Storage
from simulator.origin.hosts import Hosts
from simulator.origin.server import Origin
from simulator.overrides import Override
from simulator.turns import Turns, Watched
from simulator.user_agent import UserAgent

PATIENCE = 48 * 3600 * 1_000_000_000
"""Virtual nanoseconds that a condition is waited for: longer than anything a scenario sets going."""


class Names:
    """What the scenario calls each fetch, found again by scope and id."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}

    def begin(self, scope: str, id: str, name: str) -> None:
        """A fetch() was called; while another of the same id is active, the id stays that one's."""
        self._names.setdefault((scope, id), name)

    def end(self, scope: str, id: str) -> None:
        self._names.pop((scope, id), None)

    def of(self, scope: str, id: str) -> str:
        return self._names.get((scope, id), id)


class SimulatorSession:
    """A session in virtual time; every wait of it is a turn."""

    def __init__(self, scenario: Scenario, turns: Turns, overrides: Sequence[Override]) -> None:
        self.scenario, self.turns = scenario, turns
        self._news = Watched()
        self.log = Log(turns.now, self._tell)
        self.hosts = Hosts("own.test")
        self.names = Names()
        self.origin = Origin(scenario.origin, self.hosts, turns, self.log)
        self.agent = UserAgent(turns, self.origin.serve, self.log, overrides, self.hosts.url(""))
        self.pages: dict[str, PageScript] = {}
        self._see(Browser("started", "reference user agent"))
        self._set_up()

    def _tell(self, seen: Observation) -> None:
        self._news.changed()

    def _see(self, data: Browser | Network | Permission | Storage | Released, of: str = "") -> None:
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
        WorkerScript(self.log, self.hosts, self.names, worker).listen()

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
            case _:
                self._on(step).begin(step)

    def _on(self, step: Step) -> PageScript:
        if step.on not in self.pages:
            raise Unsupported("worker steps", f"the simulator cannot yet do a step on {step.on!r}")
        return self.pages[step.on]

    # -- levers -----------------------------------------------------------------------------

    def _open(self, name: str, at: str) -> None:
        page = self.agent.open_page(at, name)
        self.pages[name] = PageScript(self.log, self.hosts, self.names, page, self.scenario.size)
        self.log.see("page", name, name, Page("opened", at))

    def _set_network(self, state: NetworkState) -> None:
        self._see(Network(state.online, state.metered, state.bandwidth))
        network = self.agent.network
        network.latency = state.latency
        if state.online != network.online.value:
            (network.go_online if state.online else network.go_offline)()

    def _set_permission(self, state: str) -> None:
        self._see(Permission(state))
        self.agent.permission.value = state

    def _set_quota(self, quota: int | None) -> None:
        self._see(Storage(quota))
        self.agent.storage.quota = quota
