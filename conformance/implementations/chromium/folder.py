"""The temporary folder of one worker: locked while it is in use, cleared by the next start if not.

The lock is the kernel's and ends with the process, so it tells a folder in use from one that
a killed process left behind.
"""

from __future__ import annotations

import fcntl
import os
import select
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

PREFIX = "bgfetch-ua-"
MARK = "made-by-bgfetch"
"""A file that every such folder has: a name alone is not enough to delete something for."""

_PATIENCE_MS = 5000


class Folder:
    """A locked temporary folder. ``path`` is valid until ``remove``.

    ``starting`` is held while a process that uses the folder is being started, so that who clears
    up can wait until there will be no more of them.
    """

    def __init__(self) -> None:
        self.path, self._lock = _make()
        self.starting = threading.Lock()

    def remove(self) -> None:
        """Delete the folder with all that is in it, and let the lock go."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def _make() -> tuple[Path, int]:
    while True:
        path = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = _locked(path)
        if lock is not None and path.exists():
            (path / MARK).touch()
            return path, lock
        # Between making and locking, another start took it for left behind. Make another.
        if lock is not None:
            os.close(lock)


def _locked(path: Path) -> int | None:
    """A descriptor that holds the folder's lock, None when somebody else does or may not see it."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def _ours(path: Path) -> bool:
    """Whether a folder is one of ours: marked, or still empty because its maker was killed before."""
    try:
        return (path / MARK).exists() or not any(path.iterdir())
    except OSError:
        return False


def clear_left_behind() -> list[Path]:
    """End the processes and delete the folders of workers that are no more; gives the folders."""
    cleared = []
    for path in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        if _ours(path) and (lock := _locked(path)) is not None:
            end(users(path))
            shutil.rmtree(path, ignore_errors=True)
            os.close(lock)
            cleared.append(path)
    return cleared


def users(path: Path) -> Iterator[int]:
    """The processes whose command line names the folder, save this one."""
    for pid in others():
        try:
            if str(path).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                yield pid
        except OSError:
            pass  # it ended meanwhile


def others() -> Iterator[int]:
    """All processes that this one can see, save itself."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            yield int(entry.name)


def kill(pids: Iterable[int], how: signal.Signals = signal.SIGKILL) -> None:
    """Kill these processes, and return once they have ended (or after a bounded wait)."""
    ended = select.poll()
    handles = [handle for pid in pids if (handle := _killed(pid, how)) is not None]
    for handle in handles:
        ended.register(handle, select.POLLIN)
    waiting = len(handles)
    while waiting and (ready := ended.poll(_PATIENCE_MS)):
        for handle, _ in ready:
            ended.unregister(handle)
            waiting -= 1
    for handle in handles:
        os.close(handle)


def end(pids: Iterable[int]) -> None:
    """Kill these processes; X servers first, and by asking them, so that they take their sockets away."""
    all_of_them = list(pids)
    kill([pid for pid in all_of_them if _is_x_server(pid)], signal.SIGTERM)
    kill(all_of_them)


def _is_x_server(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text() == "Xvfb\n"
    except OSError:
        return False  # it ended meanwhile


def _killed(pid: int, how: signal.Signals) -> int | None:
    """A descriptor that tells when the killed process has ended; None if it may not be killed, or is gone."""
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return None
    try:
        signal.pidfd_send_signal(handle, how)
    except OSError:
        os.close(handle)
        return None
    return handle
