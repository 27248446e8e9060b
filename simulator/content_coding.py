"""Content coding on both ends of the wire: gzip in stored blocks, which any decoder takes.

Stored blocks carry the content as it is between a few bytes of framing. So the coded bytes are
the same whatever library would compress them, a body can stay spans, and what is coded is longer
than what it decodes to: who counts the wrong one is found out.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping

from attrs import frozen

from simulator.content import Span

ACCEPTED = "gzip, deflate"
BLOCK = 65535
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


@frozen
class Gzipped:
    """The gzip form of a stretch of content; its length is that of the coded bytes."""

    span: Span

    def __len__(self) -> int:
        return sum(len(piece) for piece in self._pieces())

    def _pieces(self) -> Iterator[bytes | Span]:
        yield _HEAD
        blocks = range(0, len(self.span), BLOCK) or range(1)
        for at in blocks:
            size = min(BLOCK, len(self.span) - at)
            yield struct.pack("<BHH", at == blocks[-1], size, size ^ 0xFFFF)
            yield from self.span.part(at, at + size)
        yield struct.pack("<II", zlib.crc32(bytes(self.span)), len(self.span))

    def part(self, start: int, stop: int) -> list[bytes | Span]:
        """The coded bytes ``start`` to ``stop``, as the pieces in which they go over a wire."""
        found: list[bytes | Span] = []
        at = 0
        for piece in self._pieces():
            low, high = max(start - at, 0), min(stop - at, len(piece))
            if low < high:
                found += piece.part(low, high) if isinstance(piece, Span) else [piece[low:high]]
            at += len(piece)
        return found


def code(coding: str, accepted: str, body: Span) -> Gzipped | None:
    """The body in a coding that the client takes, None where it is to be sent as it is."""
    offered = [one.partition(";")[0].strip() for one in accepted.split(",")]
    return Gzipped(body) if coding == "gzip" and "gzip" in offered else None


# -- the client's end -----------------------------------------------------------------------


def offer(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Fetch, HTTP-network-or-cache fetch: the codings that are taken, where nothing is said of them."""
    said = any(name.lower() == "accept-encoding" for name in headers)
    return headers if said else {**headers, "Accept-Encoding": ACCEPTED}


class Undecodable(Exception):
    """What arrived is not in the coding that the response names."""


class Decoder:
    """Takes a body out of its coding, piece by piece."""

    def __init__(self, coding: str) -> None:
        self._open = coding != "gzip"

    def decode(self, piece: bytes | Span) -> Span | None:
        """The content in a piece, None where it is framing only. Raises Undecodable."""
        if isinstance(piece, Span) and not self._open:
            raise Undecodable
        self._open = True
        return piece if isinstance(piece, Span) else None
