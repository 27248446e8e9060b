"""The log of a sweep: a line that says which sweep it is, then a line for each block that is finished.

Lines are in the order in which the blocks were finished; once all are there, the log is put in the
order of the seeds, so that it is the same whoever has worked them out.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from conformance import json_lines
from conformance.adversary.sweep import Block, Seeds, Sweep
from conformance.errors import BadInput

_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class SweepLog:
    """The finished blocks of a sweep, kept in a file where it is given one."""

    def __init__(self, sweep: Sweep, path: Path | None) -> None:
        """Take the log up where it stands. Raises BadInput where that is not the log of this sweep."""
        self.sweep, self.path = sweep, path
        self.blocks: dict[Seeds, Block] = {}
        self.dropped = ""
        """What is to be said of a last line that could not be used, if there was one."""
        self._file = -1
        if path:
            with self._told():
                self._open(path)

    @property
    def missing(self) -> Iterator[Seeds]:
        """The blocks that are still to be worked out."""
        return (block for block in self.sweep.seeds.blocks() if block not in self.blocks)

    def add(self, block: Block) -> None:
        """Keep a finished block. Raises BadInput where that cannot be."""
        if block.code != self.sweep.code:
            raise BadInput(
                f"The sources have changed under the sweep: it began with {self.sweep.code}, and a worker "
                f"has {block.code}. The results could not be joined.",
                "Begin again, with another file for --out, from sources that nobody edits meanwhile.",
            )
        with self._told():
            self._append(block)
        self.blocks[block.seeds] = block

    def finish(self) -> None:
        """Make the log what it is whoever wrote it, all at once: in order, each block once, in our words."""
        rows = (self.sweep.header(), *(self.blocks[seeds].line() for seeds in sorted(self.blocks)))
        content = b"".join(map(json_lines.line, rows))
        if self.path:
            with self._told():
                if not self.path.exists() or self.path.read_bytes() != content:
                    _replace(self.path, content)

    def close(self) -> None:
        """Let go of the file; one without a single block is removed."""
        if self._file >= 0 and self.path:
            with suppress(OSError):
                if os.fstat(self._file).st_size == 0:
                    self.path.unlink()
            os.close(self._file)
            self._file = -1

    def _append(self, block: Block) -> None:
        if self._file < 0:
            return
        if os.fstat(self._file).st_size == 0:
            json_lines.append(self._file, self.sweep.header())
        json_lines.append(self._file, block.line())

    def _open(self, path: Path) -> None:
        _refuse_another_kind(path)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        try:
            self._lock()
            self._take_up(path.read_bytes())
        except BaseException:
            os.close(self._file)
            raise

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadInput(
                f"{self.path} is being written by another sweep.",
                "Wait for it, or choose another file with --out.",
            ) from None

    # -- what is there already --------------------------------------------------------------

    def _take_up(self, content: bytes) -> None:
        """Read the lines of an older run, and drop the last one where it is damaged."""
        first, *others = content.splitlines(keepends=True) or [b""]
        if not json_lines.line(self.sweep.header()).startswith(content):
            self._refuse_another(first)
        sound = len(first) if first.endswith(b"\n") else 0
        for number, line in enumerate(others, 2):
            block = self._block(line)
            if block and self.blocks.setdefault(block.seeds, block) == block:
                sound += len(line)
            elif number <= len(others):
                raise self._damaged(number)
        if sound < len(content):
            os.ftruncate(self._file, sound)
            self.dropped = f"The last line of {self.path} was not whole; what it told is worked out again."

    def _block(self, line: bytes) -> Block | None:
        """The block of a line, None where the line is damaged, or tells what cannot be."""
        try:
            block = Block.read(json.loads(line), self.sweep.code)
        except (KeyError, TypeError, ValueError, AttributeError, BadInput):
            return None
        return block if line.endswith(b"\n") and self.sweep.seeds.has_block(block.seeds) else None

    def _refuse_another(self, line: bytes) -> None:
        """Raises BadInput unless this is the first line of this sweep's log."""
        try:
            theirs = json.loads(line)
            there = {key: theirs[key] for key in self.sweep.header()}
        except (KeyError, TypeError, ValueError):
            raise BadInput(
                f"{self.path} is there, and is no log of a sweep.", "Choose another file with --out."
            ) from None
        ours = self.sweep.header()
        other = [
            f"{key} is {there[key]!r} there and {ours[key]!r} here" for key in ours if there[key] != ours[key]
        ]
        if other:
            raise BadInput(
                f"{self.path} is the log of another sweep: {', '.join(other)}.",
                "Choose another file with --out, or give the options, and use the version, of the one there.",
            )

    def _damaged(self, number: int) -> BadInput:
        typed = shlex.quote(str(self.path))
        return BadInput(
            f"Line {number} of {self.path} is damaged or changed, and not the last, which a kill may damage.",
            f"Remove that line, and its block is worked out again: sed -i {number}d {typed}",
        )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell what the disk refuses."""
        try:
            yield
        except OSError as error:
            raise BadInput(
                f"The log {self.path} cannot be written: {error.strerror}.", self._remedy(error)
            ) from None

    def _remedy(self, error: OSError) -> str:
        safe = f"The {len(self.blocks)} finished blocks are safe. " if self.blocks else ""
        if error.errno in _ROOM:
            return f"{safe}Make room, or choose another --out."
        if self.path and not self.path.parent.exists():
            return f"Make its folder first: mkdir -p {shlex.quote(str(self.path.parent))}"
        return f"{safe}Give a file that you may write with --out, such as --out sweep.jsonl"


def _replace(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _refuse_another_kind(path: Path) -> None:
    """Raises BadInput for what is there and is no regular file: a device may have no end, a pipe no begin."""
    if path.exists() and not path.is_file():
        raise BadInput(
            f"A log cannot be kept in {path}, which is no regular file.",
            "Give a file, new or the log of this sweep, with --out, such as --out sweep.jsonl",
        )
