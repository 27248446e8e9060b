"""The byte stream that an origin serves, whatever carries it: memory in the simulator, TCP for browsers."""

from __future__ import annotations

from typing import Protocol

from simulator.content import Span
from simulator.turns import Cell

Piece = bytes | Span
"""What goes over a stream: bytes, or a stretch of content that need not be written out."""


class Broken(Exception):
    """The connection ended under us: reset by the other side, or by the loss of the network."""


class NetworkLost(Broken):
    """The connection ended because the user agent's network is gone."""


class Intercepted(Broken):
    """The connection ended because a captive portal has stepped in between."""


class Stream(Protocol):
    """One end of a connection."""

    gone: Cell[bool]
    """Turns true when the other side has closed or reset the connection."""

    async def send(self, piece: Piece) -> None:
        """Send, and return once the link has taken it. Raises Broken."""

    async def receive(self) -> Piece:
        """The next piece, b"" when the other side has finished sending. Raises Broken."""

    async def close(self) -> None:
        """End the connection in order (FIN) after what was sent."""

    def reset(self) -> None:
        """End the connection at once (RST); what is in flight may be lost."""
