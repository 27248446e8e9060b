"""Shares of a selection of scenarios, for several machines, and what makes shares of one selection known."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from conformance.scenario.model import Scenario


def share(scenarios: Sequence[Scenario], number: int, of: int) -> tuple[list[Scenario], dict[str, Any]]:
    """The share with this number (from 1), and what a run's header tells of it.

    Neighbours go to different shares, because what is slow stands together.
    """
    told = {
        "number": number,
        "of": of,
        "scenarios": len(scenarios),
        "selection": _digest(scenarios),
    }
    return list(scenarios[number - 1 :: of]), told


def _digest(scenarios: Sequence[Scenario]) -> str:
    """A selection in 16 letters: equal for the same scenarios with the same texts, in the same order."""
    told = "\n".join(f"{one.id}\n{one.text}" for one in scenarios)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]
