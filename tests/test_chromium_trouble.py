"""A real Chromium that dies, hangs, or never answers in the middle of a scenario, and what the run makes of it.

Each time the scenario's verdict is ``error``, with a reason that says what happened, and the next
scenario gets a verdict from a fresh browser.
"""

from __future__ import annotations

import json
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from conformance.implementations import remote
from conformance.implementations.chromium import Chromium, diagnosis
from conformance.implementations.chromium.processes import family
from conformance.implementations.remote import RemoteSession
from conformance.results import ERROR, PASS
from conformance.runner import Candidate, Outcome
from conformance.scenario.load import scenario_from_text
from conformance.scenario.model import Scenario, Step
from simulator.observation import Browser, select
from tests.chromium_runs import GATED, HEAD

pytestmark = pytest.mark.browser

CALLS = """
[[steps]]
getIds = true
gives = ["f"]
when = { downloaded = "100 KiB" }
"""
WAITS = """
[[steps]]
until = "settled"
"""
GOES_ON = """
[[steps]]
release = "go"
when = { downloaded = "100 KiB" }
[[steps]]
until = "settled"
"""
KILLED = """
[[steps]]
browser = "kill"
when = { downloaded = "100 KiB" }
[[steps]]
browser = "start"
"""

Strike = Callable[[], None]


class Struck(Chromium):
    """Chromium, to which ``strike`` happens once, right after the step with the verb ``after``."""

    def __init__(self, strike: Strike, after: str) -> None:
        super().__init__()
        self.strike, self.after = strike, after

    @asynccontextmanager
    async def start(self, scenario: Scenario, seed: int) -> AsyncIterator[RemoteSession]:
        async with super().start(scenario, seed) as session:
            yield _Struck(session, self)

    def struck(self, step: Step) -> None:
        if step.verb == self.after:
            self.after = ""
            self.strike()


class _Struck(RemoteSession):
    """A session that is struck after a step."""

    def __init__(self, session: RemoteSession, chromium: Struck) -> None:
        self.__dict__ = session.__dict__
        self._chromium = chromium

    async def do(self, step: Step) -> None:
        await super().do(step)
        self._chromium.struck(step)


async def outcomes(strike: Strike, text: str, after: str = "fetch") -> tuple[Outcome, Outcome]:
    """How a scenario comes out to which this happens, and how the next one does."""
    candidate = Candidate(Struck(strike, after))
    try:
        await candidate.open_first()
        first = await candidate.judged(scenario_from_text(HEAD + GATED + text, "struck", "struck"), 0)
        return first, await candidate.judged(scenario_from_text(HEAD + GATED + GOES_ON, "next", "next"), 0)
    finally:
        await candidate.close()


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary folder of its own, so that the profile is found, with a path short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="tr-", dir="/tmp") as path:
        monkeypatch.setattr(tempfile, "tempdir", path)
        monkeypatch.setenv("TMPDIR", path)
        yield Path(path)


def _words(pid: int) -> list[str]:
    """The words of a command line; a renderer writes its own with blanks between."""
    line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return line.split()


def is_browser(words: list[str]) -> bool:
    own = any(word.startswith("--user-data-dir=") for word in words)
    return own and not any(word.startswith("--type=") for word in words)


def is_renderer(words: list[str]) -> bool:
    return "--type=renderer" in words


def is_driver(words: list[str]) -> bool:
    return bool(words) and words[0].endswith("chromedriver")


def send(how: signal.Signals, whom: Callable[[list[str]], bool]) -> Strike:
    """Send a signal to those of our own processes."""

    def strike() -> None:
        found = [pid for pid in family(os.getpid()) if whom(_words(pid))]
        assert found
        for pid in found:
            os.kill(pid, how)

    return strike


ENDED = "The browser ended by itself"
CRASHED = "A page of the browser crashed"
HANGS = r"hangs: .* for \d+ s"

DEATHS = {
    "killed in a call": (signal.SIGKILL, is_browser, CALLS, ENDED),
    "killed in a wait": (signal.SIGKILL, is_browser, WAITS, ENDED),
    "terminated in a wait": (signal.SIGTERM, is_browser, WAITS, ENDED),
    "stopped in a call": (signal.SIGSTOP, is_browser, CALLS, HANGS),
    "stopped in a wait": (signal.SIGSTOP, is_browser, WAITS, HANGS),
    "page killed in a wait": (signal.SIGKILL, is_renderer, WAITS, CRASHED),
    "page crashed in a call": (signal.SIGSEGV, is_renderer, CALLS, CRASHED),
    "page stopped in a wait": (signal.SIGSTOP, is_renderer, WAITS, r"renderer: \d+"),
    "driver killed": (signal.SIGKILL, is_driver, CALLS, "The driver is gone"),
    "driver stopped": (signal.SIGSTOP, is_driver, CALLS, HANGS),
}


@pytest.mark.parametrize("name", DEATHS)
async def test_a_browser_that_fails_us_is_an_error_that_says_so_and_the_run_goes_on(name: str) -> None:
    how, whom, text, reason = DEATHS[name]
    first, following = await outcomes(send(how, whom), text)
    assert (first.verdict, following.verdict) == (ERROR, PASS), (first.note, following.note)
    assert _matches(reason, first.note), first.note
    died = [data.state for _, data in select(first.observations, Browser) if data.state == "died"]
    assert died == (["died"] if reason in (ENDED, CRASHED) else [])


def _matches(pattern: str, text: str) -> bool:
    import re

    return re.search(pattern, text) is not None
