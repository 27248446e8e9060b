"""What follows from what: the line of execution on which an observation is made.

Only one turn runs at a time, so that there is one line at a time: the latest observation on the way
to what runs now. An observation follows from it, and is the latest itself from there on. Whatever is
set going (a task, a turn of one that waited, a message) keeps the line of who did that, and goes on
with it. Nothing is guessed: where a line has no observation yet, there is no cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Cause:
    """What something follows from: the sequence number of an observation, None for nothing seen."""

    __slots__ = ("number",)

    def __init__(self, number: int | None = None) -> None:
        self.number = number


class Line:
    """The line on which there is a turn now."""

    def __init__(self) -> None:
        self.cause = Cause()

    @contextmanager
    def one_act(self) -> Iterator[None]:
        """Inside, something is done and then told: what it sets going follows from the telling.

        What arrives of bytes is due to these bytes being sent, though that is told a moment after.
        """
        act = self.cause = Cause(self.cause.number)
        yield
        act.number = self.cause.number
