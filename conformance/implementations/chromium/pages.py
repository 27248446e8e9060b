"""The pages of one scenario: where they are, which are open, and running script in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import trio

from conformance.implementations.chromium.browser import TabCrashed
from conformance.scenario.model import Scenario
from simulator.observation import Log, Page
from simulator.origin.hosts import Hosts

if TYPE_CHECKING:
    from conformance.implementations.chromium.machine import Machine


class Pages:
    """Pages by the names that the scenario gives them. ``denied``: fetch() is called where it is refused."""

    denied = False

    def __init__(self, machine: Machine, scenario: Scenario, hosts: Hosts, log: Log) -> None:
        self._machine, self._scenario, self._hosts, self._log = machine, scenario, hosts, log
        self._windows: dict[str, str] = {}
        self._places: dict[str, str] = {}

    @property
    def open_ones(self) -> tuple[str, ...]:
        """The names of the pages that are open, the oldest first."""
        return tuple(self._windows)

    def scope(self, page: str) -> str:
        """The scope of the registration that a page uses, "" if it is in none."""
        scopes = [scope for scope in self._scenario.workers if self._places[page].startswith(scope)]
        return max(scopes, key=len, default="")

    async def open(self, name: str, at: str | None = None) -> None:
        """Open a page and have the scenario's workers active; without ``at`` where it was before."""
        self._places[name] = self._places.get(name, "/") if at is None else at
        url = self._hosts.url(self._places[name])
        self._windows[name] = await trio.to_thread.run_sync(self._machine.browser.open, url)
        scripts = self._scenario.workers.items()
        scopes = {scope: script.installs for scope, script in scripts}
        await self.script(name, "return bgfetch.open(...arguments)", name, scopes)

    async def close(self, name: str) -> None:
        """Close a page."""
        await trio.to_thread.run_sync(self._machine.browser.close, self._windows.pop(name))
        self._log.see("page", name, name, Page("closed"))

    def lose(self) -> None:
        """The browser is gone, and every page with it."""
        for name in self._windows:
            self._log.see("page", name, name, Page("closed"))
        self._windows.clear()

    async def begin(self, page: str, call: dict[str, Any]) -> None:
        """Have a page make a call; returns once it is made.

        A call that crashes the page never settles, and that is what is judged.
        """
        try:
            await self._begin(page, call)
        except TabCrashed:
            self._machine.worn = True
            self._windows.pop(page)
            self._log.see("page", page, page, Page("crashed"))

    async def _begin(self, page: str, call: dict[str, Any]) -> None:
        if call["verb"] == "fetch":
            # The permission is asked only in a frame; a page is judged by another rule of the browser.
            # The frame comes at the last moment: to load one may hold up fetches that run.
            await self.script(page, "return bgfetch.useFrame(arguments[0])", self.denied)
        await self.script(page, "begin(arguments[0])", call)

    async def release(self, gate: str) -> None:
        """Open a gate of a body that some page gives; any other is the origin's alone."""
        asked = [one for step in self._scenario.steps for one in step.arguments.get("requests", ())]
        streams = any((one.stream or {}).get("until") == gate for one in asked)
        for page in self._windows if streams else ():
            await self.script(page, "release(arguments[0])", gate)

    async def script(self, page: str, script: str, *arguments: Any) -> Any:
        """Run script in a page; gives what it returns, or what its promise gives. Raises Trouble."""
        window = self._windows[page]
        return await trio.to_thread.run_sync(self._machine.browser.call, window, script, *arguments)

    async def leave(self) -> None:
        """Abort what runs, unregister the workers, close the pages; a crashed one wears the browser out."""
        try:
            await self._leave()
        except TabCrashed:
            self._machine.worn = True

    async def _leave(self) -> None:
        if not self._windows:
            await self.open("the last", "/")
        await self.script(self.open_ones[0], "return bgfetch.clear()")
        for window in self._windows.values():
            await trio.to_thread.run_sync(self._machine.browser.leave, window)
