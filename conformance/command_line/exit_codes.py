"""What the exit code says. Scripts and CI rely on these numbers."""

from __future__ import annotations

from collections.abc import Collection

from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS

AS_EXPECTED = 0
FAILED = 1
BAD_INPUT = 2
HARNESS_BROKE = 3
INCONCLUSIVE_ONLY = 4
NOTHING_RAN = 5
INTERRUPTED = 130
UNREAD = 141
"""Nobody reads standard output any more, as where ``head`` has enough: what a shell says of any tool then."""


def exit_code(verdicts: Collection[str]) -> int:
    """The code for a run with these verdicts; a failure outranks the harness's own trouble.

    A scenario that is unsupported did not run: where all are, nothing ran.
    """
    for verdict, code in (
        (FAIL, FAILED),
        (ERROR, HARNESS_BROKE),
        (INCONCLUSIVE, INCONCLUSIVE_ONLY),
        (PASS, AS_EXPECTED),
    ):
        if verdict in verdicts:
            return code
    return NOTHING_RAN
