"""``bgfetch fuzz``: scenarios are made up, run and judged; what fails is cut down and written as a file."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from conformance.command_line.exit_codes import INTERRUPTED, exit_code
from conformance.errors import BadInput
from conformance.results import FAIL, INCONCLUSIVE

if TYPE_CHECKING:
    from conformance.adversary.found import Found
    from conformance.adversary.hunt import Budget
    from conformance.adversary.kept import Kept
    from conformance.adversary.subjects import Subject
    from conformance.command_line.hunt_told import Teller
    from conformance.scenario.model import Scenario


def _finite(ctx: click.Context, option: click.Parameter, seconds: float | None) -> float | None:
    """Refuse nan, which is in any range, and a hunt without an end."""
    if seconds is not None and not isfinite(seconds):
        raise click.BadParameter(f"{seconds} is no time. Leave --seconds away to have no such limit.")
    return seconds


@click.command("fuzz", short_help="Make scenarios up and look for what breaks.")
@click.option(
    "--on", "name", default="simulator", metavar="IMPLEMENTATION", show_default=True,
    help="What to judge: simulator, simulator:literal=E2, mutant:NAME, chromium.",
)  # fmt: skip
@click.option(
    "--examples", default=1000, show_default=True, type=click.IntRange(min=1), metavar="N",
    help="How many scenarios at most.",
)  # fmt: skip
@click.option(
    "--seconds", type=click.FloatRange(min=0, min_open=True), metavar="S", callback=_finite,
    help="How long at most.",
)  # fmt: skip
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

    On a browser a failure is believed once it was seen in each of three more runs.

    Exit code: 0 nothing failed, 1 something did, 2 bad input, 3 the harness had trouble, 4 nothing worse
    than inconclusive, 5 nothing could be run.
    """
    import trio

    from conformance.adversary.hunt import Budget
    from conformance.adversary.kept import Kept
    from conformance.command_line.hunt_told import telling
    from conformance.command_line.interruption import until_interrupted

    kept = Kept(out)
    kept.check()
    hunter = Hunter(name, seed, Budget(examples, seconds), kept, kept.scenarios())
    with _summed_up(hunter), telling(examples) as hunter.teller:
        interrupted = trio.run(until_interrupted, hunter.hunt)
    if interrupted:
        click.echo("bgfetch: interrupted. What was found is kept.", err=True)
        sys.exit(INTERRUPTED)
    sys.exit(exit_code(hunter.verdicts))


@contextmanager
def _summed_up(hunter: Hunter) -> Iterator[None]:
    """Tell at the end what came of a hunt, also of one that could not go on, for want of room perhaps."""
    from conformance.command_line.hunt_told import ending

    cut_short: BadInput | None = None
    try:
        yield
    except BadInput as error:
        cut_short = error
    if hunter.tally.examples or not cut_short:
        for line in ending(hunter.tally, hunter.found):
            click.echo(line)
    if cut_short:
        raise cut_short


class Hunter:
    """One hunt: what is judged, where the choices begin, when it ends, what failed before."""

    found: Found | None = None
    still_failing = 0
    teller: Teller
    """Somebody to tell how it goes on, for as long as it does."""

    def __init__(
        self,
        name: str,
        seed: int,
        budget: Budget,
        kept: Kept,
        before: Sequence[Scenario],
    ) -> None:
        from conformance.adversary.hunt import Tally

        self.name, self.seed, self.budget = name, seed, budget
        self.kept, self.before = kept, before
        self.tally = Tally()

    @property
    def verdicts(self) -> set[str]:
        """What came of it all: a failure that does not come again is no more than inconclusive."""
        found = set(self.tally.verdicts) - {FAIL}
        if self.found and self.found.unstable:
            found.add(INCONCLUSIVE)
        return found | {FAIL} if self.still_failing or self.tally.failures else found

    async def hunt(self) -> None:
        """Hunt in a thread, from which Hypothesis can ask a browser. Raises BadInput."""
        import trio

        from conformance.adversary.subjects import subject

        async with subject(self.name) as on:
            await trio.to_thread.run_sync(self._hunt_on, on)

    def _hunt_on(self, on: Subject) -> None:
        from conformance.adversary.found import Found
        from conformance.adversary.hunt import hunt

        typed = shlex.join(["bgfetch", "fuzz", "--on", self.name, "--seed", str(self.seed)])
        self.found = Found(on, self.kept, self.teller.say, typed, f"--on {shlex.quote(self.name)}")
        self.still_failing = self.found.try_again(self.before, self.tally)
        hunt(
            self.found.examine,
            self.budget,
            self.seed,
            self.teller.looked,
            on.features,
            prepared=on.prepared,
            found=self.found.new,
            tally=self.tally,
        )
