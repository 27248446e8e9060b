"""An implementation in another process, spoken to in the JSON lines of ``protocol``.

Nothing runs here beside the caller but what empties the error output: lines are read while an
answer is awaited, a condition is waited for, or time passes. Every request has a time limit; a
process that misses it, breaks the protocol or dies is Trouble, is killed, and a new one takes its
place at the next start.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import trio

from conformance.implementations.protocol import PROTOCOL, Description, Lever, Trouble, Unsupported
from conformance.scenario.model import Scenario, Step
from simulator.observation import Log, Observation

Message = Mapping[str, Any]

SECOND = 1_000_000_000
PATIENCE = 15 * SECOND
"""How long ``until`` waits while nothing at all is seen, in nanoseconds."""

LONGEST_WAIT = 120 * SECOND
"""The longest that ``until`` waits, whatever is seen, in nanoseconds."""

LONGEST_SLEEP = 3 * SECOND
"""The most that ``sleep`` lets pass, in nanoseconds, because time is real here."""

LIMITS = {"hello": 60, "start": 60, "step": 30, "stop": 60, "goodbye": 5}
"""How long each message may take to be answered, in seconds. All but a step may start a browser anew."""

_LONGEST_LINE = 16 << 20
"""No message is as long as that, in bytes."""

_KEPT = 64 << 10
"""So many bytes of the error output are kept: the last ones, which say what it came to."""


class Remote:
    """The implementation that ``command`` speaks for. ``environment`` is added to this process's own."""

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        self.name, self.command = name, tuple(command)
        self._environment = dict(environment or {})
        self._process: Process | None = None

    async def open(self) -> Description:
        """Start the process and ask what it is. Raises Trouble."""
        await self.close()
        self._process = await Process.start(self.name, self.command, self._environment)
        try:
            welcome = await self._process.ask({"type": "hello", "protocol": PROTOCOL}, "welcome")
            with _as_agreed(self.name, welcome):
                return _description(welcome)
        except BaseException:
            await self._kill()
            raise

    @asynccontextmanager
    async def start(self, scenario: Scenario, seed: int) -> AsyncIterator[RemoteSession]:
        """One scenario. Raises Unsupported and Trouble, also from within."""
        if not self._process:
            await self.open()
        process = self._process
        assert process
        session = RemoteSession(process)
        try:
            message = {"type": "start", "id": scenario.id, "document": scenario.document, "seed": seed}
            await process.ask({**message, "began": session.began}, "started")
            yield session
            await process.ask({"type": "stop"}, "stopped")
        except Unsupported:
            await process.ask({"type": "stop"}, "stopped")
            raise
        except BaseException:
            # What it is doing now nobody knows; the next scenario gets a fresh one.
            await self._kill()
            raise

    async def close(self) -> None:
        """End the process, first by asking it to. Does nothing when there is none."""
        if self._process:
            process, self._process = self._process, None
            await process.end()

    async def _kill(self) -> None:
        if self._process:
            process, self._process = self._process, None
            await process.kill()


def _description(welcome: Message) -> Description:
    levers = {
        name: Lever(lever["available"], lever.get("why", "")) for name, lever in welcome["levers"].items()
    }
    return Description(welcome["name"], welcome["version"], levers)


@contextmanager
def _as_agreed(name: str, message: Message) -> Iterator[None]:
    """Raises Trouble where what is within does not find in a message what the protocol says of it."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Trouble(
            f"{name} sent what is not as the protocol has it ({type(error).__name__}: {error}): "
            f"{json.dumps(message)[:200]}"
        ) from None


class RemoteSession:
    """One scenario under way in another process."""

    def __init__(self, process: Process) -> None:
        self.began = time.monotonic_ns()
        self.log = Log(lambda: time.monotonic_ns() - self.began)
        self._process = process
        self._ours: dict[int, int] = {}
        process.observe = self._observe

    async def do(self, step: Step) -> None:
        """Carry out a step. Raises Unsupported, Trouble."""
        await self._process.ask({"type": "step", "number": step.number}, "done")

    async def until(self, holds: Callable[[], bool], within: int | None = None) -> bool:
        """Wait until ``holds``, for ``within`` nanoseconds or PATIENCE; gives whether it holds.

        Without ``within`` it is given up once nothing was seen for PATIENCE, so that a busy machine
        may be slow, and after LONGEST_WAIT in any case.
        """
        last = trio.current_time() + (LONGEST_WAIT if within is None else min(within, PATIENCE)) / SECOND
        with trio.CancelScope(deadline=last) as scope:
            while not holds():
                if within is None:
                    scope.deadline = min(last, trio.current_time() + PATIENCE / SECOND)
                await self._process.take_in()
        return holds()

    async def sleep(self, duration: int) -> int:
        """Let ``duration`` nanoseconds pass, but at most LONGEST_SLEEP; gives how much did."""
        given = min(duration, LONGEST_SLEEP)
        await self.until(lambda: False, given)
        return given

    def _observe(self, row: Message) -> None:
        """Take an observation in under our own number; its cause is renumbered alike."""
        seen = Observation.from_json(row)
        cause = None if seen.cause is None else self._ours.get(seen.cause)
        kept = self.log.take(Observation(seen.time, 0, seen.witness, seen.actor, seen.of, seen.data, cause))
        self._ours[seen.sequence] = kept.sequence


class Process:
    """The other process: asks it, takes in what it sees, ends it."""

    def __init__(self, name: str, popen: trio.Process) -> None:
        self.name = name
        self.observe: Callable[[Message], None] = lambda _: None
        self._popen = popen
        self._lines, self._errors = bytearray(), bytearray()
        trio.lowlevel.spawn_system_task(self._keep_errors)

    @classmethod
    async def start(cls, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Process:
        """Start it in a session of its own, so that Ctrl-C is ours alone. Raises Trouble."""
        try:
            popen = await trio.lowlevel.open_process(
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                env={**os.environ, **environment},
            )
        except OSError as error:
            raise Trouble(
                f"{name} could not be started: {error}. The command was: {' '.join(command)}"
            ) from None
        return cls(name, popen)

    async def ask(self, message: Message, wanted: str) -> Message:
        """Send a message and wait for its answer. Raises Unsupported, Trouble."""
        limit = LIMITS[message["type"]]
        with trio.move_on_after(limit):
            await self._send(message)
            while (answer := await self._next())["type"] == "observation":
                self._observed(answer)
            return self._judged(answer, wanted)
        asked = f"{message['type']} {message.get('number', '')}".strip()
        raise Trouble(f"{self.name} has not answered {asked!r} for {limit} s and was ended.{self._said()}")

    def _judged(self, answer: Message, wanted: str) -> Message:
        if answer["type"] == wanted:
            return answer
        with _as_agreed(self.name, answer):
            if answer["type"] == "unsupported":
                raise Unsupported(answer["lever"], answer["why"])
            if answer["type"] == "trouble":
                raise Trouble(answer["what"])
        raise Trouble(f"{self.name} answered {answer['type']!r} where {wanted!r} was due.{self._said()}")

    async def take_in(self) -> None:
        """Wait for one observation and log it. Raises Trouble."""
        message = await self._next()
        if message["type"] != "observation":
            self._judged(message, "observation")
        self._observed(message)

    def _observed(self, message: Message) -> None:
        with _as_agreed(self.name, message):
            self.observe(message["observation"])

    async def _send(self, message: Message) -> None:
        assert self._popen.stdin
        try:
            await self._popen.stdin.send_all(json.dumps(message).encode() + b"\n")
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise Trouble(await self._ended()) from None

    async def _next(self) -> Message:
        line = await self._line()
        try:
            message = json.loads(line)
        except RecursionError:
            message = None
        except ValueError:
            raise Trouble(
                f"{self.name} wrote a line that is not JSON: {line[:200]!r}.{self._said()}"
            ) from None
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            due = "an object with a type"
            raise Trouble(f"{self.name} answered {line[:200]!r} where {due} was due.{self._said()}")
        return message

    async def _line(self) -> bytes:
        """The next line that it writes. Raises Trouble."""
        searched = 0
        while (end := self._lines.find(b"\n", searched)) < 0:
            searched = len(self._lines)
            if searched > _LONGEST_LINE:
                most = f"more than {_LONGEST_LINE >> 20} MiB"
                raise Trouble(f"{self.name} wrote {most} without an end of line.{self._said()}")
            assert self._popen.stdout
            piece = await self._popen.stdout.receive_some(1 << 16)
            if not piece:
                raise Trouble(await self._ended())
            self._lines += piece
        line = bytes(self._lines[:end])
        del self._lines[: end + 1]
        return line

    async def _ended(self) -> str:
        """What to say of a process that ended by itself."""
        with trio.move_on_after(LIMITS["goodbye"]):
            await self._popen.wait()
            return f"{self.name} ended by itself, with code {self._popen.returncode}.{self._said()}"
        return f"{self.name} closed its streams, and did not end.{self._said()}"

    async def _keep_errors(self) -> None:
        """Empty the error output as long as there is one, so that it is never waited for."""
        assert self._popen.stderr
        with suppress(trio.ClosedResourceError, trio.BrokenResourceError):
            async for piece in self._popen.stderr:
                self._keep(piece)

    def _keep(self, piece: bytes | bytearray) -> None:
        self._errors += piece
        del self._errors[:-_KEPT]

    def _said(self) -> str:
        """The last that the process wrote on its error output."""
        # What it wrote just before its end may still be in the pipe, which holds no more than this.
        assert isinstance(self._popen.stderr, trio.lowlevel.FdStream)
        with suppress(OSError):
            self._keep(os.read(self._popen.stderr.fileno(), _KEPT))
        lines = self._errors.decode(errors="replace").strip().splitlines()[-15:]
        return "".join(f"\n  | {line}" for line in lines)

    async def end(self) -> None:
        """Ask it to go, and see to it that it does."""
        limit = trio.move_on_after(LIMITS["goodbye"], shield=True)
        with limit, suppress(Trouble):  # it may be gone already, which is what we want
            await self._send({"type": "goodbye"})
        await self.kill()

    async def kill(self) -> None:
        """End it without a word: the end of its input should do; if it does not, kill it."""
        assert self._popen.stdin
        assert self._popen.stdout
        assert self._popen.stderr
        with trio.CancelScope(shield=True):
            await self._popen.stdin.aclose()
            with trio.move_on_after(LIMITS["goodbye"]):
                await self._popen.wait()
            if self._popen.returncode is None:
                self._popen.kill()
                await self._popen.wait()
            await self._popen.stdout.aclose()
            await self._popen.stderr.aclose()
