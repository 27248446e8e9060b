"""Files of a JSON object a line, which grow while something runs, and whose lines are whole."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any


def line(row: Mapping[str, Any]) -> bytes:
    """A row as it is written."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def append(file: int, row: Mapping[str, Any]) -> None:
    """Write a row to an open file and through to the disk; one that does not get there is taken back."""
    rest = line(row)
    whole = os.fstat(file).st_size
    try:
        while rest:
            rest = rest[os.write(file, rest) :]
        os.fsync(file)
    except OSError:
        os.ftruncate(file, whole)
        raise
