"""Reading scenario files: from TOML to scenarios, or to everything that is wrong with the file.

Values come from the standard library's parser, places from an index of the text's keys
(``positions``): a parser that gives both would be a dependency more, and a second opinion on
what a value is. A file is parsed once, however many rows it has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from attrs import evolve

from conformance.scenario import source
from conformance.scenario.errors import BAD, Positions, Problem, Reading, ScenarioError, Spot, quoted
from conformance.scenario.expectations import expectations
from conformance.scenario.families import MOST, Families
from conformance.scenario.grammar import SCENARIO
from conformance.scenario.model import MARK, NetworkState, Scenario, Table
from conformance.scenario.origins import check_slices, resources
from conformance.scenario.positions import positions
from conformance.scenario.rows import parts, together
from conformance.scenario.steps import steps
from conformance.scenario.story import Story, Sure
from conformance.scenario.weight import Weight, check_clause
from conformance.scenario.workers import workers
from conformance.scenario.world import network, quota

__all__ = [
    "ScenarioError",
    "load",
    "load_all",
    "scenario_from_document",
    "scenario_from_text",
    "scenario_id",
    "scenarios_from_text",
]

T = TypeVar("T")


def load(path: Path, root: Path | None = None) -> Scenario:
    """The scenario of a file without rows. Raises ScenarioError, and nothing else."""
    return scenario_from_text(source.read(path), str(path), scenario_id(path, root))


def load_all(path: Path, root: Path | None = None) -> tuple[Scenario, ...]:
    """Every scenario of a file: one, or one for each of its rows.

    The id is the file's path below ``root`` without .toml (without ``root``, below the nearest
    folder called scenarios, or the bare name), and for a row its name after that.
    Raises ScenarioError with all that is wrong, and nothing else.
    """
    return scenarios_from_text(source.read(path), str(path), scenario_id(path, root))


def scenario_id(path: Path, root: Path | None = None) -> str:
    """The id of a file: its path below ``root``, or below the nearest folder called scenarios."""
    whole = path.resolve()
    if root is not None and whole.is_relative_to(root.resolve()):
        return whole.relative_to(root.resolve()).with_suffix("").as_posix()
    home = next((parent for parent in whole.parents if parent.name == "scenarios"), whole.parent)
    return whole.relative_to(home).with_suffix("").as_posix()


def scenarios_from_text(text: str, file: str, id: str) -> tuple[Scenario, ...]:
    """The scenarios of a file's text; ``id`` is the file's. Raises ScenarioError, and nothing else."""

    def read() -> tuple[Scenario, ...]:
        return _scenarios(source.document(text, file), positions(text), file, id, text)

    return _bounded(read, file)


def scenario_from_text(text: str, file: str, id: str) -> Scenario:
    """The scenario of this id, a row's or the whole file's. Raises ScenarioError, and nothing else."""
    return _the_one(scenarios_from_text(text, file, id.partition(MARK)[0]), id, file)


def scenario_from_document(document: Mapping[str, Any], id: str) -> Scenario:
    """The scenario that a document tells, as ``Scenario.document`` has it; lines are 0.

    Raises ScenarioError, and nothing else.
    """
    if "rows" in document:
        stem = id.partition(MARK)[0]
        return _the_one(_bounded(lambda: _scenarios(document, {}, stem, stem, ""), id), id, id)
    return _bounded(lambda: _scenario(document, Reading(id, {}, document), id, "", Families()), id)


def _bounded(read: Callable[[], T], file: str) -> T:
    try:
        return read()
    except RecursionError:
        raise ScenarioError([source.too_deep(file)]) from None


def _the_one(found: tuple[Scenario, ...], id: str, file: str) -> Scenario:
    """The scenario that is meant where one is asked for. Raises ScenarioError where it could be several."""
    named = {scenario.id: scenario for scenario in found}
    if id in named:
        return named[id]
    shown = ", ".join(list(named)[:3]) + (", …" if len(named) > 3 else "")
    what = f"has {len(named)} rows" if MARK not in id else f"has no row {quoted(id.partition(MARK)[2])}"
    raise ScenarioError([Problem(what, f"each is a scenario of its own: {shown}", file=file)])


def _scenarios(
    document: Mapping[str, Any], places: Positions, file: str, id: str, text: str
) -> tuple[Scenario, ...]:
    families = Families()
    if "rows" not in document:
        return (_scenario(document, Reading(file, places, document), id, text, families),)
    made: list[Scenario] = []
    found: dict[str, list[Problem]] = {}
    whole = parts(document, places, file, text)
    for part in whole:
        reading = Reading(file, part.positions, part.document)
        try:
            one = _scenario(part.document, reading, f"{id}{MARK}{part.name}", part.text, families)
            made.append(evolve(one, line=part.line))
        except ScenarioError as error:
            found[part.name] = list(error.problems)
            if families.count > MOST:
                break
    if found:
        raise ScenarioError(together(found, len(whole)))
    return tuple(made)


def _scenario(
    document: Mapping[str, Any], reading: Reading, id: str, text: str, families: Families
) -> Scenario:
    spot = Spot(reading)
    raw = SCENARIO.read(document, spot)
    if raw is BAD:
        raise ScenarioError(reading.problems())
    scenario = _made(raw, spot, id, text, document, families)
    if reading.found:
        raise ScenarioError(reading.problems())
    return scenario


def _made(raw: Table, spot: Spot, id: str, text: str, document: Table, families: Families) -> Scenario:
    """The scenario as far as it could be read; it is whole if nothing was found wrong."""
    reading = spot.reading
    clauses = _clauses(raw, spot / "clauses")
    weight = Weight(clauses[0] if clauses else "", raw.get("level", "must"), raw.get("authority", "text"))
    sure = Sure.of(reading)
    origin = resources(raw.get("origin", {}), spot / "origin", families)
    scripts = workers(raw.get("workers", {"/": {}}), spot / "workers", weight)
    start = network(raw.get("network", {}), NetworkState(), spot / "network")
    check_slices(raw.get("policy", {}), origin, spot / "policy" / "slice")
    permission, room = raw.get("permission", "granted"), quota(raw.get("storage", "ample"))
    story = Story(
        *(origin, tuple(scripts), start, families, weight, sure, permission, room), chooses="policy" in raw
    )
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
        permission=permission,
        network=start,
        quota=room,
        policy=raw.get("policy", {}),
        seed=raw.get("seed", 0),
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
