"""Reading a baseline file: entries with their lines, or all that is wrong with the file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.baseline.model import Baseline, Entry, Pair
from conformance.clauses import clauses
from conformance.results import FAIL, INCONCLUSIVE, PASS
from conformance.scenario import source
from conformance.scenario.errors import BAD, Bad, Reading, ScenarioError, Spot, quoted, told
from conformance.scenario.positions import positions

VERDICTS = (FAIL, INCONCLUSIVE, PASS)
TEXTS = ("clause", "seen", "reason", "version")
KEYS = ("scenarios", *TEXTS, "verdict", "date", "link")


def read(path: Path) -> Baseline:
    """The baseline of a file. Raises ScenarioError with every problem and its line."""
    return parse(source.read(path), str(path))


def parse(text: str, file: str) -> Baseline:
    """The baseline of a text. Raises ScenarioError with every problem and its line."""
    try:
        document = source.document(text, file)
        places = positions(text)
    except RecursionError:
        raise ScenarioError([source.too_deep(file)]) from None
    spot = Spot(Reading(file, places, document))
    _known_keys(document, spot, ("implementation", "entry"))
    implementation = _text(document, "implementation", spot)
    entries = _entries(document.get("entry", []), spot / "entry")
    _refuse_doubles(entries, spot / "entry")
    if problems := spot.reading.problems():
        raise ScenarioError(problems)
    return Baseline(str(implementation), entries, file, text)


def _entries(tables: Any, spot: Spot) -> list[Entry]:
    if not isinstance(tables, list):
        spot.wrong(f"should be a list of tables, not {told(tables)}", fix="[[entry]]")
        return []
    return [
        entry for number, table in enumerate(tables) if (entry := _entry(table, spot / number)) is not BAD
    ]


def _entry(table: Any, spot: Spot) -> Entry | Bad:
    if not isinstance(table, Mapping):
        return spot.wrong(f"an entry is a table, not {told(table)}", fix="[[entry]]")
    _known_keys(table, spot, KEYS)
    read = {name: _text(table, name, spot) for name in TEXTS}
    link = _text(table, "link", spot) if "link" in table else ""
    scenarios, verdicts, date = _scenarios(table, spot), _verdicts(table, spot), _date(table, spot)
    if read["clause"] is not BAD and read["clause"] not in clauses():
        _no_clause(str(read["clause"]), spot)
    if spot.reading.broken(*spot.path):
        return BAD
    number = spot.path[-1]
    assert isinstance(number, int)
    found = {name: str(value) for name, value in read.items()}
    return Entry(
        scenarios=scenarios,
        verdicts=verdicts,
        date=date,
        link=str(link),
        line=spot.line,
        number=number,
        **found,
    )


def _known_keys(table: Mapping[str, Any], spot: Spot, keys: tuple[str, ...]) -> None:
    for key in table:
        if key not in keys:
            (spot / key).wrong(f"there is no key {quoted(key)} here", allowed=keys, given=key)


def _no_clause(given: str, spot: Spot) -> None:
    from conformance.clauses import nearest

    near = nearest(given)
    fix = f'clause = "{near}"' if near else "a clause of: bgfetch clauses"
    (spot / "clause").wrong(f"there is no clause {quoted(given)}", fix=fix)


def _text(table: Mapping[str, Any], name: str, spot: Spot) -> str | Bad:
    value = table.get(name)
    if isinstance(value, str) and value.strip():
        return value
    if name in table:
        return (spot / name).wrong(f"{name} should be a text, not {told(value)}")
    return spot.wrong(f"{name} is missing", fix=f'{name} = "…"')


def _scenarios(table: Mapping[str, Any], spot: Spot) -> tuple[str, ...]:
    given = table.get("scenarios")
    if isinstance(given, list) and given and all(isinstance(one, str) for one in given):
        return tuple(given)
    (spot / "scenarios").wrong(
        "scenarios should be a list of the ids of scenarios, one at least", fix='scenarios = ["folder/name"]'
    )
    return ()


def _verdicts(table: Mapping[str, Any], spot: Spot) -> frozenset[str]:
    """What is as expected. A pass alone is expected of everything, and needs no entry."""
    value = table.get("verdict")
    given = value if isinstance(value, list) else [value]
    known = [one for one in given if isinstance(one, str) and one in VERDICTS]
    if len(known) != len(given) or set(known) <= {PASS}:
        (spot / "verdict").wrong(
            "verdict should be fail or inconclusive, or a list where runs disagree",
            fix='verdict = "fail", or verdict = ["fail", "pass"]',
        )
    return frozenset(known)


def _date(table: Mapping[str, Any], spot: Spot) -> str:
    value = table.get("date")
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    (spot / "date").wrong("date should be a day without quotes", fix="date = 2026-11-21")
    return ""


def _refuse_doubles(entries: list[Entry], spot: Spot) -> None:
    first: dict[Pair, Entry] = {}
    for entry in entries:
        for scenario in entry.scenarios:
            pair = (scenario, entry.clause)
            if pair in first:
                (spot / entry.number).wrong(
                    f"{quoted(scenario)} has {entry.clause} twice",
                    why=f"the entry of line {first[pair].line} speaks of it already",
                    fix="one entry for the two",
                )
            first.setdefault(pair, entry)
