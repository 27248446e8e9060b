"""The client for implementations in other processes, against a small one that can be told to misbehave."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing

from conformance.implementations import remote
from conformance.implementations.protocol import Trouble, Unsupported
from conformance.implementations.remote import SECOND, Remote, RemoteSession
from conformance.scenario.model import Step
from simulator.observation import Network, Observation, Released
from tests.conftest import scenario

ADAPTER = """
import json, os, sys
misbehaviour = json.loads(sys.argv[1])
say = lambda **message: print(json.dumps(message), flush=True)
say_seen = lambda row: say(type="observation", observation=row)
rows = json.loads(sys.argv[2])
levers = {"fetch": {"available": True, "why": ""}, "offline": {"available": False, "why": "no rights"}}
answers = {
    "hello": lambda m: say(type="welcome", name="adapter", version="1.2", levers=levers),
    "start": lambda m: (*map(say_seen, rows), say(type="started")),
    "step": lambda m: (say(type="done", number=m["number"]), *map(say_seen, rows)),
    "stop": lambda m: say(type="stopped"),
    "goodbye": lambda m: sys.exit(),
}
for line in sys.stdin:
    message = json.loads(line)
    match misbehaviour.get(message["type"]):
        case None: answers[message["type"]](message)
        case "die": print("what it said last", file=sys.stderr); sys.exit(7)
        case "babble": print("this is no JSON", flush=True)
        case "silence": pass
        case "flood": print("e" * 99, *["x" * 99] * 9999, "the last", sep="\\n", file=sys.stderr)
        case "endless": os.write(1, b"0" * (1 << 20) * 3)
        case "deep": print("[" * 100_000 + "]" * 100_000, flush=True)
        case int() | list() as value: print(json.dumps(value), flush=True)
        case answer: say(**answer)
"""

STEP = Step(1, "release", {"release": "go"})


def seen(sequence: int, cause: int | None = None) -> dict[str, object]:
    return Observation(5, sequence, "harness", "harness", "go", Released(), cause).to_json()


def adapter(
    misbehaviour: dict[str, object] | None = None, rows: list[dict[str, object]] | None = None
) -> Remote:
    told = [json.dumps(misbehaviour or {}), json.dumps(rows or [])]
    return Remote("command:adapter", [sys.executable, "-u", "-c", ADAPTER, *told])


def pid(implementation: Remote) -> int:
    """The process that runs, 0 if none does."""
    return implementation._process._popen.pid if implementation._process else 0


async def one_scenario(implementation: Remote, steps: int = 1) -> None:
    async with implementation.start(scenario("tests/remote"), 0) as running:
        for _ in range(steps):
            await running.do(STEP)


@asynccontextmanager
async def session(implementation: Remote) -> AsyncIterator[RemoteSession]:
    """A scenario under way; everything is closed afterwards."""
    try:
        await implementation.open()
        async with implementation.start(scenario("tests/remote"), 0) as running:
            yield running
    finally:
        await implementation.close()


async def test_it_says_what_it_is() -> None:
    implementation = adapter()
    description = await implementation.open()
    await implementation.close()
    assert (description.name, description.version) == ("adapter", "1.2")
    assert description.levers["fetch"].available
    assert description.levers["offline"].why == "no rights"


async def test_observations_get_our_numbers_and_keep_their_causes() -> None:
    async with session(adapter(rows=[seen(1), seen(2, cause=1)])) as running:
        running.log.see("harness", "harness", "", Network(online=True))
        await running.do(STEP)
    kept = [(one.time, one.sequence, one.cause) for one in running.log.observations if one.kind == "released"]
    assert kept == [(5, 1, None), (5, 2, 1), (5, 4, None), (5, 5, 4)]


@pytest.mark.parametrize(("at", "number"), [("start", 0), ("step", 1)])
async def test_a_missing_lever_is_unsupported_and_the_process_lives_on(at: str, number: int) -> None:
    implementation = adapter({at: {"type": "unsupported", "lever": "offline", "why": "no rights"}})
    for _ in range(2):
        with pytest.raises(Unsupported, match="offline: no rights"):
            await one_scenario(implementation, steps=number)
    assert pid(implementation)
    await implementation.close()


@pytest.mark.parametrize(
    ("at", "misbehaviour", "told"),
    [
        ("hello", {"type": "trouble", "what": "no browser here"}, "no browser here"),
        ("start", "die", r"ended by itself, with code 7\.\n  \| what it said last"),
        ("step", "die", "code 7"),
        ("stop", "die", "code 7"),
        ("step", "babble", "not JSON: b'this is no JSON'"),
        ("step", {"type": "stopped"}, "answered 'stopped' where 'done' was due"),
        ("step", 5, "answered b'5' where an object with a type was due"),
        ("step", ["done"], "where an object with a type was due"),
        ("step", {"type": 5}, "where an object with a type was due"),
        ("step", "deep", r"answered b'\[+' where an object with a type was due"),
        ("step", "endless", "wrote more than 2 MiB without an end of line"),
        ("step", "flood", r"has not answered 'step 1' for 0.5 s(?s:.*)\n  \| the last$"),
        (
            "hello",
            {"type": "welcome"},
            'not as the protocol has it .KeyError: \'levers\'.: {"type": "welcome',
        ),
        ("step", {"type": "observation", "observation": 5}, "not as the protocol has it"),
        ("step", {"type": "unsupported"}, "not as the protocol has it .KeyError: 'lever'"),
        ("hello", "silence", "has not answered 'hello' for 0.5 s"),
        ("step", "silence", "has not answered 'step 1' for 0.5 s"),
        ("stop", "silence", "has not answered 'stop' for 0.5 s"),
    ],
)
async def test_trouble_is_told_ends_the_process_and_the_next_scenario_gets_a_fresh_one(
    at: str, misbehaviour: object, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if misbehaviour in ("silence", "flood"):
        monkeypatch.setitem(remote.LIMITS, at, 0.5)
    monkeypatch.setattr(remote, "_LONGEST_LINE", 2 << 20)
    implementation = adapter({at: misbehaviour})
    with pytest.raises(Trouble, match=told):
        await one_scenario(implementation)
    assert not pid(implementation)
    implementation.command = adapter().command
    await one_scenario(implementation)
    await implementation.close()


async def test_a_process_that_is_killed_while_we_wait_is_trouble() -> None:
    implementation = adapter()
    with pytest.raises(Trouble, match="ended by itself, with code -9"):
        await _killed_while_waiting(implementation)
    assert not pid(implementation)


async def _killed_while_waiting(implementation: Remote) -> None:
    async with implementation.start(scenario(), 0) as running:
        os.kill(pid(implementation), signal.SIGKILL)
        await running.until(lambda: False)


async def test_a_command_that_does_not_exist_is_trouble_that_names_it() -> None:
    with pytest.raises(Trouble, match=r"could not be started.*no-such-adapter --fast"):
        await Remote("command:x", ["no-such-adapter", "--fast"]).open()


async def test_an_adapter_that_ignores_goodbye_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(remote.LIMITS, "goodbye", 0.2)
    implementation = adapter({"goodbye": "silence"})
    await implementation.open()
    number = pid(implementation)
    await implementation.close()
    assert number
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


async def test_until_asks_again_after_each_observation() -> None:
    async with session(adapter(rows=[seen(1), seen(2), seen(3)])) as running:
        await running.do(STEP)
        lengths: list[int] = []

        def holds() -> bool:
            lengths.append(len(running.log.observations))
            return lengths[-1] == 5

        assert await running.until(holds)
        assert lengths == [3, 4, 5, 5]


@pytest.mark.parametrize("within", [None, 60 * SECOND, 10**7])
async def test_until_gives_up(within: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "PATIENCE", 2 * 10**7)
    monkeypatch.setattr(remote, "LONGEST_WAIT", 4 * 10**7)
    async with session(adapter()) as running:
        assert not await running.until(lambda: False, within)


@pytest.mark.parametrize(("asked", "given"), [(10**7, 10**7), (8 * 3600 * SECOND, 2 * 10**7)])
async def test_sleep_gives_the_whole_or_the_most_that_is_honest(
    asked: int, given: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "LONGEST_SLEEP", 2 * 10**7)
    async with session(adapter()) as running:
        began = running.log.clock()
        assert await running.sleep(asked) == given
        assert running.log.clock() - began >= given


async def test_ctrl_c_kills_the_process_and_leaves_none() -> None:
    implementation = adapter({"step": "silence"})
    await implementation.open()
    number = pid(implementation)
    with trio.move_on_after(0.1) as scope:
        async with implementation.start(scenario(), 0) as running:
            await running.do(STEP)
    assert scope.cancelled_caught
    assert number
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


class Slow:
    """A process of which something is seen every ten seconds."""

    def __init__(self) -> None:
        self.seen = 0
        self.observe: object = None

    async def take_in(self) -> None:
        await trio.sleep(10)
        self.seen += 1


@pytest.mark.parametrize(("awaited", "holds", "seconds"), [(5, True, 50), (100, False, 120)])
async def test_patience_counts_from_the_last_that_was_seen(
    awaited: int, holds: bool, seconds: float, autojump_clock: trio.testing.MockClock
) -> None:
    process = Slow()
    running = RemoteSession(process)  # type: ignore[arg-type]
    began = trio.current_time()
    assert await running.until(lambda: process.seen == awaited) is holds
    assert trio.current_time() - began == pytest.approx(seconds)


async def test_of_an_endless_error_output_only_the_end_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(remote.LIMITS, "goodbye", 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Trouble, match=r"did not end\.\n  \| errr\n") as told:
        await Remote("command:x", ["sh", "-c", "exec yes errr >&2"]).open()
    assert str(told.value).count("\n") == 15
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
