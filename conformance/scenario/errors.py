"""What can be wrong with a scenario file, and how it is said: where, what, why, and what to type next."""

from __future__ import annotations

import difflib
import enum
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import field, frozen

Path = tuple[str | int, ...]
"""Where a value stands in the document: keys and places in lists (from 0), from the top down."""

MOST_PROBLEMS = 100
"""With so many found, the rest of a file is not looked at: nobody reads them, and looking takes time."""

Positions = Mapping[Path, tuple[int, int]]
"""The line and column (both from 1) of each path of a file; empty where there is no file."""


class Bad(enum.Enum):
    """What a reader gives instead of a value that was wrong and has been reported."""

    BAD = enum.auto()


BAD = Bad.BAD


@frozen
class Problem:
    """One thing that is wrong. ``line`` and ``column`` count from 1; 0 where they are not known."""

    what: str
    why: str = ""
    allowed: tuple[str, ...] = ()
    nearest: str = ""
    fix: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    rows: tuple[str, ...] = ()
    """The rows that this is a problem of, where it is not one of all."""

    @property
    def place(self) -> str:
        """``file:line:column``, as far as it is known."""
        numbers = [str(n) for n in (self.line, self.column) if n]
        return ":".join([self.file or "scenario", *numbers])

    def __str__(self) -> str:
        lines = [f"{self.place}: {self.what}"]
        if self.rows:
            lines.append(f"in the row: {_listed(self.rows)}")
        if self.why:
            lines.append(f"why: {self.why}")
        if self.nearest:
            lines.append(f"did you mean {quoted(self.nearest)}?")
        if self.allowed:
            lines.append(f"allowed: {_listed(self.allowed)}")
        if self.fix:
            lines.append(f"write: {self.fix}")
        return "\n    ".join(lines)


class ScenarioError(Exception):
    """A scenario cannot be read. ``problems`` holds all that is wrong with it, in the order of its lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@frozen
class Reading:
    """The reading of one document: where its keys stand, and what has been found wrong so far."""

    file: str
    positions: Positions
    document: Any = None
    found: list[tuple[Path, Problem]] = field(factory=list)

    def position(self, path: Path) -> tuple[int, int]:
        """Line and column of a path, or of the nearest thing around it; (0, 0) without a file."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, (1, 1) if self.positions else (0, 0))

    def broken(self, *path: str | int) -> bool:
        """Whether something at or below this path is wrong, so that what rests on it cannot be judged."""
        return any(where[: len(path)] == path for where, _ in self.found)

    def problems(self) -> list[Problem]:
        """All that was found, in the order of the lines; without lines in the order of finding."""
        return sorted((problem for _, problem in self.found), key=lambda p: (p.line, p.column))


@frozen
class Spot:
    """A place in a document, at which a value is read and found right or wrong.

    ``label`` is what messages call it where its key would say nothing.
    """

    reading: Reading
    path: Path = ()
    label: str = ""

    def __truediv__(self, part: str | int) -> Spot:
        return Spot(self.reading, (*self.path, part))

    @property
    def name(self) -> str:
        """The key that leads here, for messages: the place in a list belongs to the list's key."""
        if self.label:
            return self.label
        parts = [part for part in self.path if isinstance(part, str)]
        return parts[-1] if parts else "the file"

    @property
    def line(self) -> int:
        """The line of this place in the file, 0 if there is none."""
        return self.reading.position(self.path)[0]

    @property
    def written(self) -> Any:
        """The value at this place as it is written, None if there is none."""
        value = self.reading.document
        for part in self.path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def wrong(
        self, what: str, *, why: str = "", allowed: Iterable[str] = (), given: object = None, fix: str = ""
    ) -> Bad:
        """Report something wrong here. ``given`` is compared with ``allowed`` to find what was meant."""
        line, column = self.reading.position(self.path)
        choices = tuple(allowed)
        near = nearest(given, choices)
        problem = Problem(what, why, choices, near, fix, self.reading.file, line, column)
        self.reading.found.append((self.path, problem))
        if len(self.reading.found) >= MOST_PROBLEMS:
            raise ScenarioError(self.reading.problems())
        return BAD


def nearest(given: object, choices: Sequence[str]) -> str:
    """The choice that a mistyped text most likely meant, or ""."""
    if not isinstance(given, str) or len(given) > 200:
        return ""
    folded = {choice.casefold(): choice for choice in reversed(choices[:1000])}  # comparing takes its time
    found = difflib.get_close_matches(given.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


def quoted(text: str) -> str:
    """A text as it stands in a file, cut where it is long."""
    cut = text if len(text) <= 60 else text[:57] + "..."
    return '"' + "".join(c if c.isprintable() else ascii(c)[1:-1] for c in cut) + '"'


def told(value: Any) -> str:
    """A value in words that tell its type as well."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value) if abs(value) < 10**20 else "a number beyond all bounds"
        case str():
            return quoted(value)
        case Mapping():
            return "a table"
        case list() | tuple():
            return "a list"
    return f"a {type(value).__name__}"


def _listed(choices: Sequence[str]) -> str:
    shown = [choice or '""' for choice in choices[:40]]
    return ", ".join(shown) + (f" and {len(choices) - 40} more" if len(choices) > 40 else "")
