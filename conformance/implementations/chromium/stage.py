"""One scenario in the browser: its origin, its pages, its levers, and all that is seen of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import trio

from conformance.implementations.chromium import calls
from conformance.implementations.chromium.machine import Machine
from conformance.implementations.chromium.names import Names
from conformance.implementations.chromium.reports import Reports
from conformance.implementations.protocol import Trouble, Unsupported
from conformance.network.loopback import LoopbackStream
from conformance.network.real_time import RealTime
from conformance.scenario.model import NetworkState, Scenario, Step
from simulator.observation import Browser, Devtools, Kind, Log, Network, Page, Permission, Released, Storage
from simulator.origin.hosts import Hosts
from simulator.origin.server import Origin

_LOOK_EVERY_S = 0.05
_NOTICED_WITHIN_S = 15

_DIGESTING_S = 2.5
"""How long after a change of network the browser still pauses and resumes downloads because of it.

It holds the news back for two seconds, and nothing that can be seen from outside tells when it
is through. A scenario that begins within them would feel the outage of the one before.
"""


class Stage:
    """Made for one scenario: ``start``, ``do`` its steps, ``stop``. ``number`` makes its host a new one."""

    def __init__(self, machine: Machine, scenario: Scenario, number: int, log: Log, waits: RealTime) -> None:
        self._machine, self._scenario, self._log = machine, scenario, log
        self._hosts = Hosts(f"s{number}.test")
        self._names = Names()
        self._reports = Reports(scenario, self._hosts, self._names, log)
        self._origin = Origin(scenario.origin, self._hosts, waits, log)
        self._windows: dict[str, str] = {}
        self._network = NetworkState()
        self._permission = "granted"
        self._levers: Mapping[str, Callable[[Step], Awaitable[None]]] = {
            "open": self._open,
            "close": self._close,
            "network": self._change_network,
            "permission": self._change_permission,
            "storage": self._change_storage,
            "release": self._release,
        }

    async def start(self, nursery: trio.Nursery) -> None:
        """Make the world as the scenario wants it and open its first page."""
        machine = self._machine
        machine.see, machine.report, machine.devtools_event = self._saw, self._reports.take, self._devtools
        self._scope = trio.CancelScope()
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(self._serve, listeners)
        port = listeners[0].socket.getsockname()[1]
        await trio.to_thread.run_sync(machine.proxy.serve, port, self._hosts)
        self._harness(Browser("started", machine.browser.version))
        await self._open_page("page", "/")
        if self._scenario.permission != "granted":
            await self._set_permission(self._scenario.permission)
        if self._scenario.quota is not None:
            await self._set_quota(self._scenario.quota)
        if not self._scenario.network.online:
            await self._set_network(self._scenario.network)

    async def do(self, step: Step) -> None:
        """Carry out one step. Raises Unsupported and Trouble."""
        if lever := self._levers.get(step.verb):
            await lever(step)
        elif step.verb in calls.VERBS and step.on in self._windows:
            told = calls.told(step, self._hosts, self._names)
            await self._script(step.on, "bgfetch.begin(arguments[0])", told)
        else:
            raise Unsupported(
                step.verb, f"step {step.number} cannot be done on {step.on} here: not built yet"
            )

    async def stop(self) -> None:
        """Abort what runs, unregister the worker, close the pages, forget the hosts."""
        if not self._network.online:
            await self._set_network(NetworkState())
        if not self._windows:
            await self._open_page("the last", "/")
        await self._script(next(iter(self._windows)), "return bgfetch.clear()")
        for window in self._windows.values():
            await trio.to_thread.run_sync(self._machine.browser.leave, window)
        machine = self._machine
        machine.see = machine.report = machine.devtools_event = None
        await trio.to_thread.run_sync(machine.proxy.serve, 0, None)
        self._scope.cancel()

    # -- the origin -------------------------------------------------------------------------

    async def _serve(self, listeners: list[trio.SocketListener]) -> None:
        with self._scope:
            await trio.serve_listeners(self._connection, listeners)

    async def _connection(self, tcp: trio.SocketStream) -> None:
        stream = LoopbackStream(tcp, self._machine.proxy.reset)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(stream.watch)
            await self._origin.serve(stream)
            nursery.cancel_scope.cancel()

    # -- pages ------------------------------------------------------------------------------

    async def _open(self, step: Step) -> None:
        await self._open_page(step.arguments["open"], step.arguments.get("at", "/"))

    async def _open_page(self, name: str, at: str) -> None:
        url = self._hosts.url(at)
        self._windows[name] = await trio.to_thread.run_sync(self._machine.browser.open, url)
        scopes = list(self._scenario.workers) or ["/"]
        await self._script(name, "return bgfetch.open(...arguments)", name, scopes)
        if self._permission == "denied":
            await self._frame(name)

    async def _frame(self, page: str) -> None:
        """Have a page make its calls in a frame where the permission is denied: only there it is asked."""
        await self._script(page, "return bgfetch.useFrame(arguments[0])", self._permission == "denied")

    async def _close(self, step: Step) -> None:
        name = step.arguments["close"]
        await trio.to_thread.run_sync(self._machine.browser.close, self._windows.pop(name))
        self._log.see("page", name, name, Page("closed"))

    async def _script(self, page: str, script: str, *arguments: Any) -> Any:
        window = self._windows[page]
        return await trio.to_thread.run_sync(self._machine.browser.call, window, script, *arguments)

    # -- levers -----------------------------------------------------------------------------

    async def _change_network(self, step: Step) -> None:
        wanted = step.arguments["network"]
        if wanted in ("online", "offline"):
            wanted = NetworkState(online=wanted == "online")
        await self._set_network(wanted)

    async def _set_network(self, wanted: NetworkState) -> None:
        """Take the network away or bring it back; done once the whole browser has noticed."""
        link, proxy = self._machine.link, self._machine.proxy
        if not link:
            raise Unsupported("offline", "the browser has no network of its own here")
        if wanted.online == self._network.online:
            return
        self._network = wanted
        since = self._machine.browser.net_log.mark()
        if wanted.online:
            await trio.to_thread.run_sync(link.up)
            self._harness(Network(online=True))
            await trio.to_thread.run_sync(proxy.pass_on)
            await self._noticed(since)
        else:
            await trio.to_thread.run_sync(proxy.hold)
            await trio.to_thread.run_sync(link.down)
            await self._noticed(since)
            self._harness(Network(online=False))
            # Only now: a transfer that ends while the browser thinks itself online is another case.
            await trio.to_thread.run_sync(proxy.abort)

    async def _noticed(self, since: int) -> None:
        """Wait until every part of the browser knows of a change that was made at ``since``."""
        browser = self._machine.browser
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
        await self._machine.devtools.command(
            "Browser.setPermission",
            permission={"name": "background-fetch"},
            setting=state,
            origin=self._hosts.url(""),
        )
        self._permission = state
        for page in self._windows:
            await self._frame(page)
        self._harness(Permission(state))

    async def _change_storage(self, step: Step) -> None:
        await self._set_quota(step.arguments["storage"])

    async def _set_quota(self, quota: int | None) -> None:
        size = {} if quota is None else {"quotaSize": quota}
        origin = self._hosts.url("")
        await self._machine.devtools.command("Storage.overrideQuotaForOrigin", origin=origin, **size)
        self._harness(Storage(quota))

    async def _release(self, step: Step) -> None:
        gate = step.arguments["release"]
        self._origin.release(gate)
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
        if told["origin"].rstrip("/") == self._hosts.url(""):
            details = {one["key"]: one["value"] for one in told["eventMetadata"]}
            fetch = self._names.of(told["instanceId"])
            self._log.see("devtools", "devtools", fetch, Devtools(told["eventName"], details))
