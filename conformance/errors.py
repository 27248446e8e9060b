"""What went wrong on the user's side, said so that it can be mended."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.scenario.errors import nearest


class BadInput(Exception):
    """Something that was given cannot be used. Nothing was run, and nothing is left behind.

    ``what`` happened and why; ``then`` is what to type or change next. Exit code 2.
    """

    def __init__(self, what: str, then: str) -> None:
        super().__init__(f"{what}\n{then}")
        self.what, self.then = what, then


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The start of a hint for a mistyped word, `` Did you mean …?``; "" where nothing is near."""
    near = nearest(word, tuple(known))
    return f" Did you mean {near}?" if near else ""
