"""``bgfetch show``: one scenario told, in the words of its file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from conformance.scenario.model import Scenario


@click.command("show", short_help="Tell what one scenario does and expects.")
@click.argument("selector", metavar="SCENARIO")
@click.option("--timeline", "drawn", is_flag=True, help="Run it too, and draw what was seen on a time axis.")
@click.option(
    "--on", "names", multiple=True, default=["simulator"], metavar="IMPLEMENTATION", show_default=True,
    help="On what to run it for --timeline. May be given again.",
)  # fmt: skip
def command(selector: str, drawn: bool, names: tuple[str, ...]) -> None:
    """Tell a scenario: its clauses, the levers it needs, its steps, its expectations, its file.

    With --timeline, what happens in it instead: network, faults, promises, bytes, state, events.
    """
    from conformance.selectors import Catalogue

    scenario = Catalogue().one(selector)
    if drawn:
        from conformance.command_line import timeline

        click.echo(scenario.title)
        click.echo("\n".join(timeline.lines(scenario, names)))
        return
    click.echo("\n".join(_lines(scenario)))


def _lines(scenario: Scenario) -> Iterator[str]:
    from conformance.scenario.levers import required_levers

    document = scenario.document
    yield scenario.title
    yield ""
    yield f"id       {scenario.id}"
    yield f"file     {scenario.file}{f':{scenario.line}' if scenario.line else ''}"
    yield f"judged   {scenario.level}, by {scenario.authority}"
    yield f"levers   {', '.join(sorted(required_levers(scenario)))}"
    yield from _headed("clauses", scenario.clauses)
    yield from _section("Start", {k: document[k] for k in _STARTS if k in document})
    for name in ("origin", "workers"):
        yield from _section(name.capitalize(), document.get(name, {}))
    yield from _listed("Steps", document.get("steps", ()))
    yield from _section("Expect", document.get("expect", {}))


_STARTS = ("permission", "network", "storage", "policy")


def _headed(name: str, values: tuple[str, ...]) -> Iterator[str]:
    for place, value in enumerate(values):
        yield f"{name if not place else '':9}{value}"


def _section(title: str, table: Mapping[str, Any]) -> Iterator[str]:
    if table:
        yield from ("", title)
    for key, value in table.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            yield f"  {key}"
            yield from (f"    - {_told(one)}" for one in value)
        else:
            yield f"  {key}: {_told(value)}"


def _listed(title: str, tables: list[Mapping[str, Any]]) -> Iterator[str]:
    yield from ("", title)
    for number, table in enumerate(tables, 1):
        yield f"  {number:2}. {_told(table)}"


def _told(value: Any) -> str:
    """A value as the file writes it, on one line; the outermost table without its braces."""
    if isinstance(value, Mapping):
        return " · ".join(f"{key} = {_inline(one)}" for key, one in value.items())
    return _inline(value)


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_inline(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_inline(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False, default=str)
