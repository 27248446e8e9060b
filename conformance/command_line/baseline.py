"""``bgfetch baseline``: bringing the file of known failures up to date with runs that were made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.errors import BadInput
from conformance.results import Result
from reports.text import clip, visible

if TYPE_CHECKING:
    from conformance.baseline.update import Changes, Judged
    from reports.run import Run

MOST_NAMED = 20


@click.group("baseline", short_help="Keep the file of known failures.")
def command() -> None:
    """Keep a baseline: the file of what an implementation is known to get wrong."""


@command.command("update", short_help="Bring a baseline up to date with runs.")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...", type=click.Path(path_type=Path))
@click.option(
    "--baseline", "file", required=True, type=click.Path(path_type=Path), metavar="FILE",
    help="The baseline to rewrite. One that is not there is begun.",
)  # fmt: skip
def update_command(runs: tuple[Path, ...], file: Path) -> None:
    """Bring a baseline up to date with RUN..., the folders of runs of one version.

    What still holds is not touched, comments and order stay. A scenario that passes now leaves its
    entry; what is new gets an entry whose reason is "to be argued"; where results disagree, each of
    their verdicts is as expected.
    """
    from conformance.baseline.update import update
    from conformance.command_line.folders import read_results, write_whole
    from conformance.scenario import source

    read = [read_results(folder) for folder in runs]
    text = source.read(file) if file.exists() else _beginning(read)
    judged = _judged(read, text, file)
    new, changes = update(text, str(file), judged, _exists(judged))
    if changes.any or not file.exists():
        write_whole(file, new)
    for line in _told(changes, file):
        click.echo(line)


def _beginning(runs: Sequence[Run]) -> str:
    from conformance.baseline.update import BEGINNING

    names = {name for run in runs for name in run.header.implementations}
    if len(names) != 1:
        raise BadInput(
            f"A new baseline is of one implementation, and these runs judged {', '.join(sorted(names))}.",
            f"Begin the file with the one that is meant, for example: implementation = {min(names)!r}",
        )
    return BEGINNING.format(names.pop())


def _judged(runs: Sequence[Run], text: str, file: Path) -> Judged:
    """The results that a baseline is of. Raises BadInput where that is none, or of two versions."""
    from conformance.baseline.file import parse
    from conformance.baseline.update import Judged

    name = parse(text, str(file)).implementation
    mine = [run for run in runs if name in run.header.implementations]
    if not mine or not any(one.implementation == name for run in mine for one in run.results):
        raise BadInput(
            f"{file} is of {name}, of which these runs hold no result.",
            f"To make one: bgfetch run --on {name}",
        )
    versions = sorted({run.header.implementations[name] for run in mine})
    if len(versions) > 1:
        raise BadInput(
            f"These runs are of different versions of {name}: {', '.join(versions)}.",
            "An entry is of one version: give the runs of one of them.",
        )
    results = [one for run in mine for one in run.results if one.implementation == name]
    _refuse_other_clauses(results)
    return Judged(results, versions[0], max(run.header.started for run in mine)[:10])


def _refuse_other_clauses(results: Sequence[Result]) -> None:
    from conformance.clauses import clauses

    other = sorted({check.clause for one in results for check in one.checks} - clauses().keys())
    if other:
        raise BadInput(
            f"The runs judge {visible(clip(other[0], 80))}, which is no clause of this version of bgfetch.",
            "They were made with another version: run again, then update.",
        )


def _exists(judged: Judged) -> Callable[[str], bool]:
    """Whether a scenario is in the catalogue, or was run from elsewhere."""
    from conformance.selectors import Catalogue

    catalogue = Catalogue()
    ran = {result.scenario for result in judged.results}
    return lambda id: id in ran or catalogue.has(id)


def _told(changes: Changes, file: Path) -> Iterator[str]:
    from conformance.baseline.model import TO_BE_ARGUED

    kinds = (
        (changes.added, f"new, {TO_BE_ARGUED}: give each a reason from the text"),
        (changes.removed, "removed: nothing fails any more"),
        (changes.gone, "removed: the scenario is gone"),
        (changes.loosened, "as expected either way now, because results disagree"),
        (changes.untold, "left as it is: these runs could not tell"),
    )
    for pairs, what in kinds:
        if pairs:
            yield f"{len(pairs)} {what}"
            yield from (f"  {scenario}  {clause}" for scenario, clause in pairs[:MOST_NAMED])
        if len(pairs) > MOST_NAMED:
            yield f"  and {len(pairs) - MOST_NAMED} more"
    yield str(file) if changes.any else f"{file} still holds: nothing to rewrite."
