"""The testable clauses of the specification, by id: what each says, how strictly, and who can see it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from attrs import frozen

from conformance.scenario.errors import nearest as nearest_of

REVISION = "WICG draft a1f0bc2"
"""The text of the specification that the clauses were made from."""

_FILE = Path(__file__).with_name("clauses.toml")


@frozen
class Clause:
    """One testable statement.

    ``id`` is the anchor of its section, then our number for its step; ``number`` counts all
    clauses. ``level`` is must, should, may, step (of an algorithm), idl, implied, mdn or readme;
    ``witnesses`` are page, worker, network, ui and webdriver. ``simulated`` tells whether a
    simulator can check it: yes or part.
    """

    id: str
    number: int
    level: str
    witnesses: tuple[str, ...]
    text: str
    simulated: str = "yes"

    @property
    def section(self) -> str:
        """The anchor of the section, or the page, that says it."""
        return self.id.rpartition("/")[0]


@cache
def clauses() -> Mapping[str, Clause]:
    """Every clause by its id, in the order of the specification. Read at the first call."""
    rows = tomllib.loads(_FILE.read_text("utf-8")).items()
    return {
        id: Clause(id, number, level, tuple(seen_by.split()), text, *simulated)
        for number, (id, (level, seen_by, text, *simulated)) in enumerate(rows, 1)
    }


def nearest(id: str) -> str:
    """The id of the clause that a mistyped id most likely means, "" if none is near."""
    return nearest_of(id, tuple(clauses()))
