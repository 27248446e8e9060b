"""``bgfetch merge``: the shares of one run, put together into one folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click

from conformance.errors import BadInput


@click.command("merge", short_help="Put the shares of a run together.")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...", type=click.Path(path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="RUN",
    help="The folder for the whole, not there yet.",
)  # fmt: skip
def command(runs: tuple[Path, ...], out: Path) -> NoReturn:
    """Put RUN... together, as `bgfetch run --shard` made them, into one run with its report.

    Runs of different versions, seeds, repetitions or catalogues are refused, and so is a result
    that two of them hold. A share that is missing or was cut short is told, and the rest is put
    together.

    Exit code: 0 the whole is there, 2 bad input, 4 results are missing, of which nobody can tell.
    """
    from conformance.command_line.exit_codes import AS_EXPECTED, INCONCLUSIVE_ONLY
    from conformance.command_line.folders import home, read_results, told
    from conformance.command_line.report import write_html
    from conformance.merge import Part, merge
    from conformance.run_folder import RunFolder
    from reports.run import read_run

    read = {home(given): read_results(given) for given in runs}
    if len(read) < len(runs):
        raise BadInput("A run was given twice.", "Give each share once.")
    parts = [Part(folder, run.header, run.results, run.end) for folder, run in read.items()]
    folder = RunFolder.create(out)
    try:
        merge(parts, folder)
    finally:
        folder.leave()
    whole = told(read_run, folder.path)
    for gap in whole.missing:
        click.echo(f"missing: {gap}", err=True)
    click.echo(f"{len(whole.results)} results of {len(parts)} runs")
    click.echo(f"results  {folder.path / 'results.jsonl'}")
    click.echo(f"report   {write_html(folder.path, whole)}")
    sys.exit(INCONCLUSIVE_ONLY if len(whole.results) < whole.header.expected else AS_EXPECTED)
