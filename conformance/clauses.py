"""The testable clauses of the specification, by id: what each says, how strictly, and who can see it."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from attrs import frozen

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
    rows = tomllib.loads(_FILE.read_text("utf-8"))
    return {key: Clause(id=key, **{**row, "witnesses": tuple(row["witnesses"])}) for key, row in rows.items()}


def nearest(id: str) -> str:
    """The id of the clause that a mistyped id most likely means, "" if none is near."""
    found = difflib.get_close_matches(id[:200], list(clauses()), n=1, cutoff=0.6)
    return found[0] if found else ""
