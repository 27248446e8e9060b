"""``bgfetch report``: reports of a run, made again from its folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.errors import BadInput
from reports.formats import FORMATS

if TYPE_CHECKING:
    from reports.clause_table import Text
    from reports.run import Run

ALL, FULL = "all", "full"


@click.command("report", short_help="Write reports of a run.")
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@click.option(
    "--format", "wanted", type=click.Choice([*FORMATS, ALL]), multiple=True, default=["html"],
    show_default=True, help="Which report. May be given again.",
)  # fmt: skip
@click.option(
    "--full", is_flag=True, help="A folder too, with a page for each scenario that leaves nothing out."
)
def command(run: Path, wanted: tuple[str, ...], full: bool) -> None:
    """Write reports of RUN, the folder of a run, into that folder, and say where they are.

    A run that was broken off has reports too, which say what is missing.
    """
    from reports.run import UnreadableRun, read_run

    folder = run.parent if run.name == "results.jsonl" else run
    try:
        read = read_run(folder)
    except UnreadableRun as error:
        raise BadInput(str(error), "A run is the folder that bgfetch run printed last.") from None
    for name in FORMATS if ALL in wanted else dict.fromkeys(wanted):
        for path in _written(folder, read, name):
            click.echo(path)
    if full:
        first, *_ = _written(folder, read, FULL)
        click.echo(first)


def write_html(folder: Path, run: Run) -> Path:
    """Write report.html into the run's folder and give its path. Raises BadInput if that cannot be done."""
    (path,) = _written(folder, run, "html")
    return path


def _written(folder: Path, run: Run, name: str) -> Iterator[Path]:
    from reports.formats import put

    try:
        yield from put(folder, _files(run, name))
    except OSError as error:
        raise BadInput(
            f"The report cannot be written to {error.filename or folder}: {error.strerror}.",
            "The results are whole. Make room or allow writing, then: "
            f"bgfetch report {folder} {'--full' if name == FULL else f'--format {name}'}",
        ) from None


def _files(run: Run, name: str) -> Iterable[tuple[str, str]]:
    """The files of a report; the pages for people are told more of the clauses than other tools need."""
    from conformance.clauses import clauses
    from reports import html

    told = {id: clause.text for id, clause in clauses().items()}
    if name == FULL:
        return html.folder(run, told, text())
    if name == "html":
        return [("report.html", html.render(run, told, text()))]
    return FORMATS[name](run, told).items()


def text() -> Text:
    """What is known of the clauses beside our paraphrase of each."""
    from conformance.clauses import REVISION, clauses
    from conformance.mutants import mutants
    from reports.clause_table import Rule, Text

    broken: dict[str, list[str]] = {}
    for mutant, overrides in mutants().items():
        for override in overrides:
            broken.setdefault(override.clause, []).append(mutant)
    rules = {
        id: Rule(clause.level, clause.witnesses, tuple(broken.get(id, ())))
        for id, clause in clauses().items()
    }
    return Text(REVISION, rules)
