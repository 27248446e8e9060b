"""From a file to a document: what may be read at all, and what is wrong with it as TOML.

The bounds keep a hostile file from costing more than a moment: only a regular file is read, only
so much of it, and nothing goes to the parser that it would need more than linear time for.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from conformance.scenario.errors import Problem, ScenarioError

MOST_BYTES = 512 * 1024
"""How long a scenario file may be: fifty times the longest that a person would want to read."""

MOST_DOTS = 100
"""How many dots a line may have: the parser's time grows with the square of a dotted key's parts."""


def read(path: Path) -> str:
    """The text of a file. Raises ScenarioError where it cannot be read, or could be no scenario."""
    if path.exists() and not path.is_file():
        what = "is no file" if path.is_dir() else "is no regular file, and could be without an end"
        raise ScenarioError([Problem(what, file=str(path), fix="the path of a .toml file")])
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        what = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        raise ScenarioError([Problem(what, file=str(path), fix="the path of a .toml file")]) from None
    return _decoded(content, path)


def _decoded(content: bytes, path: Path) -> str:
    if len(content) > MOST_BYTES:
        raise ScenarioError([_too_long(str(path))])
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what = f"byte {content[error.start]:#04x} is not UTF-8"
        raise ScenarioError(
            [Problem(what, file=str(path), line=line, fix="save the file as UTF-8")]
        ) from None


def document(text: str, file: str) -> dict[str, Any]:
    """A text as TOML. Raises ScenarioError, and RecursionError where it is nested too deeply."""
    if len(text) > MOST_BYTES:
        raise ScenarioError([_too_long(file)])
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MOST_DOTS and line.count(".") > MOST_DOTS:
            what = f"has {line.count('.')} dots on one line"
            raise ScenarioError(
                [Problem(what, f"more than {MOST_DOTS} are no key of a scenario", file=file, line=number)]
            )
    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise ScenarioError([_no_toml(error, file, text)]) from None


def too_deep(file: str) -> Problem:
    """What is said of a document that the parser or the loader cannot get to the bottom of."""
    return Problem("is nested too deeply", "no key of a scenario needs more than ten levels", file=file)


def _too_long(file: str) -> Problem:
    return Problem(
        f"is longer than {MOST_BYTES // 1024} KiB",
        "a scenario is for reading; a family of paths stands for many, a row for a whole scenario",
        file=file,
        fix="several files",
    )


def _no_toml(error: ValueError, file: str, text: str) -> Problem:
    """The parser's complaint; its place is only in its words."""
    what, _, place = str(error).rpartition(" (at ")
    found = re.fullmatch(r"line (\d+), column (\d+)\)", place)
    end = (text.rstrip("\n").count("\n") + 1, 0)
    line, column = (int(found[1]), int(found[2])) if found else end
    why = next((hint for start, hint in _HINTS.items() if what.startswith(start)), "")
    return Problem(f"is no TOML: {what or error}", why, file=file, line=line, column=column)


_HINTS = {
    "Invalid value": "text stands in quotes; true and false have none and are small",
    "Invalid initial character": "a table in braces stands on one line, and no comma before its end",
    "Unclosed inline table": "a table in braces stands on one line, and no comma before its end",
    "Cannot declare": "a table has one header; the tables of a list have double brackets, [[steps]]",
    "Cannot overwrite": "a key stands once in its table",
    "Expected newline": "one key a line; keys of a table in braces are parted by commas",
}
"""What usually lies behind a complaint of the parser, by how it begins."""
