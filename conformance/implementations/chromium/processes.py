"""The processes of one running browser: which is its main one, and which belong to it."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import trio

from conformance.implementations.chromium.folder import others


def main_process(profile: Path) -> int | None:
    """The browser process that uses a profile: the one that was given it and is of no type."""
    wanted = f"--user-data-dir={profile}".encode()
    for pid in others():
        words = _words(pid)
        if wanted in words and not any(word.startswith(b"--type=") for word in words):
            return pid
    return None


def family(pid: int) -> Iterator[int]:
    """A process and all that it started, and what those started, itself first."""
    children: dict[int, list[int]] = {}
    for other in others():
        children.setdefault(_parent(other), []).append(other)
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return iter(found)


def ended(pid: int, within_s: float) -> bool:
    """Wait until a process has ended; gives whether it did in time."""
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return True
    try:
        look = select.poll()
        look.register(handle, select.POLLIN)
        return bool(look.poll(within_s * 1000))
    finally:
        os.close(handle)


async def until_ended(pid: int) -> None:
    """Return once a process has ended."""
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return
    try:
        await trio.lowlevel.wait_readable(handle)
    finally:
        os.close(handle)


def reap() -> None:
    """Let go of the browser's processes that have ended and whose parent is this one.

    It starts none of them: as the first of a PID namespace it is handed those whose parent has died,
    and each that nobody waits for would stay in the table of processes.
    """
    for pid in others():
        if _name(pid) in ("chromium", "chrome_crashpad") and _parent(pid) == os.getpid():
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def _name(pid: int) -> str:
    """The name of a process, of which the system keeps 15 letters."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").rstrip()
    except OSError:
        return ""  # it ended meanwhile


def _words(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []  # it ended meanwhile


def _parent(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    # The name, in brackets, may hold anything; the parent comes second after it.
    return int(stat.rpartition(")")[2].split()[1])
