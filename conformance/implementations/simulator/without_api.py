"""The reference user agent without the interface: what a page meets in a browser that has none of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from simulator import interfaces
from simulator.overrides import POLICY, Override, Point

LACKING = "this user agent has no Background Fetch API"


def overrides() -> list[Override]:
    """Every row of the table without what it defines."""
    return [Override(POLICY, "without-api", row, _nothing(row), LACKING) for row in _rows()]


def _rows() -> Iterator[Point[[], Any]]:
    for head, members in interfaces.INTERFACES.values():
        yield from (row for row in (head, *members) if isinstance(row, Point))


def _nothing(row: Point[[], Any]) -> Callable[..., Any]:
    nothing = interfaces.Head(()) if isinstance(row(_Plain()), interfaces.Head) else ()
    return lambda original, ua: nothing


class _Plain:
    """Stands for a user agent in which nothing is overridden."""

    overrides: Mapping[Any, Callable[..., Any]] = MappingProxyType({})
