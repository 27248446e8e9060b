"""The browser and its driver: how Chromium is started, what WebDriver does with it, and its end.

Everything in here blocks and is called from threads; the driver's own time limits end a call
that hangs, and the harness ends the worker process if even that fails.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium.common.exceptions import NoSuchWindowException, TimeoutException, WebDriverException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from urllib3.exceptions import HTTPError, TimeoutError

from conformance.implementations.chromium import diagnosis
from conformance.implementations.chromium.folder import kill, users
from conformance.implementations.chromium.net_log import NetLog
from conformance.implementations.chromium.processes import ended, family, main_process
from conformance.implementations.protocol import Trouble

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page that is not in front reports as promptly as one that is.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
)

FEATURES = {
    # The download service waits long before it starts, retries or looks at the network again.
    "DownloadService": {
        "start_up_delay_ms": 0,
        "retry_delay_ms": 200,
        "network_change_delay_ms": 100,
        "navigation_completion_delay_seconds": 0,
        "navigation_timeout_delay_seconds": 2,
    },
    "BackgroundFetch": {"max_active_registrations": 2, "max_running_downloads": 2},
}

# One fetch() a page load is all that a browser allows without a user's gesture, unless this is 1.
PREFERENCES = {"profile.default_content_setting_values.automatic_downloads": 1}

_PATIENCE_S = 15
"""How long the driver may take over anything: less than the harness gives any of its messages."""

_PAGE_PATIENCE_S = 12
"""How long a page may take over anything: less than the driver, which then can say so."""

_IDLE = "https://idle.test/"
"""What the first window shows: no scenario's host, so the proxy answers it whatever the network."""


class Browser:
    """One running Chromium with its driver. Raises Trouble where the driver or the browser fails."""

    def __init__(self, folder: Path, proxy_port: int, spki: str) -> None:
        """Start it with the profile below ``folder``; every request goes to the proxy."""
        self._profile = profile(folder)
        again = " again with the profile that it had left" if self._profile.exists() else ""
        options = ChromeOptions()
        options.binary_location = diagnosis.browser()
        self.net_log = NetLog(folder / "net-log.json")
        for argument in (*ARGUMENTS, self.net_log.argument, *_own(folder, proxy_port, spki)):
            options.add_argument(argument)
        options.add_experimental_option("prefs", PREFERENCES)
        # Homeless files of the browser (fonts, certificates, crash dumps) go where the folder goes.
        home = {"HOME": str(folder), "TMPDIR": str(folder), "XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": ""}
        log = str(folder / "driver.log")  # also names the folder in the driver's command line
        service = ChromeService(diagnosis.driver(), log_output=log, env={**os.environ, **home})
        try:
            self._driver = Chrome(options, service)
        except WebDriverException as error:
            raise Trouble(f"Chromium did not start{again}: {_first_line(error)}") from error
        executor: Any = self._driver.command_executor
        executor.client_config.timeout = _PATIENCE_S
        self._driver.set_page_load_timeout(_PAGE_PATIENCE_S)
        self._driver.set_script_timeout(_PAGE_PATIENCE_S)
        self.version = str(self._driver.capabilities["browserVersion"])
        self.debugger = str(self._driver.capabilities["goog:chromeOptions"]["debuggerAddress"])
        self.first_window = self._driver.current_window_handle
        with _trouble("opening the first window"):
            self._driver.get(_IDLE)
        self._left = ""

    def stir(self) -> None:
        """Make a little traffic in the first window: the browser writes its net log by the dozen of lines."""
        self.call(self.first_window, "return fetch('/', { cache: 'no-store' }).then(() => {}, () => {})")

    # -- its end ----------------------------------------------------------------------------

    def kill(self) -> None:
        """End all its processes without a word, its main process first, and then its driver.

        Raises Trouble when it has ended before by itself.
        """
        main = main_process(self._profile)
        if main is None:
            kill(users(self._profile))
            self._end_driver()
            raise Trouble("The browser cannot be killed: it has ended by itself, probably by a crash.")
        kill(family(main))
        self._end_driver()

    def has_quit(self) -> None:
        """Wait until it, having been asked to, has ended by itself. Raises Trouble."""
        main = main_process(self._profile)
        if main and not ended(main, _PATIENCE_S):
            raise Trouble(f"The browser did not quit within {_PATIENCE_S} s of being asked to.")
        self._end_driver()

    def _end_driver(self) -> None:
        process = self._driver.service.process
        process.kill()
        process.wait()

    # -- pages ------------------------------------------------------------------------------

    def open(self, url: str) -> str:
        """Load ``url`` in the window that was left, or in a new one; gives the window."""
        with _trouble(f"opening {url}"):
            window, self._left = self._left, ""
            self._driver.switch_to.window(window or self.first_window)
            if not window:
                self._driver.switch_to.new_window("tab")
            self._driver.get(url)
            return self._driver.current_window_handle

    def leave(self, window: str) -> None:
        """A scenario is done with a window: one is kept for the next page, which saves making one."""
        if self._left:
            self.close(window)
        else:
            self._left = window

    def close(self, window: str) -> None:
        """Close a window."""
        with _trouble("closing a page"):
            self._driver.switch_to.window(window)
            self._driver.close()

    def call(self, window: str, script: str, *arguments: Any) -> Any:
        """Run ``script`` in a window's page; gives what it returns, or what its promise gives."""
        with _trouble("running script in the page"):
            self._driver.switch_to.window(window)
            return self._driver.execute_script(script, *arguments)


def profile(folder: Path) -> Path:
    """Where the browser that is started with ``folder`` keeps all that outlives it."""
    return folder / "profile"


@contextmanager
def _trouble(doing: str) -> Iterator[None]:
    """Turn an exception of the driver into Trouble that says what was being done."""
    try:
        yield
    except NoSuchWindowException as error:
        raise Trouble(f"The page is gone: {doing} failed, because its tab closed or crashed.") from error
    except TimeoutException as error:
        raise Trouble(f"The page hangs: {doing} took more than {_PAGE_PATIENCE_S} s.") from error
    except WebDriverException as error:
        raise Trouble(f"The browser failed at {doing}: {_first_line(error)}") from error
    except TimeoutError as error:
        raise Trouble(
            f"The browser, or its driver, hangs: no answer at {doing} for {_PATIENCE_S} s."
        ) from error
    except (OSError, HTTPError) as error:
        raise Trouble(
            f"The driver is gone: nothing answers at {doing}. It has crashed, or was killed."
        ) from error


def _own(folder: Path, proxy_port: int, spki: str) -> Sequence[str]:
    features = ",".join(
        name + ":" + "/".join(f"{key}/{value}" for key, value in values.items())
        for name, values in FEATURES.items()
    )
    return (
        f"--user-data-dir={profile(folder)}",
        f"--enable-features={features}",
        f"--proxy-server=http://127.0.0.1:{proxy_port}",
        "--proxy-bypass-list=<-loopback>",
        f"--ignore-certificate-errors-spki-list={spki}",
    )


def _first_line(error: WebDriverException) -> str:
    return (error.msg or type(error).__name__).strip().partition("\n")[0].partition("; For doc")[0]
