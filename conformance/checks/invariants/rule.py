"""What an invariant is, and how a run is judged by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from attrs import frozen

from conformance.checks.evidence import Evidence
from conformance.checks.matching import listed
from conformance.results import FAIL, PASS, Check
from simulator.observation import Observation

Broken = tuple[str, Observation]
"""What was seen instead, and where."""


@frozen
class Invariant:
    """A rule that holds in every run of every scenario.

    ``rests_on`` are the observations that the rule speaks of: where there are none, its witness is
    missing and nothing is said. ``breaks`` gives what breaks it.
    """

    clause: str
    says: str
    rests_on: Callable[[Evidence], Iterable[Observation]]
    breaks: Callable[[Evidence], Iterator[Broken]]
    authority: str = "text"

    @property
    def name(self) -> str:
        """A name in words, for tests and messages."""
        return self.breaks.__name__.replace("_", " ").strip()

    def check(self, seen: Evidence) -> Iterator[Check]:
        """The check of one run, if the run can tell."""
        rests_on = sorted({observation.sequence for observation in self.rests_on(seen)})
        if not rests_on:
            return
        broken = list(self.breaks(seen))
        yield Check(
            clause=self.clause,
            level="must",
            authority=self.authority,
            verdict=FAIL if broken else PASS,
            expected=self.says,
            actual=listed([what for what, _ in broken]) if broken else "so it was",
            proof=tuple(sorted({at.sequence for _, at in broken})) or tuple(rests_on),
            source="invariant",
        )
