"""How scenarios came out over many runs: a strip of verdicts each, for a terminal and as a page.

Runs stand in the order in which they were begun. A strip that never changes is steady; those that
do change are what a reader came for, and stand first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from attrs import frozen

from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED
from reports.cells import GLYPHS, NOTHING, WORDS, tally
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

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """How often each verdict was given."""
        return tally(self.run.results)


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
    title: str = ""

    @property
    def said(self) -> Iterator[tuple[str, str]]:
        """All that runs said, each with the numbers of the runs that did."""
        found: dict[str, list[int]] = {}
        for number, moment in enumerate(self.moments, 1):
            found.setdefault(moment.words, []).append(number)
        for words, numbers in found.items():
            yield words, ", ".join(_ranges(numbers))

    @property
    def signs(self) -> str:
        return "".join(moment.sign for moment in self.moments)

    @property
    def changes(self) -> bool:
        """Whether it came out differently where it was run, or differently in one run."""
        states = {moment.state for moment in self.moments} - {NOTHING}
        return len(states) > 1 or MIXED in states

    @property
    def fails(self) -> bool:
        """Whether it fails, or does so at times, in the newest run."""
        return self.moments[-1].state in (FAIL, MIXED)


@frozen
class History:
    """Runs, oldest first, and the strip of each scenario on each implementation."""

    runs: tuple[Named, ...]
    strips: tuple[Strip, ...]

    @property
    def changing(self) -> tuple[Strip, ...]:
        """Those that changed, what fails in the newest run before the rest."""
        return tuple(sorted((one for one in self.strips if one.changes), key=lambda one: not one.fails))

    @property
    def steady(self) -> tuple[Strip, ...]:
        return tuple(strip for strip in self.strips if not strip.changes)

    @property
    def alike(self) -> tuple[tuple[Strip, ...], ...]:
        """The steady ones of one implementation and one verdict together, what fails before the rest."""
        found: dict[tuple[str, str], list[Strip]] = {}
        for strip in sorted(self.steady, key=lambda one: not one.fails):
            found.setdefault((strip.signs, strip.implementation), []).append(strip)
        return tuple(tuple(same) for same in found.values())

    @property
    def changed(self) -> frozenset[str]:
        """The scenarios that changed on one implementation at least."""
        return frozenset(strip.scenario for strip in self.strips if strip.changes)

    @property
    def summary(self) -> str:
        """What a reader wants to know first; a scenario counts once, whatever it was run on."""
        failing = frozenset(strip.scenario for strip in self.strips if strip.fails)
        whole = plural(len({strip.scenario for strip in self.strips}), "scenario")
        now = "none fails."
        if failing:
            fail = "fails" if len(failing) == 1 else "fail"
            now = f"{len(failing):,} {fail}, {len(failing & self.changed):,} of which changed."
        on = len({strip.implementation for strip in self.strips})
        once = f" A scenario counts once for its {on} implementations." if on > 1 else ""
        return f"{len(self.changed):,} of {whole} changed. In the newest run {now}{once}"


def history(runs: Sequence[Named]) -> History:
    """The history of some runs; those that began in the same second stay in the order given."""
    ordered = sorted(runs, key=lambda one: one.run.header.started)
    told = [folds(one.run.results) for one in ordered]
    places: dict[Place, None] = dict.fromkeys(place for run in told for place in run)
    titles = {listed.id: listed.title for one in ordered for listed in one.run.scenarios}
    strips = [
        Strip(*place, tuple(_moment(run.get(place)) for run in told), titles.get(place[0], ""))
        for place in places
    ]
    return History(tuple(ordered), tuple(sorted(strips, key=lambda one: (one.implementation, one.scenario))))


def _moment(fold: Fold | None) -> Moment:
    if fold is None:
        return Moment(NOTHING, MEANINGS[NOTHING])
    if {PASS, FAIL} <= fold.verdicts:
        return Moment(MIXED, f"{MEANINGS[MIXED]}: {fold.words}")
    return Moment(next(one for one in _RANKS if one in fold.verdicts), fold.words)


def _ranges(numbers: Sequence[int]) -> Iterator[str]:
    """Ascending numbers, those in a row as the first and the last: 1, 3–5."""
    for _, row in groupby(enumerate(numbers), lambda one: one[1] - one[0]):
        same = [number for _, number in row]
        yield f"{same[0]}–{same[-1]}" if same[1:] else str(same[0])


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
    for same in found.alike:
        signs, implementation = same[0].signs, line(same[0].implementation, 60)
        yield f"{signs}  {implementation}  {plural(len(same), 'scenario')} that never changed"
    yield ""
    yield "  ".join(f"{sign} {MEANINGS[state]}" for state, sign in SIGNS.items())


def page(found: History) -> str:
    """The history as one page that needs nothing else."""
    from reports.pages import written

    return written("history.html", found=found, signs=SIGNS, meanings=MEANINGS, versions=versions)
