"""What the formats for other tools share: safe texts, why a result did not pass, how to see it again.

No consumer is trusted to cope with what a run holds: every text that leaves here has its unseen
characters named and its length capped, and every number fits a double.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.results import FAIL, PASS, Check, Result
from reports.run import Listed, Run
from reports.text import clip, plural, visible

Clauses = Mapping[str, str]
"""Clause ids with our paraphrase of each."""

LINE, BLOCK = 500, 5_000
_DEEPEST, _MOST = 6, 100
_EXACT = 2**53
_LONGEST_NS = 10**18  # some thirty years, which any date and any double can hold
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def line(text: str, limit: int = LINE) -> str:
    """A text on one line, nothing unseen in it, capped with the cap announced."""
    return visible(clip(text, limit))


def block(lines: Iterable[str]) -> str:
    """Lines under each other, each of them safe, all together capped with the cap announced."""
    return clip("\n".join(line(one) for one in lines), BLOCK)


def dump(value: Any) -> str:
    """A value as JSON in ASCII, so that a terminal that shows the file is safe too."""
    return json.dumps(value, indent=1, allow_nan=False) + "\n"


def plain(value: Any, depth: int = 0) -> Any:
    """A JSON value with safe texts, numbers that a double holds, and bounds on depth and breadth."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return (
            value if -_EXACT <= value <= _EXACT else line(str(value), 40)
        )  # what is no number is not between
    if isinstance(value, str):
        return line(value)
    if depth == _DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {line(str(key), 80): plain(one, depth + 1) for key, one in list(value.items())[:_MOST]}
    return [plain(one, depth + 1) for one in list(value)[:_MOST]]


def amount(count: int) -> int:
    """A count that a double holds; an amount below nothing is nothing."""
    return max(0, min(count, _EXACT))


# -- times ----------------------------------------------------------------------------------


def bounded(nanoseconds: int) -> int:
    """A time that dates and doubles can hold; what is beyond them was never measured."""
    return max(0, min(nanoseconds, _LONGEST_NS))


def begun(run: Run) -> datetime:
    """When the run began; the beginning of 1970 where its header does not tell."""
    try:
        told = datetime.fromisoformat(run.header.started)
    except ValueError:
        return _EPOCH
    if told.tzinfo is None or not 1970 <= told.year < 3000:
        return _EPOCH
    return told.astimezone(UTC)


def moment(run: Run, nanoseconds: int = 0) -> str:
    """The time of day, so long after the run began, to the microsecond."""
    at = begun(run) + timedelta(microseconds=bounded(nanoseconds) // 1_000)
    return at.isoformat().replace("+00:00", "Z")


# -- results --------------------------------------------------------------------------------


def broken(result: Result) -> tuple[Check, ...]:
    """The checks that must pass and did not, those that failed before those that could not tell."""
    found = (check for check in result.checks if check.must and check.verdict != PASS)
    return tuple(sorted(found, key=lambda check: check.verdict != FAIL))


def remarks(result: Result) -> tuple[Check, ...]:
    """The checks that failed without failing the scenario, because nothing must be so."""
    return tuple(check for check in result.checks if check.remarks)


def judgement(check: Check, clauses: Clauses) -> tuple[str, ...]:
    """A check in lines: clause, rule, expected, actual."""
    place = f", line {check.line}" if check.line else ""
    rule = clauses.get(check.clause, "")
    return (
        f"{check.clause} ({check.level}, {check.authority}{place}): {check.verdict}",
        *((f"  rule:     {rule}",) if rule else ()),
        f"  expected: {check.expected}",
        f"  actual:   {check.actual}",
    )


def reason(result: Result) -> str:
    """Why a result is not a pass, in one line: how its note begins, else its first broken check."""
    for told in result.note[:BLOCK].splitlines():
        if told.strip():
            return line(told)
    for check in broken(result):
        return line(f"{check.clause}: expected {line(check.expected, 200)}; actual {line(check.actual, 200)}")
    return line(result.verdict)


def but_for_numbers(text: str) -> str:
    """A reason without its numbers: what differs in the step or in the seconds waited is one reason."""
    return re.sub(r"\d+(?:\.\d+)?", "0", text)


def versions(run: Run, result: Result) -> str:
    """The version of a result's implementation."""
    return line(run.header.implementations.get(result.implementation, "version not told"), 100)


def listed(run: Run) -> Mapping[str, Listed]:
    """The scenarios of the header by their ids."""
    return {scenario.id: scenario for scenario in run.scenarios}


def unusual_seed(run: Run, result: Result) -> int | None:
    """The seed of a result, where it does not follow from the run's seed and the repetition."""
    return result.seed if result.seed != run.header.seed + result.repetition - 1 else None


def turn(run: Run, result: Result) -> str:
    """What tells a further repetition from the first, "" for the first; an unusual seed is named too."""
    seed = "" if unusual_seed(run, result) is None else f" with seed {result.seed}"
    return f"repetition {result.repetition}{seed}" if seed or result.repetition != 1 else ""


def replay(result: Result, scenario: Listed | None) -> str:
    """The command that shows a result again: the very same run, where that can be had."""
    if result.token:
        return "bgfetch replay " + shlex.quote(line(result.token, BLOCK))
    words = [_selector(result.scenario, scenario), "--on", result.implementation]
    if result.seed:
        words += ["--seed", str(result.seed)]
    return "bgfetch run " + shlex.join(line(word, BLOCK) for word in words)


def _selector(id: str, scenario: Listed | None) -> str:
    """How a scenario is found again: by its id in the catalogue, by its file elsewhere."""
    stem, mark, row = id.partition("#")
    outside = scenario and scenario.file and not scenario.file.endswith(f"scenarios/{stem}.toml")
    return f"{scenario.file}{mark}{row}" if scenario and outside else id


def missing(run: Run, most: int = _MOST) -> tuple[str, ...]:
    """What of the run could not be read, as safe lines, the first so many of them."""
    told = tuple(line(one) for one in run.missing[:most])
    more = len(run.missing) - len(told)
    return (*told, f"and {plural(more, 'further gap')}") if more else told
