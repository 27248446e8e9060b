"""``bgfetch schema``: the JSON Schema of a file that bgfetch reads or writes."""

from __future__ import annotations

import json
from typing import Any

import click

from conformance.listings_schema import LISTINGS


@click.command("schema", short_help="Print the JSON Schema of a format.")
@click.argument("name", type=click.Choice(["scenario", "results", "observations", *LISTINGS]))
def command(name: str) -> None:
    """Print the JSON Schema of a scenario file, of a line of results.jsonl, of an observation.

    Or of what a command prints as JSON: list, clauses, errata, mutants (with --json), diff (--format json).
    """
    click.echo(json.dumps(schema(name), indent=2))


def schema(name: str) -> dict[str, Any]:
    """The schema of this name."""
    if name in LISTINGS:
        from conformance.listings_schema import schema as listing_schema

        return listing_schema(name)
    if name == "scenario":
        from conformance.scenario.schema import schema as scenario_schema

        return scenario_schema()
    if name == "results":
        from conformance.results_schema import schema as results_schema

        return results_schema()
    from simulator.observation import schema as observation_schema

    return observation_schema()
