"""What hunts for mutants come to: a row for each mutant, the sums, and the targets they are held to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from statistics import median

from attrs import frozen

SHARE_FOUND, MEDIAN_EXAMPLES, MEDIAN_STEPS = 0.95, 100, 8
MEDIAN_SECONDS, SLOWEST_SECONDS = 5.0, 30.0
"""The targets; the slowest of a hundred shrinkings but five."""

NEVER = float("inf")


@frozen
class Found:
    """In which example of one hunt a mutant was found, if at all."""

    mutant: str
    example: int | None


@frozen
class Cut:
    """What one failure came down to."""

    mutant: str
    steps: int
    requests: int
    seconds: float


@frozen
class Figures:
    """All that is known: so many hunts, each of so many examples at most."""

    hunts: int
    examples: int
    found: Sequence[Found]
    cut: Sequence[Cut]

    def of(self, mutant: str) -> Figures:
        """The figures of one mutant."""
        found = [one for one in self.found if one.mutant == mutant]
        return Figures(self.hunts, self.examples, found, [one for one in self.cut if one.mutant == mutant])

    @property
    def mutants(self) -> list[str]:
        """The mutants, hardest to find first."""
        names = dict.fromkeys(one.mutant for one in self.found)
        return sorted(names, key=lambda name: (self.of(name).share_found, -self.of(name).median_examples))

    @property
    def share_found(self) -> float:
        return sum(one.example is not None for one in self.found) / len(self.found)

    @property
    def median_examples(self) -> float:
        return median(NEVER if one.example is None else one.example for one in self.found)

    @property
    def median_steps(self) -> float:
        return median(one.steps for one in self.cut)

    @property
    def median_requests(self) -> float:
        return median(one.requests for one in self.cut)

    @property
    def median_seconds(self) -> float:
        return median(one.seconds for one in self.cut)

    @property
    def slowest_seconds(self) -> float:
        """The 95th of a hundred."""
        return sorted(one.seconds for one in self.cut)[ceil(0.95 * len(self.cut)) - 1]


def table(figures: Figures) -> str:
    """The figures as Markdown."""
    return "\n".join([*_sums(figures), "", *_rows(figures)])


def _sums(figures: Figures) -> Iterator[str]:
    yield f"| {figures.hunts} hunts for {len(figures.mutants)} mutants | | target |"
    yield "|---|---|---|"
    within = f"within {figures.examples:,} examples"
    yield f"| mutants found {within} | {figures.share_found:.1%} | ≥ {SHARE_FOUND:.0%} |"
    yield f"| examples until found, median | {figures.median_examples:g} | ≤ {MEDIAN_EXAMPLES} |"
    if figures.cut:
        steps = f"{_cut(figures, 'steps')} | ≤ {MEDIAN_STEPS}"
        yield f"| steps of what is left, median of {len(figures.cut)} | {steps} |"
        yield f"| requests, median | {_cut(figures, 'requests')} | |"
        seconds = f"{figures.median_seconds:.2f} | < {MEDIAN_SECONDS:g}"
        yield f"| processor seconds of shrinking, median | {seconds} |"
        yield f"| 95th percentile | {figures.slowest_seconds:.1f} | < {SLOWEST_SECONDS:g} |"


def _rows(figures: Figures) -> Iterator[str]:
    yield "| mutant | found | examples | steps | requests | seconds |"
    yield "|---|---|---|---|---|---|"
    for name in figures.mutants:
        yield _row(name, figures.of(name))


def _row(name: str, figures: Figures) -> str:
    examples = "–" if figures.median_examples == NEVER else f"{figures.median_examples:g}"
    cells = [name, f"{figures.share_found:.0%}", examples]
    cells += [_cut(figures, what) for what in ("steps", "requests", "seconds")]
    return f"| {' | '.join(cells)} |"


def _cut(figures: Figures, what: str) -> str:
    return f"{getattr(figures, f'median_{what}'):.3g}" if figures.cut else "–"
