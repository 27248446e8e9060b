"""Reading scenario files: from TOML to a scenario, or to everything that is wrong with the file.

Values come from the standard library's parser, places from an index of the text's keys
(``positions``): a parser that gives both would be a dependency more, and a second opinion on
what a value is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.scenario.errors import BAD, Problem, Reading, ScenarioError, Spot
from conformance.scenario.expectations import expectations
from conformance.scenario.families import Families
from conformance.scenario.grammar import SCENARIO
from conformance.scenario.model import NetworkState, Scenario, Table
from conformance.scenario.origins import resources
from conformance.scenario.positions import positions
from conformance.scenario.steps import steps
from conformance.scenario.story import Story, Sure
from conformance.scenario.weight import Weight, check_clause
from conformance.scenario.workers import workers
from conformance.scenario.world import network, quota

__all__ = ["ScenarioError", "load", "scenario_from_document", "scenario_from_text", "scenario_id"]


def load(path: Path, root: Path | None = None) -> Scenario:
    """The scenario in a file. Its id is the path below ``root`` without .toml.

    Without ``root`` it is the path below the nearest folder called scenarios, or the bare name.
    Raises ScenarioError with all that is wrong, and nothing else.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        raise ScenarioError([Problem(what, file=str(path), fix="the path of a .toml file")]) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        what = f"byte {error.object[error.start]:#04x} is not UTF-8"
        raise ScenarioError(
            [Problem(what, file=str(path), line=line, fix="save the file as UTF-8")]
        ) from None
    return scenario_from_text(text, str(path), scenario_id(path, root))


def scenario_id(path: Path, root: Path | None = None) -> str:
    """The id of a file: its path below ``root``, or below the nearest folder called scenarios."""
    whole = path.resolve()
    if root is not None and whole.is_relative_to(root.resolve()):
        return whole.relative_to(root.resolve()).with_suffix("").as_posix()
    home = next((parent for parent in whole.parents if parent.name == "scenarios"), whole.parent)
    return whole.relative_to(home).with_suffix("").as_posix()


def scenario_from_text(text: str, file: str, id: str) -> Scenario:
    """The scenario that a file's text tells. Raises ScenarioError, and nothing else."""
    try:
        document = tomllib.loads(text)
        return _scenario(document, Reading(file, positions(text), document), id, text)
    except RecursionError:
        raise ScenarioError([_too_deep(file)]) from None
    except ValueError as error:
        raise ScenarioError([_no_toml(error, file, text)]) from None


def scenario_from_document(document: Mapping[str, Any], id: str) -> Scenario:
    """The scenario that a document tells, as ``Scenario.document`` has it; lines are 0.

    Raises ScenarioError, and nothing else.
    """
    try:
        return _scenario(document, Reading(id, {}, document), id, "")
    except RecursionError:
        raise ScenarioError([_too_deep(id)]) from None


def _too_deep(file: str) -> Problem:
    return Problem("is nested too deeply", "no key of a scenario needs more than ten levels", file=file)


def _no_toml(error: ValueError, file: str, text: str) -> Problem:
    """The parser's complaint; its place is only in its words."""
    what, _, place = str(error).rpartition(" (at ")
    found = re.fullmatch(r"line (\d+), column (\d+)\)", place)
    end = (text.rstrip("\n").count("\n") + 1, 0)
    line, column = (int(found[1]), int(found[2])) if found else end
    why = next((hint for start, hint in _HINTS.items() if what.startswith(start)), "")
    return Problem(f"is no TOML: {what or error}", why, file=file, line=line, column=column)


_HINTS = {
    "Invalid value": "text stands in quotes; true and false have none and are small",
    "Invalid initial character": "a table in braces stands on one line, and no comma before its end",
    "Unclosed inline table": "a table in braces stands on one line, and no comma before its end",
    "Cannot declare": "a table has one header; the tables of a list have double brackets, [[steps]]",
    "Cannot overwrite": "a key stands once in its table",
    "Expected newline": "one key a line; keys of a table in braces are parted by commas",
}
"""What usually lies behind a complaint of the parser, by how it begins."""


def _scenario(document: Mapping[str, Any], reading: Reading, id: str, text: str) -> Scenario:
    spot = Spot(reading)
    raw = SCENARIO.read(document, spot)
    if raw is BAD:
        raise ScenarioError(reading.problems())
    scenario = _made(raw, spot, id, text, document)
    if reading.found:
        raise ScenarioError(reading.problems())
    return scenario


def _made(raw: Table, spot: Spot, id: str, text: str, document: Table) -> Scenario:
    """The scenario as far as it could be read; it is whole if nothing was found wrong."""
    reading = spot.reading
    clauses = _clauses(raw, spot / "clauses")
    weight = Weight(clauses[0] if clauses else "", raw.get("level", "must"), raw.get("authority", "text"))
    families = Families()
    sure = Sure.of(reading)
    origin = resources(raw.get("origin", {}), spot / "origin", families)
    scripts = workers(raw.get("workers", {"/": {}}), spot / "workers", weight)
    start = network(raw.get("network", {}), NetworkState())
    story = Story(origin, tuple(scripts), start, families, weight, sure)
    done = steps(raw.get("steps", ()), spot / "steps", story)
    return Scenario(
        id=id,
        title=raw.get("title", ""),
        clauses=clauses,
        steps=done,
        expect=expectations(raw.get("expect", {}), spot / "expect", story, weight),
        origin=origin,
        workers=scripts,
        level=weight.level,
        authority=weight.authority,
        permission=raw.get("permission", "granted"),
        network=start,
        quota=quota(raw.get("storage", "ample")),
        policy=raw.get("policy", {}),
        connect_src=tuple(raw["connectSrc"]) if "connectSrc" in raw else None,
        file=reading.file,
        text=text,
        document=document,
    )


def _clauses(raw: Table, spot: Spot) -> tuple[str, ...]:
    given = raw.get("clauses", ())
    for place, clause in enumerate(given):
        if clause is not BAD:
            check_clause(clause, spot / place)
    return tuple(clause for clause in given if clause is not BAD)
