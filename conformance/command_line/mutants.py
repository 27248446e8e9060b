"""``bgfetch mutants``: the simulator broken on purpose, and which scenarios notice."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import click

from conformance.scenario.model import Scenario


@click.command("mutants", short_help="List the mutants and the scenarios that fail on them.")
@click.argument("selectors", nargs=-1, metavar="[SELECTOR]...")
@click.option("--json", "as_json", is_flag=True, help="An array of objects instead of lines.")
def command(selectors: tuple[str, ...], as_json: bool) -> None:
    """List the mutants, each with its clause and with the scenarios that fail on it.

    Nothing of that is remembered: every scenario is run on every mutant, which takes seconds.
    With selectors, only those scenarios are. To see one failing: bgfetch run SCENARIO --on mutant:NAME
    """
    from conformance.selectors import Catalogue

    scenarios = Catalogue().select(selectors)
    if as_json:
        click.echo(json.dumps(list(rows(scenarios)), indent=2, ensure_ascii=False))
        return
    for row in rows(scenarios):
        killers = ", ".join(row["killed_by"]) or "no scenario"
        click.echo(f"{row['name']}  ({row['clause']})\n    {row['summary']}\n    noticed by {killers}")


def rows(scenarios: Sequence[Scenario]) -> Iterator[dict[str, Any]]:
    """Each mutant: its name, clause, summary, and ``killed_by``, the ids of the scenarios that fail on it."""
    import trio

    from conformance.mutants import mutants

    for name, overrides in mutants().items():
        yield {
            "name": name,
            "clause": overrides[0].clause,
            "summary": overrides[0].summary,
            "killed_by": trio.run(killers, name, scenarios),
        }


async def killers(mutant: str, scenarios: Sequence[Scenario]) -> list[str]:
    """The ids of the scenarios that fail on the mutant."""
    from conformance.implementations import find
    from conformance.results import FAIL
    from conformance.runner import Candidate

    candidate = Candidate(find(f"mutant:{mutant}"))
    try:
        return [one.id for one in scenarios if (await candidate.judged(one, seed=0)).verdict == FAIL]
    finally:
        await candidate.close()
