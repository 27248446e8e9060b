"""The folder of failing scenarios: each is written as soon as it is known, and never over another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile

from conformance.errors import BadInput
from conformance.scenario.load import load
from conformance.scenario.model import Scenario

UNSTABLE, INCONCLUSIVE, TROUBLE = "unstable", "inconclusive", "trouble"
"""Folders in it, for a person to judge: failures that did not come again each time, outcomes that the
reference never has, and what the harness, or the whole browser, came to grief over."""


class Kept:
    """A folder of scenario files. It is made when the first one is written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def scenarios(self) -> Sequence[Scenario]:
        """The failing scenarios that are there already. Raises ScenarioError for a file that is none."""
        return [load(path) for path in sorted(self.path.glob("*.toml"))]

    def check(self) -> None:
        """See that it can be written to. Raises BadInput; better now than in an hour."""
        there = self.path
        try:
            there = next(path for path in (there, *there.absolute().parents) if path.exists())
            # What the system would allow is only known by trying: a folder need not be one of a disk.
            with TemporaryFile(dir=there):
                pass
        except OSError as error:
            raise BadInput(
                f"Failing scenarios cannot be written to {self.path}: {there} is no folder that you may use "
                f"({error.strerror}).",
                "Choose another place with --out.",
            ) from None

    def write(self, text: str, about: str, below: str = "") -> Path:
        """Write a scenario file under a name that is free. Raises BadInput where that cannot be done."""
        name = re.sub(r"[^a-z0-9]+", "-", about.lower()).strip("-")
        folder = self.path / below
        paths = (folder / f"{name}-{n}.toml" for n in count(1))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return next(path for path in paths if _put(path, text))
        except OSError as error:
            raise BadInput(
                f"A failing scenario cannot be written to {folder}: {error.strerror}.",
                f"Make room there, or choose another place with --out. The scenario:\n\n{text}",
            ) from None


def _put(path: Path, text: str) -> bool:
    """Write a file, whole or not at all; gives False where one is there, or is being written."""
    unfinished = path.with_suffix(".part")
    try:
        file = unfinished.open("x", encoding="utf-8")
    except FileExistsError:
        return False
    try:
        with file:
            file.write(text)
        # As long as the unfinished one is ours, nobody else makes the other, not even another hunt.
        free = not path.exists()
        if free:
            unfinished.rename(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    if not free:
        unfinished.unlink()
    return free
