"""A file as a table of rows: what the file says, with what each row says laid over it.

Tables merge, key by key; lists and single values of the row take the place of the file's. Nothing
computes, and what comes out is a document like any other, whose keys stand where they were written:
some in the row, the rest in what all rows have in common.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from conformance.scenario.errors import BAD, Path, Positions, Problem, Reading, ScenarioError, Spot, quoted
from conformance.scenario.grammar import SCENARIO

MOST_ROWS = 500
MOST_KEYS = 100_000
"""How many keys the rows of one file may come to in all, each with what it has from the file."""


@frozen
class Part:
    """One scenario of a file: the name of its row, its document, and where the keys of that stand."""

    name: str
    document: Mapping[str, Any]
    positions: Positions
    text: str

    @property
    def line(self) -> int:
        """The line at which the row begins."""
        return self.positions.get((), (0, 0))[0]


def parts(document: Mapping[str, Any], positions: Positions, file: str, text: str) -> list[Part]:
    """The rows of a file as documents of their own.

    Raises ScenarioError where they are no rows, or where what they have in common would be no scenario.
    """
    reading = Reading(file, positions, document)
    raw = SCENARIO.read(document, Spot(reading))
    if rows := [] if raw is BAD else raw.get("rows", []):
        _check(rows, Spot(reading) / "rows", len(positions))
    if reading.found:
        raise ScenarioError(reading.problems())
    common = {key: value for key, value in document.items() if key != "rows"}
    mine, theirs = _sorted(positions)
    excerpts = _excerpts(positions, text, len(rows))
    return [
        _part(common, row, mine, theirs.get(number, {}), excerpts[number]) for number, row in enumerate(rows)
    ]


def _check(rows: Sequence[Any], spot: Spot, keys: int) -> None:
    if len(rows) > MOST_ROWS or len(rows) * keys > MOST_KEYS:
        spot.wrong(
            f"{len(rows)} rows are too many for one file of this size",
            why=f"a file may have {MOST_ROWS} rows, and {MOST_KEYS} keys counted for each row anew",
            fix="several files",
        )
    names: set[str] = set()
    for place, row in enumerate(rows):
        name = "" if row is BAD else row.get("name", "")
        if name and name in names:
            (spot / place / "name").wrong(f"two rows are called {quoted(name)}", fix=f'name = "{name}-2"')
        names.add(name)


def _part(
    common: Mapping[str, Any], row: Mapping[str, Any], mine: Positions, theirs: Positions, text: str
) -> Part:
    name, own = row["name"], {key: value for key, value in row.items() if key != "name"}
    replaced = set(_replaced(common, own))
    kept = {
        path: place
        for path, place in mine.items()
        if not any(path[:end] in replaced for end in range(1, len(path) + 1))
    }
    merged = overlay(common, own)
    if "title" not in own and isinstance(merged.get("title"), str):
        merged["title"] = f"{merged['title']} ({name})"
    return Part(name, merged, {**kept, **theirs}, text)


def overlay(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """What is said above, laid over what is said below: tables merge, anything else is replaced."""
    merged = dict(below)
    for key, value in above.items():
        before = merged.get(key)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        merged[key] = overlay(before, value) if both else value  # type: ignore[arg-type]
    return merged


def _replaced(below: Mapping[str, Any], above: Mapping[str, Any], path: Path = ()) -> Iterator[Path]:
    """The paths at which something below gives way as a whole."""
    for key, value in above.items():
        before = below.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            yield from _replaced(before, value, (*path, key))
        elif key in below:
            yield (*path, key)


def _sorted(positions: Positions) -> tuple[Positions, Mapping[int, Positions]]:
    """The places of what all rows have in common, and those of each row, as paths of its document."""
    mine: dict[Path, tuple[int, int]] = {}
    theirs: dict[int, dict[Path, tuple[int, int]]] = {}
    for path, place in positions.items():
        if path[0] != "rows":
            mine[path] = place
        elif len(path) > 1 and isinstance(path[1], int):
            theirs.setdefault(path[1], {})[path[2:]] = place
    return mine, theirs


def _excerpts(positions: Positions, text: str, rows: int) -> Sequence[str]:
    """The text of each row with what is common to all; the whole text where rows are not at its end."""
    lines = text.splitlines(keepends=True)
    starts = [positions.get(("rows", number), (0, 0))[0] for number in range(rows)]
    common = [line for path, (line, _) in positions.items() if path[0] != "rows"]
    apart = all(line and lines[line - 1].lstrip().startswith("[[") for line in starts)
    if not apart or max(common, default=0) >= min(starts):
        return [text] * rows
    ends = [*(line - 1 for line in starts[1:]), len(lines)]
    head = "".join(lines[: starts[0] - 1])
    return [
        head + "".join(lines[first - 1 : last]).rstrip() + "\n"
        for first, last in zip(starts, ends, strict=True)
    ]


def together(found: Mapping[str, Sequence[Problem]], rows: int) -> list[Problem]:
    """The problems of all rows, by line; one of some rows only says of which, one of all stands once."""
    names: dict[Problem, list[str]] = {}
    for name, problems in found.items():
        for problem in problems:
            names.setdefault(problem, []).append(name)
    told = [
        problem if len(its) == rows else evolve(problem, rows=tuple(its)) for problem, its in names.items()
    ]
    return sorted(told, key=lambda problem: (problem.line, problem.column))
