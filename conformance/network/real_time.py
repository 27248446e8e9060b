"""Waits in real time: what the origin waits with when a real browser is its client."""

from __future__ import annotations

import time
from collections.abc import Callable

import trio

from simulator.turns import Watch, Watched


class RealTime:
    """``simulator.turns.Waits`` in real time. Times in nanoseconds since ``began``, by default now."""

    def __init__(self, began: int | None = None) -> None:
        self.start = time.monotonic_ns() if began is None else began

    def now(self) -> int:
        return time.monotonic_ns() - self.start

    async def until(self, holds: Callable[[], bool], *cells: Watched, why: str = "") -> None:
        """Wait until ``holds()``, asked again whenever one of ``cells`` changes."""
        while not holds():
            changed = trio.Event()
            watch = Watch(holds, cells, changed.set)
            try:
                await changed.wait()
            finally:
                watch.drop()

    async def sleep(self, duration: int, why: str = "") -> None:
        await trio.sleep(max(0, duration) / 1e9)


class ShortenedTime(RealTime):
    """Real time in which no wait is longer than ``longest``; ``tell`` gets what was asked for and given."""

    def __init__(self, began: int, longest: int, tell: Callable[[int, int], None]) -> None:
        super().__init__(began)
        self._longest, self._tell = longest, tell

    async def sleep(self, duration: int, why: str = "") -> None:
        if duration > self._longest:
            self._tell(duration, self._longest)
        await super().sleep(min(duration, self._longest), why)
