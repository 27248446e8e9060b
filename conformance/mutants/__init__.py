"""Mutants: the reference user agent with one clause broken on purpose, a module for each area.

A check that no mutant turns red proves nothing. Each mutant overrides one point, is known by
a name, and breaks the clause of its point in the way that its summary says.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module

from conformance.mutants.catalogue import mutant
from simulator.overrides import Override

for _area in pkgutil.iter_modules(__path__):  # in the order of their names: none can be forgotten
    import_module(f"{__name__}.{_area.name}")


def mutants() -> Mapping[str, list[Override]]:
    """Every mutant by name."""
    return mutant.by_name


__all__ = ["mutant", "mutants"]
