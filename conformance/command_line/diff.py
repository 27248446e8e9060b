"""``bgfetch diff``: what changed between two runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from conformance.command_line.exit_codes import AS_EXPECTED, FAILED, NOTHING_RAN
from conformance.errors import BadInput

if TYPE_CHECKING:
    from reports.changes import Changes

TEXT, MARKDOWN, JSON, HTML = FORMATS = ("text", "markdown", "json", "html")


@click.command("diff", short_help="Tell what changed between two runs.")
@click.argument("before", metavar="BEFORE", type=click.Path(path_type=Path))
@click.argument("after", metavar="AFTER", type=click.Path(path_type=Path))
@click.option(
    "--format", "wanted", type=click.Choice(FORMATS), default=TEXT, show_default=True,
    help="How it is told. html is a page in the folder AFTER, with the timelines of each change.",
)  # fmt: skip
@click.option("--timeline", is_flag=True, help="Draw each change in letters too, before above after.")
def command(before: Path, after: Path, wanted: str, timeline: bool) -> NoReturn:
    """Tell what changed from BEFORE to AFTER, two folders of runs; repetitions are folded.

    Exit code: 1 where something fails that BEFORE has otherwise, 5 where the runs have no scenario and
    no implementation in common, 0 otherwise. What BEFORE does not have is told as added, whatever it
    is: to gate on that too, hold the run against a baseline.
    """
    from conformance.command_line.folders import home, read_results
    from reports.changes import NEW_FAILURE, changes

    if timeline and wanted != TEXT:
        raise BadInput(
            f"--timeline draws in letters, and the format is {wanted}.",
            "Leave out --format for that; --format html draws timelines by itself.",
        )
    found = changes(read_results(before), read_results(after))
    if timeline or wanted == HTML:
        found = found.observed(home(before), home(after))
    for line in _told(found, wanted, home(after), timeline):
        click.echo(line)
    if found.of(NEW_FAILURE):
        sys.exit(FAILED)
    sys.exit(AS_EXPECTED if found.compared else NOTHING_RAN)


def _told(found: Changes, wanted: str, folder: Path, timeline: bool) -> Iterator[str]:
    from reports import difference

    if wanted == MARKDOWN:
        yield difference.markdown(found).rstrip("\n")
    elif wanted == JSON:
        yield difference.to_json(found).rstrip("\n")
    elif wanted == HTML:
        yield difference.counts(found)
        yield str(_page(found, folder))
    else:
        yield from difference.terminal(found, timelines=timeline)


def _page(found: Changes, folder: Path) -> Path:
    """Write the page into a folder and give its path. Raises BadInput where that cannot be done."""
    from conformance.clauses import clauses
    from conformance.command_line.folders import write_whole
    from reports.difference_page import FILE, page

    path = folder / FILE
    write_whole(path, page(found, {id: clause.text for id, clause in clauses().items()}))
    return path
