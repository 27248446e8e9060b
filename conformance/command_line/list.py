"""``bgfetch list``: every scenario of the catalogue."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import click

from conformance.command_line.exit_codes import AS_EXPECTED, FAILED
from conformance.scenario.model import Scenario


@click.command("list", short_help="List the scenarios.")
@click.argument("selectors", nargs=-1, metavar="[SELECTOR]...")
@click.option("--duplicates", is_flag=True, help="Only those that say the same twice.")
@click.option("--json", "as_json", is_flag=True, help="An array of objects instead of a table.")
def command(selectors: tuple[str, ...], duplicates: bool, as_json: bool) -> None:
    """List the scenarios: all, or those that the selectors name.

    A SELECTOR is an id, a path, a glob, clause:ID (the beginning of one is enough) or fault:KIND.

    With --duplicates each line names scenarios of equal clauses, equal faults and an equal order of
    observations on the simulator; the exit code is 1 where there are any.
    """
    from conformance.selectors import Catalogue

    scenarios = Catalogue().select(selectors)
    if duplicates:
        sys.exit(_tell_duplicates(scenarios, as_json))
    if as_json:
        click.echo(json.dumps([_row(scenario) for scenario in scenarios], indent=2, ensure_ascii=False))
        return
    width = max((len(scenario.id) for scenario in scenarios), default=0)
    for scenario in scenarios:
        click.echo(f"{scenario.id:{width}}  {scenario.title}")


def _tell_duplicates(scenarios: Sequence[Scenario], as_json: bool) -> int:
    import trio

    from conformance.duplicates import duplicates

    groups = trio.run(duplicates, scenarios)
    if as_json:
        told = [
            {"clauses": list(group[0].clauses), "scenarios": [one.id for one in group]} for group in groups
        ]
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        for group in groups:
            click.echo("  ".join(one.id for one in group))
    return FAILED if groups else AS_EXPECTED


def _row(scenario: Scenario) -> dict[str, Any]:
    from conformance.scenario.levers import required_levers
    from conformance.selectors import faults

    return {
        "id": scenario.id,
        "title": scenario.title,
        "clauses": list(scenario.clauses),
        "level": scenario.level,
        "levers": sorted(required_levers(scenario)),
        "faults": sorted(faults(scenario)),
        "file": scenario.file,
        "line": scenario.line,
    }
