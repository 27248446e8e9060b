"""What follows from what: every cause is known, earlier, and the doing of who set the thing going."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

import pytest
import trio
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from conformance.implementations import find
from conformance.implementations.protocol import Implementation
from conformance.implementations.simulator import SimulatorImplementation
from conformance.scenario.model import Scenario
from simulator.network import MemoryStream, Network
from simulator.observation import Log, Observation, Released, Request, Step
from simulator.origin.stream import Broken
from simulator.queues import EventLoop, ParallelQueue
from simulator.turns import Cell, Turns
from tests.simulate import catalogue, observe
from tests.test_adversary import scenarios

# -- in whole runs --------------------------------------------------------------------------

READINGS: Sequence[Implementation] = (
    find("simulator"),
    find("simulator:literal"),
    SimulatorImplementation(written_out=True),
)


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=60, phases=[Phase.generate])
@given(scenarios(), st.integers(0, 1000), st.sampled_from(READINGS))
def test_everything_but_a_step_and_the_beginning_follows_from_something_before(
    scenario: Scenario, seed: int, on: Implementation
) -> None:
    """So whoever follows causes comes to a step or to the beginning, and never in a circle."""
    for seen in observe(scenario, on, seed):
        if isinstance(seen.data, Step) or seen.sequence == 1:
            assert seen.cause is None
        else:
            assert seen.cause is not None
            assert 1 <= seen.cause < seen.sequence


FOLLOWS = [
    ("background-fetch-display-algorithm/pause-and-resume", "called 1", "step 1"),
    ("background-fetch-display-algorithm/pause-and-resume", "response /a 1", "request /a 1"),
    ("background-fetch-display-algorithm/pause-and-resume", "closed /a 1", "step 2"),  # pause
    ("background-fetch-display-algorithm/pause-and-resume", "never 4", "step 4"),
    ("background-fetch-display-algorithm/pause-and-resume", "request /a 2", "step 5"),  # resume
    ("complete-a-record-algorithm/redirect-same-origin", "request /new 1", "response /old 1"),
    ("complete-a-record-algorithm/offline-resumes-by-range", "closed /ep-5.mp3 1", "network offline"),
    ("complete-a-record-algorithm/offline-resumes-by-range", "request /ep-5.mp3 2", "network online"),
    ("mdn-background-fetch-api/killed-with-one-record-done", "closed /a 1", "step 2"),  # the kill
]


@pytest.mark.parametrize(("id", "effect", "cause"), FOLLOWS)
@pytest.mark.parametrize("seed", range(5))
def test_what_wakes_is_the_cause(id: str, effect: str, cause: str, seed: int) -> None:
    seen = observe(next(one for one in catalogue() if one.id == id), seed=seed)
    named = {_name(one): one.sequence for one in seen}
    assert seen[named[effect] - 1].cause == named[cause]


@pytest.mark.parametrize("seed", range(5))
def test_progress_follows_from_the_bytes_it_tells_of_and_the_end_from_the_last_of_them(seed: int) -> None:
    seen = observe(next(one for one in catalogue() if one.id == FOLLOWS[0][0]), seed=seed)
    sent = [one for one in seen if one.kind == "sent"]
    told = [one for one in seen if one.kind == "progress" and not one.data.result]  # type: ignore[attr-defined]
    assert [one.cause for one in told] == [one.sequence for one in sent][: len(told)]
    assert len(told) >= len(sent) - 1  # the last may be told together with the result
    (end,) = (one for one in seen if one.kind == "event")
    assert sent[-1].sequence in _line(seen, end)


def _name(seen: Observation) -> str:
    """The kind, of what, and the number of the exchange or the state of the link, where there is one."""
    if seen.kind == "network":
        return "network online" if seen.data.online else "network offline"  # type: ignore[attr-defined]
    return f"{seen.kind} {seen.of} {getattr(seen.data, 'number', '')}".strip()


def _line(seen: Sequence[Observation], one: Observation) -> list[int]:
    """The numbers on the way from an observation back to where its line begins."""
    found = []
    while one.cause:
        one = seen[one.cause - 1]
        found.append(one.sequence)
    return found


# -- each way of setting something going ----------------------------------------------------


class World:
    """Turns and a log in which ``tell`` notes things by name; ``causes`` says what each follows from."""

    def __init__(self, seed: int) -> None:
        self.turns = Turns(seed)
        self.log = Log(self.turns.now, line=self.turns.line)
        self.flag = Cell(False)

    def tell(self, name: str) -> None:
        self.log.see("harness", "harness", name, Released())

    def begin(self, name: str) -> None:
        """As a step does: a new line begins."""
        self.log.see("harness", "harness", name, Step("", ""))

    def causes(self) -> Mapping[str, str]:
        names = {one.sequence: one.of for one in self.log.observations}
        return {one.of: names[one.cause] for one in self.log.observations if one.cause}

    def set_by_another(self) -> None:
        """Some time from now, on a line of its own, the flag turns true; and that line goes on."""

        async def set() -> None:
            self.begin("other")
            await self.turns.sleep(5)
            self.tell("sets")
            self.flag.value = True
            self.tell("afterwards")

        self.turns.start_soon(set)


async def waits(world: World) -> None:
    world.set_by_another()
    await world.turns.until(lambda: world.flag.value, world.flag)
    world.tell("effect")


async def does_not_wait(world: World) -> None:
    world.flag.value = True
    await world.turns.until(lambda: world.flag.value, world.flag)
    world.tell("effect")


async def sleeps(world: World) -> None:
    world.set_by_another()
    await world.turns.sleep(10)
    world.tell("effect")


async def gives_way(world: World) -> None:
    world.set_by_another()
    await world.turns.turn()
    world.tell("effect")


async def looks_on(world: World) -> None:
    world.set_by_another()
    await world.turns.holds_within(100, lambda: world.flag.value, world.flag)
    world.tell("effect")


async def is_aborted(world: World) -> None:
    world.set_by_another()
    with world.turns.abort_when(lambda: world.flag.value, world.flag):
        try:
            await world.turns.until(lambda: False, why="nothing")
        finally:
            world.tell("effect")


async def tells(world: World) -> None:
    world.tell("effect")


async def starts_a_task(world: World) -> None:
    world.turns.start_soon(tells, world)
    world.set_by_another()
    await world.turns.sleep(1)


async def starts_a_task_of_a_nursery(world: World) -> None:
    async with world.turns.nursery() as nursery:
        nursery.start_soon(tells, world)
        world.set_by_another()


async def queues_behind_another(world: World) -> None:
    queue = ParallelQueue(world.turns)

    async def first() -> None:
        world.tell("first")

    queue.enqueue(first)
    world.begin("own")
    queue.enqueue(lambda: tells(world))
    await world.turns.sleep(1)


async def queues_a_task(world: World) -> None:
    loop = EventLoop(world.turns)
    loop.queue_a_task(lambda: world.tell("first"))
    world.begin("own")
    loop.queue_a_task(lambda: world.tell("effect"))
    await world.turns.sleep(1)


def stream(world: World) -> MemoryStream:
    async def serve(stream: object) -> None:
        """Nothing is answered."""

    network = Network(world.turns, serve)
    ours, theirs = MemoryStream(network), MemoryStream(network)
    ours.peer, theirs.peer = theirs, ours
    return ours


async def receives_what_lay_there(world: World) -> None:
    """Two pieces are sent on two lines, and are only received when both are there."""
    ours = stream(world)
    await ours.peer.send(b"1")
    world.begin("own")
    with world.log.one_act():
        await ours.peer.send(b"2")
        world.tell("sent")
    world.begin("other")
    await ours.receive()
    await ours.receive()
    world.tell("effect")


async def goes_on_from_before_an_act(world: World) -> None:
    world.turns.start_soon(tells, world)
    with world.log.one_act():
        world.tell("act")
    await world.turns.sleep(1)


async def meets_the_end_of_a_connection(world: World) -> None:
    ours = stream(world)
    await ours.peer.close()
    world.begin("other")
    await ours.receive()
    world.tell("effect")


async def meets_a_connection_that_was_reset(world: World) -> None:
    ours = stream(world)
    ours.peer.reset()
    world.begin("other")
    with pytest.raises(Broken):
        await ours.send(b"1")
    world.tell("effect")


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(
    ("story", "cause"),
    [
        (waits, "sets"),
        (does_not_wait, "own"),
        (sleeps, "own"),
        (gives_way, "own"),
        (looks_on, "own"),
        (is_aborted, "sets"),
        (starts_a_task, "own"),
        (starts_a_task_of_a_nursery, "own"),
        (queues_behind_another, "own"),
        (queues_a_task, "own"),
        (receives_what_lay_there, "sent"),
        (goes_on_from_before_an_act, "own"),
        (meets_the_end_of_a_connection, "own"),
        (meets_a_connection_that_was_reset, "own"),
    ],
)
def test_who_sets_something_going_is_its_cause(
    story: Callable[[World], Awaitable[None]], cause: str, seed: int
) -> None:
    world = World(seed)

    async def main() -> None:
        async with world.turns.running():
            world.begin("own")
            await story(world)

    trio.run(main)
    assert world.causes()["effect"] == cause


def test_where_time_is_real_nothing_is_known_and_what_is_told_is_kept() -> None:
    log = Log(lambda: 0)
    with log.one_act():
        log.see("origin", "own.test", "/a", Request(1, "GET"))
    log.see("origin", "own.test", "/a", Request(2, "GET"), cause=1)
    assert [one.cause for one in log.observations] == [None, 1]
