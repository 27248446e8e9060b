"""The JSON Schema of scenario files says the same as the loader, because both come from one grammar."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from conformance.scenario.errors import Reading, ScenarioError, Spot
from conformance.scenario.grammar import SCENARIO
from conformance.scenario.load import (
    load_all,
    scenario_from_document,
    scenario_from_text,
    scenarios_from_text,
)
from conformance.scenario.model import VERBS
from conformance.scenario.rows import parts
from conformance.scenario.schema import schema
from conformance.scenario.tables import TABLES, Grammar
from tests.scenario_documents import DOCUMENTS, documents_by_grammar, examples, spoiled_documents
from tests.simulate import judged

ROOT = Path(__file__).resolve().parent.parent
VALIDATOR = Draft202012Validator(schema())
PAGE = (ROOT / "docs" / "scenario-files.md").read_text("utf-8")
FILES = sorted((ROOT / "scenarios").rglob("*.toml"))


def accepted(document: Any) -> bool:
    """Whether the grammar takes it, and each of its rows where it has any."""
    try:
        whole = [part.document for part in parts(document, {}, "", "")] if "rows" in document else [document]
    except ScenarioError:
        return False
    reading = Reading("", {})
    for one in whole:
        SCENARIO.read(one, Spot(reading))
    return not reading.found


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())
    assert json.loads(json.dumps(schema())) == schema()


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_the_cases_fit_the_schema(document: Any) -> None:
    VALIDATOR.validate(document)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_scenario_fits_the_schema(path: Path) -> None:
    VALIDATOR.validate(tomllib.loads(path.read_text("utf-8")))
    for scenario in load_all(path, ROOT / "scenarios"):
        VALIDATOR.validate(scenario.document)


@given(documents_by_grammar)
@examples(150)
def test_what_the_grammar_reads_fits_the_schema(document: Any) -> None:
    if accepted(document):
        VALIDATOR.validate(document)


@given(spoiled_documents())
@examples(150)
def test_what_the_loader_takes_fits_the_schema(document: Any) -> None:
    try:
        scenario = scenario_from_document(document, "x")
    except ScenarioError:
        return
    VALIDATOR.validate(json.loads(json.dumps(scenario.document)))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("tittle",), "a typo"),
        (("title",), 5),
        (("clauses",), []),
        (("permission",), "perhaps"),
        (("origin", "/a", "size"), "300 kib"),
        (("origin", "/a", "status"), 700),
        (("steps", 0, "wait"), "1 s"),
        (("expect", "events", 0, "type"), "backgroundfetchfial"),
        (("expect", "any"), []),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(path: tuple[Any, ...], value: Any) -> None:
    document = json.loads(json.dumps(DOCUMENTS["a"]))
    home = document
    for key in path[:-1]:
        home = home[key]
    home[path[-1]] = value
    assert not VALIDATOR.is_valid(document)
    assert not accepted(document)


def keys(grammar: Grammar) -> list[str]:
    return [key.name for key in (*grammar.keys, *(k for verb, more in grammar.verbs for k in (verb, *more)))]


def test_the_verbs_of_the_grammar_are_those_of_the_model() -> None:
    assert sorted(verb.name for verb, _ in TABLES["step"].verbs) == sorted(VERBS)


def test_every_key_is_described_in_the_reference() -> None:
    code = " ".join(re.findall(r"```.*?```|`[^`]+`", PAGE, re.DOTALL))
    words = set(re.findall(r"\w+", code))
    missing = {key for grammar in TABLES.values() for key in keys(grammar)} - words
    assert not missing, f"docs/scenario-files.md says nothing of {sorted(missing)}"


def test_the_rows_in_the_reference_are_sound_and_as_it_tells() -> None:
    [sample] = [text for text in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "[[rows]]" in text]
    rows = scenarios_from_text(sample, "docs", "syntax")
    assert [one.id for one in rows] == ["syntax#another-unit", "syntax#unknown-length"]
    assert [judged(one)[0] for one in rows] == ["pass", "pass"]


def test_the_scenario_in_the_reference_is_sound() -> None:
    [sample] = [text for text in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "title" in text[:9]]
    assert len(scenario_from_text(sample, "docs", "docs").steps) == 5
