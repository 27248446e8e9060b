"""All that a worker process runs across scenarios: folder, proxy, link to the world, browser.

One browser stays warm for many scenarios, each on an origin of its own, so that none finds
what another left. Its first window is never a scenario's: DevTools watches from there.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from typing import Any

import trio

from conformance.data import folder as data_folder
from conformance.implementations.chromium.browser import Browser, profile
from conformance.implementations.chromium.devtools import DevTools, attach, connect
from conformance.implementations.chromium.folder import Folder
from conformance.implementations.chromium.screen import Screen, hide_sockets, why_not
from conformance.implementations.chromium.service_workers import ServiceWorkers
from conformance.implementations.chromium.views import Views
from conformance.implementations.protocol import Trouble, Unsupported
from conformance.network.namespace import Link
from conformance.network.proxy import Proxy
from simulator.observation import Kind

_TYPES = {".html": "text/html", ".js": "text/javascript", ".png": "image/png"}

_FRESH = {"cache-control": "no-store"}
_SCRIPT = {"content-type": _TYPES[".js"], **_FRESH}

_TELLS_WITHIN_S = 5
_LOOK_EVERY_S = 0.05

Tell = Callable[[str, Mapping[str, Any]], None]


class Machine:
    """Made in a Trio program; ``start`` it once. ``link`` is None where there are no namespaces.

    ``see``, ``report`` and ``devtools_event`` are where the running scenario listens; they are
    called in Trio's thread. ``worker_steps`` is the script that its service workers import.
    The browser may be killed, quit and launched again; from then on it is ``worn``, no longer
    the one that scenarios share, until it is renewed. It is headless unless ``windows`` are wanted,
    which a hand can use; they need a ``screen``, and ``no_screen`` says why there is none.
    """

    see: Callable[[str, str, Kind], None] | None = None
    report: Callable[[bytes], None] | None = None
    devtools_event: Tell | None = None
    worker_steps = b""
    screen: Screen | None = None
    no_screen = ""
    windows = False
    running = False
    worn = False

    def __init__(self, folder: Folder, link: Link | None) -> None:
        self.folder, self.link = folder, link
        self._token = trio.lowlevel.current_trio_token()
        self._files = {
            file.name: (
                200,
                {"content-type": _TYPES[file.suffix], **_FRESH},
                file.read_bytes(),
            )
            for file in data_folder("fixtures").iterdir()
            if file.suffix in _TYPES
        }
        # The worker script lives below the harness's own path, its scope does not.
        self._files["worker.js"][1]["service-worker-allowed"] = "/"

    async def start(self, nursery: trio.Nursery) -> None:
        """Start everything. Raises Trouble."""
        if self.link:
            await trio.to_thread.run_sync(self.link.prepare)
        self.proxy = Proxy(self.folder.path / "authority", self._saw, self._stage)
        await trio.to_thread.run_sync(self.proxy.start)
        await trio.to_thread.run_sync(self._set_up_screen)
        self._nursery = nursery
        await self.launch()

    def _set_up_screen(self) -> None:
        """Have a screen, if there can be one: without it only the user's hand is missing."""
        self.no_screen = why_not()
        if self.no_screen:
            return
        try:
            if self.link:
                hide_sockets()
            self.screen = Screen(self.folder)
        except Trouble as trouble:
            self.no_screen = str(trouble)

    async def interface(self) -> tuple[Screen, Views]:
        """The screen, and what the browser shows on it. Raises Unsupported and Trouble."""
        if not self.screen:
            raise Unsupported("user", self.no_screen)
        url = f"ws://127.0.0.1:{self.browser.interface_port}/0"
        with trio.move_on_after(_TELLS_WITHIN_S):
            while True:
                try:
                    session = await connect(self._nursery, url, lambda method, parameters: None)
                    return self.screen, Views(session)
                except Trouble:  # a browser that has just started does not tell yet
                    await trio.sleep(_LOOK_EVERY_S)
        raise Trouble(f"The browser has not told within {_TELLS_WITHIN_S} s what it shows.")

    # -- the life of the browser -------------------------------------------------------------

    async def launch(self) -> None:
        """Start the browser, with the profile that there is, and what watches it. Raises Trouble."""
        self.browser = await trio.to_thread.run_sync(self._start_browser)
        self.running = True
        self.service_workers = ServiceWorkers()
        self.devtools = await self.attach(self.browser.first_window, self._devtools_told)
        await self.devtools.command("ServiceWorker.enable")
        await self.devtools.command("BackgroundService.startObserving", service="backgroundFetch")
        await self.devtools.command(
            "BackgroundService.setRecording", service="backgroundFetch", shouldRecord=True
        )

    async def attach(self, target: str, tell: Tell) -> DevTools:
        """A DevTools session with a page or worker of the browser."""
        return await attach(self._nursery, self.browser.debugger, target, tell)

    async def kill(self) -> None:
        """End the browser's processes as a crash or a loss of power would; its profile stays."""
        self.running, self.worn = False, True
        await trio.to_thread.run_sync(self.browser.kill)

    async def quit(self) -> None:
        """Have the browser end itself. Raises Trouble if it does not."""
        self.running, self.worn = False, True
        await self.devtools.say("Browser.close")
        await trio.to_thread.run_sync(self.browser.has_quit)

    async def renew(self) -> None:
        """Start a browser with a profile that nothing has happened to yet. Raises Trouble."""
        if self.running:
            await self.kill()
        await trio.to_thread.run_sync(shutil.rmtree, profile(self.folder.path))
        self.worn = False
        await self.launch()

    def _start_browser(self) -> Browser:
        with self.folder.starting:
            display = self.screen.display if self.screen and self.windows else ""
            return Browser(self.folder.path, self.proxy.port, self.proxy.spki, display)

    # -- called in the proxy's thread --------------------------------------------------------

    def _saw(self, host: str, path: str, data: Kind) -> None:
        self._token.run_sync_soon(self._pass_on, host, path, data)

    def _pass_on(self, host: str, path: str, data: Kind) -> None:
        if self.see:
            self.see(host, path, data)

    def _stage(self, path: str, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        if path == "observe":
            self._token.run_sync_soon(self._take, body)
            return 204, {}, b""
        if path == "scenario.js":
            return 200, _SCRIPT, self.worker_steps
        return self._files.get(path, (404, {}, b""))

    def _take(self, body: bytes) -> None:
        if self.report:
            self.report(body)

    def _devtools_told(self, method: str, parameters: Mapping[str, Any]) -> None:
        self.service_workers.take(method, parameters)
        if self.devtools_event:
            self.devtools_event(method, parameters)
