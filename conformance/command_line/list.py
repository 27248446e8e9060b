"""``bgfetch list``: every scenario of the catalogue."""

from __future__ import annotations

import json
from typing import Any

import click

from conformance.scenario.model import Scenario


@click.command("list", short_help="List the scenarios.")
@click.argument("selectors", nargs=-1, metavar="[SELECTOR]...")
@click.option("--json", "as_json", is_flag=True, help="An array of objects instead of a table.")
def command(selectors: tuple[str, ...], as_json: bool) -> None:
    """List the scenarios: all, or those that the selectors name.

    A SELECTOR is an id, a path, a glob, clause:ID (the beginning of one is enough) or fault:KIND.
    """
    from conformance.selectors import Catalogue

    scenarios = Catalogue().select(selectors)
    if as_json:
        click.echo(json.dumps([_row(scenario) for scenario in scenarios], indent=2, ensure_ascii=False))
        return
    width = max((len(scenario.id) for scenario in scenarios), default=0)
    for scenario in scenarios:
        click.echo(f"{scenario.id:{width}}  {scenario.title}")


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
