"""Reading the body of a record, as script does: so many bytes of it, or to its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.background_fetch_record import BodyStream
from simulator.content import Span, runs_of_spans, told, word
from simulator.script_errors import ScriptError


class Reading:
    """A record's body as far as it has been read, over one or several steps."""

    def __init__(self, body: BodyStream, size: int | None) -> None:
        self.body, self.size = body, size
        self.spans: list[Span] = []
        self.taken = 0
        self.ended = False

    async def read(self, most: int | None) -> dict[str, Any]:
        """Read up to ``most`` bytes in all (None: to the end); what was read so far, in words."""
        exception = ""
        wanted = None if most is None else max(most, self.taken)
        try:
            while not self.ended and (wanted is None or self._here() < wanted):
                span = await self.body.read()
                self.ended = span is None
                self.spans += [span] if span else []
        except ScriptError as error:
            exception = error.name
        self.taken = self._here() if wanted is None else min(wanted, self._here())
        closed = self.ended and self.taken == self._here()
        return read_so_far(_first(self.spans, self.taken), self.size, closed=closed, exception=exception)

    def _here(self) -> int:
        return sum(map(len, self.spans))


def _first(spans: Sequence[Span], size: int) -> list[Span]:
    """The first bytes of a body."""
    taken: list[Span] = []
    for span in spans:
        left = size - sum(map(len, taken))
        taken += [span.cut(min(left, len(span)))[0]] if left else []
    return taken


def read_so_far(
    spans: Sequence[Span], size: int | None, *, closed: bool, exception: str = ""
) -> dict[str, Any]:
    """What was read of a body, in the words of the grammar; ``size``: of the whole, if it is known."""
    runs = runs_of_spans(spans)
    return {
        "body": word(runs, size),
        "size": sum(map(len, spans)),
        "runs": told(runs),
        "closed": closed,
        "exception": exception,
    }
