"""The folder of failing scenarios: each is written as soon as it is known, and never over another."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from itertools import count
from pathlib import Path

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
        """See that it can be written to. Raises BadInput; better now than after an hour of looking."""
        there = next(path for path in (self.path, *self.path.absolute().parents) if path.exists())
        if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
            raise BadInput(
                f"Failing scenarios cannot be written to {self.path}: {there} is no folder that you may use.",
                "Choose another place with --out.",
            )

    def write(self, text: str, about: str, below: str = "") -> Path:
        """Write a scenario file under a name that is free. Raises BadInput where that cannot be done."""
        name = re.sub(r"[^a-z0-9]+", "-", about.lower()).strip("-")
        folder = self.path / below
        try:
            folder.mkdir(parents=True, exist_ok=True)
            free = (folder / f"{name}-{n}.toml" for n in count(1))
            path = next(path for path in free if not path.exists())
            unfinished = path.with_suffix(".part")
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(path)
        except OSError as error:
            raise BadInput(
                f"A failing scenario cannot be written to {folder}: {error.strerror}.",
                f"Choose another place with --out. The scenario:\n\n{text}",
            ) from None
        return path
