"""``bgfetch run``: the main job. Runs scenarios, writes the run's folder, tells what came out."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
from attrs import evolve

from conformance.command_line import expected
from conformance.command_line.exit_codes import INTERRUPTED, NOTHING_RAN, exit_code
from conformance.errors import BadInput

if TYPE_CHECKING:
    from conformance.baseline.model import Baseline
    from conformance.command_line.progress import Lines
    from conformance.results import Result
    from conformance.run_folder import RunFolder
    from conformance.runner import Plan
    from reports.run import Run


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
    "--shard", callback=lambda _, __, given: given and _share(given), metavar="I/N",
    help="Run only the I-th of N shares of the scenarios; bgfetch merge puts them together.",
)  # fmt: skip
@click.option(
    "--baseline", "known", type=click.Path(path_type=Path), metavar="FILE",
    help="What an implementation is known to get wrong: only what differs from it fails the run.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR",
    help="The folder for the run, not there yet. Default: a fresh one below bgfetch-results/.",
)  # fmt: skip
def command(
    selectors: tuple[str, ...],
    names: tuple[str, ...],
    seed: int,
    repeat: int,
    shard: tuple[int, int] | None,
    known: Path | None,
    out: Path | None,
) -> NoReturn:
    """Run the whole catalogue, or the scenarios that the selectors name, and judge it.

    A SELECTOR is an id, a path, a glob, clause:ID (the beginning of one is enough) or fault:KIND.

    Exit code: 0 as expected, 1 a check failed, or passed that the baseline expects to fail, 2 bad
    input, 3 the harness broke, 4 nothing worse than inconclusive, 5 nothing ran.
    """
    plan = _plan(selectors, names, seed, repeat, shard)
    baseline = _baseline(known, plan) if known else None
    if baseline:
        plan = evolve(plan, options={**plan.options, "baseline": baseline.file}, baseline=baseline.text)
    if not plan.scenarios:
        what = f"no scenario matches {shlex.join(selectors)}"
        if shard:
            what = "this share of the scenarios is empty"
        click.echo(f"bgfetch: {what}. To see all: bgfetch list", err=True)
        sys.exit(NOTHING_RAN)
    watcher, folder = _run(plan, out)
    results = expected.left(watcher.results, baseline)
    _tell(watcher, results, folder, plan, selectors, baseline)
    sys.exit(exit_code({result.verdict for result in results}))


def _share(given: str) -> tuple[int, int]:
    number, slash, of = given.partition("/")
    if slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of):
        return int(number), int(of)
    raise click.BadParameter(f"{given!r} is no share: 1/4 is the first of four, 4/4 the last.")


def _baseline(file: Path, plan: Plan) -> Baseline:
    """The baseline of a file. Raises ScenarioError for a bad one, BadInput for one of nothing that is run."""
    from conformance.baseline.file import read

    baseline = read(file)
    asked = [implementation.name for implementation in plan.implementations]
    if baseline.implementation not in asked:
        raise BadInput(
            f"{file} is the baseline of {baseline.implementation}, and the run is of {', '.join(asked)}.",
            f"Judge it too: --on {baseline.implementation}",
        )
    return baseline


def _plan(
    selectors: Sequence[str], names: Sequence[str], seed: int, repeat: int, shard: tuple[int, int] | None
) -> Plan:
    from conformance.implementations import find
    from conformance.runner import Plan
    from conformance.selectors import Catalogue
    from conformance.shards import share

    names = list(dict.fromkeys(names))
    scenarios = Catalogue().select(selectors)
    options: dict[str, Any] = {"selectors": list(selectors), "on": names, "repeat": repeat}
    if shard:
        scenarios, options["shard"] = share(scenarios, *shard)
    return Plan(scenarios, [find(name) for name in names], seed, repeat, options)


def _run(plan: Plan, out: Path | None) -> tuple[Lines, RunFolder]:
    import trio

    from conformance.command_line.interruption import until_interrupted
    from conformance.command_line.progress import watching
    from conformance.run_folder import RunFolder
    from conformance.runner import run

    folder = RunFolder.create(out)
    with watching(plan.expected) as watcher:
        interrupted = trio.run(until_interrupted, lambda: run(plan, folder, watcher))
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


def _tell(
    watcher: Lines,
    results: Sequence[Result],
    folder: RunFolder,
    plan: Plan,
    selectors: Sequence[str],
    baseline: Baseline | None,
) -> None:
    """The matrix, then the summary, what matters most at the end."""
    from rich.console import Console

    from conformance.command_line import summary
    from conformance.command_line.report import write_html
    from reports.matrix import terminal
    from reports.run import read_run

    run = read_run(folder.path)
    report = write_html(folder.path, run, baseline)
    click.echo()
    console = Console(highlight=False)
    console.print(terminal(run, console.width))
    for line in summary.findings(results):
        click.echo(line)
    for line in _ending(watcher, folder.path / "results.jsonl", report):
        click.echo(line)
    if baseline:
        for line in _against(baseline, plan, run):
            click.echo(line)
    for line in _hint(plan, selectors):
        click.echo(line)


def _ending(watcher: Lines, results: Path, report: Path) -> Iterator[str]:
    """The counts, the times, the paths."""
    from conformance.command_line import STARTED, summary
    from reports.text import duration

    yield ""
    yield from summary.tallies(watcher.results, watcher.disturbed)
    yield f"The whole run, start-up included: {duration(time.monotonic_ns() - STARTED)}"
    yield ""
    yield f"results  {results}"
    yield f"report   {report}"


def _against(baseline: Baseline, plan: Plan, run: Run) -> Iterator[str]:
    from conformance.selectors import Catalogue

    catalogue = Catalogue()
    ran = {scenario.id for scenario in plan.scenarios}
    version = run.header.implementations[baseline.implementation]
    yield ""
    yield from expected.told(run.results, baseline, version, lambda id: id in ran or catalogue.has(id))


def _hint(plan: Plan, selectors: Sequence[str]) -> Iterator[str]:
    """How to judge a browser that is here and was not asked for."""
    from conformance.command_line import browsers

    asked = [implementation.name for implementation in plan.implementations]
    for browser in browsers.found():
        if browser not in asked:
            typed = browsers.how_to_judge(browser, selectors)
            yield f"{browser.capitalize()} is on this machine. To judge it too: {typed}"
