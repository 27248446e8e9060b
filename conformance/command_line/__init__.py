"""The command line: where simulator, conformance and reports are put together.

A small module per command, each imported only when it is asked for.
"""

from __future__ import annotations

import gc
import sys
import time

STARTED = time.monotonic_ns()
"""When this program began, so that a run can tell its start-up too."""


def main() -> None:
    """The command ``bgfetch``."""
    # Observations are many, small and in no cycles: by default the collector looks at them again and
    # again, which costs a run of the catalogue a third of its time.
    gc.set_threshold(200_000, 10, 100)
    from conformance.command_line.commands import commands
    from conformance.command_line.output import ended, forgiving

    output = forgiving()
    try:
        commands(prog_name="bgfetch")
    except SystemExit as end:
        sys.exit(ended(end.code, output))
