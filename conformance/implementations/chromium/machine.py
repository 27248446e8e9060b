"""All that a worker process runs across scenarios: folder, proxy, link to the world, browser.

One browser stays warm for many scenarios, each on an origin of its own, so that none finds
what another left. Its first window is never a scenario's: DevTools watches from there.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import trio

from conformance.data import folder as data_folder
from conformance.implementations.chromium.browser import Browser, profile
from conformance.implementations.chromium.devtools import DevTools, attach, connect
from conformance.implementations.chromium.folder import Folder
from conformance.implementations.chromium.processes import ended, main_process, reap, until_ended
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

_DIES_WITHIN_S = 1
"""How long the end of the browser's process may come after what its driver says of it."""
_TELLS_WITHIN_S = 5
_LOOK_EVERY_S = 0.05

Tell = Callable[[str, Mapping[str, Any]], None]


class Machine:
    """Made in a Trio program; ``start`` it once. ``link`` is None where there are no namespaces.

    ``see``, ``report`` and ``devtools_event`` are where the running scenario listens; they are
    called in Trio's thread. ``worker_steps`` is the script that its service workers import,
    ``page_policy`` the content security policy of its pages.
    The browser may be killed, quit and launched again; from then on it is ``worn``, no longer
    the one that scenarios share, until it is renewed. ``lost`` says what became of it when it died by
    itself or a page of it crashed, which ``mourn`` is told at once, whatever else is waited for;
    but where the browser ended the page itself, ``page_killed`` may take it as an answer to a call.
    It is headless unless ``windows`` are wanted, which a hand can use; they need a ``screen``, and
    ``no_screen`` says why there is none.
    """

    see: Callable[[str, str, Kind], None] | None = None
    report: Callable[[bytes], None] | None = None
    devtools_event: Tell | None = None
    mourn: Callable[[str], None] | None = None
    page_killed: Callable[[], bool] | None = None
    worker_steps = b""
    page_policy = ""
    lost = ""
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
        reap()  # what is left of the last one
        self.browser = await trio.to_thread.run_sync(self._start_browser)
        self.running, self.lost, self._gone = True, "", trio.Event()
        self._main = main_process(profile(self.folder.path))
        self._nursery.start_soon(self._watch, self._main, self._gone)
        self.service_workers = ServiceWorkers()
        self.devtools = await self.attach(self.browser.first_window, self._devtools_told)
        await self.devtools.command("Target.setDiscoverTargets", discover=True)
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

    async def answers(self) -> None:
        """Have the browser show that it is alive. Raises Trouble."""
        await self.devtools.command("Browser.getVersion")

    @property
    def is_lost(self) -> bool:
        """Whether the browser has died, or a page of it has crashed, since it was launched."""
        return bool(self.lost) or self._main is None or ended(self._main, 0)

    async def explained(self, trouble: Trouble) -> str:
        """What a trouble comes from: where the browser has died, the driver tells only of its silence."""
        if self.running:
            with trio.move_on_after(_DIES_WITHIN_S):
                await self._gone.wait()
        return self.lost or str(trouble)

    async def _watch(self, main: int | None, gone: trio.Event) -> None:
        """See the browser's end, which nothing else tells while no one asks the browser for anything."""
        if main is not None:
            await until_ended(main)
        gone.set()
        if self.running and gone is self._gone:
            self._lose("The browser ended by itself: nobody had asked it to. It has crashed, or was killed.")

    def _lose(self, how: str) -> None:
        self.lost = self.lost or how
        if self.mourn:
            self.mourn(self.lost)

    async def terminate(self) -> None:
        """End the browser as the system does at the end of a session. Raises Trouble if it does not."""
        self.running, self.worn = False, True
        if self._main is not None:
            os.kill(self._main, signal.SIGTERM)
        await trio.to_thread.run_sync(self.browser.has_quit)

    async def renew(self) -> None:
        """Start a browser with a profile that nothing has happened to yet. Raises Trouble."""
        if self.running:
            with suppress(Trouble):  # it has died already
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
        status, headers, content = self._files.get(path, (404, {}, b""))
        if path == "page.html" and self.page_policy:
            headers = {**headers, "content-security-policy": self.page_policy}
        return status, headers, content

    def _take(self, body: bytes) -> None:
        if self.report:
            self.report(body)

    def _page_crashed(self, status: str) -> None:
        """A page is gone; "killed" is what the browser itself does to one that asks for what it must not."""
        if not (status == "killed" and self.page_killed and self.page_killed()):
            self._lose(f"A page of the browser crashed ({status}).")

    def _devtools_told(self, method: str, parameters: Mapping[str, Any]) -> None:
        self.service_workers.take(method, parameters)
        if method == "Target.targetCrashed" and self.running:
            self._page_crashed(parameters["status"])
        if self.devtools_event:
            self.devtools_event(method, parameters)
