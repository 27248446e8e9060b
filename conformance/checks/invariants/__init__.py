"""The second source of checks: what must hold in every run of every scenario, whatever it is about.

A module for each subject. Order is trusted within a witness; across witnesses only where the
later thing cannot have come before the earlier one was logged. What cannot be told is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.evidence import Evidence
from conformance.checks.invariants import attributes, bodies, display, events, ids, wire
from conformance.checks.invariants.rule import Invariant
from conformance.results import Check

INVARIANTS: tuple[Invariant, ...] = (
    *events.INVARIANTS,
    *attributes.INVARIANTS,
    *bodies.INVARIANTS,
    *wire.INVARIANTS,
    *ids.INVARIANTS,
    *display.INVARIANTS,
)


def check_invariants(seen: Evidence) -> Iterator[Check]:
    """A check for each rule that this run can tell something of."""
    for rule in INVARIANTS:
        yield from rule.check(seen)


__all__ = ["INVARIANTS", "Invariant", "check_invariants"]
