"""expect.progress: the progress events that one page saw of one fetch."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from conformance.checks.evidence import Evidence, Seen
from conformance.checks.matching import agrees, plain
from conformance.results import FAIL, PASS, Check
from conformance.scenario.model import ExpectProgress
from simulator.observation import Progress


def check_progress(one: ExpectProgress, seen: Evidence) -> Iterator[Check]:
    """One check of the whole series."""
    got = seen.progress.get((one.on, seen.fetch(one.of)), [])
    values = [data.downloaded for _, data in got]
    low, high = one.count or (0, len(values))
    ends_count = one.count is not None and low == 0
    holds = (
        (bool(values) or ends_count)
        and low <= len(values) <= high
        and (one.first is None or any(one.first[0] <= value <= one.first[1] for value in values[:1]))
        and (one.last is None or values[-1:] == [one.last])
        and (one.monotone is None or one.monotone == (values == sorted(values)))
        and all(agrees(_of_all(one), vars(data)) for _, data in got)
        and all(agrees(_of_the_last(one), vars(data)) for _, data in got[-1:])
    )
    yield Check(
        clause=one.clause,
        level=one.level,
        authority=one.authority,
        verdict=PASS if holds else FAIL,
        expected=_told_expected(one),
        actual=f"{len(values)} progress events: {_series(values)}{_also(one, got)}"
        if values
        else "no progress event",
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
        words.append(f"downloaded {' to '.join(map(str, dict.fromkeys(one.first)))} at the first")
    if one.last is not None:
        words.append(f"downloaded {one.last} at the last")
    words += [f"{key} {plain(value)} at the last" for key, value in _of_the_last(one).items()]
    words += [f"{key} {plain(value)}" for key, value in _of_all(one).items()]
    return f"at {one.on}: " + ", ".join(words)


def _named(one: ExpectProgress, *names: str) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(one, name)) is not None}


def _of_all(one: ExpectProgress) -> dict[str, Any]:
    """What every event must be."""
    return _named(one, "interface", "bubbles", "cancelable")


def _of_the_last(one: ExpectProgress) -> dict[str, Any]:
    """What the last event must tell."""
    return _named(one, "result", "failureReason")


def _also(one: ExpectProgress, got: Sequence[Seen[Progress]]) -> str:
    """What else is asked of the events, as it was at the last."""
    asked = {**_of_the_last(one), **_of_all(one)}
    return "".join(f", {key} {plain(getattr(got[-1][1], key))}" for key in asked)


def _series(values: list[int]) -> str:
    shown = [str(value) for value in values]
    if len(shown) > 8:
        shown = [*shown[:4], "…", *shown[-3:]]
    falls = [f"{a} to {b}" for a, b in itertools.pairwise(values) if b < a]
    return ", ".join(shown) + (f"; falls from {falls[0]}" if falls else "")
