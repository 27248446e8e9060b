"""Nothing of ours is left behind, however a run ends: by itself, by Ctrl-C, SIGTERM, kill -9, or a hang.

Every process that a harness starts carries a mark in its environment, so that the tests find
all of them, and only those, whatever else runs on the machine.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conformance.implementations import remote
from conformance.implementations.chromium import Chromium
from conformance.implementations.chromium.folder import clear_left_behind
from conformance.implementations.protocol import Trouble
from conformance.network import namespace
from conformance.scenario.load import scenario_from_text
from tests.marked import carrying, eventually

pytestmark = pytest.mark.browser

SCENARIO = """
title = "A fetch that stands still"
clauses = ["perform-a-background-fetch-algorithm/5"]
[origin."/a"]
size = "300 KiB"
attempts = [{ stall = { after = "100 KiB" } }]
[[steps]]
fetch = "f"
requests = ["/a"]
"""

HARNESS = """
import sys, trio
from conformance.implementations.chromium import Chromium
from conformance.network import namespace
from conformance.scenario.load import scenario_from_text
from simulator.observation import Fault, select

if "bare" in sys.argv:
    namespace.why_not = lambda: "the test wants it so"

async def main(text):
    scenario, chromium = scenario_from_text(text, "kill.toml", "kill"), Chromium()
    print("opening", flush=True)
    await chromium.open()
    async with chromium.start(scenario, 0) as session:
        print("page open", flush=True)
        await session.do(scenario.steps[0])
        await session.until(lambda: any(select(session.log.observations, Fault)))
        print("mid fetch", flush=True)
        if "stop" not in sys.argv:
            await session.until(lambda: False)
        print("stopping", flush=True)
    await chromium.close()
    print("closed", flush=True)

trio.run(main, sys.argv[1])
"""


class Harness:
    """A harness in a process of its own, with a temporary folder of its own."""

    def __init__(self, folder: Path, mark: str, *words: str) -> None:
        self.folder, self.mark = folder, mark
        environment = {**os.environ, "TMPDIR": str(folder), "BGFETCH_TEST_MARK": mark}
        self.process = subprocess.Popen(
            [sys.executable, "-c", HARNESS, SCENARIO, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
            start_new_session=True,
        )

    def reach(self, moment: str) -> None:
        """Wait until the harness says that it has come so far."""
        assert self.process.stdout
        told = []
        for line in self.process.stdout:
            told.append(line.strip())
            if told[-1] == moment:
                return
        pytest.fail(f"the harness ended before {moment!r}; it came to {told}")

    def marked(self) -> list[str]:
        """The command lines of the processes that carry the mark."""
        return [
            (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            for entry in carrying(self.mark)
        ]

    def folders(self) -> list[Path]:
        return list(self.folder.glob("bgfetch-ua-*"))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A temporary folder with a path short enough for the browser's sockets."""
    with tempfile.TemporaryDirectory(prefix="kill-", dir="/tmp") as path:
        yield Path(path)


@pytest.fixture
def harness(folder: Path) -> Iterator[Callable[..., Harness]]:
    mark = uuid.uuid4().hex
    made: list[Harness] = []

    def make(*words: str) -> Harness:
        made.append(Harness(folder, mark, *words))
        return made[-1]

    yield make
    for one in made:
        one.process.kill()
        one.process.communicate()
    for entry in carrying(mark):  # the test has failed, and must not make others fail
        os.kill(int(entry.name), signal.SIGKILL)


def assert_nothing_left(harness: Harness) -> None:
    assert eventually(lambda: not harness.marked()), f"still running: {harness.marked()}"
    assert eventually(lambda: not harness.folders()), f"still there: {harness.folders()}"


def run(program: str) -> Callable[[Harness], bool]:
    return lambda harness: any(program in line for line in harness.marked())


MOMENTS: dict[str, tuple[str, Callable[[Harness], bool]]] = {
    "worker starting": ("opening", run("chromium.worker")),
    "browser starting": ("opening", run("--user-data-dir")),
    "page open": ("page open", lambda _: True),
    "mid fetch": ("mid fetch", lambda _: True),
    "stopping": ("stopping", lambda _: True),
}


@pytest.mark.parametrize(
    ("moment", "words"),
    [*((moment, ()) for moment in MOMENTS), ("browser starting", ("bare",)), ("mid fetch", ("bare",))],
)
def test_kill_9_of_the_harness_leaves_nothing(
    moment: str, words: tuple[str, ...], harness: Callable[..., Harness]
) -> None:
    said, more = MOMENTS[moment]
    one = harness(*words, *(["stop"] if moment == "stopping" else []))
    one.reach(said)
    assert eventually(lambda: more(one))
    one.process.kill()
    one.process.wait()
    assert_nothing_left(one)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_of_the_whole_group_leaves_nothing(
    how: signal.Signals, harness: Callable[..., Harness]
) -> None:
    one = harness()
    one.reach("mid fetch")
    os.killpg(one.process.pid, how)
    one.process.wait(30)
    assert_nothing_left(one)


def test_a_normal_end_leaves_nothing(harness: Callable[..., Harness]) -> None:
    one = harness("stop")
    one.reach("closed")
    assert one.process.wait(30) == 0
    assert_nothing_left(one)


@pytest.mark.parametrize("words", [(), ("bare",)])
def test_what_a_killed_worker_leaves_behind_is_cleared_by_the_next_start(
    words: tuple[str, ...], harness: Callable[..., Harness], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = harness(*words)
    one.reach("mid fetch")
    worker = next(entry for entry in carrying(one.mark) if _is_worker(entry))
    one.process.send_signal(signal.SIGSTOP)  # or it would clear up at once, which is another test
    os.kill(int(worker.name), signal.SIGKILL)
    assert one.folders()
    one.process.kill()
    monkeypatch.setattr(tempfile, "tempdir", str(one.folder))
    assert eventually(lambda: bool(clear_left_behind()))
    assert_nothing_left(one)


def _is_worker(entry: Path) -> bool:
    """Whether it is the worker itself, and not what wraps it."""
    try:
        words = (entry / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"conformance.implementations.chromium.worker" in words and words[0] != b"unshare"


async def test_a_hung_driver_is_trouble_and_the_next_scenario_gets_a_fresh_browser(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = uuid.uuid4().hex
    monkeypatch.setenv("BGFETCH_TEST_MARK", mark)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setitem(remote.LIMITS, "step", 1)
    scenario, chromium = scenario_from_text(SCENARIO, "kill.toml", "kill"), Chromium()
    try:
        with pytest.raises(Trouble, match="has not answered 'step 1' for 1 s"):
            await _hang(chromium, mark)
        async with chromium.start(scenario, 0) as session:
            await session.do(scenario.steps[0])
    finally:
        await chromium.close()
    assert not os.listdir(folder)


async def _hang(chromium: Chromium, mark: str) -> None:
    scenario = scenario_from_text(SCENARIO, "kill.toml", "kill")
    async with chromium.start(scenario, 0) as session:
        for entry in carrying(mark):
            if b"chromedriver" in (entry / "cmdline").read_bytes().split(b"\0")[0]:
                os.kill(int(entry.name), signal.SIGSTOP)
        await session.do(scenario.steps[0])


def test_the_tests_run_with_namespaces_where_the_system_allows_them() -> None:
    wrapped = Chromium().command[0] == "unshare"
    assert wrapped is (namespace.why_not() == "")
