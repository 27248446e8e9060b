"""Where each key of a TOML file stands.

The standard library's parser reads the values and finds the faults of syntax, so what remains
is to walk over text that is known to be sound and note its keys: a hundred lines of ours
instead of a second parser as a dependency, whose opinion on the values could differ.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right

from attrs import Factory, define

from conformance.scenario.errors import Path

_STRING = r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\''
_KEY = re.compile(rf"({_STRING}|[A-Za-z0-9_-]+)[ \t]*", re.DOTALL)
_SCALAR = re.compile(rf"{_STRING}|[^,\]}}#\n]+", re.DOTALL)
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")


def positions(text: str) -> dict[Path, tuple[int, int]]:
    """The line and column (from 1) of every key, table header and list item of a sound TOML text."""
    walk = _Walk(text.replace("\r\n", "\n"))
    walk.document()
    starts = [0, *(found.end() for found in re.finditer("\n", walk.text))]
    places = {}
    for path, at in walk.offsets.items():
        line = bisect_right(starts, at)
        places[path] = (line, at - starts[line - 1] + 1)
    return places


@define
class _Walk:
    """A walk over the text: ``at`` is where it stands, ``lists`` the last item of each ``[[list]]``."""

    text: str
    at: int = 0
    offsets: dict[Path, int] = Factory(dict)
    lists: dict[Path, int] = Factory(dict)

    def document(self) -> None:
        table: Path = ()
        while self.blank() < len(self.text):
            start = self.at
            if self.text.startswith("[[", self.at):
                table = self.header(2, start)
            elif self.text[self.at] == "[":
                table = self.header(1, start)
            else:
                self.entry(table)
            if self.at == start:
                return  # not sound after all: what was noted so far is still right

    def blank(self) -> int:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at

    def spaces(self) -> None:
        while self.text[self.at : self.at + 1] in (" ", "\t"):
            self.at += 1

    def header(self, brackets: int, start: int) -> Path:
        self.at += brackets
        self.spaces()
        *outer, last = self.key()
        self.at += brackets
        path: Path = ()
        for part, _ in outer:
            path = self.inside((*path, part), start)
        path = (*path, last[0])
        self.offsets.setdefault(path, start)
        if brackets == 2:
            self.lists[path] = self.lists.get(path, -1) + 1
        return self.inside(path, start)

    def inside(self, path: Path, start: int) -> Path:
        """The table that a header means by ``path``: of a list of tables, its last one."""
        self.offsets.setdefault(path, start)
        if path in self.lists:
            path = (*path, self.lists[path])
            self.offsets.setdefault(path, start)
        return path

    def key(self) -> list[tuple[str, int]]:
        """The parts of a dotted key, each with where it starts."""
        parts: list[tuple[str, int]] = []
        while found := _KEY.match(self.text, self.at):
            parts.append((_unquoted(found[1]), self.at))
            self.at = found.end()
            if self.text[self.at : self.at + 1] != ".":
                break
            self.at += 1
            self.spaces()
        return parts or [("", self.at)]

    def entry(self, table: Path) -> None:
        for part, start in self.key():
            table = (*table, part)
            self.offsets.setdefault(table, start)
        if self.text[self.at : self.at + 1] == "=":
            self.at += 1
            self.spaces()
            self.value(table)

    def value(self, path: Path) -> None:
        opening = self.text[self.at : self.at + 1]
        if opening == "[":
            self.items(path)
        elif opening == "{":
            self.inline(path)
        elif found := _SCALAR.match(self.text, self.at):
            self.at = found.end()

    def items(self, path: Path) -> None:
        self.at += 1
        number = 0
        while self.blank() < len(self.text) and self.text[self.at] != "]":
            before = self.at
            self.offsets[(*path, number)] = self.at
            self.value((*path, number))
            self.comma()
            number += 1
            if self.at == before:
                return
        self.at += 1

    def inline(self, path: Path) -> None:
        self.at += 1
        while self.blank() < len(self.text) and self.text[self.at] != "}":
            before = self.at
            self.entry(path)
            self.comma()
            if self.at == before:
                return
        self.at += 1

    def comma(self) -> None:
        self.blank()
        if self.text[self.at : self.at + 1] == ",":
            self.at += 1


def _unquoted(token: str) -> str:
    if token[0] not in "\"'":
        return token
    if "\\" not in token:
        return token[1:-1]
    return str(tomllib.loads(f"key = {token}")["key"])
