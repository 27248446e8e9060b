"""The pages of one scenario: where they are, which are open, and running script in them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import trio

from conformance.implementations.chromium.browser import TabCrashed
from conformance.scenario.model import Scenario
from simulator.observation import Log, Page
from simulator.origin.hosts import Hosts

if TYPE_CHECKING:
    from conformance.implementations.chromium.machine import Machine


class Pages:
    """Pages by the names that the scenario gives them. ``asked``: fetch() is to ask for the permission."""

    asked = False

    def __init__(self, machine: Machine, scenario: Scenario, hosts: Hosts, log: Log) -> None:
        self._machine, self._scenario, self._hosts, self._log = machine, scenario, hosts, log
        self._windows: dict[str, str] = {}
        self._frames: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._places: dict[str, str] = {}

    @property
    def open_ones(self) -> tuple[str, ...]:
        """The names of the pages that are open, the oldest first, frames last."""
        return (*self._windows, *self._frames)

    def scope(self, page: str) -> str:
        """The scope of the registration that a page uses, "" if it is in none."""
        return self._scenario.scope(self._places[page])

    async def open(self, name: str, at: str | None = None, within: str = "") -> None:
        """Open a page and have the scenario's workers active; without ``at`` where it was before.

        ``within`` a page it becomes a frame of that page.
        """
        self._places[name] = self._places.get(name, "/") if at is None else at
        url = self._hosts.url(self._places[name])
        if within:
            await self.script(within, "return bgfetch.openFrame(...arguments)", name, url)
            self._frames[name] = within
        else:
            self._windows[name] = await trio.to_thread.run_sync(self._machine.browser.open, url)
            self._known[name] = self._windows[name]
        scripts = self._scenario.workers.items()
        scopes = {scope: script.installs for scope, script in scripts}
        await self.script(name, "return bgfetch.open(...arguments)", name, scopes)

    def window(self, page: str) -> str:
        """The window that a page has, or had until it was closed."""
        return self._known[page]

    async def close(self, name: str) -> None:
        """Close a page with its frames, or a frame."""
        for frame in [frame for frame, within in self._frames.items() if within == name]:
            await self.close(frame)
        if within := self._frames.pop(name, ""):
            await self.script(within, "document.getElementById(arguments[0]).remove()", name)
        else:
            await trio.to_thread.run_sync(self._machine.browser.close, self._windows.pop(name))
        self._log.see("page", name, name, Page("closed"))

    def lose(self) -> None:
        """The browser is gone, and every page with it."""
        for name in self.open_ones:
            self._log.see("page", name, name, Page("closed"))
        self._windows.clear()
        self._frames.clear()

    async def begin(self, page: str, call: dict[str, Any]) -> None:
        """Have a page make a call; returns once it is made.

        A call that crashes the page never settles, and that is what is judged.
        """
        try:
            await self._begin(page, call)
        except TabCrashed:
            self.crash(page)

    def crash(self, page: str) -> None:
        """A page has crashed under a call."""
        self._machine.worn = True
        if self._windows.pop(page, ""):
            self._log.see("page", page, page, Page("crashed"))

    async def _begin(self, page: str, call: dict[str, Any]) -> None:
        if call["verb"] == "fetch":
            # The permission is asked only in a frame; a page is judged by another rule of the browser.
            # The frame comes at the last moment: to load one may hold up fetches that run.
            await self.script(page, "return bgfetch.useFrame(arguments[0])", self.asked)
        await self.script(page, "begin(arguments[0])", call)

    async def release(self, gate: str) -> None:
        """Open a gate of a body that some page gives; any other is the origin's alone."""
        asked = [one for step in self._scenario.steps for one in step.arguments.get("requests", ())]
        streams = any((one.stream or {}).get("until") == gate for one in asked)
        for page in self._windows if streams else ():
            await self.script(page, "release(arguments[0])", gate)

    async def script(self, page: str, script: str, *arguments: Any) -> Any:
        """Run script in a page; gives what it returns, or what its promise gives. Raises Trouble."""
        browser = self._machine.browser
        if page in self._frames:
            call = partial(browser.call_in_frame, self._windows[self._frames[page]], page)
        else:
            call = partial(browser.call, self._windows[page])
        return await trio.to_thread.run_sync(call, script, *arguments)

    async def answer(self) -> None:
        """Have every page show that it is alive: one that hangs has seen nothing. Raises Trouble."""
        for name in self._windows:
            await self.script(name, "return true")

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
        await trio.to_thread.run_sync(self._machine.browser.close_others)
