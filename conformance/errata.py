"""The errata of the specification, by number: what its words say, and what must be meant."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from attrs import frozen

_FILE = Path(__file__).with_name("errata.toml")

BEHAVIOUR, EDITORIAL, NOTE = KINDS = ("behaviour", "editorial", "note")


@frozen
class Erratum:
    """A numbered defect of the text. ``sections`` are clause ids or the anchors of whole sections."""

    number: str
    kind: str
    sections: tuple[str, ...]
    literal: str
    intended: str

    @property
    def authority(self) -> str:
        """How a scenario names it where it follows the intended reading: ``erratum 2``."""
        return f"erratum {self.number.removeprefix('E')}"


@cache
def errata() -> Mapping[str, Erratum]:
    """Every erratum by its number, such as E2. Read at the first call."""
    rows = tomllib.loads(_FILE.read_text("utf-8"))
    return {
        number: Erratum(number, kind, tuple(sections), literal, intended)
        for number, (kind, sections, literal, intended) in rows.items()
    }
