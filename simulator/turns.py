"""One turn at a time: the deterministic scheduler under the simulator.

Every wait of the simulated world is one primitive, ``Turns.until(condition)``, beside
``abort_when(condition)`` and ``sleep``. A task whose condition has come true does not run
at once: its turn goes to the ready ones. The kernel, in one task of its own, picks a ready
turn by the seed, lets it run until every task is blocked again, and picks the next. When no
turn is ready, virtual time moves to the next deadline; when there is no deadline either,
nothing can ever happen again, and ``Deadlock`` says who waits for what.

Trio's own order of tasks never shows, because only one task is ever awake. That holds only
while every wait goes through here: a raw ``trio.sleep`` or nursery stays outside the turns,
which is why ``sleep``, ``until`` and ``nursery`` are handed out.

A turn goes on with the line (``simulator.causes``) of whoever queued it: a task that waits, with
the line of the one that made its condition true; one that sleeps, and one that only gives way,
with its own.
"""

from __future__ import annotations

import gc
import heapq
import inspect
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, Generic, Protocol, TypeVar

import trio
from trio.lowlevel import enable_ki_protection
from trio.testing import wait_all_tasks_blocked

from simulator.causes import Cause, Line

T = TypeVar("T")


class Deadlock(Exception):
    """Tasks are waiting, no turn is ready, no deadline is set: nothing can happen any more."""

    def __init__(self, waits: list[str]) -> None:
        named = "; ".join(waits) or "nobody"
        super().__init__(
            f"the simulation stands still: no task can go on and no deadline is set. Waiting: {named}. "
            "Something must set the awaited state, or the wait needs an end (sleep, abort_when)."
        )
        self.waits = waits


class Runaway(Exception):
    """A simulation used up its turns without coming to an end."""


class Watched:
    """Something whose changes can be waited for: ``changed()`` asks every watch again."""

    def __init__(self) -> None:
        self._watches: dict[Watch, None] = {}

    def changed(self) -> None:
        for watch in tuple(self._watches):
            watch.ask()


class Cell(Watched, Generic[T]):
    """A value that can be waited for; setting it asks every watch."""

    def __init__(self, value: T) -> None:
        super().__init__()
        self._value = value

    @property
    def value(self) -> T:
        return self._value

    @value.setter
    def value(self, value: T) -> None:
        self._value = value
        self.changed()


class Watch:
    """Calls ``then`` once, the first time that ``holds`` is true when one of the cells changes."""

    def __init__(
        self, holds: Callable[[], bool], cells: tuple[Watched, ...], then: Callable[[], None]
    ) -> None:
        self.holds, self.cells, self.then = holds, cells, then
        for cell in cells:
            cell._watches[self] = None

    def ask(self) -> None:
        if self.holds():
            self.drop()
            self.then()

    def drop(self) -> None:
        for cell in self.cells:
            cell._watches.pop(self, None)


class Waits(Protocol):
    """What code that also runs in real time (the origin) may wait with. Times in nanoseconds."""

    def now(self) -> int: ...

    async def until(self, holds: Callable[[], bool], *cells: Watched, why: str = "") -> None: ...

    async def sleep(self, duration: int, why: str = "") -> None: ...


class Alarm(Cell[bool]):
    """A deadline: turns true when virtual time reaches it, unless it is ``over`` by then.

    Time is nobody's doing: what an alarm wakes follows from whoever set it.
    """

    over = False

    def __init__(self, cause: Cause) -> None:
        super().__init__(False)
        self.cause = cause


class Turns:
    """The scheduler of one simulation. Use ``async with Turns(seed).running():``."""

    def __init__(self, seed: int = 0, *, most: int = 2_000_000) -> None:
        self.ready: list[tuple[Cause, Callable[[], None]]] = []
        self.line = Line()
        self.waiting: dict[trio.Event, str] = {}
        self.taken = 0
        self.most = most
        self.closed = False
        self.each_turn = Watched()  # for conditions about anything at all: asked again after every turn
        self._now = 0
        self._random = random.Random(seed)
        self._alarms: list[tuple[int, int, Alarm]] = []
        self._alarms_made = 0
        self._nursery: trio.Nursery | None = None

    # -- what waits are made of -------------------------------------------------------------

    def now(self) -> int:
        """Virtual nanoseconds since the start."""
        return self._now

    async def until(self, holds: Callable[[], bool], *cells: Watched, why: str = "") -> None:
        """Wait until ``holds()``, which can only become so when one of ``cells`` changes.

        Takes no turn when it holds already. When it came true but another task undid it
        before our turn, the wait goes on: on return, it holds.
        """
        while not holds():
            woken = trio.Event()
            watch = Watch(holds, cells, lambda woken=woken: self._queue(woken.set))  # type: ignore[misc]
            try:
                await self._block(woken, why)
            finally:
                watch.drop()

    async def turn(self) -> None:
        """Let any other ready task go first."""
        woken = trio.Event()
        self._queue(woken.set)
        await self._block(woken, "its turn")

    def _queue(self, wake: Callable[[], None]) -> None:
        """Have a turn begin with ``wake``, as soon as it is picked."""
        self.ready.append((self.line.cause, wake))

    async def _block(self, woken: trio.Event, why: str) -> None:
        self.waiting[woken] = why
        try:
            await woken.wait()
        except trio.Cancelled:
            # Unwinding changes the world too (a connection closes), so it takes its turn; not
            # once the kernel is gone, which would leave the turn to nobody.
            if not self.closed:
                with trio.CancelScope(shield=True):
                    again = trio.Event()
                    self._queue(again.set)
                    await again.wait()
            raise
        finally:
            del self.waiting[woken]

    async def sleep(self, duration: int, why: str = "") -> None:
        """Let ``duration`` virtual nanoseconds pass."""
        with self.alarm(duration) as alarm:
            await self.until(lambda: alarm.value, alarm, why=why or f"{duration} ns to pass")

    async def holds_within(
        self, duration: int, holds: Callable[[], bool], *cells: Watched, why: str = ""
    ) -> bool:
        """Wait for ``holds()``, at most so long; whether it does. For who looks on from outside the world.

        He looks whenever something has happened, and does not know whether it was that. So his own
        line goes on.
        """
        with self.alarm(duration) as alarm:
            await self.until(lambda: alarm.value or holds(), *cells, alarm, why=why)
            self.line.cause = alarm.cause
            return holds()

    @contextmanager
    def alarm(self, duration: int) -> Iterator[Alarm]:
        """A cell that turns true after ``duration`` nanoseconds, while the block lasts."""
        alarm = Alarm(self.line.cause)
        self._alarms_made += 1
        heapq.heappush(self._alarms, (self._now + max(0, duration), self._alarms_made, alarm))
        try:
            yield alarm
        finally:
            alarm.over = True

    @contextmanager
    def abort_when(self, holds: Callable[[], bool], *cells: Watched) -> Iterator[trio.CancelScope]:
        """A cancel scope that is cancelled, in a turn of its own, once ``holds()``.

        Afterwards ``scope.cancelled_caught`` says whether the block was cut short.
        """
        with trio.CancelScope() as scope:
            watch = Watch(holds, cells, lambda: self._queue(scope.cancel))
            if holds():
                scope.cancel()
            try:
                yield scope
            finally:
                watch.drop()

    # -- tasks ------------------------------------------------------------------------------

    def start_soon(self, steps: Callable[..., Awaitable[Any]], *args: Any) -> None:
        """Run ``steps`` in parallel, beginning at a turn of their own."""
        if self.closed:  # nobody hands out turns any more; what was to be awaited never will be
            for coroutine in filter(inspect.iscoroutine, args):
                coroutine.close()
            return
        nursery = self._nursery
        assert nursery is not None, "the scheduler is not running: use 'async with turns.running():'"
        self._queue(lambda: nursery.start_soon(_task, steps, *args))

    @asynccontextmanager
    async def nursery(self) -> AsyncIterator[Nursery]:
        """A nursery whose tasks take turns; leaves its block once all have ended."""
        async with trio.open_nursery() as inner:
            yield Nursery(self, inner)

    # -- the kernel -------------------------------------------------------------------------

    def running(self) -> AbstractAsyncContextManager[Turns]:
        """Run the scheduler while the block lasts; what still runs at its end is cancelled.

        Raises Deadlock or Runaway, or the one exception that a task ended with.
        """
        return _only_leaf(self._running())

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[Turns]:
        collecting = gc.isenabled()
        gc.disable()  # passes of the collector make long simulations look worse than linear
        try:
            async with trio.open_nursery() as self._nursery:
                self._nursery.start_soon(self._kernel)
                await self.turn()
                yield self
                self._close()
                self._nursery.cancel_scope.cancel()
        finally:
            self.ready.clear()
            if collecting:
                gc.enable()

    @enable_ki_protection
    async def _kernel(self) -> None:
        try:
            while True:
                await wait_all_tasks_blocked()
                self.each_turn.changed()
                if self.ready:
                    self._pick()()
                elif not self._advance():
                    raise Deadlock(list(self.waiting.values()))
        finally:
            self._close()

    def _pick(self) -> Callable[[], None]:
        self.taken += 1
        if self.taken > self.most:
            raise Runaway(f"no end after {self.most} turns, at {self._now / 1e9:.3f} s of virtual time")
        ready = self.ready
        chosen = int(self._random.random() * len(ready))
        ready[chosen], ready[-1] = ready[-1], ready[chosen]
        self.line.cause, wake = ready.pop()
        return wake

    def _advance(self) -> bool:
        """Move time to the next deadline; all that share it become ready. False if there is none."""
        rang = False
        while self._alarms and (not rang or self._alarms[0][0] == self._now):
            deadline, _, alarm = heapq.heappop(self._alarms)
            if not alarm.over:
                self._now, rang = deadline, True
                self.line.cause = alarm.cause
                alarm.value = True
        return rang

    def _close(self) -> None:
        """Let every wait go: from here on nobody hands out turns."""
        self.closed = True
        for _, wake in self.ready:
            wake()
        self.ready.clear()


@enable_ki_protection
async def _task(steps: Callable[..., Awaitable[Any]], *args: Any) -> None:
    """A task of the simulation. Ctrl-C does not strike in the middle of its turn.

    It could leave a turn to nobody, or a coroutine that nobody awaits. Trio raises it in the
    task that runs the simulation instead, at its next wait, and that unwinds all others.
    """
    await steps(*args)


class Nursery:
    """Starts tasks that take turns; its block waits for them, also for those that have not begun."""

    def __init__(self, turns: Turns, inner: trio.Nursery) -> None:
        self._turns, self._inner = turns, inner
        self.cancel_scope = inner.cancel_scope

    def start_soon(self, steps: Callable[..., Awaitable[Any]], *args: Any) -> None:
        # The turn is asked for here and not in the new task: Trio wakes new tasks in no order.
        begun = trio.Event()
        self._turns._queue(begun.set)
        self._inner.start_soon(self._first_turn, begun, steps, *args)

    @enable_ki_protection
    async def _first_turn(self, begun: trio.Event, steps: Callable[..., Awaitable[Any]], *args: Any) -> None:
        await self._turns._block(begun, "its first turn")
        await steps(*args)


@asynccontextmanager
async def _only_leaf(block: AbstractAsyncContextManager[T]) -> AsyncIterator[T]:
    """Raise the one exception inside Trio's group, so that a reader meets it and not its wrapping."""
    try:
        async with block as value:
            yield value
    except BaseExceptionGroup as group:
        leaves = list(_leaves(group))
        if len(leaves) == 1:
            raise leaves[0] from None
        raise


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for inner in group.exceptions:
        if isinstance(inner, BaseExceptionGroup):
            yield from _leaves(inner)
        else:
            yield inner
