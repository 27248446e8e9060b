"""Comparing what is expected with what was seen."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from conformance.scenario.model import Expectation

E = TypeVar("E")
S = TypeVar("S")
X = TypeVar("X", bound=Expectation)


def agrees(expected: Any, actual: Any) -> bool:
    """Whether ``actual`` has all that ``expected`` names: tables as subsets, lists entry by entry.

    The word "undefined" stands for undefined, which is also what a table does not have.
    """
    if isinstance(expected, Mapping):
        return isinstance(actual, Mapping) and all(
            (key in actual or value == "undefined") and agrees(value, actual.get(key))
            for key, value in expected.items()
        )
    if isinstance(expected, (list, tuple)):
        return (
            isinstance(actual, (list, tuple))
            and len(expected) == len(actual)
            and all(map(agrees, expected, actual))
        )
    if expected == "undefined":
        return actual is None
    return type(expected) is type(actual) and bool(expected == actual)


def difference(expected: Any, actual: Any) -> str:
    """What was seen, in words: of tables only what the expectation names."""
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        shown = {key: actual.get(key, "missing") for key in expected}
        return plain(shown)
    return plain(actual)


def plain(value: Any) -> str:
    """A value in words."""
    return "undefined" if value is None else json.dumps(value, ensure_ascii=False, default=list)


def by_clause(expected: Sequence[X]) -> tuple[X, ...]:
    """Of expectations that are judged together, the first of each clause: each clause has its check."""
    return tuple({one.clause: one for one in reversed(expected)}.values())[::-1]


def in_order(
    expected: Sequence[E],
    seen: Sequence[S],
    fits: Callable[[E, S], bool],
    count: Callable[[E], tuple[int, int]],
) -> bool:
    """Whether ``seen`` is exactly the expected sequence, each entry as often as its count allows."""
    if not expected:
        return not seen
    low, high = count(expected[0])
    for taken in range(min(high, len(seen)) + 1):
        if taken and not fits(expected[0], seen[taken - 1]):
            return False
        if taken >= low and in_order(expected[1:], seen[taken:], fits, count):
            return True
    return False


def times(count: tuple[int, int]) -> str:
    """How often, in words; nothing for once."""
    low, high = count
    if (low, high) == (1, 1):
        return ""
    return f" ({low} times)" if low == high else f" ({low} to {high} times)"


def listed(parts: Sequence[str], most: int = 8) -> str:
    """Parts in words, ``none`` for no part; a long list is cut, and says so."""
    shown = "; ".join(parts[:most])
    return f"{shown}; and {len(parts) - most} more" if len(parts) > most else shown or "none"
