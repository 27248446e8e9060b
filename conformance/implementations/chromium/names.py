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
        self._bearers: dict[Key, _Bearer] = {}
        self._last: dict[Key, str] = {}
        self._ids: dict[str, str] = {}

    def begin(self, scope: str, id: str, name: str, step: int) -> None:
        """A step called fetch(). While another fetch of that id is active, the id stays that one's."""
        self._ids[name] = id
        if self._bearers.setdefault((scope, id), _Bearer(name, step)).step == step:
            self._last[scope, id] = name

    def refuse(self, step: int) -> None:
        """The fetch() of this step was rejected: it never bore its id."""
        self._bearers = {key: bearer for key, bearer in self._bearers.items() if bearer.step != step}

    def end(self, scope: str, id: str) -> None:
        """The end event of the fetch that bears this id has come: the id is free again."""
        self._bearers.pop((scope, id), None)

    def of(self, scope: str, id: str) -> str:
        """The fetch that bears the id, or did so last; the id itself where there was none."""
        key = scope, id
        return self._bearers[key].name if key in self._bearers else self._last.get(key, id)

    def id(self, name: str) -> str:
        """The id of the fetch of this name, the name itself where there is none."""
        return self._ids.get(name, name)
