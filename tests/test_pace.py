"""The rate of a browser's link: how long bodies take, and what a change of it changes."""

from __future__ import annotations

import pytest
import trio
from trio.testing import MockClock, memory_stream_pair

from conformance.network.loopback import LoopbackStream
from conformance.network.pace import Pace
from conformance.network.real_time import ShortenedTime
from conformance.scenario.model import NetworkState
from simulator.content import Span

SECOND = 1_000_000_000


async def passed(pace: Pace, body: bytes) -> float:
    """The seconds that a body takes."""
    began, lane = trio.current_time(), pace.lane()
    for piece in lane.pieces(body):
        await lane.passes(len(piece))
    return trio.current_time() - began


@pytest.mark.parametrize(
    ("bandwidth", "size", "seconds"),
    [(512_000, 1 << 20, 16.384), (64_000, 8000, 1), (8, 3, 3), (None, 1 << 20, 0)],
)
async def test_a_body_takes_the_time_that_the_rate_gives_it(
    bandwidth: int | None, size: int, seconds: float, autojump_clock: MockClock
) -> None:
    pace = Pace()
    pace.link = NetworkState(bandwidth=bandwidth)
    assert await passed(pace, bytes(size)) == pytest.approx(seconds, rel=0.001)


async def test_a_change_counts_from_the_next_piece_on(autojump_clock: MockClock) -> None:
    pace = Pace()
    pace.link = NetworkState(bandwidth=80_000)
    async with trio.open_nursery() as nursery:

        async def change() -> None:
            await trio.sleep(1)
            pace.link = NetworkState(bandwidth=800_000)

        nursery.start_soon(change)
        # A second for the first 10,000 bytes, and a tenth of one for as many more.
        assert await passed(pace, bytes(20_000)) == pytest.approx(1.1, abs=0.05)


async def test_every_connection_has_the_whole_rate(autojump_clock: MockClock) -> None:
    pace, taken = Pace(), []
    pace.link = NetworkState(bandwidth=8000)

    async def one() -> None:
        taken.append(await passed(pace, bytes(2000)))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(one)
        nursery.start_soon(one)
    assert taken == pytest.approx([2, 2])


async def test_a_lane_that_was_idle_has_saved_nothing_up(autojump_clock: MockClock) -> None:
    pace = Pace()
    pace.link = NetworkState(bandwidth=8000)
    lane = pace.lane()
    await trio.sleep(100)
    began = trio.current_time()
    await lane.passes(1000)
    assert trio.current_time() - began == pytest.approx(1)


async def test_a_connection_takes_the_latency_to_be_made(autojump_clock: MockClock) -> None:
    pace, began = Pace(), trio.current_time()
    pace.link = NetworkState(latency=2 * SECOND)
    await pace.connect()
    assert trio.current_time() - began == pytest.approx(2)


async def test_bodies_take_their_time_both_ways_and_the_head_of_an_answer_takes_none(
    autojump_clock: MockClock,
) -> None:
    ours, theirs = memory_stream_pair()
    pace, began = Pace(), trio.current_time()
    pace.link = NetworkState(bandwidth=8000)
    stream = LoopbackStream(ours, lambda port: None, pace)  # type: ignore[arg-type]  # as good as TCP here
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stream.watch)
        await stream.send(b"head" * 1000)
        assert trio.current_time() == began
        await stream.send(Span("/a", "v1", 0, 1000))
        assert trio.current_time() - began == pytest.approx(1)
        await theirs.send_all(bytes(2000))
        arrived = b""
        while len(arrived) < 2000:
            arrived += await stream.receive()
        assert trio.current_time() - began == pytest.approx(3)
        await theirs.aclose()


async def test_an_origin_that_stands_still_for_long_does_so_for_less_and_says_so(
    autojump_clock: MockClock,
) -> None:
    told: list[tuple[int, int]] = []
    waits, began = ShortenedTime(0, 3 * SECOND, lambda *times: told.append(times)), trio.current_time()
    await waits.sleep(2 * SECOND)
    assert told == []
    await waits.sleep(7200 * SECOND)
    assert told == [(7200 * SECOND, 3 * SECOND)]
    assert trio.current_time() - began == pytest.approx(5)
