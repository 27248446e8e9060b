"""The origin's streams where a real browser is the client: TCP on loopback, from the proxy."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import trio

from conformance.network.pace import Pace
from simulator.content import Span
from simulator.origin.stream import Broken
from simulator.turns import Cell

_HELD_MOST = 1 << 20
"""Bytes read ahead at most while the origin stands still in the middle of an upload."""


def _parts(piece: Span) -> Iterator[Span]:
    """A span in parts, since the origin may send a large body in a few pieces, and no memory holds it."""
    while len(piece) > _HELD_MOST:
        part, piece = piece.cut(_HELD_MOST)
        yield part
    yield piece


class LoopbackStream:
    """``simulator.origin.stream.Stream`` over TCP. ``watch`` has to run while it is served.

    ``on_reset`` gets the port that the connection came from, and makes a reset out of the
    closing that follows: between proxy and origin there is only ever an orderly end. ``pace`` is
    the rate of the browser's link, which bodies take their time on.
    """

    def __init__(self, tcp: trio.SocketStream, on_reset: Callable[[int], None], pace: Pace) -> None:
        self.gone: Cell[bool] = Cell(False)
        self._tcp, self._on_reset = tcp, on_reset
        self._down, self._up = pace.lane(), pace.lane()
        self._arrived = bytearray()
        self._changed = trio.Condition()

    async def watch(self) -> None:
        """Read ahead, so that the other side's closing is seen while the origin stands still."""
        try:
            while piece := await self._tcp.receive_some(self._up.most):
                await self._up.passes(len(piece))
                async with self._changed:
                    self._arrived += piece
                    self._changed.notify_all()
                    while len(self._arrived) > _HELD_MOST:
                        await self._changed.wait()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        async with self._changed:
            self.gone.value = True
            self._changed.notify_all()

    async def receive(self) -> bytes:
        """What has arrived, b"" at the end."""
        async with self._changed:
            while not self._arrived and not self.gone.value:
                await self._changed.wait()
            piece = bytes(self._arrived)
            self._arrived.clear()
            self._changed.notify_all()
            return piece

    async def send(self, piece: bytes | Span) -> None:
        """Send the bytes themselves. Raises Broken when the other side is gone."""
        try:
            if isinstance(piece, bytes):
                await self._tcp.send_all(piece)
                return
            for part in _parts(piece):
                for some in self._down.pieces(bytes(part)):
                    await self._down.passes(len(some))
                    await self._tcp.send_all(some)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise Broken from None

    async def close(self) -> None:
        await self._tcp.aclose()

    def reset(self) -> None:
        port: int = self._tcp.socket.getpeername()[1]
        self._on_reset(port)
        self._tcp.socket.close()
