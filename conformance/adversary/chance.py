"""Where the generator's choices come from: Hypothesis, or a seed.

A seed gives the same choices on every machine, whatever the version of Hypothesis.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Seeded:
    """The choices of a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def whole(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return self._random.randint(low, high)


class Drawn(Seeded):
    """The choices of a seed that Hypothesis draws.

    Choices that are each drawn by Hypothesis cost ten times as much, and it likes to repeat them, so
    that far fewer of a hundred examples are something new. What fails is cut down by ``shrink``.
    """

    def __init__(self, draw: st.DrawFn) -> None:
        super().__init__(draw(_SEEDS))


_SEEDS = st.integers(0, 2**24 - 1)
"""Of larger numbers Hypothesis would prefer the small ones."""


def one_of(chance: Seeded, options: Sequence[T]) -> T:
    """One of the options, the first one where chance is out of ideas."""
    return options[chance.whole(0, len(options) - 1)]


def likely(chance: Seeded, percent: int) -> bool:
    """True in so many of a hundred cases."""
    return chance.whole(0, 99) >= 100 - percent


def some_of(chance: Seeded, options: Sequence[T], percent: int) -> list[T]:
    """Each of the options with the same likelihood, in their order."""
    return [one for one in options if likely(chance, percent)]
