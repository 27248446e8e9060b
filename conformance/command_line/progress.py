"""How a run goes on, told while it runs: a bar on a terminal, one plain line per result elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

from conformance.results import PASS, Result
from reports.text import duration, visible

if TYPE_CHECKING:
    from rich.progress import Progress

T = TypeVar("T")


class Lines:
    """Keeps the results as they come and prints a line for each."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self.disturbed: set[tuple[str, str, str, int, int]] = set()

    def starts(self, scenario: str, implementation: str) -> None:
        """A line is printed only once there is a verdict to print."""

    def ended(self, result: Result, *, disturbed: bool) -> None:
        self.results.append(result)
        if disturbed:
            self.disturbed.add(result.key)
        self.tell(result)

    def tell(self, result: Result) -> None:
        click.echo(line(result))


class Bar(Lines):
    """A progress bar that names the scenario under way; above it whatever did not pass."""

    def __init__(self, progress: Progress, expected: int) -> None:
        super().__init__()
        self.progress = progress
        self.task = progress.add_task("", total=expected)

    def starts(self, scenario: str, implementation: str) -> None:
        self.progress.update(self.task, description=f"{implementation}  {scenario}")

    def tell(self, result: Result) -> None:
        self.progress.advance(self.task)
        if result.verdict != PASS:
            self.progress.console.print(line(result), markup=False, highlight=False)


def line(result: Result) -> str:
    """One result on one line; a note is cut to its first line."""
    again = f" #{result.repetition}" if result.repetition > 1 else ""
    note = f"  {visible(result.note.splitlines()[0])}" if result.note else ""
    told = f"{result.verdict:<12} {result.implementation}  {result.scenario}{again}"
    return f"{told}  {duration(result.wall)}{note}"


@contextmanager
def watching(expected: int) -> Iterator[Lines]:
    """A watcher for a run with so many results due, fit for where standard output goes."""
    if not sys.stdout.isatty():
        yield Lines()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    told = TextColumn("{task.description}", markup=False)
    with Progress(BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), told, transient=True) as progress:
        yield Bar(progress, expected)


def counted(things: Iterable[T], total: int, what: str) -> Iterator[T]:
    """The things, counted on standard error while they come, where that is a terminal."""
    if not sys.stderr.isatty():
        yield from things
        return
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(things, what, total, console=console, transient=True)
