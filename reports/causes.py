"""Where implementations differ, by cause: the scenarios in which the same one fails the same clause.

One fault of an implementation shows in many scenarios; told one by one, a second fault is lost among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from conformance.results import Check
from reports.parts import Clause, Part, clause


@frozen
class Cause:
    """A clause that an implementation fails and another does not, with the scenarios that show it.

    With a scenario stands what was expected in it, where that is not as in the one before. A cause without
    a column holds scenarios whose verdicts differ and no check says why.
    """

    column: str
    clause: Clause
    parts: tuple[tuple[Part, Check | None], ...]


def causes(parts: Sequence[Part], paraphrases: Mapping[str, str]) -> tuple[Cause, ...]:
    """The scenarios that differ by the first check that does, the cause of most of them first."""
    found: dict[tuple[str, str], list[tuple[Part, Check | None]]] = {}
    for part in parts:
        if part.row.differs:
            first = next(iter(part.row.differences), None)
            key = (first.column, first.check.clause) if first else ("", "")
            found.setdefault(key, []).append((part, first.check if first else None))
    told = sorted(found.items(), key=lambda one: -len(one[1]))
    return tuple(Cause(column, clause(id, paraphrases), tuple(_news(same))) for (column, id), same in told)


def _news(same: Sequence[tuple[Part, Check | None]]) -> Iterator[tuple[Part, Check | None]]:
    before: tuple[str, str] | None = None
    for part, check in same:
        told = (check.expected, check.actual) if check else None
        yield part, check if told != before else None
        before = told
