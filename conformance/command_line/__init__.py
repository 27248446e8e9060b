"""The command line: where simulator, conformance and reports are put together.

A small module per command, each imported only when it is asked for.
"""

from __future__ import annotations

import time

STARTED = time.monotonic_ns()
"""When this program began, so that a run can tell its start-up too."""


def main() -> None:
    """The command ``bgfetch``."""
    from conformance.command_line.commands import commands

    commands(prog_name="bgfetch")
