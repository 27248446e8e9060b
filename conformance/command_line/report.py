"""``bgfetch report``: reports of a run, made again from its folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.errors import BadInput
from reports.formats import FORMATS

if TYPE_CHECKING:
    from reports.run import Run

ALL = "all"


@click.command("report", short_help="Write reports of a run.")
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@click.option(
    "--format", "wanted", type=click.Choice([*FORMATS, ALL]), multiple=True, default=["html"],
    show_default=True, help="Which report. May be given again.",
)  # fmt: skip
def command(run: Path, wanted: tuple[str, ...]) -> None:
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


def write_html(folder: Path, run: Run) -> Path:
    """Write report.html into the run's folder and give its path. Raises BadInput if that cannot be done."""
    (path,) = _written(folder, run, "html")
    return path


def _written(folder: Path, run: Run, name: str) -> Iterator[Path]:
    from conformance.clauses import clauses
    from reports.formats import write

    try:
        yield from write(folder, run, {id: clause.text for id, clause in clauses().items()}, name)
    except OSError as error:
        raise BadInput(
            f"The report cannot be written to {error.filename or folder}: {error.strerror}.",
            "The results are whole. Make room or allow writing, then: "
            f"bgfetch report {folder} --format {name}",
        ) from None
