"""The worker process: browser, driver, proxy and origin, spoken to in JSON lines on stdin and stdout.

It ends when its stdin does, whatever else it is doing: a thread of its own waits for that, so
that nothing is left behind even when the harness is killed or the browser hangs.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from functools import partial
from typing import Any, NoReturn

import trio

from conformance.implementations.chromium.folder import Folder, end, others, users
from conformance.implementations.chromium.levers import levers
from conformance.implementations.chromium.machine import Machine
from conformance.implementations.chromium.stage import Stage
from conformance.implementations.chromium.warm_up import warm_up
from conformance.implementations.protocol import PROTOCOL, Trouble, Unsupported
from conformance.network.namespace import Link
from conformance.network.real_time import RealTime
from conformance.scenario.levers import required_levers
from conformance.scenario.load import scenario_from_document
from simulator.observation import Browser, Log, Observation

Message = dict[str, Any]

_ROUNDS = 50


class Output:
    """The messages that go out, in order. A harness that reads slowly holds nothing up."""

    def __init__(self, descriptor: int) -> None:
        self._stream = trio.lowlevel.FdStream(descriptor)
        self._give, self._take = trio.open_memory_channel[Message](float("inf"))

    def send(self, message: Message) -> None:
        self._give.send_nowait(message)

    def observe(self, seen: Observation) -> None:
        self.send({"type": "observation", "observation": seen.to_json()})

    async def run(self) -> None:
        async for message in self._take:
            await self._stream.send_all(json.dumps(message).encode() + b"\n")


class Worker:
    """Answers one message after another."""

    def __init__(self, machine: Machine, output: Output, nursery: trio.Nursery) -> None:
        self._machine, self._output, self._nursery = machine, output, nursery
        self._started = 0
        self._stage: Stage | None = None
        self._scenario: Any = None

    async def answer(self, message: Message) -> Message:
        """Carry out what a message asks and give the answer to it."""
        try:
            match message["type"]:
                case "hello":
                    return await self._hello()
                case "start":
                    return await self._start(message)
                case "step":
                    return await self._step(message["number"])
                case "stop":
                    return await self._stop()
        except Unsupported as lacking:
            return {"type": "unsupported", "lever": lacking.lever, "why": lacking.why}
        except Trouble as trouble:
            return {"type": "trouble", "what": await self._machine.explained(trouble)}
        return {"type": "trouble", "what": f"no such message: {message['type']!r}"}

    async def _hello(self) -> Message:
        await self._machine.start(self._nursery)
        await warm_up(self._machine, self._nursery)
        known = levers(own_network=self._machine.link is not None, no_screen=self._machine.no_screen)
        told = {name: {"available": lever.available, "why": lever.why} for name, lever in known.items()}
        version = self._machine.browser.version
        return {
            "type": "welcome",
            "protocol": PROTOCOL,
            "name": "chromium",
            "version": version,
            "levers": told,
        }

    async def _start(self, message: Message) -> Message:
        if self._machine.is_lost:
            await self._renew()
        try:
            await self._begin(message)
        except Trouble as trouble:
            await self._machine.explained(trouble)
            if not self._machine.lost:
                raise
            # It died before the scenario did anything: of what came before, and no scenario's trouble.
            if self._stage:
                await self._stage.abandon()
            await self._renew()
            await self._begin(message)
        self._machine.mourn = self._mourn
        for seen in self._early:
            self._output.observe(seen)
        return {"type": "started"}

    async def _begin(self, message: Message) -> None:
        self._early: list[Observation] = []
        waits = RealTime(message.get("began"))
        self._scenario = scenario_from_document(message["document"], message["id"])
        await self._show(windows=not {"user", "prompt"}.isdisjoint(required_levers(self._scenario)))
        self._started += 1
        self._log = Log(waits.now, self._observe)
        self._stage = Stage(self._machine, self._scenario, self._started, self._log, waits)
        await self._stage.start(self._nursery)

    def _observe(self, seen: Observation) -> None:
        """Tell what was seen, once it is sure that the scenario has begun."""
        if self._machine.mourn:
            self._output.observe(seen)
        else:
            self._early.append(seen)

    def _mourn(self, how: str) -> None:
        """The browser is lost: say so at once, whatever the harness is waiting for."""
        self._log.see("harness", "harness", "", Browser("died"))
        self._output.send({"type": "trouble", "what": how})

    async def _show(self, *, windows: bool) -> None:
        """Have a browser with windows for a scenario that needs the user's hand, and for no other.

        So what a scenario meets does not depend on the screen of the machine, or on what ran before it.
        """
        if self._machine.screen and self._machine.windows is not windows:
            self._machine.windows = windows
            await self._renew()

    async def _step(self, number: int) -> Message:
        if not self._stage:
            raise Trouble("a step came before any scenario was started")
        await self._stage.do(self._scenario.steps[number - 1])
        return {"type": "done", "number": number}

    async def _stop(self) -> Message:
        if self._stage:
            # What comes from now on is our tidying up, and no part of the scenario.
            self._log.close()
            if self._machine.running:
                await self._machine.answers()  # one that hangs has been judged for its silence
            await self._stage.stop()
            self._stage = None
        self._machine.mourn = None
        if self._machine.worn:
            await self._renew()
        return {"type": "stopped"}

    async def _renew(self) -> None:
        await self._machine.renew()
        await warm_up(self._machine, self._nursery)


async def _main(folder: Folder, link: Link | None, output: int) -> None:
    give, take = trio.open_memory_channel[Message](float("inf"))
    token = trio.lowlevel.current_trio_token()
    threading.Thread(target=_listen, args=(token, give, folder), name="stdin", daemon=True).start()
    async with trio.open_nursery() as nursery:
        out = Output(output)
        nursery.start_soon(out.run)
        worker = Worker(Machine(folder, link), out, nursery)
        async for message in take:
            out.send(await worker.answer(message))


def _listen(token: trio.lowlevel.TrioToken, give: trio.MemorySendChannel[Message], folder: Folder) -> None:
    """Hand on what comes on stdin; at its end, or at a goodbye, end the process and all it started."""
    try:
        for message in _messages():
            token.run_sync_soon(give.send_nowait, message)
    finally:
        _end(folder, 0)


def _messages() -> Iterator[Message]:
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if message["type"] == "goodbye":
            return
        yield message


def _end(folder: Folder, code: int) -> NoReturn:
    """Leave nothing behind. The first process of a PID namespace sees only what it started."""
    started = others if os.getpid() == 1 else partial(users, folder.path)
    for _ in range(_ROUNDS):
        end(started())
        # A browser that is just being started fails once its driver is killed; then there are no more.
        if folder.starting.acquire(timeout=0.1):
            break
    end(started())
    folder.remove()
    os._exit(code)


def main() -> None:
    """Run until stdin ends. ``--own-network``: this process is in a network namespace of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the harness's; our stdin ends when it does
    folder, link = Folder(), Link() if "--own-network" in sys.argv else None
    output = os.dup(1)
    os.dup2(2, 1)  # whatever else prints must not get between the messages
    try:
        trio.run(_main, folder, link, output)
    except BaseException:
        traceback.print_exc()
    finally:
        _end(folder, 1)


if __name__ == "__main__":
    main()
