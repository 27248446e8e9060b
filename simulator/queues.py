"""Queues of the texts: steps that run one after another, each in turns of its own.

What is queued follows from whoever queued it, and not from what ran before it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from simulator.causes import Cause
from simulator.turns import Turns


class ParallelQueue:
    """A parallel queue of the text: steps enqueued to it run one after another, in order."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._steps: list[tuple[Cause, Callable[[], Awaitable[None]]]] = []
        self._draining = False

    @property
    def busy(self) -> bool:
        """Whether steps that were enqueued are not over yet."""
        return self._draining

    def enqueue(self, steps: Callable[[], Awaitable[None]]) -> None:
        self._steps.append((self._turns.line.cause, steps))
        if not self._draining:
            self._draining = True
            self._turns.start_soon(self._drain)

    async def _drain(self) -> None:
        while self._steps:
            self._turns.line.cause, steps = self._steps.pop(0)
            await steps()
            if self._steps:
                await self._turns.turn()
        self._draining = False


class EventLoop:
    """The event loop of an environment: queued tasks run one at a time, in order, each a turn."""

    def __init__(self, turns: Turns) -> None:
        self._queue = ParallelQueue(turns)

    def queue_a_task(self, task: Callable[[], None]) -> None:
        async def run() -> None:
            task()

        self._queue.enqueue(run)

    def hold(self, steps: Callable[[], Awaitable[None]]) -> None:
        """Queue a task that takes its time, as long as which no other task of the loop runs."""
        self._queue.enqueue(steps)
