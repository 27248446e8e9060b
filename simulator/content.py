"""Content that describes itself: every stored byte tells which resource, version and offset it is from.

A body is made of blocks of 32 bytes, each carrying the resource's checksum, the version and
the block's own offset, so that whatever a user agent stored can be read back as runs such as
``v1[0:102400] v2[102400:307200]``: a splice, a gap or a repeat shows, wherever it was made.

In the simulator a body is held as spans (resource, version, start, stop) and never written
out; over a real connection the same spans are turned into bytes.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

from attrs import frozen

from simulator.observation import Run

BLOCK = 32
VERSION_LENGTH = 8
"""The most characters that a version's name may have: it must fit into a block."""

SHORTEST_KNOWN = 17
"""So many bytes hold the resource's checksum and the version: of fewer nobody can tell what they are of."""

_PIECE = 16 * 1024


@frozen
class Span:
    """Bytes ``start`` to ``stop`` of one version of a resource. Its length is that of the bytes."""

    resource: str
    version: str
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    def __bytes__(self) -> bytes:
        return content(self.resource, self.version, self.start, self.stop)

    def part(self, start: int, stop: int) -> list[bytes | Span]:
        """Its bytes ``start`` to ``stop``, as the pieces in which they go over a wire."""
        return [Span(self.resource, self.version, self.start + start, self.start + stop)]

    def cut(self, length: int) -> tuple[Span, Span]:
        """The first ``length`` bytes, and the rest."""
        middle = self.start + length
        return (
            Span(self.resource, self.version, self.start, middle),
            Span(self.resource, self.version, middle, self.stop),
        )


class Unread(Span):
    """Bytes as they came over a wire: what they are of is read from them, and only once all are here."""

    def __init__(self, resource: str, data: bytes) -> None:
        super().__init__(resource, "?", 0, len(data))
        object.__setattr__(self, "data", data)

    data: bytes

    def __bytes__(self) -> bytes:
        return self.data

    def cut(self, length: int) -> tuple[Span, Span]:
        return Unread(self.resource, self.data[:length]), Unread(self.resource, self.data[length:])


def content(resource: str, version: str, start: int, stop: int) -> bytes:
    """The bytes ``start`` to ``stop`` of a version of a resource."""
    first = start - start % _PIECE
    pieces = b"".join(_piece(resource, version, at) for at in range(first, stop, _PIECE))
    return pieces[start - first : stop - first]


@lru_cache(maxsize=512)
def _piece(resource: str, version: str, start: int) -> bytes:
    head = _head(resource) + version.ljust(VERSION_LENGTH).encode()
    return b"".join(b"%s %013x\n" % (head, at) for at in range(start, start + _PIECE, BLOCK))


def _head(resource: str) -> bytes:
    return b"%08x " % zlib.crc32(resource.encode())


def runs_of(body: bytes, resource: str) -> tuple[Run, ...]:
    """Read stored bytes as runs of one resource; bytes of no known content are version "?".

    A piece of fewer than 63 bytes between two splices may hold no whole block and then
    counts as unknown, which no check mistakes for sound.
    """
    runs: list[Run] = []
    at = 0
    while at < len(body):
        start, version, offset = _next_known(body, at, resource)
        if start > at:
            runs.append(Run("?", 0, start - at))
        if version:
            length = _agreeing(body, start, resource, version, offset)
            runs.append(Run(version, offset, offset + length))
            start += length
        at = start
    return tuple(runs)


def _next_known(body: bytes, at: int, resource: str) -> tuple[int, str, int]:
    """The next place from ``at`` on whose content is known: (place, version, offset); version "" if none."""
    head = _head(resource)
    if found := _block(resource).search(body, at):
        version, offset = found[1].decode().rstrip(), int(found[2], 16)
        back = min(found.start() - at, offset, BLOCK - 1)  # one more, and that block would have been found
        before = content(resource, version, offset - back, offset)
        while back and body[found.start() - back : found.start()] != before[len(before) - back :]:
            back -= 1
        return found.start() - back, version, offset - back
    # A body shorter than a block, or what is left of one at the end: only offset 0 can be told.
    named = at + len(head) + VERSION_LENGTH
    version = body[at + len(head) : named].decode("latin-1").rstrip()
    left = len(body) - at
    if version and named <= len(body) and left < BLOCK and body[at:] == content(resource, version, 0, left):
        return at, version, 0
    return len(body), "", 0


def _agreeing(body: bytes, start: int, resource: str, version: str, offset: int) -> int:
    """How many bytes from ``start`` on agree with the content from ``offset`` on."""
    agreed, left = 0, len(body) - start
    while agreed < left:
        step = min(_PIECE, left - agreed)
        ours = body[start + agreed : start + agreed + step]
        theirs = content(resource, version, offset + agreed, offset + agreed + step)
        if ours != theirs:
            agreed += next(i for i, (a, b) in enumerate(zip(ours, theirs, strict=True)) if a != b)
            # Blocks begin alike: where another whole block stands in this one's place, the run
            # ended before it, not at the first byte that differs.
            into = (offset + agreed) % BLOCK
            other = into <= agreed and _block(resource).match(body, start + agreed - into)
            return agreed - into if other else agreed
        agreed += step
    return agreed


@lru_cache(maxsize=512)
def _block(resource: str) -> re.Pattern[bytes]:
    return re.compile(re.escape(_head(resource)) + rb"([!-~][ -~]{7}) ([0-9a-f]{13})\n")


def runs_of_spans(spans: Iterable[Span]) -> tuple[Run, ...]:
    """The runs of a body held as spans: neighbours that continue each other are one run."""
    runs: list[Run] = []
    spans = [span for span in spans if len(span)]
    if any(isinstance(span, Unread) for span in spans):
        return runs_of(b"".join(map(bytes, spans)), spans[0].resource)
    for span in spans:
        if span.resource != spans[0].resource:
            runs.append(Run("?", 0, len(span)))  # of another resource: of no content that this one has
        elif runs and runs[-1].version == span.version and runs[-1].stop == span.start:
            runs[-1] = Run(span.version, runs[-1].start, span.stop)
        else:
            runs.append(Run(span.version, span.start, span.stop))
    return tuple(runs)


def told(runs: Sequence[Run]) -> str:
    """Runs in words: ``v1[0:102400] v2[102400:307200]``, or ``empty``."""
    return " ".join(f"{run.version}[{run.start}:{run.stop}]" for run in runs) or "empty"


def word(runs: Sequence[Run], size: int | None) -> str:
    """What a body of a resource of ``size`` bytes is: empty, intact, prefix, or else its runs."""
    if not runs:
        return "intact" if size == 0 else "empty"
    only = runs[0]
    if len(runs) == 1 and only.version != "?" and only.start == 0 and size is not None:
        if only.stop == size:
            return "intact"
        if only.stop < size:
            return "prefix"
    return told(runs)
