"""``bgfetch diff``: what changed between two runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click

from conformance.command_line.exit_codes import AS_EXPECTED, FAILED, NOTHING_RAN

FORMATS = ("text", "markdown", "json")


@click.command("diff", short_help="Tell what changed between two runs.")
@click.argument("before", metavar="BEFORE", type=click.Path(path_type=Path))
@click.argument("after", metavar="AFTER", type=click.Path(path_type=Path))
@click.option(
    "--format", "wanted", type=click.Choice(FORMATS), default="text", show_default=True,
    help="How it is told.",
)  # fmt: skip
def command(before: Path, after: Path, wanted: str) -> NoReturn:
    """Tell what changed from BEFORE to AFTER, two folders of runs; repetitions are folded.

    Exit code: 1 where something fails now that did not, 5 where the runs have no scenario and no
    implementation in common, 0 otherwise.
    """
    from conformance.command_line.folders import read_results
    from reports import difference
    from reports.changes import NEW_FAILURE, changes

    found = changes(read_results(before), read_results(after))
    if wanted == "markdown":
        click.echo(difference.markdown(found), nl=False)
    elif wanted == "json":
        click.echo(difference.to_json(found), nl=False)
    else:
        click.echo("\n".join(difference.terminal(found)))
    if found.of(NEW_FAILURE):
        sys.exit(FAILED)
    sys.exit(AS_EXPECTED if found.compared else NOTHING_RAN)
