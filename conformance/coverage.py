"""Which clauses are tested, strictly: a check of the clause passes on the reference and fails on a mutant.

What a scenario's own list of clauses says is a promise; only runs on the mutants show whether it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import Factory, define

from conformance.clauses import Clause, clauses
from conformance.mutants.matrix import Row


@define
class Coverage:
    """One clause: ``by`` are the scenarios that test it, each with the mutants that turn its check red."""

    clause: Clause
    by: dict[str, tuple[str, ...]] = Factory(dict)

    @property
    def covered(self) -> bool:
        return bool(self.by)


def coverage(rows: Iterable[Row]) -> Mapping[str, Coverage]:
    """How each clause is tested by these scenarios, in the order of the clauses."""
    found = {id: Coverage(clause) for id, clause in clauses().items()}
    for row in sorted(rows, key=lambda row: row.scenario):
        for id in row.sound & set(found):
            if mutants := row.red_under(id):
                found[id].by[row.scenario] = mutants
    return found
