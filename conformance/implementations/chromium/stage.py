"""One scenario in the browser: its origin, its levers, and all that is seen of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import trio

from conformance.implementations.chromium import calls
from conformance.implementations.chromium.hand import Hand
from conformance.implementations.chromium.machine import Machine
from conformance.implementations.chromium.names import Names
from conformance.implementations.chromium.pages import Pages
from conformance.implementations.chromium.reports import Reports
from conformance.implementations.chromium.workers import Workers
from conformance.implementations.protocol import Trouble, Unsupported
from conformance.implementations.remote import LONGEST_SLEEP
from conformance.network.loopback import LoopbackStream
from conformance.network.pace import Pace
from conformance.network.real_time import RealTime, ShortenedTime
from conformance.scenario.model import NetworkState, Scenario, Step
from conformance.scenario.story import is_worker
from simulator.observation import (
    Browser,
    Called,
    Devtools,
    Display,
    Kind,
    Log,
    Network,
    Permission,
    Released,
    Settled,
    Shortened,
    Storage,
    select,
)
from simulator.origin.hosts import Hosts
from simulator.origin.server import Origin

_LOOK_EVERY_S = 0.05
_NOTICED_WITHIN_S = 15


class Stage:
    """Made for one scenario: ``start``, ``do`` its steps, ``stop``. ``number`` makes its host a new one."""

    def __init__(self, machine: Machine, scenario: Scenario, number: int, log: Log, waits: RealTime) -> None:
        self._machine, self._scenario, self._log = machine, scenario, log
        self._hosts = Hosts(f"s{number}.test")
        self._names = Names()
        self._reports = Reports(scenario, self._hosts, self._names, log)
        # Time is real here: an origin that is to stand still for hours does so for seconds, and says so.
        short = ShortenedTime(waits.start, LONGEST_SLEEP, lambda *times: self._harness(Shortened(*times)))
        self._origin = Origin(scenario.origin, self._hosts, short, log)
        self._pace = Pace()
        self._pages = Pages(machine, scenario, self._hosts, log)
        self._workers = Workers(machine, scenario, self._hosts, self._pages, log)
        self._call: Step | None = None  # the last step, where a page makes a call in it
        self._told: list[tuple[float, str, Devtools]] = []
        self._network = NetworkState()
        self._permission = "granted"
        self._quota: int | None = None
        self._levers: Mapping[str, Callable[[Step], Awaitable[None]]] = {
            "open": self._open,
            "close": self._close,
            "network": self._change_network,
            "permission": self._change_permission,
            "storage": self._change_storage,
            "release": self._release,
            "browser": self._change_browser,
            "worker": self._workers.change,
            "webdriver": self._command,
            "user": Hand(machine, scenario, self._hosts, log).use,
        }

    async def start(self, nursery: trio.Nursery) -> None:
        """Make the world as the scenario wants it and open its first page."""
        machine = self._machine
        machine.see, machine.report, machine.devtools_event = self._saw, self._reports.take, self._devtools
        machine.page_killed = self._page_killed
        machine.page_policy = self._page_policy()
        self._scope = trio.CancelScope()
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(self._serve, listeners)
        port = listeners[0].socket.getsockname()[1]
        await trio.to_thread.run_sync(machine.proxy.serve, port, self._hosts)
        self._harness(Browser("started", machine.browser.version))
        await self._pages.open("page", "/")
        if self._scenario.permission != "granted":
            await self._set_permission(self._scenario.permission)
        if self._scenario.quota is not None:
            await self._set_quota(self._scenario.quota)
        if self._scenario.network != NetworkState():
            await self._set_network(self._scenario.network)

    async def do(self, step: Step) -> None:
        """Carry out one step. Raises Unsupported and Trouble."""
        self._call = step if step.verb in calls.VERBS and not is_worker(step.on) else None
        if lever := self._levers.get(step.verb):
            await lever(step)
        elif step.verb in calls.VERBS and is_worker(step.on):
            scope = self._workers.scope(step.on)
            await self._workers.begin(scope, calls.told(step, scope, self._hosts, self._names))
        elif step.verb in calls.VERBS and step.on in self._pages.open_ones:
            scope = self._pages.scope(step.on)
            await self._pages.begin(step.on, calls.told(step, scope, self._hosts, self._names))
        else:
            raise Unsupported(step.verb, f"step {step.number} cannot be done on {step.on} here")

    def _page_killed(self) -> bool:
        """Whether the page that the browser has ended was in a call: then that is its answer to it."""
        settled = {one.of for one, _ in select(self._log.observations, Settled)}
        if self._call is None or str(self._call.number) in settled:
            return False
        self._pages.crash(self._call.on)
        return True

    async def stop(self) -> None:
        """Leave nothing behind in a browser that goes on being used, and forget the hosts."""
        machine = self._machine
        if not self._network.online:
            await self._set_network(NetworkState())
        if not machine.worn:
            await self._pages.leave()
        elif machine.running:
            await self._pages.answer()
        await self.abandon()

    async def abandon(self) -> None:
        """Forget the scenario and its hosts, whatever has become of the browser."""
        machine = self._machine
        machine.see = machine.report = machine.devtools_event = machine.page_killed = None
        machine.page_policy = ""
        await trio.to_thread.run_sync(machine.proxy.serve, 0, None)
        self._scope.cancel()

    def _page_policy(self) -> str:
        """The content security policy that pages are served with; reports go to the page's own origin."""
        sources = self._scenario.connect_src
        if sources is None:
            return ""
        return " ".join(["connect-src 'self'", *(self._hosts.url(one).rstrip("/") for one in sources)])

    # -- the origin -------------------------------------------------------------------------

    async def _serve(self, listeners: list[trio.SocketListener]) -> None:
        with self._scope:
            await trio.serve_listeners(self._connection, listeners)

    async def _connection(self, tcp: trio.SocketStream) -> None:
        stream = LoopbackStream(tcp, self._machine.proxy.reset, self._pace)
        async with trio.open_nursery() as nursery:
            await self._pace.connect()
            nursery.start_soon(stream.watch)
            await self._origin.serve(stream)
            nursery.cancel_scope.cancel()

    # -- pages and browser ------------------------------------------------------------------

    async def _open(self, step: Step) -> None:
        given = step.arguments
        await self._pages.open(given["open"], given.get("at", "/"), given.get("in", ""))

    async def _close(self, step: Step) -> None:
        await self._pages.close(step.arguments["close"])

    async def _change_browser(self, step: Step) -> None:
        match step.arguments["browser"]:
            case "kill":
                await self._machine.kill()
                self._gone("killed")
            case "quit":
                await self._machine.quit()
                self._gone("quit")
            case "terminate":
                await self._machine.terminate()
                self._gone("terminated")
            case "start":
                await self._start_again(step.arguments["pages"])

    def _gone(self, state: str) -> None:
        self._harness(Browser(state))
        self._pages.lose()

    async def _start_again(self, pages: Sequence[str]) -> None:
        """Start the browser with the profile that it had. What was set through DevTools it has forgotten."""
        await self._machine.launch()
        if self._permission != "granted":
            await self._tell_permission()
        if self._quota is not None:
            await self._tell_quota()
        self._harness(Browser("started", self._machine.browser.version))
        for page in pages:
            await self._pages.open(page)

    async def _command(self, step: Step) -> None:
        """A WebDriver command, sent to the driver; whatever it answers is the answer."""
        window, id = self._pages.window(step.on), step.arguments["webdriver"]["click"]
        number = str(step.number)
        self._log.see("harness", "harness", number, Called(step.verb))
        path = f"/backgroundfetch/{quote(id, safe='')}/click"
        answer = await trio.to_thread.run_sync(self._machine.browser.post, window, path)
        self._log.see("harness", "harness", number, Settled("fulfilled", answer))

    # -- levers -----------------------------------------------------------------------------

    async def _change_network(self, step: Step) -> None:
        wanted = step.arguments["network"]
        if wanted in ("online", "offline"):
            wanted = NetworkState(online=wanted == "online")
        await self._set_network(wanted)

    async def _set_network(self, wanted: NetworkState) -> None:
        """Make the link so. It is there or gone only once the whole browser has noticed."""
        link, proxy = self._machine.link, self._machine.proxy
        before, self._network, self._pace.link = self._network, wanted, wanted
        if wanted.online == before.online:
            self._tell_network()
            return
        if not link:
            raise Unsupported("offline", "the browser has no network of its own here")
        since = self._machine.browser.net_log.mark()
        if wanted.online:
            await trio.to_thread.run_sync(link.up)
            self._tell_network()
            await trio.to_thread.run_sync(proxy.pass_on)
            await self._noticed(since)
        else:
            await trio.to_thread.run_sync(proxy.hold)
            await trio.to_thread.run_sync(link.down)
            await self._noticed(since)
            self._tell_network()
            # Only now: a transfer that ends while the browser thinks itself online is another case.
            await trio.to_thread.run_sync(proxy.abort)

    def _tell_network(self) -> None:
        link = self._network
        self._harness(Network(link.online, link.metered, link.bandwidth))

    async def _noticed(self, since: int) -> None:
        """Wait until every part of the browser knows of a change that was made at ``since``."""
        browser = self._machine.browser
        if not self._machine.running:
            return
        with trio.move_on_after(_NOTICED_WITHIN_S):
            while not browser.net_log.told_of(online=self._network.online, since=since):
                await trio.to_thread.run_sync(browser.stir)
                await trio.sleep(_LOOK_EVERY_S)
            return
        state = "back" if self._network.online else "gone"
        raise Trouble(f"the browser did not notice within {_NOTICED_WITHIN_S} s that its network is {state}")

    async def _change_permission(self, step: Step) -> None:
        await self._set_permission(step.arguments["permission"])

    async def _set_permission(self, state: str) -> None:
        self._permission = state
        await self._tell_permission()
        self._harness(Permission(state))

    async def _tell_permission(self) -> None:
        self._pages.asked = self._permission != "granted"
        if self._machine.running:
            await self._machine.devtools.command(
                "Browser.setPermission",
                permission={"name": "background-fetch"},
                setting=self._permission,
                origin=self._hosts.url(""),
            )

    async def _change_storage(self, step: Step) -> None:
        await self._set_quota(step.arguments["storage"])

    async def _set_quota(self, quota: int | None) -> None:
        self._quota = quota
        await self._tell_quota()
        self._harness(Storage(quota))

    async def _tell_quota(self) -> None:
        size = {} if self._quota is None else {"quotaSize": self._quota}
        origin = self._hosts.url("")
        if self._machine.running:
            await self._machine.devtools.command("Storage.overrideQuotaForOrigin", origin=origin, **size)

    async def _release(self, step: Step) -> None:
        gate = step.arguments["release"]
        self._origin.release(gate)
        await self._pages.release(gate)
        self._log.see("harness", "harness", gate, Released())

    # -- witnesses --------------------------------------------------------------------------

    def _harness(self, data: Kind) -> None:
        self._log.see("harness", "harness", "", data)

    def _saw(self, host: str, path: str, data: Kind) -> None:
        self._log.see("proxy", host, self._hosts.path(host, path), data)

    def _devtools(self, method: str, parameters: Mapping[str, Any]) -> None:
        if method != "BackgroundService.backgroundServiceEventReceived":
            return
        told = parameters["backgroundServiceEvent"]
        if told["origin"].rstrip("/") != self._hosts.url(""):
            return
        scope = self._workers.scope_of(told["serviceWorkerRegistrationId"])
        fetch = self._names.of(scope, told["instanceId"])
        seen = Devtools(told["eventName"], {one["key"]: one["value"] for one in told["eventMetadata"]})
        # A browser that is started again tells once more what it has told before.
        if (told["timestamp"], fetch, seen) not in self._told:
            self._told.append((told["timestamp"], fetch, seen))
            self._log.see("devtools", "devtools", fetch, seen)
            if (
                seen.details.get("Start Paused") == "Yes"
            ):  # which the list of downloads shows only once opened
                self._log.see("devtools", "devtools", fetch, Display("", paused=True))
