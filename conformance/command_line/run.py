"""``bgfetch run``: the main job. Runs scenarios, writes the run's folder, tells what came out."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from conformance.command_line.exit_codes import INTERRUPTED, NOTHING_RAN, exit_code

if TYPE_CHECKING:
    from conformance.command_line.progress import Lines
    from conformance.run_folder import RunFolder
    from conformance.runner import Plan


@click.command("run", short_help="Run scenarios and judge what happens.")
@click.argument("selectors", nargs=-1, metavar="[SELECTOR]...")
@click.option(
    "--on", "names", multiple=True, default=["simulator"], metavar="IMPLEMENTATION", show_default=True,
    help="What to judge: simulator, simulator:literal, mutant:NAME, chromium. May be given again.",
)  # fmt: skip
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(min=0), metavar="N",
    help="Chooses the order in which the simulator takes its turns.",
)  # fmt: skip
@click.option(
    "--repeat", default=1, show_default=True, type=click.IntRange(min=1), metavar="N",
    help="How often; each repetition takes the next seed.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR",
    help="The folder for the run, not there yet. Default: a fresh one below bgfetch-results/.",
)  # fmt: skip
def command(
    selectors: tuple[str, ...], names: tuple[str, ...], seed: int, repeat: int, out: Path | None
) -> NoReturn:
    """Run the whole catalogue, or the scenarios that the selectors name, and judge it.

    A SELECTOR is an id, a path, a glob, clause:ID (the beginning of one is enough) or fault:KIND.

    Exit code: 0 as expected, 1 a check failed, 2 bad input, 3 the harness broke, 4 nothing worse
    than inconclusive, 5 nothing ran.
    """
    plan = _plan(selectors, names, seed, repeat)
    if not plan.scenarios:
        click.echo(
            f"bgfetch: no scenario matches {shlex.join(selectors)}. To see all: bgfetch list", err=True
        )
        sys.exit(NOTHING_RAN)
    watcher, folder = _run(plan, out)
    _tell(watcher, folder, plan, selectors)
    sys.exit(exit_code({result.verdict for result in watcher.results}))


def _plan(selectors: Sequence[str], names: Sequence[str], seed: int, repeat: int) -> Plan:
    from conformance.implementations import find
    from conformance.runner import Plan
    from conformance.selectors import Catalogue

    names = list(dict.fromkeys(names))
    return Plan(
        implementations=[find(name) for name in names],
        scenarios=Catalogue().select(selectors),
        seed=seed,
        repeat=repeat,
        options={"selectors": list(selectors), "on": names, "repeat": repeat},
    )


def _run(plan: Plan, out: Path | None) -> tuple[Lines, RunFolder]:
    import trio

    from conformance.command_line.interruption import until_interrupted
    from conformance.command_line.progress import watching
    from conformance.run_folder import RunFolder
    from conformance.runner import run

    folder = RunFolder.create(out)
    with watching(plan.expected) as watcher:
        interrupted = trio.run(until_interrupted, partial(run, plan, folder, watcher))
    if interrupted:
        _leave(folder, plan)
    return watcher, folder


def _leave(folder: RunFolder, plan: Plan) -> NoReturn:
    told = "Nothing was finished, and nothing is kept."
    if folder.kept:
        told = (
            f"{folder.kept} of {plan.expected} results are kept.\nTo see them: bgfetch report {folder.path}"
        )
    click.echo(f"bgfetch: interrupted. {told}", err=True)
    sys.exit(INTERRUPTED)


def _tell(watcher: Lines, folder: RunFolder, plan: Plan, selectors: Sequence[str]) -> None:
    """The matrix, then the summary, what matters most at the end."""
    from rich.console import Console

    from conformance.command_line.report import write_html
    from reports.matrix import terminal
    from reports.run import read_run

    run = read_run(folder.path)
    report = write_html(folder.path, run)
    click.echo()
    Console(highlight=False).print(terminal(run))
    for line in _ending(watcher, folder.path / "results.jsonl", report):
        click.echo(line)
    for line in _hint(plan, selectors):
        click.echo(line)


def _ending(watcher: Lines, results: Path, report: Path) -> Iterator[str]:
    """What did not pass, the times, the paths."""
    from conformance.command_line import STARTED, summary
    from reports.text import duration

    yield from summary.findings(watcher.results)
    yield ""
    yield from summary.tallies(watcher.results, watcher.disturbed)
    yield f"The whole run, start-up included: {duration(time.monotonic_ns() - STARTED)}"
    yield ""
    yield f"results  {results}"
    yield f"report   {report}"


def _hint(plan: Plan, selectors: Sequence[str]) -> Iterator[str]:
    """How to judge a browser that is here and was not asked for."""
    from conformance.command_line import browsers

    asked = [implementation.name for implementation in plan.implementations]
    for browser in browsers.found():
        if browser not in asked:
            typed = browsers.how_to_judge(browser, selectors)
            yield f"{browser.capitalize()} is on this machine. To judge it too: {typed}"
