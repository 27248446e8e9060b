"""Bodies of requests: fetch() goes on once all are read, or one has failed, whatever their order."""

from __future__ import annotations

from typing import Any

import trio
from hypothesis import given
from hypothesis import strategies as st

from simulator.request_body import CANCELLED, CLOSED, ERRORED, READABLE, RequestBody, read_bodies
from simulator.script_errors import ScriptError
from simulator.turns import Cell, Turns

BODIES = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=6)
"""For each body, whether it stands still at a gate, and whether it errors in the end."""


class Agent:
    """As much of a user agent as reading takes."""

    overrides: dict[Any, Any] = {}  # noqa: RUF012  # never written to

    def __init__(self, turns: Turns) -> None:
        self.turns = turns


def read(bodies: list[tuple[bool, bool]], opened: int, seed: int) -> tuple[str, list[str]]:
    """How reading ends where the first ``opened`` gates are opened, and in what state the bodies are."""

    async def main() -> tuple[str, list[str]]:
        turns, ends = Turns(seed), ["goes on"]
        gates = [Cell(not gated) for gated, _ in bodies]
        made = [
            RequestBody(1, gate=gate, fails=fails) for gate, (_, fails) in zip(gates, bodies, strict=True)
        ]

        async def reading() -> None:
            try:
                await read_bodies(Agent(turns), made)  # type: ignore[arg-type]  # it asks for no more
                ends[0] = "read"
            except ScriptError as error:
                ends[0] = error.name

        async with turns.running():
            turns.start_soon(reading)
            for gate in gates[:opened]:
                await turns.turn()
                gate.value = True
            await turns.sleep(1, why="all that can be read to be read")
        return ends[0], [body.state.value for body in made]

    return trio.run(main)


@given(BODIES, st.integers(0, 6), st.integers(0, 20))
def test_reading_ends_as_the_bodies_do(bodies: list[tuple[bool, bool]], opened: int, seed: int) -> None:
    ended, states = read(bodies, opened, seed)
    over = [at < opened or not gated for at, (gated, _) in enumerate(bodies)]
    failed = any(is_over and fails for is_over, (_, fails) in zip(over, bodies, strict=True))
    assert ended == ("TypeError" if failed else "read" if all(over) else "goes on")
    for is_over, (_, fails), state in zip(over, bodies, states, strict=True):
        if not failed:
            assert state == (CLOSED if is_over else READABLE)
        elif is_over:
            assert state in ((ERRORED if fails else CLOSED), CANCELLED)
        else:
            assert state == CANCELLED
