"""Bodies of requests as script gives them, and how fetch() reads them all before it resolves.

Steps 8.6 to 8.11 of background-fetch-manager-fetch. The text loops over the caller's list, whose
bodies the Request constructor has moved by then; meant are those of the records (erratum 21).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.overrides import point
from simulator.script_errors import ScriptError, type_error
from simulator.turns import Cell

if TYPE_CHECKING:
    from simulator.user_agent import UserAgent

READABLE, CLOSED, ERRORED, CANCELLED = "readable", "closed", "errored", "cancelled"


class RequestBody:
    """A body of ``length`` bytes. What script did with it before says ``used`` or ``locked``.

    Where it is a stream, it may stand still until ``gate``, and then fail instead of ending;
    ``state`` is the stream's, ``reason`` the name of what it was cancelled with.
    """

    def __init__(
        self,
        length: int,
        *,
        used: bool = False,
        locked: bool = False,
        gate: Cell[bool] | None = None,
        fails: bool = False,
    ) -> None:
        self.length, self.used, self.locked, self.fails = length, used, locked, fails
        self.gate = gate or Cell(True)
        self.state = Cell(READABLE)
        self.reason = ""

    async def read(self, ua: UserAgent) -> None:
        """Read to the end, or until the stream errors."""
        await ua.turns.until(lambda: self.gate.value, self.gate, why="a request's body to go on")
        self.state.value = ERRORED if self.fails else CLOSED

    def cancel(self, reason: str) -> None:
        self.reason, self.state.value = reason, CANCELLED


# -- points ---------------------------------------------------------------------------------


@point("background-fetch-manager-fetch/6.1b")
def take_body(ua: UserAgent, body: RequestBody) -> None:
    """The Request constructor takes a body over: a used or locked one is refused, this one is used now."""
    if body.used or body.locked:
        raise type_error("the body of a request is used or locked")
    body.used = True


@point("background-fetch-manager-fetch/8.8.3")
async def wait_for_bodies(ua: UserAgent, bodies: Sequence[RequestBody], failed: Cell[bool]) -> None:
    """All are read to their end, or until one fails."""
    async with ua.turns.nursery() as readers:
        for body in bodies:
            readers.start_soon(_read, ua, body, failed)


@point("background-fetch-manager-fetch/8.8.3.1")
def reading_failed(ua: UserAgent) -> ScriptError:
    """What fetch() rejects with where a body errors."""
    return type_error("the body of a request could not be read")


@point("background-fetch-manager-fetch/8.8.3.2")
def give_up(ua: UserAgent, body: RequestBody) -> None:
    """A body that is no longer wanted is told so; cancelled, where the text errors it (erratum 51)."""
    body.cancel("AbortError")


# -- the algorithm --------------------------------------------------------------------------


async def read_bodies(ua: UserAgent, bodies: Sequence[RequestBody]) -> None:
    """Read the bodies of all requests. Raises ScriptError where one of them errors."""
    failed = Cell(False)
    if bodies:
        await wait_for_bodies(ua, bodies, failed)
    if failed.value:
        raise reading_failed(ua)


async def _read(ua: UserAgent, body: RequestBody, failed: Cell[bool]) -> None:
    with ua.turns.abort_when(lambda: failed.value, failed):
        await body.read(ua)
    if body.state.value == ERRORED:
        failed.value = True
    elif body.state.value == READABLE:
        give_up(ua, body)
