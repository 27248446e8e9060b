"""What an invariant is: a rule that must hold in every run of every scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import frozen

from conformance.checks.evidence import Evidence
from simulator.observation import Observation

Broken = tuple[str, Observation]
"""What was seen instead, and where."""


@frozen
class Invariant:
    """A rule of the specification. ``applies`` says whether a run can tell; ``breaks`` what breaks it."""

    clause: str
    says: str
    applies: Callable[[Evidence], bool]
    breaks: Callable[[Evidence], Iterator[Broken]]
    authority: str = "text"
