"""Chromium's own log of its network: how to tell when the whole browser knows of a change.

``navigator.onLine`` follows the link at once, but the browser puts off telling its other parts
(the one that runs background fetches among them) for half a second to two seconds, and then
pauses or restarts what they do. Its net log alone says when that has happened.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

NONE = "CONNECTION_NONE"
"""What the log calls having no network."""


class NetLog:
    """The file that ``--log-net-log`` writes, read as it grows. Its times are of the monotonic clock."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self._changed_type = -1
        self.argument = f"--log-net-log={path}"

    def mark(self) -> int:
        """The present, as the log tells time: in milliseconds."""
        return time.monotonic_ns() // 1_000_000

    def told_of(self, *, online: bool, since: int) -> bool:
        """Whether, at or after ``since``, the browser has told its parts that it is online (or not)."""
        return any(at >= since and (kind != NONE) is online for at, kind in self._changes())

    def _changes(self) -> list[tuple[int, str]]:
        """Time and connection of every change told of in what was written since the last reading."""
        found = []
        for line in self._new_lines():
            if self._changed_type < 0 and (known := re.search(rb'"NETWORK_CHANGED":(\d+)', line)):
                self._changed_type = int(known[1])
            if b'"new_connection_type"' in line:
                event = json.loads(line.strip().rstrip(b","))
                if event["type"] == self._changed_type:
                    found.append((int(event["time"]), event["params"]["new_connection_type"]))
        return found

    def _new_lines(self) -> list[bytes]:
        with self._path.open("rb") as file:
            file.seek(self._read)
            whole, _, _ = file.read().rpartition(b"\n")
        self._read += len(whole) + 1 if whole else 0
        return whole.splitlines()
