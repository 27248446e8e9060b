"""The scheduler: one trace a seed, every order reachable, deadlocks named, interruption clean."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.queues import EventLoop, ParallelQueue
from simulator.turns import Cell, Deadlock, Runaway, Turns

Steps = Callable[[], Awaitable[None]]


def run(seed: int, make: Callable[[Turns, list[str]], list[Steps]]) -> list[str]:
    """What the steps, run in parallel, noted down."""

    async def main() -> list[str]:
        noted: list[str] = []
        turns = Turns(seed)
        async with turns.running(), turns.nursery() as nursery:
            for steps in make(turns, noted):
                nursery.start_soon(steps)
        return noted

    return trio.run(main)


def walkers(lengths: tuple[int, ...]) -> Callable[[Turns, list[str]], list[Steps]]:
    """Tasks of so many steps each, named a, b, c, which note each step."""

    def make(turns: Turns, noted: list[str]) -> list[Steps]:
        def walker(name: str, length: int) -> Steps:
            async def walk() -> None:
                for _ in range(length - 1):
                    noted.append(name)
                    await turns.turn()
                noted.append(name)

            return walk

        return [walker(chr(97 + at), length) for at, length in enumerate(lengths)]

    return make


@pytest.mark.parametrize("lengths", [(1, 1), (1, 3), (2, 2), (3, 1)])
def test_every_order_of_two_parallel_steps_occurs_within_200_seeds(lengths: tuple[int, int]) -> None:
    names = "a" * lengths[0] + "b" * lengths[1]
    possible = {"".join(order) for order in itertools.permutations(names)}
    seen = {"".join(run(seed, walkers(lengths))) for seed in range(200)}
    assert seen == possible


def test_a_one_step_task_is_overtaken_by_a_three_step_one() -> None:
    orders = Counter("".join(run(seed, walkers((1, 3)))) for seed in range(200))
    assert orders["bbba"] > 0


@given(st.integers(0, 2**32), st.lists(st.integers(1, 4), min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_the_same_seed_gives_the_same_order(seed: int, lengths: list[int]) -> None:
    first = run(seed, walkers(tuple(lengths)))
    assert first == run(seed, walkers(tuple(lengths)))
    assert len(first) == sum(lengths)


def test_a_deadlock_raises_at_once_and_names_the_waits() -> None:
    async def main() -> None:
        turns, sun, moon = Turns(), Cell(0), Cell(0)
        async with turns.running():
            turns.start_soon(lambda: turns.until(lambda: moon.value == 1, moon, why="the moon"))
            await turns.until(lambda: sun.value == 1, sun, why="the sun")

    began = time.monotonic()
    with pytest.raises(Deadlock) as caught:
        trio.run(main)
    assert time.monotonic() - began < 1
    assert sorted(caught.value.waits) == ["the moon", "the sun"]
    assert "the sun" in str(caught.value)


def test_a_simulation_without_end_is_stopped() -> None:
    async def main() -> None:
        turns = Turns(most=1000)
        async with turns.running():
            while True:
                await turns.turn()

    with pytest.raises(Runaway, match="1000 turns"):
        trio.run(main)


def test_time_moves_only_when_nothing_is_ready_and_then_to_the_next_deadline() -> None:
    def make(turns: Turns, noted: list[str]) -> list[Steps]:
        def sleeper(duration: int) -> Steps:
            async def sleep() -> None:
                await turns.sleep(duration)
                noted.append(f"{turns.now()}")

            return sleep

        return [sleeper(duration) for duration in (30, 10, 20)]

    assert run(1, make) == ["10", "20", "30"]


def test_the_alarm_of_a_cancelled_sleep_does_not_move_time() -> None:
    async def main() -> int:
        turns = Turns()
        async with turns.running():
            over = Cell(False)

            async def end() -> None:
                await turns.sleep(5)
                over.value = True

            turns.start_soon(end)
            with turns.abort_when(lambda: over.value, over) as scope:
                await turns.sleep(1_000_000)
            assert scope.cancelled_caught
            await turns.sleep(1)
            return turns.now()

    assert trio.run(main) == 6


def test_cancelling_is_a_turn_and_so_is_unwinding() -> None:
    """Between the flag and the cancellation, and again before the unwinding, others may go first."""

    def make(turns: Turns, noted: list[str]) -> list[Steps]:
        flag = Cell(False)

        async def aborted() -> None:
            with turns.abort_when(lambda: flag.value, flag):
                try:
                    await turns.until(lambda: False, why="nothing")
                finally:
                    noted.append("unwound")

        async def sets() -> None:
            flag.value = True
            noted.append("set")

        async def other() -> None:
            for _ in range(3):
                await turns.turn()
                noted.append("other")

        return [aborted, sets, other]

    orders = {tuple(run(seed, make)) for seed in range(200)}
    between = {order.index("unwound") - order.index("set") for order in orders}
    assert {1, 2, 3, 4} <= between


def test_a_condition_undone_before_its_turn_is_waited_for_again() -> None:
    def make(turns: Turns, noted: list[str]) -> list[Steps]:
        cell = Cell(0)

        async def waits() -> None:
            await turns.until(lambda: cell.value == 1, cell, why="one")
            noted.append(str(cell.value))

        async def flips() -> None:
            for value in (1, 0, 1):
                cell.value = value
                await turns.turn()

        return [waits, flips]

    assert {tuple(run(seed, make)) for seed in range(100)} == {("1",)}


def test_a_parallel_queue_keeps_its_order_under_every_seed() -> None:
    def make(turns: Turns, noted: list[str]) -> list[Steps]:
        queue, loop = ParallelQueue(turns), EventLoop(turns)

        async def slow(name: str) -> None:
            await turns.turn()
            noted.append(name)

        async def enqueue() -> None:
            for name in "123":
                queue.enqueue(lambda name=name: slow(name))  # type: ignore[misc]
                loop.queue_a_task(lambda name=name: noted.append(f"task {name}"))  # type: ignore[misc]
            await turns.sleep(1)

        return [enqueue]

    for seed in range(50):
        noted = run(seed, make)
        assert [one for one in noted if "task" not in one] == ["1", "2", "3"]
        assert [one for one in noted if "task" in one] == ["task 1", "task 2", "task 3"]


def test_an_exception_of_a_task_comes_out_as_itself() -> None:
    async def main() -> None:
        turns = Turns()
        async with turns.running():

            async def breaks() -> None:
                raise LookupError("this one")

            turns.start_soon(breaks)
            await turns.sleep(10)

    with pytest.raises(LookupError, match="this one"):
        trio.run(main)


def test_ctrl_c_unwinds() -> None:
    """A simulation that never ends, interrupted: it says what it unwound, and ends by KeyboardInterrupt."""
    program = textwrap.dedent(
        """
        import trio
        from simulator.turns import Turns

        async def main():
            turns = Turns(most=10**12)
            async with turns.running():
                async def waits():
                    try:
                        await turns.until(lambda: False, why="nothing")
                    finally:
                        print("unwound", flush=True)
                turns.start_soon(waits)
                for n in range(10**12):
                    await turns.turn()
                    if n == 100:
                        print("running", flush=True)

        trio.run(main)
        """
    )
    # A group of its own: the signal must reach this process alone.
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "running\n"
    os.kill(child.pid, signal.SIGINT)
    out, err = child.communicate(timeout=20)
    assert out == "unwound\n"
    assert "KeyboardInterrupt" in err
