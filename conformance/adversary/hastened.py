"""Made-up scenarios for real time: nothing in them takes longer than it must.

Hours cost nothing in virtual time. A browser has to sit them out, or is told that they are over
before they are, which a scenario had better say itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from conformance.scenario.load import scenario_from_document
from conformance.scenario.model import Scenario
from conformance.scenario.units import RATE, TIME

LONGEST = "500 ms"
"""The longest that anything waits: what a browser does of its own accord it has done within it."""
LONGEST_PIECE = "20 ms"
"""The longest between two pieces of a body, of which there are many."""
SLOWEST = "4 Mbit/s"
"""The slowest link: a body takes less than a second."""

_LONGEST = {**dict.fromkeys(("wait", "waitUntil", "for", "latency"), LONGEST), "every": LONGEST_PIECE}


def hastened(scenario: Scenario) -> Scenario:
    """The same scenario with every wait cut short."""
    return evolve(scenario_from_document(_hastened(scenario.document), scenario.id), mended=scenario.mended)


def _hastened(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _cut(key, one) for key, one in value.items()}
    if isinstance(value, list):
        return [_hastened(one) for one in value]
    return value


def _cut(key: str, value: Any) -> Any:
    if not isinstance(value, str) or value in ("never", "ample"):
        return _hastened(value)
    if key == "bandwidth":
        return max(value, SLOWEST, key=RATE.read)
    return min(value, _LONGEST[key], key=TIME.read) if key in _LONGEST else value
