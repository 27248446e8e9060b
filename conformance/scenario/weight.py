"""What an expectation weighs: the clause that it judges, how strictly, and on what authority."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from conformance.clauses import clauses
from conformance.clauses import nearest as nearest_clause
from conformance.scenario.errors import Spot, quoted


@frozen
class Weight:
    """Clause, level and authority; what an expectation does not say it has from what is around it."""

    clause: str
    level: str = "must"
    authority: str = "text"

    def within(self, raw: Mapping[str, Any], spot: Spot) -> Weight:
        """The weight of something inside that has keys of its own, after reporting an unknown clause."""
        if "clause" in raw:
            check_clause(raw["clause"], spot / "clause")
        own = {key: raw[key] for key in ("clause", "level", "authority") if key in raw}
        return Weight(**{"clause": self.clause, "level": self.level, "authority": self.authority, **own})


def check_clause(clause: str, spot: Spot) -> None:
    """Report a clause that does not exist, with the one that was most likely meant."""
    if clause in clauses():
        return
    near = nearest_clause(clause)
    spot.wrong(
        f"there is no clause {quoted(clause)}",
        why="a clause is the anchor of a section of the specification, and a step of it",
        fix=quoted(near) if near else "",
    )
