"""The link between the user agent and the world: connections in memory, in virtual time.

Bytes take the time that the bandwidth gives them. Losing the network ends every connection at
once, with what was in flight lost; so does a captive portal.

Behind a portal no connection to an origin comes about. Whatever a background fetch may ask for is
of a secure scheme (mixed content), and a portal that answers in the origin's place has no
certificate for it: Fetch then obtains no connection, which is a network error. Where the portal
could answer, its redirect to a login page would cross to another origin, which allows nobody:
again a network error. So there is one way to meet a portal, and no page of it to model.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from simulator.carriage import Ranges
from simulator.causes import Cause
from simulator.content import Span
from simulator.origin.stream import Broken, Intercepted, NetworkLost, Piece, Stream
from simulator.turns import Cell, Turns, Watched

AMPLE_BANDWIDTH = 50_000_000
"""Bits per second where a scenario says nothing: 64 KiB take about 10 ms."""

CONNECTING = 20_000_000
"""Nanoseconds until a connection is made, beside the link's own latency."""


class Network:
    """The user agent's link. ``serve`` is the world's end of every connection.

    ``bandwidth`` is bits per second for each connection, ``latency`` nanoseconds; a change of
    either counts from the next piece that is sent, or connection that is made. ``carriage`` is how
    bodies go over it.
    """

    def __init__(
        self, turns: Turns, serve: Callable[[Stream], Awaitable[None]], carriage: Ranges | None = None
    ) -> None:
        self.turns = turns
        self.serve = serve
        self.carriage = carriage or Ranges()
        self.online = Cell(True)
        self.captive = Cell(False)
        self.metered = False
        self.bandwidth = AMPLE_BANDWIDTH
        self.latency = 0
        self._streams: dict[MemoryStream, None] = {}

    def go_offline(self) -> None:
        """The network is lost: so is every connection."""
        self.online.value = self.captive.value = False
        self._end_all(NetworkLost)

    def go_online(self) -> None:
        """The network is there, and no portal before it."""
        self.captive.value = False
        self.online.value = True

    def go_captive(self) -> None:
        """There is a link, but a portal answers in the place of everybody: every connection is lost."""
        self.captive.value = self.online.value = True
        self._end_all(Intercepted)

    def _end_all(self, why: type[Broken]) -> None:
        for stream in tuple(self._streams):
            stream.reset(why)

    async def connect(self) -> MemoryStream:
        """The client's end of a new connection. Raises NetworkLost while offline, Intercepted by a portal."""
        await self.turns.sleep(CONNECTING + self.latency, why="a connection to be made")
        if not self.online.value:
            raise NetworkLost
        if self.captive.value:
            raise Intercepted
        ours, theirs = MemoryStream(self), MemoryStream(self)
        ours.peer, theirs.peer = theirs, ours
        self._streams[ours] = None
        self.turns.start_soon(self.serve, theirs)
        return ours

    def forget(self, stream: MemoryStream) -> None:
        self._streams.pop(stream, None)


class MemoryStream:
    """One end of a connection in memory. A piece sent is received whole, and never joined.

    What is done with a piece follows from its sending, also where it had to wait to be received.
    """

    peer: MemoryStream

    def __init__(self, network: Network) -> None:
        self.network = network
        self.gone = Cell(False)
        self._line = network.turns.line
        self._inbox: list[tuple[Cause, Piece]] = []
        self._arrived = Watched()
        self._finished = False
        self._ended_by = Cause()
        self._broken_by: type[Broken] | None = None

    async def send(self, piece: Piece) -> None:
        """Send one piece, taking the link's time for it. Raises Broken."""
        if isinstance(piece, Span):
            duration = len(piece) * 8_000_000_000 // self.network.bandwidth
            await self.network.turns.sleep(duration, why=f"{len(piece)} bytes to pass the link")
            piece = self.network.carriage.put(piece)
        if self.gone.value:
            raise self._broken()
        self.peer._inbox.append((self._line.cause, piece))
        self.peer._arrived.changed()

    async def receive(self) -> Piece:
        """The next piece, b"" once the other side has finished. Raises Broken after a reset."""
        await self.network.turns.until(
            lambda: bool(self._inbox or self._finished or self._broken_by),
            self._arrived,
            why="bytes from the other side",
        )
        if self._broken_by:
            raise self._broken()
        if not self._inbox:
            self._line.cause = self._ended_by
            return b""
        self._line.cause, piece = self._inbox.pop(0)
        return piece

    def _broken(self) -> type[Broken]:
        """How the connection ended; what is done about it follows from what ended it."""
        self._line.cause = self._ended_by
        return self._broken_by or Broken

    async def close(self) -> None:
        """Finish sending: the other side still gets what is under way."""
        self.network.forget(self)
        if not self._broken_by:
            self.peer._finished = True
            self.peer._ended_by = self._line.cause
            self.peer.gone.value = True
            self.peer._arrived.changed()

    def reset(self, why: type[Broken] = Broken) -> None:
        """End the connection for both sides, now; ``why`` is what they then meet."""
        for end in (self, self.peer):
            self.network.forget(end)
            if not end._broken_by:
                end._broken_by = why
                end._ended_by = self._line.cause
                end._inbox.clear()
                end.gone.value = True
                end._arrived.changed()
