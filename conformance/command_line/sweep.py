"""``bgfetch sweep``: the scenarios of a range of seeds, on all cores or on a cluster, with a log."""

from __future__ import annotations

import shlex
import signal
import sys
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from conformance.command_line.exit_codes import AS_EXPECTED, FAILED, HARNESS_BROKE, INTERRUPTED
from conformance.errors import BadInput

if TYPE_CHECKING:
    from conformance.adversary.sweep import Block, Found, Sweep, Trouble
    from conformance.adversary.sweep_log import SweepLog


@click.command("sweep", short_help="Run and judge the scenarios of a range of seeds.")
@click.option(
    "--seeds", "text", required=True, metavar="FROM-TO",
    help="Which seeds, both included; the first there is is 0. 0-9999 are ten thousand.",
)  # fmt: skip
@click.option(
    "--on", "name", default="simulator", metavar="IMPLEMENTATION", show_default=True,
    help="What to judge: simulator, simulator:literal=E2, mutant:NAME.",
)  # fmt: skip
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="How many processes.  [default: as many as cores]"
)
@click.option(
    "--cluster", metavar="ADDRESS",
    help="Use the workers of the Dask cluster whose scheduler is there, such as tcp://10.0.0.1:8786.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="The log, a line for each block. Where it is there already, the sweep goes on with it.",
)  # fmt: skip
def command(text: str, name: str, jobs: int | None, cluster: str | None, out: Path | None) -> NoReturn:
    """Make the scenario of each seed, run and judge it, and say what came of all.

    The same seeds come to the same, whoever works them out. A sweep that was cut short goes on with the
    same command, where it has a log.

    Exit code: 0 nothing failed, 1 something did, 2 bad input or a cluster that is lost, 3 a block that
    ends whatever worker it is given to.
    """
    from conformance.adversary.sweep import Seeds, Sweep, troubles, user_agent
    from conformance.adversary.sweep_log import SweepLog

    if jobs and cluster is not None:
        raise BadInput(
            "--jobs is for this machine; a cluster has as many workers as it has.", "Give only one."
        )
    sweep = Sweep(user_agent(name).name, Seeds.parse(text))
    with closing(SweepLog(sweep, out)) as log:
        if log.dropped:
            click.echo(log.dropped, err=True)
        if log.blocks:
            click.echo(f"{len(log.blocks)} blocks are in {out} already.", err=True)
        _work_out(log, jobs or 0, cluster)
        log.finish()
        found = troubles(log.blocks.values())
        for line in _told(log, found):
            click.echo(line)
    sys.exit(FAILED if found else AS_EXPECTED)


def _work_out(log: SweepLog, jobs: int, cluster: str | None) -> None:
    """Work out the blocks that are missing; each is in the log as soon as it is finished."""
    from conformance.adversary.sweep import BLOCK
    from conformance.command_line.interruption import ENDS
    from conformance.command_line.progress import counted
    from conformance.processes import WorkerDied

    for end in ENDS:
        if signal.getsignal(end) is signal.SIG_DFL:
            signal.signal(end, signal.default_int_handler)
    missing = -(-len(log.sweep.seeds) // BLOCK) - len(log.blocks)
    try:
        with closing(_finished(log, jobs, cluster)) as blocks:
            for block in counted(blocks, missing, f"blocks of {BLOCK} seeds"):
                with _whole():
                    log.add(block)
    except KeyboardInterrupt:
        click.echo(f"bgfetch: interrupted. {_kept(log)}", err=True)
        sys.exit(INTERRUPTED)
    except WorkerDied as died:
        alone = _alone(log.sweep, died.thing)
        click.echo(f"bgfetch: seeds {died}. {_kept(log)}\nTo see it alone: {alone}", err=True)
        sys.exit(HARNESS_BROKE)


@contextmanager
def _whole() -> Iterator[None]:
    """What is within is not interrupted: an interrupt strikes behind it."""
    from conformance.command_line.interruption import ENDS

    struck: list[int] = []
    heard = [end for end in ENDS if signal.getsignal(end) is not signal.SIG_IGN]
    handlers = {end: signal.signal(end, lambda end, frame: struck.append(end)) for end in heard}
    try:
        yield
    finally:
        for end, handler in handlers.items():
            signal.signal(end, handler)
    if struck:
        raise KeyboardInterrupt


def _finished(log: SweepLog, jobs: int, cluster: str | None) -> Generator[Block]:
    """The missing blocks as they are finished, here or on a cluster."""
    from conformance import cluster as on_cluster
    from conformance import processes
    from conformance.adversary.sweep import examine

    work = partial(examine, log.sweep.on)
    engine = (
        processes.done(work, log.missing, jobs)
        if cluster is None
        else on_cluster.done(work, log.missing, cluster)
    )
    with closing(engine) as results:
        for _, block in results:
            yield block


def _kept(log: SweepLog) -> str:
    if not log.path or not log.blocks:
        return "Nothing is kept." if log.path else "Nothing is kept without a log: --out FILE."
    return f"{len(log.blocks)} blocks are kept in {log.path}, and the same command goes on from there."


def _again(sweep: Sweep, found: Found) -> str:
    """The command that has a finding again."""
    from conformance.adversary.oracles import BODIES
    from conformance.adversary.sweep import Seeds
    from conformance.tokens import Token

    if found.finding.kind == BODIES:  # which a replay does not look at
        return _alone(sweep, Seeds(found.seed, found.seed))
    return f"bgfetch replay {Token(generated=found.seed, seed=found.seed, on=sweep.on)}"


def _alone(sweep: Sweep, seeds: object) -> str:
    """The command that sweeps just these seeds, as they were."""
    on = () if sweep.on == "simulator" else ("--on", sweep.on)
    return shlex.join(("bgfetch", "sweep", "--seeds", str(seeds), *on))


def _told(log: SweepLog, found: list[Trouble]) -> Iterator[str]:
    """The mix, what never came into play, how fetches ended, each trouble with its first seed, the sum."""
    from conformance.adversary.generate import FEATURES
    from conformance.command_line.mix import mix_told

    blocks = log.blocks.values()
    features, endings = _sum(block.features for block in blocks), _sum(block.endings for block in blocks)
    yield from mix_told(features, endings, FEATURES)
    for trouble in found:
        finding = trouble.first.finding
        yield f"\n{trouble.count} times {finding.kind}, first in seed {trouble.first.seed}:"
        yield from (f"  {line}" for line in finding.told)
        yield f"  To see it again: {_again(log.sweep, trouble.first)}"
    findings = sum(one.count for one in found)
    yield f"\n{len(log.sweep.seeds)} examples, {findings} findings, {len(found)} troubles"
    if log.path:
        yield f"log  {log.path}"


def _sum(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    whole: Counter[str] = Counter()
    for one in counts:
        whole.update(one)
    return whole
