"""``bgfetch errata``: where the specification's words cannot be meant, and what shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click


@click.command("errata", short_help="List the errata of the specification.")
@click.option("--json", "as_json", is_flag=True, help="An array of objects instead of lines.")
def command(as_json: bool) -> None:
    """List the errata: what the words of the text say, what must be meant, and what shows the difference.

    Where a literal reading can be run: bgfetch run SCENARIO --on simulator:literal=E2
    """
    found = list(rows())
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for row in found:
        click.echo(f"{row['number']}  ({row['kind']}; {', '.join(row['sections'])})")
        click.echo(f"    literally  {row['literal']}")
        click.echo(f"    meant      {row['intended']}")
        if row["override"]:
            click.echo(f"    to run     --on simulator:literal={row['number']}: {row['override']}")
        if row["scenarios"]:
            click.echo(f"    scenarios  {', '.join(row['scenarios'])}")
    click.echo(
        f"\n{len(found)} errata, {sum(bool(row['override']) for row in found)} of them can be run literally."
    )


def rows() -> Iterator[dict[str, Any]]:
    """Each erratum, with the ids of the scenarios in which something is judged on its authority."""
    from conformance.errata import errata
    from conformance.selectors import Catalogue
    from simulator.errata import literal

    texts = {one.id: one.document for one in Catalogue().all()}
    citing = {id: set(authorities(document)) for id, document in texts.items()}
    for number, one in errata().items():
        overrides = literal.by_name.get(number, [])
        yield {
            "number": number,
            "kind": one.kind,
            "sections": list(one.sections),
            "literal": one.literal,
            "intended": one.intended,
            "override": overrides[0].summary if overrides else "",
            "scenarios": sorted(id for id, cited in citing.items() if one.authority in cited),
        }


def authorities(document: Any) -> Iterator[str]:
    """Every authority that a scenario's document names, wherever it stands."""
    if isinstance(document, dict):
        if isinstance(named := document.get("authority"), str):
            yield named
        for value in document.values():
            yield from authorities(value)
    elif isinstance(document, list | tuple):
        for value in document:
            yield from authorities(value)
