"""What a run ends with: counts and times per implementation, then everything that did not pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from statistics import median

from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED, VERDICTS, Check, Key, Result
from reports.text import clip, duration, visible

HEADINGS = {
    FAIL: "Failed",
    ERROR: "Harness trouble (no word on the implementation)",
    INCONCLUSIVE: "Inconclusive (the run could not tell)",
    UNSUPPORTED: "Unsupported (a lever is missing)",
}
WIDEST = 400


def tallies(results: Sequence[Result], disturbed: Collection[Key]) -> Iterator[str]:
    """A line per implementation: how many of each verdict, the whole time and the median.

    ``disturbed`` are the keys of the results that met an outage or a repeated request; where time is real
    they cost waiting that has nothing to do with speed, so the median leaves them out.
    """
    names = list(dict.fromkeys(result.implementation for result in results))
    width = max((len(name) for name in names), default=0)
    for name in names:
        mine = [result for result in results if result.implementation == name]
        counts = Counter(result.verdict for result in mine)
        told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])
        yield f"{name:{width}}  {told} in {duration(sum(r.wall for r in mine))}; {_medians(mine, disturbed)}"


def _medians(results: Sequence[Result], disturbed: Collection[Key]) -> str:
    ran = [result for result in results if result.verdict != UNSUPPORTED]
    calm = [result.wall for result in ran if result.key not in disturbed]
    rough = [result.wall for result in ran if result.key in disturbed]
    parts = []
    if calm:
        parts.append(f"median {duration(int(median(calm)))}")
    if rough:
        parts.append(f"with outages or retries {duration(int(median(rough)))}")
    return ", ".join(parts) or "nothing ran"


def findings(results: Sequence[Result]) -> Iterator[str]:
    """Everything that did not pass, failures first: scenario, clause, expected and actual."""
    for verdict, heading in HEADINGS.items():
        alike: dict[tuple[str, str], list[Result]] = {}
        for result in results:
            if result.verdict == verdict:
                alike.setdefault((result.implementation, result.scenario), []).append(result)
        if alike:
            yield from ("", heading)
        for same in alike.values():
            yield from _finding(same, sum(_same_cell(same[0], other) for other in results))


def _same_cell(one: Result, other: Result) -> bool:
    return (one.implementation, one.scenario) == (other.implementation, other.scenario)


def _finding(same: Sequence[Result], of: int) -> Iterator[str]:
    result = same[0]
    times = f"  ({len(same)} of {of} repetitions)" if of > 1 else ""
    yield f"  {result.implementation}  {result.scenario}{times}"
    yield from reasons(result.note, result.checks)
    if result.token:
        yield f"      again     bgfetch replay {result.token}"


def reasons(note: str, checks: Sequence[Check]) -> Iterator[str]:
    """Why something did not pass: its note, then each check that had to and did not."""
    if note:
        yield f"      {_fit(note)}"
    for check in checks:
        if check.must and check.verdict != PASS:
            yield from _judgement(check)


def _judgement(check: Check) -> Iterator[str]:
    line = f", line {check.line}" if check.line else ""
    yield f"    {check.clause}  ({check.verdict}; {check.authority}{line})"
    yield f"      expected  {_fit(check.expected)}"
    yield f"      actual    {_fit(check.actual)}"


def _fit(text: str) -> str:
    return clip(visible(text), WIDEST)
