"""A real Chromium that dies, hangs, or never answers in the middle of a scenario, and what a run makes of it.

Each time the scenario's verdict is ``error``, with a reason that says what happened, and the next
scenario gets a verdict from a fresh browser.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from attrs import frozen

from conformance.implementations import remote
from conformance.implementations.chromium import Chromium
from conformance.implementations.chromium.folder import kill
from conformance.implementations.chromium.processes import family
from conformance.implementations.remote import SECOND, RemoteSession
from conformance.results import ERROR, PASS
from conformance.runner import Candidate, Outcome
from conformance.scenario.load import scenario_from_text
from conformance.scenario.model import Scenario, Step
from simulator.observation import Browser, Settled, select
from tests.chromium_runs import GATED, HEAD

pytestmark = pytest.mark.browser

PATIENCE_S, MUTE_S = 4, 8

CALLS = """
[[steps]]
getIds = true
gives = ["f"]
when = { downloaded = "100 KiB" }
"""
WAITS = """
[[steps]]
until = { downloaded = "300 KiB" }
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

Strike = Callable[[Path], None]
"""Does something to the running Chromium, whose temporary folder is given."""


class Struck(Chromium):
    """Chromium, to which ``strike`` happens once, right after the step with the verb ``after``."""

    strike: Strike
    after = ""

    @asynccontextmanager
    async def start(self, scenario: Scenario, seed: int) -> AsyncIterator[RemoteSession]:
        async with super().start(scenario, seed) as session:
            yield _Struck(session, self)

    def struck(self, step: Step) -> None:
        if step.verb == self.after:
            self.after = ""
            (folder,) = Path(tempfile.gettempdir()).glob("bgfetch-ua-*")
            self.strike(folder)


class _Struck(RemoteSession):
    """A session that is struck after a step."""

    def __init__(self, session: RemoteSession, chromium: Struck) -> None:
        self.__dict__ = session.__dict__
        self._chromium = chromium

    async def do(self, step: Step) -> None:
        """A call has its answer before: what ends a page in the middle of one may be taken for its effect."""
        await super().do(step)
        if step.verb == self._chromium.after == "getIds":
            assert await self.until(lambda: str(step.number) in self._answered())
        self._chromium.struck(step)

    def _answered(self) -> set[str]:
        return {seen.of for seen, _ in select(self.log.observations, Settled)}


# -- what happens to a browser ---------------------------------------------------------------


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

    def strike(folder: Path) -> None:
        found = [pid for pid in family(os.getpid()) if whom(_words(pid))]
        assert found
        for pid in found:
            os.kill(pid, how)

    return strike


def lock(folder: Path) -> None:
    """Somebody on another machine has the profile open, as its lock says."""
    mark = folder / "profile" / "SingletonLock"
    mark.unlink(missing_ok=True)
    mark.symlink_to("another-machine-4711")


def make_unreadable(folder: Path) -> None:
    """Where the profile's folder was there is something that is no folder."""
    shutil.rmtree(folder / "profile")
    (folder / "profile").write_bytes(b"no folder")


def silence(folder: Path) -> None:
    """The next browser that is started never answers."""
    (folder.parent / "mute").touch()
    remote.LIMITS["step"] = MUTE_S


# -- the cases -------------------------------------------------------------------------------


@frozen
class Case:
    """``strike`` after the step with the verb ``after``; ``reason`` is a pattern of what is then said."""

    strike: Strike
    text: str
    reason: str
    after: str = "fetch"


ENDED = "The browser ended by itself"
CRASHED = "A page of the browser crashed"
HANGS = r"The browser.* hangs: .* for \d+ s"

CASES = {
    "killed in a call": Case(send(signal.SIGKILL, is_browser), CALLS, ENDED),
    "killed in a wait": Case(send(signal.SIGKILL, is_browser), WAITS, ENDED),
    "terminated in a wait": Case(send(signal.SIGTERM, is_browser), WAITS, ENDED),
    "stopped in a call": Case(send(signal.SIGSTOP, is_browser), CALLS, HANGS),
    "stopped in a wait": Case(send(signal.SIGSTOP, is_browser), WAITS, HANGS),
    "page killed in a wait": Case(send(signal.SIGKILL, is_renderer), CALLS + WAITS, CRASHED, "getIds"),
    "page crashed in a call": Case(send(signal.SIGSEGV, is_renderer), CALLS, CRASHED),
    "page stopped in a wait": Case(send(signal.SIGSTOP, is_renderer), WAITS, r"The page hangs: .* \d+ s"),
    "driver killed": Case(send(signal.SIGKILL, is_driver), CALLS, "The driver is gone"),
    "driver stopped": Case(send(signal.SIGSTOP, is_driver), CALLS, HANGS),
    "profile locked": Case(lock, KILLED, "Chromium did not start again with the profile", "browser"),
    "profile unreadable": Case(
        make_unreadable, KILLED, "Chromium did not start again with the profile", "browser"
    ),
    "never answers": Case(
        silence, KILLED, f"has not answered 'step 3' for {MUTE_S} s and was ended", "browser"
    ),
}

BETWEEN = "killed between two scenarios"

Outcomes = Mapping[str, tuple[Outcome, Outcome]]


async def _all_of_them(folder: Path) -> Outcomes:
    """How a scenario comes out to which each of these happens, and how the next scenario does."""
    struck = Struck()
    candidate, found = Candidate(struck), {}
    try:
        for name, case in CASES.items():
            struck.strike, struck.after = case.strike, case.after
            first = await candidate.judged(scenario_from_text(HEAD + GATED + case.text, "struck", name), 0)
            (folder / "mute").unlink(missing_ok=True)
            remote.LIMITS["step"] = 30
            following = scenario_from_text(HEAD + GATED + GOES_ON, "next", "next")
            found[name] = (first, await candidate.judged(following, 0))
        before = await candidate.judged(following, 0)
        (browser,) = (pid for pid in family(os.getpid()) if is_browser(_words(pid)))
        kill([browser])
        found[BETWEEN] = (before, await candidate.judged(following, 0))
        return found
    finally:
        await candidate.close()


def _put_between(folder: Path) -> None:
    """A program of the browser's name that starts it, or, where a file says so, only keeps still."""
    real, program = shutil.which("chromium"), folder / "bin" / "chromium"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\n[ -e {folder}/mute ] && exec sleep 600\nexec {real} "$@"\n')
    program.chmod(0o755)


@pytest.fixture(scope="module")
def outcomes() -> Iterator[Outcomes]:
    """All cases on one run. The folder is the tests' own, so that the profile is found in it."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="tr-", dir="/tmp") as path:
        _put_between(Path(path))
        patch.setattr(tempfile, "tempdir", path)
        patch.setenv("TMPDIR", path)
        patch.setenv("PATH", f"{path}/bin:{os.environ['PATH']}")
        patch.setattr(remote, "PATIENCE", PATIENCE_S * SECOND)
        patch.setitem(remote.LIMITS, "step", 30)
        yield trio.run(_all_of_them, Path(path))


def test_a_browser_that_dies_between_two_scenarios_is_no_scenarios_trouble(outcomes: Outcomes) -> None:
    assert [one.verdict for one in outcomes[BETWEEN]] == [PASS, PASS]


@pytest.mark.parametrize("name", CASES)
def test_a_browser_that_fails_us_is_an_error_that_says_what_happened(name: str, outcomes: Outcomes) -> None:
    outcome = outcomes[name][0]
    assert outcome.verdict == ERROR
    assert re.search(CASES[name].reason, outcome.note), outcome.note


@pytest.mark.parametrize("name", CASES)
def test_the_next_scenario_gets_its_verdict_from_a_fresh_browser(name: str, outcomes: Outcomes) -> None:
    assert outcomes[name][1].verdict == PASS


@pytest.mark.parametrize("name", CASES)
def test_the_end_of_a_browser_is_among_what_was_seen(name: str, outcomes: Outcomes) -> None:
    states = [data.state for _, data in select(outcomes[name][0].observations, Browser)]
    assert ("died" in states) == (CASES[name].reason in (ENDED, CRASHED))
