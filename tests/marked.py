"""Processes that carry a mark in their environment, so that a test finds all of its own, and only those."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterator
from pathlib import Path


def carrying(mark: str) -> Iterator[Path]:
    """Every process that carries the mark, by its folder below /proc."""
    return (entry for entry in Path("/proc").iterdir() if entry.name.isdigit() and carries(entry, mark))


def carries(entry: Path, mark: str) -> bool:
    try:
        return mark.encode() in (entry / "environ").read_bytes()
    except OSError:
        return False  # it ended meanwhile, or is somebody else's


def eventually(holds: Callable[[], bool], within_s: float = 15) -> bool:
    """Look again and again until it holds; gives whether it did in time."""
    end = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > end:
            return False
        select.select([], [], [], 0.01)
    return True
