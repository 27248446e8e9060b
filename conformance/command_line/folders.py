"""Runs given on the command line: how they are read, and how what is made of them is written whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.errors import BadInput

if TYPE_CHECKING:
    from reports.run import Run

RESULTS = "results.jsonl"


def home(given: Path) -> Path:
    """The folder of a run, where its results.jsonl was given instead."""
    return given.parent if given.name == RESULTS else given


def runs_in(given: Path) -> list[Path]:
    """The runs that a folder stands for: itself, or those right below it. Raises BadInput where none is."""
    folder = home(given)
    if (folder / RESULTS).exists():
        return [folder]
    found = sorted(path.parent for path in folder.glob(f"*/{RESULTS}"))
    if not found:
        raise BadInput(
            f"{given} is no run, and no folder of runs.", "A run is the folder that bgfetch run printed last."
        )
    return found


def read_results(given: Path) -> Run:
    """The run of a folder, without its observations. Raises BadInput where there is none."""
    from reports.run import read_results

    return told(read_results, home(given))


def told(read: Callable[[Path], Run], folder: Path) -> Run:
    """What ``read`` makes of a folder. Raises BadInput where it holds no run."""
    from reports.run import UnreadableRun

    try:
        return read(folder)
    except UnreadableRun as error:
        raise BadInput(str(error), "A run is the folder that bgfetch run printed last.") from None


def write_whole(path: Path, text: str) -> None:
    """Write a file, whole or not at all. Raises BadInput where that cannot be done."""
    from reports.formats import put_whole

    try:
        put_whole(path, text)
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written: {error.strerror}.", "Make room there, or choose another place."
        ) from None
