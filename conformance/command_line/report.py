"""``bgfetch report``: a report of a run, made again from its folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.errors import BadInput

if TYPE_CHECKING:
    from reports.run import Run


@click.command("report", short_help="Write the report of a run.")
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path))
@click.option(
    "--format", "wanted", type=click.Choice(["html"]), default="html", show_default=True, help="Which report."
)
def command(run: Path, wanted: str) -> None:
    """Write the report of RUN, the folder of a run, into that folder, and say where it is.

    A run that was broken off has a report too, which says what is missing.
    """
    from reports.run import UnreadableRun, read_run

    folder = run.parent if run.name == "results.jsonl" else run
    try:
        path = write_html(folder, read_run(folder))
    except UnreadableRun as error:
        raise BadInput(str(error), "A run is the folder that bgfetch run printed last.") from None
    click.echo(path)


def write_html(folder: Path, run: Run) -> Path:
    """Write report.html into the run's folder and give its path. Raises BadInput if that cannot be done."""
    from conformance.clauses import clauses
    from reports.html import render

    path, page = (
        folder / "report.html",
        render(run, {name: clause.text for name, clause in clauses().items()}),
    )
    unfinished = path.with_suffix(".html.part")
    try:
        unfinished.write_text(page, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise BadInput(
            f"The report cannot be written to {path}: {error.strerror}.",
            f"The results are whole. Make room or allow writing, then: bgfetch report {folder}",
        ) from None
    return path
