"""What the scenario calls each fetch, found again by its id: script and browser know only that."""

from __future__ import annotations

from typing import NamedTuple


class _Bearer(NamedTuple):
    name: str
    step: int


class Names:
    """The names of the fetches of one scenario."""

    def __init__(self) -> None:
        self._bearers: dict[str, _Bearer] = {}
        self._last: dict[str, str] = {}

    def begin(self, id: str, name: str, step: int) -> None:
        """A step called fetch(). While another fetch of that id is active, the id stays that one's."""
        if self._bearers.setdefault(id, _Bearer(name, step)).step == step:
            self._last[id] = name

    def refuse(self, step: int) -> None:
        """The fetch() of this step was rejected: it never bore its id."""
        self._bearers = {id: bearer for id, bearer in self._bearers.items() if bearer.step != step}

    def end(self, id: str) -> None:
        """The end event of the fetch that bears this id has come: the id is free again."""
        self._bearers.pop(id, None)

    def of(self, id: str) -> str:
        """The fetch that bears the id, or did so last; the id itself where there was none."""
        return self._bearers[id].name if id in self._bearers else self._last.get(id, id)
