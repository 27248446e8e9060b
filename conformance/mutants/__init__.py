"""Mutants: the reference user agent with one clause broken on purpose, a module for each area.

A check that no mutant turns red proves nothing. Each mutant overrides one point, is known by
a name, and breaks the clause of its point in the way that its summary says.
"""

from __future__ import annotations

from collections.abc import Mapping

from conformance.mutants import (
    across_origins,
    complete_a_record,
    instances,
    links,
    lives,
    manager,
    perform,
    record_objects,
    registration,
    restarts,
    user_interface,
)
from conformance.mutants.catalogue import mutant
from simulator.overrides import Override

AREAS = (
    manager,
    registration,
    record_objects,
    perform,
    complete_a_record,
    instances,
    user_interface,
    lives,
    across_origins,
    links,
    restarts,
)
"""Every module of mutants."""


def mutants() -> Mapping[str, list[Override]]:
    """Every mutant by name."""
    return mutant.by_name


__all__ = ["AREAS", "mutant", "mutants"]
