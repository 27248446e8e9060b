"""``bgfetch replay``: one run again, by its token or by its scenario file; what it prints is the trace."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

import click
from attrs import evolve

from conformance.command_line.exit_codes import HARNESS_BROKE, INTERRUPTED, exit_code
from conformance.errors import BadInput

if TYPE_CHECKING:
    from conformance.implementations.protocol import Implementation
    from conformance.runner import Outcome
    from conformance.scenario.model import Scenario
    from conformance.tokens import Token


@click.command("replay", short_help="Run one scenario again, the same as before.")
@click.argument("what", metavar="TOKEN|FILE")
@click.option(
    "--on", "name", metavar="IMPLEMENTATION",
    help="What to run it on. Default: what the token says, else simulator.",
)  # fmt: skip
@click.option(
    "--seed", type=click.IntRange(min=0), metavar="N",
    help="Added to the seed of the file, as bgfetch run does. Default: 0. A token has its own.",
)  # fmt: skip
def command(what: str, name: str | None, seed: int | None) -> NoReturn:
    """Run one scenario again and print its trace, a line for each observation: with a token, the same trace.

    TOKEN is what a run on the simulator printed, FILE a scenario. The verdict, what failed and the token
    go to standard error. Where a token comes to another trace here, none is printed, but why.

    Exit code: 0 it passes, 1 a check failed, 2 bad input, or a token of which another version or another
    scenario comes to something else, 3 the harness broke, 4 inconclusive, 5 it cannot be run there.
    """
    from conformance.implementations import find
    from conformance.replay import Irreproducible, against_the_reference, compare
    from conformance.tokens import text_of

    scenario, token = _meant(what, name, seed)
    implementation = find(token.on)
    outcome = _once(implementation, scenario, token.seed)
    trace = text_of(outcome.observations)
    try:
        versions = compare(token, trace)
    except Irreproducible as error:
        click.echo(f"{outcome.story}bgfetch: {error}", err=True)
        sys.exit(HARNESS_BROKE)
    outcome = against_the_reference(outcome, scenario, implementation, token.seed)
    click.echo(trace, nl=False)
    for line in (*_told(scenario, token, outcome), *versions, *_again(scenario, token, trace)):
        click.echo(line, err=True)
    sys.exit(exit_code({outcome.verdict}))


def _meant(what: str, name: str | None, seed: int | None) -> tuple[Scenario, Token]:
    """The scenario, and a token of the run that is asked for: for a file, one that is bound to no trace."""
    from conformance.replay import scenario_of
    from conformance.selectors import Catalogue, selector_of
    from conformance.tokens import EXAMPLE, REFERENCE, Token, looks_like_a_token, parse

    if not what.strip():
        raise BadInput("There is nothing to replay.", f"Give a scenario file, or a token such as {EXAMPLE}")
    if os.path.exists(what) or not looks_like_a_token(what):
        scenario = Catalogue().one(what)
        on = REFERENCE if name is None else name
        return scenario, Token(selector_of(scenario), seed=seed or 0, on=on)
    token = parse(what.strip())
    if seed is not None:
        other = evolve(token.unbound(), seed=seed)
        raise BadInput("A token has its seed, and --seed would be another.", f"Try: bgfetch replay {other}")
    if name not in (None, token.on):
        token = evolve(token, on=name, trace="")  # the trace is one of what the token says
    return scenario_of(token), token


def _once(implementation: Implementation, scenario: Scenario, seed: int) -> Outcome:
    """Run it. Raises BadInput where it cannot be opened; an interruption ends the program."""
    import trio

    from conformance.command_line.interruption import until_interrupted
    from conformance.runner import once

    outcomes: list[Outcome] = []

    async def work() -> None:
        outcomes.append(await once(implementation, scenario, seed))

    if trio.run(until_interrupted, work):
        click.echo("bgfetch: interrupted.", err=True)
        sys.exit(INTERRUPTED)
    return outcomes[0]


def _told(scenario: Scenario, token: Token, outcome: Outcome) -> Iterator[str]:
    """How it came out, and why where it did not pass."""
    from conformance.command_line.summary import reasons

    yield f"{outcome.verdict}  {token.on}  {scenario.id}  seed {token.seed}"
    yield from outcome.story.splitlines()
    yield from reasons(outcome.note, outcome.checks)


def _again(scenario: Scenario, token: Token, trace: str) -> Iterator[str]:
    """The token of this run, or why it has none."""
    from conformance.tokens import has_tokens

    if not has_tokens(token.on):
        yield f"Only the simulator gives the same trace each time; this is one that {token.on} gave."
    elif trace:
        yield f"token  {token.came_to(scenario, trace)}"
