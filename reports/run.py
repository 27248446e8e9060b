"""A run folder read back: header, results and observations, with a list of what is missing.

Runs are killed, disks fill up and versions differ, so reading is tolerant: whatever can be
read is kept, and each thing that cannot is named once. Only a folder that holds no run at all
is refused.
"""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import attrs
from attrs import Factory, evolve, frozen

from conformance.results import VERDICTS, Check, Result, RunEnd, RunHeader
from reports.text import clip, plural, visible
from simulator.observation import Observation

RESULTS = "results.jsonl"
_DAMAGE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
T = TypeVar("T")


class UnreadableRun(Exception):
    """The folder holds no run: there is no results.jsonl, or its first line is no run line."""


_ROW = re.compile(r"\s*\[\[\s*rows\s*\]\]")


@frozen
class Listed:
    """A scenario as the run's header describes it.

    Of a row, ``line`` is where it begins in the file, and ``text`` leaves the other rows out.
    ``faults`` are those that it has in store, as ``fault:`` selects it.
    """

    id: str
    title: str = ""
    clauses: tuple[str, ...] = ()
    file: str = ""
    text: str = ""
    line: int = 0
    faults: tuple[str, ...] = ()

    def at(self, line: int) -> str:
        """What stands in this line of the file, "" where it is not known."""
        lines = self.text.splitlines()
        rows = [number for number, one in enumerate(lines, 1) if _ROW.match(one)]
        if len(rows) == 1 and line >= self.line:
            line += rows[0] - self.line
        return lines[line - 1].strip() if 0 < line <= len(lines) else ""


@frozen
class Run:
    """A run as it was read: ``missing`` says, one sentence each, what could not be.

    ``observations`` maps the path that a result names to what was seen; a path that could not
    be read is not in it. ``end`` is None where the run was cut short.
    """

    header: RunHeader
    results: tuple[Result, ...]
    end: RunEnd | None = None
    observations: Mapping[str, tuple[Observation, ...]] = Factory(dict)
    scenarios: tuple[Listed, ...] = ()
    missing: tuple[str, ...] = ()

    def seen(self, result: Result) -> tuple[Observation, ...] | None:
        """What was seen in a result, None where its observations could not be read."""
        return self.observations.get(result.observations)


def read_run(folder: Path) -> Run:
    """Read a run folder. Raises UnreadableRun where there is none; what else is amiss is told."""
    run = read_results(folder)
    return observed(run, folder, run.results)


def observed(run: Run, folder: Path, results: Iterable[Result]) -> Run:
    """A run read from a folder with what was seen in these of its results."""
    missing = list(run.missing)
    observations = _all_observations(folder, results, missing)
    return evolve(run, observations=observations, missing=tuple(missing))


def read_results(folder: Path) -> Run:
    """Read a run without its observations, which are most of it. Raises UnreadableRun like ``read_run``."""
    first, *rest = _results_lines(folder)
    missing: list[str] = []
    header, scenarios = _header(folder, first, missing)
    results, end = _results(rest, missing)
    _count(header, results, end, missing)
    return Run(header, results, end, scenarios=scenarios, missing=tuple(missing))


def _results_lines(folder: Path) -> list[bytes]:
    try:
        content = (folder / RESULTS).read_bytes()
    except OSError as error:
        raise UnreadableRun(
            f"{folder} holds no readable {RESULTS} ({error.strerror}); "
            "give the folder that `bgfetch run --out FOLDER` wrote"
        ) from None
    if not content.strip():
        raise UnreadableRun(
            f"{folder / RESULTS} is empty: the run ended before its first line was written; "
            "make it again with `bgfetch run` into a new folder"
        )
    return content.split(b"\n")


def _rows(
    lines: list[bytes], start: int, name: str, missing: list[str]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The JSON objects of a file by line number; the lines that hold none are named in ``missing``."""
    for number, line in enumerate(lines, start):
        if not line.strip():
            continue
        try:
            yield number, _object(line)
        except _DAMAGE:
            last = number == start + len(lines) - 1
            missing.append(f"{name} line {number} is {'cut off' if last else 'damaged'} and was left out")


def _object(line: bytes) -> dict[str, Any]:
    row = json.loads(line.decode("utf-8", "replace"))
    if not isinstance(row, dict):
        raise TypeError("not an object")
    return row


def _header(folder: Path, line: bytes, missing: list[str]) -> tuple[RunHeader, tuple[Listed, ...]]:
    try:
        row = _object(line)
        if row.get("type") != "run":
            raise ValueError(f"its type is {row.get('type')!r}")
        header = _sound(RunHeader(**_known(RunHeader, row)))
        names = {str(name): str(version) for name, version in header.implementations.items()}
        header = evolve(header, implementations=names, options=dict(header.options))
    except _DAMAGE as error:
        raise UnreadableRun(
            f"the first line of {folder / RESULTS} is no run line ({_reason(error)}); "
            "was it written by `bgfetch run`? Run again into a new folder"
        ) from None
    return header, tuple(_listed(header, missing))


def _listed(header: RunHeader, missing: list[str]) -> Iterator[Listed]:
    for place, row in enumerate(header.scenarios, 1):
        try:
            known = _known(Listed, row)
            known |= {name: _words(known.get(name, ())) for name in ("clauses", "faults")}
            yield _sound(Listed(**known))
        except _DAMAGE as error:
            missing.append(f"the run line's scenario number {place} could not be read: {_reason(error)}")


def _words(told: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(one) for one in told)


def _results(lines: list[bytes], missing: list[str]) -> tuple[tuple[Result, ...], RunEnd | None]:
    results: dict[object, Result] = {}
    end, again = None, 0
    for number, row in _rows(lines, 2, RESULTS, missing):
        try:
            if row.get("type") == "end":
                end = _sound(RunEnd(**_known(RunEnd, row)))
                continue
            result = _result(row)
        except _DAMAGE as error:
            missing.append(f"{RESULTS} line {number} could not be read: {_reason(error)}")
            continue
        again += result.key in results
        results[result.key] = result
    if again:
        missing.append(f"{plural(again, 'result')} came more than once; the last of each is shown")
    return tuple(results.values()), end


def _result(row: Mapping[str, Any]) -> Result:
    """A result from its line; fields of a newer version are passed over."""
    if row.get("type") != "result":
        raise ValueError(f"unknown type of line {row.get('type')!r}")
    checks = tuple(
        _sound(Check(**{**_known(Check, check), "proof": tuple(check.get("proof", ()))}))
        for check in row["checks"]
    )
    result = _sound(Result(**{**_known(Result, row), "checks": checks}))
    for verdict in (result.verdict, *(check.verdict for check in checks)):
        if verdict not in VERDICTS:
            raise ValueError(f"unknown verdict {verdict!r}")
    return result


def _count(header: RunHeader, results: tuple[Result, ...], end: RunEnd | None, missing: list[str]) -> None:
    lacks = header.options.get("lacks")  # of a merged run: which shares
    missing.extend(visible(clip(str(gap), 200)) for gap in (lacks if isinstance(lacks, list) else ()))
    if len(results) != header.expected:
        missing.append(f"expected {plural(header.expected, 'result')}, got {len(results):,}")
    if end is None:
        missing.append("there is no end line: the run was cut short, or is still under way")
    elif end.actual != len(results):
        missing.append(f"the end line counts {plural(end.actual, 'result')}, {len(results):,} could be read")


# -- observations ---------------------------------------------------------------------------


def _all_observations(
    folder: Path, results: Iterable[Result], missing: list[str]
) -> dict[str, tuple[Observation, ...]]:
    found: dict[str, tuple[Observation, ...]] = {}
    for path in dict.fromkeys(result.observations for result in results if result.observations):
        name = visible(clip(path, 120))
        try:
            lines = _inside(folder, path).read_bytes().split(b"\n")
        except (OSError, ValueError) as error:
            missing.append(f"no observations in {name}: {_reason(error)}")
            continue
        found[path] = _observations(lines, name, missing)
    return found


def _inside(folder: Path, path: str) -> Path:
    """The file that a result names. Raises ValueError for one outside of the run's folder."""
    file = (folder / path).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise ValueError("the path leads out of the run's folder")
    return file


def _observations(lines: list[bytes], name: str, missing: list[str]) -> tuple[Observation, ...]:
    """The observations of one file in time order; unreadable lines are told together, by the first."""
    found: list[Observation] = []
    trouble: list[str] = []
    for number, row in _rows(lines, 1, name, trouble):
        try:
            found.append(_sound(Observation.from_json(row)))
        except _DAMAGE as error:
            trouble.append(f"{name} line {number} could not be read: {_reason(error)}")
    if trouble:
        more = f" (and {plural(len(trouble) - 1, 'further line')})" if len(trouble) > 1 else ""
        missing.append(trouble[0] + more)
    return tuple(_in_order(found))


def _in_order(found: list[Observation]) -> Iterator[Observation]:
    """Observations by time, those of one witness as it told them: its order is promised, its clock is not."""
    latest: dict[str, int] = {}
    places: list[tuple[int, int, int]] = []
    for index, seen in sorted(enumerate(found), key=lambda pair: pair[1].sequence):
        latest[seen.witness] = max(seen.time, latest.get(seen.witness, seen.time))
        places.append((latest[seen.witness], seen.sequence, index))
    yield from (found[index] for _, _, index in sorted(places))


# -- soundness ------------------------------------------------------------------------------


@cache
def _hints(cls: Any) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _known(cls: type, row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a class that a row holds. Raises KeyError for one that must be there and is not."""
    return {
        field.name: row[field.name]
        for field in attrs.fields(cls)
        if field.name in row or field.default is attrs.NOTHING
    }


def _sound(made: T) -> T:
    """The object itself, once its texts are texts and its numbers are numbers. Raises TypeError."""
    cls: type = type(made)
    for name, hint in _hints(cls).items():
        value = getattr(made, name)
        if hint in (str, int) and type(value) is not hint:
            raise TypeError(f"{name} should be {hint.__name__}, not {type(value).__name__}")
        if hint == tuple[int, ...] and any(type(item) is not int for item in value):
            raise TypeError(f"{name} should hold numbers only")
    return made


def _reason(error: BaseException) -> str:
    """Why something could not be read, in one safe line of bounded length."""
    if isinstance(error, OSError):
        return error.strerror or "it cannot be opened"
    if isinstance(error, KeyError):
        return f"it has no {visible(clip(str(error.args[0]), 80))!r}"
    return visible(clip(str(error), 200))
