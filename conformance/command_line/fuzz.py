"""``bgfetch fuzz``: scenarios are made up, run and judged; what fails is cut down and written as a file."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from conformance.command_line.exit_codes import AS_EXPECTED, FAILED
from conformance.errors import BadInput

if TYPE_CHECKING:
    from conformance.adversary.hunt import Budget, Failure, Tally
    from conformance.implementations.simulator import SimulatorImplementation


@click.command("fuzz", short_help="Make scenarios up and look for what breaks.")
@click.option(
    "--on", "name", default="simulator", metavar="IMPLEMENTATION", show_default=True,
    help="What to judge: simulator, simulator:literal=E2, mutant:NAME.",
)  # fmt: skip
@click.option(
    "--examples", default=1000, show_default=True, type=click.IntRange(min=1), metavar="N",
    help="How many scenarios at most.",
)  # fmt: skip
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), metavar="S", help="How long at most.")
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(min=0), metavar="N",
    help="Where the choices begin: the same seed makes the same examples.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("bgfetch-found"),
    show_default=True, metavar="DIR", help="Where failing scenarios are kept. Those there are tried first.",
)  # fmt: skip
def command(name: str, examples: int, seconds: float | None, seed: int, out: Path) -> NoReturn:
    """Make scenarios up, run and judge each, and cut what fails down to a small scenario file.

    Exit code: 0 nothing failed, 1 something did, 2 bad input.
    """
    from conformance.adversary.hunt import Budget

    hunter = Hunter(name, seed, out)
    again = hunter.try_what_failed_before()
    tally = hunter.hunt(Budget(examples, seconds))
    for failure in tally.failures:
        hunter.cut_down(failure)
    for line in _ending(tally):
        click.echo(line)
    sys.exit(FAILED if again or tally.failures else AS_EXPECTED)


class Hunter:
    """One hunt: what is judged, where the choices begin, and where failing scenarios are kept."""

    def __init__(self, name: str, seed: int, out: Path) -> None:
        self.name, self.seed, self.out = name, seed, out
        self.on = _simulator(name)

    def try_what_failed_before(self) -> int:
        """Run every scenario that is kept; gives how many still fail. Raises ScenarioError."""
        from conformance.adversary.oracles import examined
        from conformance.scenario.load import load

        kept = [load(path) for path in sorted(self.out.glob("*.toml"))]
        failing = [one for one in kept if examined(one, self.on, one.seed).finding]
        for one in kept:
            click.echo(f"{'still fails' if one in failing else 'passes now'}  {one.file}")
        return len(failing)

    def hunt(self, budget: Budget) -> Tally:
        from conformance.adversary.hunt import hunt
        from conformance.adversary.oracles import examined

        with watching(budget.examples) as told:
            return hunt(
                lambda scenario, seed, both: examined(scenario, self.on, seed, both=both),
                budget,
                self.seed,
                told,
            )

    def cut_down(self, failure: Failure) -> None:
        """Make a failure small, write it as a file, and tell it."""
        from conformance.adversary.oracles import examined
        from conformance.adversary.shrink import shrunk
        from conformance.adversary.written import as_file, sentences

        scenario, finding = shrunk(failure, lambda one: examined(one, self.on, failure.seed).finding)
        words = ["--on", self.name, "--seed", str(self.seed), "--examples", str(failure.example)]
        command = shlex.join(["bgfetch", "fuzz", *words])
        path = self._keep(as_file(dict(scenario.document), finding, failure.seed, command), finding.about[0])
        click.echo(f"\nFound in example {failure.example}, {finding.kind}:")
        click.echo("\n".join(sentences(scenario, finding)))
        click.echo(f"  Written to {path}. To see it again: bgfetch replay {path} --on {self.name}")

    def _keep(self, text: str, about: str) -> Path:
        """Write a scenario file under a name that is free. Raises BadInput where that cannot be done."""
        name = re.sub(r"[^a-z0-9]+", "-", about.lower()).strip("-")
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            free = (self.out / f"{name}-{n}.toml" for n in count(1))
            path = next(path for path in free if not path.exists())
            unfinished = path.with_suffix(".part")
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(path)
        except OSError as error:
            raise BadInput(
                f"A failing scenario cannot be written to {self.out}: {error.strerror}.",
                f"Choose another place with --out. The scenario:\n\n{text}",
            ) from None
        return path


def _simulator(name: str) -> SimulatorImplementation:
    """The user agent to judge. Raises BadInput for one that is none of the simulator's."""
    from conformance.implementations import find
    from conformance.implementations.simulator import SimulatorImplementation
    from conformance.mutants.matrix import MOST_TURNS

    found = find(name)
    if not isinstance(found, SimulatorImplementation):
        raise BadInput(f"{name} cannot be fuzzed yet.", "Try: bgfetch fuzz --on simulator")
    return SimulatorImplementation(found.name, found.overrides, found.lacking, most=MOST_TURNS)


@contextmanager
def watching(expected: int | None) -> Iterator[Callable[[Tally], None]]:
    """Tell how a hunt goes on, where standard error is a terminal."""
    if not sys.stderr.isatty():
        yield lambda tally: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=expected)
        yield lambda tally: progress.update(task, completed=tally.examples, description=_now(tally))


def _now(tally: Tally) -> str:
    rate = tally.examples / tally.seconds if tally.seconds else 0
    return f"{len(tally.failures)} failures, {rate:.0f} examples/s"


def _ending(tally: Tally) -> Iterator[str]:
    """The mix, what never came into play, how fetches ended, the sum."""
    from conformance.command_line.mix import mix_told

    yield from mix_told(tally.features, tally.outcomes)
    yield f"{tally.examples} examples in {tally.seconds:.1f} s, {len(tally.failures)} failures"
