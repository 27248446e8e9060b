"""What reading a step's verb comes to: its arguments, and the names that it gives and means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from conformance.scenario.errors import Spot
from conformance.scenario.story import Story

Raw = Mapping[str, Any]


@frozen
class Told:
    """What a verb makes of its keys: arguments, and the names that the step has and means."""

    arguments: Raw
    name: str = ""
    of: str = ""


Reader = Callable[[Raw, Spot, Story, str], Told]
"""Reads one verb: the step's table, its place, the story so far, and who does it."""


def settling(raw: Raw, spot: Spot) -> dict[str, Any]:
    """What gives and throws say of a promise; "undefined" stands for what has no value."""
    if "gives" in raw and "throws" in raw:
        (spot / "throws").wrong(
            "a promise that gives something does not reject", fix="either gives or throws"
        )
    gives = raw.get("gives")
    return {
        "gives": None if gives == "undefined" else gives,
        "has_gives": "gives" in raw,
        "throws": raw.get("throws", ""),
    }
