"""One mechanism for every place where the text, a policy, an erratum or a mutant may differ.

A *point* is a small named function in the module of its algorithm, marked with the clause
that it stands for. An *override* replaces one point, and is handed the original, so that
several can be laid over each other. A user agent puts its overrides together once, when it
is made; no algorithm ever asks which reading, policy or mutant is in force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

from attrs import frozen

P = ParamSpec("P")
R = TypeVar("R")

TEXT, POLICY, ERRATUM, MUTANT = KINDS = ("text", "policy", "erratum", "mutant")


class Overridable(Protocol):
    """What a point's first argument must offer: the overrides put together for it."""

    @property
    def overrides(self) -> Mapping[Any, Callable[..., Any]]: ...


class Point(Generic[P, R]):
    """A named place that may be overridden, called like the function that it wraps."""

    def __init__(self, clause: str, function: Callable[Concatenate[Any, P], R]) -> None:
        self.clause, self.function = clause, function
        self.name = function.__name__
        self.__doc__ = function.__doc__
        POINTS.append(self)

    def __call__(self, agent: Overridable, *args: P.args, **kwargs: P.kwargs) -> R:
        override = agent.overrides.get(self)
        return self.function(agent, *args, **kwargs) if override is None else override(agent, *args, **kwargs)


POINTS: list[Point[Any, Any]] = []
"""Every point of the simulator, in the order in which their modules were read."""


def point(clause: str) -> Callable[[Callable[Concatenate[Any, P], R]], Point[P, R]]:
    """Mark a function, whose first argument is the user agent, as the point of a clause."""

    def mark(function: Callable[Concatenate[Any, P], R]) -> Point[P, R]:
        return Point(clause, function)

    return mark


@frozen
class Override:
    """A replacement for one point. ``replacement`` gets the original first, then its arguments."""

    kind: str
    name: str
    point: Point[Any, Any]
    replacement: Callable[..., Any]
    summary: str

    @property
    def clause(self) -> str:
        return self.point.clause


def put_together(overrides: Iterable[Override]) -> dict[Point[Any, Any], Callable[..., Any]]:
    """The function in force at each overridden point; a later override is laid over an earlier one."""
    in_force: dict[Point[Any, Any], Callable[..., Any]] = {}
    for override in overrides:
        below = in_force.get(override.point, override.point.function)
        in_force[override.point] = _over(override.replacement, below)
    return in_force


def _over(replacement: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    def replaced(*args: Any, **kwargs: Any) -> Any:
        return replacement(original, *args, **kwargs)

    return replaced


class Catalogue:
    """Overrides by name, filled by decorating their functions.

    ``catalogue("name", point)`` marks a function as the override of a point. One name may
    replace several points: its overrides are then used together. Raises ValueError where the name
    replaces that point already: two of one name would be laid over each other unseen.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.by_name: dict[str, list[Override]] = {}

    def __call__(self, name: str, at: Point[Any, Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def mark(function: Callable[..., Any]) -> Callable[..., Any]:
            if any(override.point is at for override in self.by_name.get(name, ())):
                raise ValueError(
                    f"{self.kind} {name!r} replaces {at.name} already; give this one another name"
                )
            summary = " ".join((function.__doc__ or "").split())
            self.by_name.setdefault(name, []).append(Override(self.kind, name, at, function, summary))
            return function

        return mark
