"""``bgfetch mutants``: the simulator broken on purpose, and which scenarios notice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from string import ascii_letters, ascii_lowercase
from typing import Any

import click

from conformance.scenario.model import Scenario

LABELS = (*ascii_letters, *("".join(pair) for pair in product(ascii_lowercase, repeat=2)))
MOST_SCENARIOS = 52
"""Up to so many have a column each; more are put together by their sections."""


@click.command("mutants", short_help="Show which scenarios fail on which mutants.")
@click.argument("selectors", nargs=-1, metavar="[SELECTOR]...")
@click.option("--json", "as_json", is_flag=True, help="An array of objects instead of a table.")
def command(selectors: tuple[str, ...], as_json: bool) -> None:
    """Show the mutants, the scenarios that fail on each, and which share of all these are.

    Nothing of that is remembered: every scenario is run on every mutant that can make a difference
    to it. With selectors, only those scenarios are. A mutant that nothing notices is a survivor:
    a scenario is missing. To see one failing: bgfetch run SCENARIO --on mutant:NAME
    """
    from conformance.selectors import Catalogue

    scenarios = Catalogue().select(selectors)
    found = list(table(scenarios))
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    # Of a few scenarios only what they notice is told: the other mutants are the others' business.
    shown = [one for one in found if one["killed_by"]] if selectors else found
    for line in (*grid(shown, [scenario.id for scenario in scenarios]), *told(found, bool(selectors))):
        click.echo(line)


def table(scenarios: Sequence[Scenario]) -> Iterator[dict[str, Any]]:
    """Each mutant: name, clause, summary, the ids of the scenarios ``killed_by`` which it is, their share."""
    from conformance.command_line.progress import counted
    from conformance.mutants import mutants
    from conformance.mutants.matrix import rows

    noticed: dict[str, list[str]] = {name: [] for name in mutants()}
    for row in counted(rows(scenarios), len(scenarios), "scenarios tried on the mutants"):
        for name in row.killed:
            noticed[name].append(row.scenario)
    for name, overrides in mutants().items():
        yield {
            "name": name,
            "clause": overrides[0].clause,
            "summary": overrides[0].summary,
            "killed_by": sorted(noticed[name]),
            "share": round(len(noticed[name]) / max(1, len(scenarios)), 3),
        }


def grid(found: Sequence[Mapping[str, Any]], scenarios: Sequence[str]) -> Iterator[str]:
    """A line for each mutant, a column for each scenario, or for each section where they are many."""
    sections = [id.rpartition("/")[0] for id in scenarios]
    few = len(scenarios) <= MOST_SCENARIOS
    columns = Counter(scenarios if few else sections)
    for label, (name, size) in zip(LABELS, columns.items(), strict=False):
        yield f"{label}  {name}" + ("" if few else f" ({size})")
    width = max((len(one["name"]) for one in found), default=0)
    labels = "".join(f"{label:>3}" for label, _ in zip(LABELS, columns, strict=False))
    yield f"\n{'':{width}} share{labels}"
    for one in found:
        hits = Counter(id if few else id.rpartition("/")[0] for id in one["killed_by"])
        cells = "".join(f"{hits[name] or '·':>3}" for name in columns)
        yield f"{one['name']:{width}} {one['share']:5.0%}{cells}"


def told(found: Sequence[Mapping[str, Any]], only_some: bool) -> Iterator[str]:
    """How many mutants were noticed, and each that no scenario at all notices."""
    alive = [one for one in found if not one["killed_by"]]
    yield f"\n{len(found) - len(alive)} of {len(found)} mutants are noticed."
    for one in () if only_some else alive:
        yield f"SURVIVOR {one['name']} ({one['clause']}): {one['summary']} A scenario is missing."
