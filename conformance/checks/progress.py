"""expect.progress: the progress events that one page saw of one fetch."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from conformance.checks.evidence import Evidence
from conformance.results import FAIL, PASS, Check
from conformance.scenario.model import ExpectProgress


def check_progress(one: ExpectProgress, seen: Evidence) -> Iterator[Check]:
    """One check of the whole series."""
    got = seen.progress.get((one.on, seen.fetch(one.of)), [])
    values = [data.downloaded for _, data in got]
    low, high = one.count or (0, len(values))
    ends_count = one.count is not None and low == 0
    holds = (
        (bool(values) or ends_count)
        and low <= len(values) <= high
        and (one.first is None or values[:1] == [one.first])
        and (one.last is None or values[-1:] == [one.last])
        and (one.monotone is None or one.monotone == (values == sorted(values)))
    )
    yield Check(
        clause=one.clause,
        level=one.level,
        authority=one.authority,
        verdict=PASS if holds else FAIL,
        expected=_told_expected(one),
        actual=f"{len(values)} progress events: {_series(values)}" if values else "no progress event",
        proof=tuple(observation.sequence for observation, _ in (*got[:1], *got[-1:])),
        line=one.line,
    )


def _told_expected(one: ExpectProgress) -> str:
    words = ["progress events"]
    if one.count:
        words.append(f"{one.count[0]} to {one.count[1]} of them")
    if one.monotone is not None:
        words.append("downloaded never falls" if one.monotone else "downloaded falls")
    if one.first is not None:
        words.append(f"downloaded {one.first} at the first")
    if one.last is not None:
        words.append(f"downloaded {one.last} at the last")
    return f"at {one.on}: " + ", ".join(words)


def _series(values: list[int]) -> str:
    shown = [str(value) for value in values]
    if len(shown) > 8:
        shown = [*shown[:4], "…", *shown[-3:]]
    falls = [f"{a} to {b}" for a, b in itertools.pairwise(values) if b < a]
    return ", ".join(shown) + (f"; falls from {falls[0]}" if falls else "")
