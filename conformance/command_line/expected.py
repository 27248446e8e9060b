"""How a run stands against its baseline: what is left of each result, and what is said of the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from attrs import evolve

from conformance.baseline.model import Baseline, Standing, in_short
from conformance.results import PASS, Result

if TYPE_CHECKING:
    from reports.run import Run

MOST_NAMED = 20


def kept(run: Run) -> tuple[Run, Baseline | None]:
    """The baseline that a run was made with; one that cannot be read any more is told as missing."""
    from conformance.baseline.file import parse
    from conformance.scenario.errors import ScenarioError

    if not run.header.baseline:
        return run, None
    try:
        return run, parse(run.header.baseline, str(run.header.options.get("baseline", "")))
    except ScenarioError as error:
        why = str(error).partition("\n")[0]
        gap = f"the baseline of the run cannot be read with this version: {why}"
        return evolve(run, missing=(*run.missing, gap)), None


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
