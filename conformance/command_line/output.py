"""Standard output on a disk that is full: the work goes on, and at its end it is said that words are lost."""

from __future__ import annotations

import io
import sys
from contextlib import suppress
from typing import Any

from conformance.command_line.exit_codes import HARNESS_BROKE


class Forgiving(io.FileIO):
    """A file that takes what cannot be written for written, and keeps the reason.

    A reader who has gone away ends the command, but what is still to be printed then is nobody's trouble.
    """

    reason: OSError | None = None
    unread = False

    def write(self, data: Any) -> int:
        try:
            return len(data) if self.unread else super().write(data)
        except BrokenPipeError:
            self.unread = True
            raise
        except OSError as error:
            self.reason = error
            return len(data)


def forgiving() -> Forgiving | None:
    """Standard output made forgiving from here on; None where there is none, or it is no file."""
    try:
        raw = Forgiving(sys.stdout.fileno(), "wb", closefd=False)
    except (AttributeError, OSError, ValueError):
        return None
    old = sys.stdout
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(raw), old.encoding, old.errors, line_buffering=old.isatty()
    )
    return raw


def ended(code: Any, raw: Forgiving | None) -> Any:
    """With which code a command ends, given its own; what could not be printed is told on standard error."""
    if raw is None:
        return code
    with suppress(BrokenPipeError):
        sys.stdout.flush()
    if raw.reason is None:
        return code
    print(
        f"bgfetch: standard output could not be written: {raw.reason.strerror}. All else was done. "
        "Make room, or let it print to another place.",
        file=sys.stderr,
    )
    return code or HARNESS_BROKE
