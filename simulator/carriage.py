"""How bodies go over the link: as ranges, so that cost follows events, or written out, through h11.

``Ranges`` is what every run has by itself. ``WrittenOut`` is its oracle: every byte of every body,
up and down, is framed and read by h11, and what is stored is told from the bytes alone. Where the
framing is sound, both give the same trace.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Protocol

import h11

from simulator.content import Span, Unread
from simulator.content_coding import Decoder, Undecodable
from simulator.origin.stream import Broken, Piece, Stream

_GZIP = 16 + zlib.MAX_WBITS


class Body(Protocol):
    """A response's body on its way."""

    async def read(self) -> Span | None:
        """The next bytes, None at the end. Raises Broken when the connection ends before that."""


class Ranges:
    """Bodies as stretches of content, which pass h11 by."""

    def put(self, span: Span) -> Piece:
        """What the link carries for a stretch of content."""
        return span

    def body(self, stream: Stream, http: h11.Connection, url: str, length: int, coding: str) -> Body:
        """The body, decoded, of the response whose head ``http`` has just read from the stream."""
        return _RangedBody(stream, length, Decoder(coding))


class WrittenOut(Ranges):
    """Bodies as bytes. ``name_of`` gives the name of the resource at a URL, by which content is known."""

    def __init__(self, name_of: Callable[[str], str]) -> None:
        self.name_of = name_of

    def put(self, span: Span) -> Piece:
        return bytes(span)

    def body(self, stream: Stream, http: h11.Connection, url: str, length: int, coding: str) -> Body:
        return _WrittenBody(stream, http, self.name_of(url), coding)


class _RangedBody:
    """A body of a declared length."""

    def __init__(self, stream: Stream, length: int, decoder: Decoder) -> None:
        self._stream, self._left, self._decoder = stream, length, decoder

    async def read(self) -> Span | None:
        while self._left:
            piece = await self._stream.receive()
            if piece == b"":
                raise Broken
            self._left -= len(piece)
            try:
                content = self._decoder.decode(piece)
            except Undecodable:
                raise Broken from None
            if content:
                return content
        return None


class _WrittenBody:
    """A body as h11 finds it in the bytes that arrive."""

    def __init__(self, stream: Stream, http: h11.Connection, resource: str, coding: str) -> None:
        self._stream, self._http, self._resource = stream, http, resource
        self._decode = zlib.decompressobj(_GZIP).decompress if coding == "gzip" else bytes

    async def read(self) -> Span | None:
        try:
            while isinstance(event := await self._event(), h11.Data):
                if content := self._decode(event.data):
                    return Unread(self._resource, content)
        except (h11.RemoteProtocolError, zlib.error):
            raise Broken from None
        return None

    async def _event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            piece = await self._stream.receive()
            if isinstance(piece, Span):
                raise Broken
            self._http.receive_data(piece)
        return event
