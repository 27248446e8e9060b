"""How scenarios came out over many runs: a strip of verdicts each, for a terminal and as a page.

Runs stand in the order in which they were begun. A strip that never changes is steady; those that
do change are what a reader came for, and stand first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from attrs import frozen

from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED
from reports.cells import GLYPHS, NOTHING, WORDS
from reports.changes import Fold, Place, folds
from reports.machine import line
from reports.run import Run
from reports.text import plural

MIXED = "mixed"
SIGNS = {**GLYPHS, MIXED: "±"}
MEANINGS = {**WORDS, MIXED: "repetitions differ"}
_RANKS = (FAIL, ERROR, INCONCLUSIVE, PASS, UNSUPPORTED)


@frozen
class Named:
    """A run, and what it is called: the name of its folder."""

    name: str
    run: Run


@frozen
class Moment:
    """How one scenario came out in one run."""

    state: str
    words: str

    @property
    def sign(self) -> str:
        return SIGNS[self.state]


@frozen
class Strip:
    """One scenario on one implementation over all runs, oldest first."""

    scenario: str
    implementation: str
    moments: tuple[Moment, ...]

    @property
    def signs(self) -> str:
        return "".join(moment.sign for moment in self.moments)

    @property
    def changes(self) -> bool:
        """Whether it came out differently where it was run, or differently in one run."""
        states = {moment.state for moment in self.moments} - {NOTHING}
        return len(states) > 1 or MIXED in states


@frozen
class History:
    """Runs, oldest first, and the strip of each scenario on each implementation."""

    runs: tuple[Named, ...]
    strips: tuple[Strip, ...]

    @property
    def changing(self) -> tuple[Strip, ...]:
        return tuple(strip for strip in self.strips if strip.changes)

    @property
    def steady(self) -> tuple[Strip, ...]:
        return tuple(strip for strip in self.strips if not strip.changes)


def history(runs: Sequence[Named]) -> History:
    """The history of some runs."""
    ordered = sorted(runs, key=lambda one: (one.run.header.started, one.name))
    told = [folds(one.run.results) for one in ordered]
    places: dict[Place, None] = dict.fromkeys(place for run in told for place in run)
    strips = [Strip(*place, tuple(_moment(run.get(place)) for run in told)) for place in places]
    return History(tuple(ordered), tuple(sorted(strips, key=lambda one: (one.implementation, one.scenario))))


def _moment(fold: Fold | None) -> Moment:
    if fold is None:
        return Moment(NOTHING, MEANINGS[NOTHING])
    if {PASS, FAIL} <= fold.verdicts:
        return Moment(MIXED, f"{MEANINGS[MIXED]}: {fold.words}")
    return Moment(next(one for one in _RANKS if one in fold.verdicts), fold.words)


def versions(run: Run) -> str:
    """The implementations of a run with their versions, on one line."""
    return ", ".join(f"{line(name, 60)} {line(of, 60)}" for name, of in run.header.implementations.items())


def terminal(found: History) -> Iterator[str]:
    """The history as lines: the runs, the strips that change, the steady ones counted."""
    for number, one in enumerate(found.runs, 1):
        yield f"{number:3}  {line(one.run.header.started, 30)}  {versions(one.run)}  {line(one.name, 200)}"
        yield from (f"       {line(gap)}" for gap in one.run.missing)
    yield ""
    for strip in found.changing:
        yield f"{strip.signs}  {line(strip.implementation, 60)}  {line(strip.scenario, 200)}"
    counts = Counter((strip.signs, strip.implementation) for strip in found.steady)
    for (signs, implementation), count in counts.items():
        yield f"{signs}  {line(implementation, 60)}  {plural(count, 'scenario')} that never changed"
    yield ""
    yield "  ".join(f"{sign} {MEANINGS[state]}" for state, sign in SIGNS.items())


def page(found: History) -> str:
    """The history as one page that needs nothing else."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"line": line, "versions": versions}
    return environment.get_template("history.html").render(found=found, signs=SIGNS, meanings=MEANINGS)
