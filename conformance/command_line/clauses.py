"""``bgfetch clauses``: the statements of the specification, what tests them, what a newer text changes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.command_line.exit_codes import AS_EXPECTED, FAILED
from conformance.errors import BadInput

if TYPE_CHECKING:
    from conformance.clauses import Clause
    from conformance.coverage import Coverage
    from conformance.scenario.model import Scenario


@click.command("clauses", short_help="List the clauses and what tests them.")
@click.option("--coverage", is_flag=True, help="Each clause with the scenarios and mutants that test it.")
@click.option(
    "--check-spec",
    "spec",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Which clauses another text of the specification (its Bikeshed source) has changed. "
    "Exit code 1 where any is.",
)
@click.option("--json", "as_json", is_flag=True, help="An array of objects instead of lines.")
def command(coverage: bool, spec: Path | None, as_json: bool) -> None:
    """List the clauses: id, level, who can see it, and what it says, in our words.

    A clause is covered when in some scenario a check of exactly this clause passes on the reference
    and fails on a mutant. That is found out by running them all, which takes a while.
    """
    if coverage and spec:
        raise BadInput("--coverage and --check-spec ask different things.", "Ask one after the other.")
    rows = list(_of_a_text(spec) if spec else _covered() if coverage else _listed())
    if as_json:
        click.echo(json.dumps([row for row, _ in rows], indent=2, ensure_ascii=False))
    else:
        for _, line in rows:
            click.echo(line)
        click.echo(_summary(rows, coverage, spec))
    sys.exit(FAILED if spec and rows else AS_EXPECTED)


Rows = Iterator[tuple[dict[str, Any], str]]
"""Each row as data and as text."""


def _summary(rows: Sequence[tuple[dict[str, Any], str]], coverage: bool, spec: Path | None) -> str:
    if spec:
        silent = "; the clauses of MDN and the README have no text there"
        return (f"{len(rows)} clauses are no longer as they were" if rows else "no clause changed") + silent
    if coverage:
        return f"\n{sum(row['covered'] for row, _ in rows)} of {len(rows)} covered"
    return f"\n{len(rows)} clauses"


# -- the list -------------------------------------------------------------------------------


def _listed() -> Rows:
    from conformance.clauses import clauses
    from conformance.selectors import Catalogue

    scenarios = Catalogue().all()
    for clause in clauses().values():
        row = _row(clause, scenarios)
        witnesses = ", ".join(clause.witnesses)
        yield row, f"{clause.id}  ({clause.level}; {witnesses}; {_count(row)})\n    {clause.text}"


def _row(clause: Clause, scenarios: Sequence[Scenario]) -> dict[str, Any]:
    return {
        "id": clause.id,
        "level": clause.level,
        "witnesses": list(clause.witnesses),
        "text": clause.text,
        "section": clause.section,
        "simulated": clause.simulated,
        "scenarios": [one.id for one in scenarios if clause.id in one.clauses],
    }


def _count(row: dict[str, Any]) -> str:
    many = len(row["scenarios"])
    return f"{many} scenario{'' if many == 1 else 's'}"


# -- coverage -------------------------------------------------------------------------------


def _covered() -> Rows:
    from conformance.command_line.progress import counted
    from conformance.coverage import coverage
    from conformance.mutants.matrix import rows
    from conformance.selectors import Catalogue

    scenarios = Catalogue().all()
    found = coverage(counted(rows(scenarios), len(scenarios), "scenarios tried on the mutants"))
    for one in found.values():
        by = {scenario: list(mutants) for scenario, mutants in one.by.items()}
        row = {**_row(one.clause, scenarios), "covered": one.covered, "by": by}
        yield row, _told(one)


def _told(one: Coverage) -> str:
    if not one.covered:
        return f"{one.clause.id}  NOT COVERED: a scenario or a mutant is missing"
    lines = (f"    {scenario}: {', '.join(mutants)}" for scenario, mutants in one.by.items())
    whole = "" if one.clause.simulated == "yes" else "  (in part: the rest no simulator can show)"
    return "\n".join((one.clause.id + whole, *lines))


# -- another text ---------------------------------------------------------------------------


def _of_a_text(spec: Path) -> Rows:
    from conformance.specification import check, read

    for one in check(read(spec)):
        clause = one.clause
        row = {"id": clause.id, "section": clause.section, "what": one.what, "text": clause.text}
        yield row, f"{clause.id}  {one.what}  (section {clause.section})\n    {clause.text}"
