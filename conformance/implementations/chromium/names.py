"""What the scenario calls each fetch, found again by scope and id: script and browser know only those."""

from __future__ import annotations

from typing import NamedTuple

Key = tuple[str, str]
"""The scope of a registration, and an id within it."""


class _Bearer(NamedTuple):
    name: str
    step: int


class Names:
    """The names of the fetches of one scenario."""

    def __init__(self) -> None:
        self._bearers: dict[Key, list[_Bearer]] = {}
        self._last: dict[Key, str] = {}
        self._ids: dict[str, str] = {}

    def begin(self, scope: str, id: str, name: str, step: int) -> None:
        """A step called fetch(). Until the fetch before it has ended, the id stays that one's."""
        self._ids[name] = id
        self._bearers.setdefault((scope, id), []).append(_Bearer(name, step))
        self._last.setdefault((scope, id), name)

    def refuse(self, step: int) -> None:
        """The fetch() of this step was rejected: it never bore its id."""
        for bearers in self._bearers.values():
            bearers[:] = [bearer for bearer in bearers if bearer.step != step]

    def end(self, scope: str, id: str) -> None:
        """The end event of the fetch that bears this id has come: the id is the next one's, or free again."""
        if bearers := self._bearers.get((scope, id)):
            self._last[scope, id] = bearers.pop(0).name

    def of(self, scope: str, id: str) -> str:
        """The fetch that bears the id, or did so last; the id itself where there was none."""
        bearers = self._bearers.get((scope, id))
        return bearers[0].name if bearers else self._last.get((scope, id), id)

    def id(self, name: str) -> str:
        """The id of the fetch of this name, the name itself where there is none."""
        return self._ids.get(name, name)
