"""How a run stands against its baseline: what is left of each result, and what is said of the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from attrs import evolve

from conformance.baseline.model import Baseline, Standing, in_short
from conformance.results import PASS, Result

MOST_NAMED = 20


def left(results: Sequence[Result], baseline: Baseline | None) -> list[Result]:
    """The results with all that the baseline expects taken out; without a baseline as they are.

    The verdict of each is the one that is left of it, so that one with nothing new passes.
    """
    return [_left(one, baseline.standing(one) if baseline else None) for one in results]


def _left(result: Result, standing: Standing | None) -> Result:
    if standing is None:
        return result
    checks = (*standing.unexpected, *standing.untold)
    note = "" if standing.verdict == PASS else result.note
    if standing.passed:
        told = (f"{one.clause} (line {one.line} of the baseline)" for one in standing.passed)
        note = f"expected to fail, and does not: {', '.join(told)}"
    return evolve(result, verdict=standing.verdict, checks=checks, note=note)


def told(
    results: Sequence[Result], baseline: Baseline, version: str, exists: Callable[[str], bool]
) -> Iterator[str]:
    """What the baseline says of a whole run of this version, and what is wrong with the baseline itself."""
    standings = [standing for one in results if (standing := baseline.standing(one))]
    yield f"Baseline {baseline.file}: {in_short(standings)}"
    if any(one.passed for one in standings):
        yield f"  To drop what no longer fails: bgfetch baseline update RUN --baseline {baseline.file}"
    gone = {pair[0]: entry.line for pair, entry in baseline.pairs.items() if not exists(pair[0])}
    yield from _listed(
        "Stale, there is no such scenario:", [f"line {line}: {scenario}" for scenario, line in gone.items()]
    )
    yield from _listed(
        "Still to be argued from the text:",
        [f"line {one.line}: {one.clause}" for one in baseline.entries if not one.argued],
    )
    others = sorted({one.version for one in baseline.entries} - {version})
    if others:
        yield f"  It has entries of {', '.join(others)}; this run is of {version}."


def _listed(heading: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"  {heading}"
    yield from (f"    {line}" for line in lines[:MOST_NAMED])
    if len(lines) > MOST_NAMED:
        yield f"    and {len(lines) - MOST_NAMED} more"
