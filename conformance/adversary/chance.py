"""Where the generator's choices come from: Hypothesis, or a seed.

Hypothesis looks for what fails; a seed is cheaper, and the same on every machine and version.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Chance(Protocol):
    """Makes choices."""

    def whole(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""


class Seeded:
    """The choices of a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def whole(self, low: int, high: int) -> int:
        return self._random.randint(low, high)


class Drawn:
    """Choices drawn by Hypothesis."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def whole(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))


def one_of(chance: Chance, options: Sequence[T]) -> T:
    """One of the options, the first one where chance is out of ideas."""
    return options[chance.whole(0, len(options) - 1)]


def likely(chance: Chance, percent: int) -> bool:
    """True in so many of a hundred cases."""
    return chance.whole(0, 99) >= 100 - percent


def some_of(chance: Chance, options: Sequence[T], percent: int) -> list[T]:
    """Each of the options with the same likelihood, in their order."""
    return [one for one in options if likely(chance, percent)]
