"""Whatever it is given, the loader gives a scenario or a ScenarioError, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.data import folder
from conformance.implementations.protocol import LEVERS
from conformance.scenario.errors import Problem, ScenarioError
from conformance.scenario.levers import required_levers
from conformance.scenario.load import (
    load,
    scenario_from_document,
    scenario_from_text,
    scenarios_from_text,
)
from conformance.scenario.model import Scenario
from tests.scenario_documents import (
    TEXTS,
    documents_by_grammar,
    examples,
    json_values,
    spoiled_documents,
    spoiled_rows,
)

many = examples(200)

ROWS = [path.read_text("utf-8") for path in sorted(folder("scenarios").rglob("*.toml"))]
ROWS = [text for text in ROWS if "[[rows]]" in text and len(text) < 6000]


def check(read: Callable[[], Scenario]) -> Scenario | None:
    """Read it; an error must be able to say what it is about."""
    outcome = _outcome(read)
    if isinstance(outcome, Scenario):
        assert set(required_levers(outcome)) <= set(LEVERS)
        return outcome
    lines = [problem.line for problem in outcome.problems]
    assert lines == sorted(lines)
    assert lines
    assert all(problem.what for problem in outcome.problems)
    return None


def _outcome(read: Callable[[], Scenario]) -> Scenario | ScenarioError:
    try:
        return read()
    except ScenarioError as error:
        return error


@given(st.text())
@many
def test_any_text(text: str) -> None:
    check(lambda: scenario_from_text(text, "x.toml", "x"))


@given(st.binary())
@examples(30)
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = Path(tmp_path_factory.mktemp("fuzz")) / "x.toml"
    path.write_bytes(content)
    check(lambda: load(path))


@given(st.sampled_from(list(TEXTS.values())), st.data())
@many
def test_cases_with_a_piece_replaced(text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        stop = start + data.draw(st.integers(0, 12))
        piece = data.draw(
            st.text(max_size=6) | st.sampled_from(['"', "[[steps]]\n", "{", "]", "= ", "-1", '""'])
        )
        text = text[:start] + piece + text[stop:]
    check(lambda: scenario_from_text(text, "x.toml", "x"))


@given(st.sampled_from(list(TEXTS.values())), st.data())
@many
def test_cases_with_their_lines_mixed(text: str, data: st.DataObject) -> None:
    lines = text.split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        lines.insert(
            data.draw(st.integers(0, len(lines))), lines.pop(data.draw(st.integers(0, len(lines) - 1)))
        )
    check(lambda: scenario_from_text("\n".join(lines), "x.toml", "x"))


@given(spoiled_documents())
@many
def test_spoiled_documents(document: dict[str, Any]) -> None:
    scenario = check(lambda: scenario_from_document(document, "x"))
    if scenario:
        json.dumps(scenario.document, allow_nan=False)


@given(spoiled_rows())
@many
def test_rows_of_spoiled_documents(document: dict[str, Any]) -> None:
    for id in ("x", "x#one"):
        scenario = check(lambda id=id: scenario_from_document(document, id))  # type: ignore[misc]
        if scenario:
            json.dumps(scenario.document, allow_nan=False)
            assert "rows" not in scenario.document


@given(st.sampled_from(ROWS), st.data())
@many
def test_files_of_rows_with_a_piece_replaced(text: str, data: st.DataObject) -> None:
    """Whatever is done to a file of rows, every error has its line, and every row its own text again."""
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        stop = start + data.draw(st.integers(0, 12))
        piece = data.draw(
            st.text(max_size=4) | st.sampled_from(["[[rows]]\n", "rows.", "name", '"', "]", "{"])
        )
        text = text[:start] + piece + text[stop:]
    check_all(text)


@given(st.sampled_from(ROWS), st.data())
@many
def test_files_of_rows_with_their_lines_mixed(text: str, data: st.DataObject) -> None:
    lines = text.split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        lines.insert(
            data.draw(st.integers(0, len(lines))), lines.pop(data.draw(st.integers(0, len(lines) - 1)))
        )
    check_all("\n".join(lines))


def check_all(text: str) -> None:
    found: tuple[Scenario, ...] = ()
    wrong: tuple[Problem, ...] = ()
    try:
        found = scenarios_from_text(text, "x.toml", "x")
    except ScenarioError as error:
        wrong = error.problems
    assert bool(found) is not bool(wrong)
    assert all(problem.line and problem.what for problem in wrong)
    assert len({one.id for one in found}) == len(found)
    for one in found:
        assert scenario_from_text(one.text, "x.toml", one.id).document == one.document
        assert bool(one.line) is ("#" in one.id)


@given(documents_by_grammar)
@examples(100)
def test_documents_made_by_the_grammar(document: dict[str, Any]) -> None:
    check(lambda: scenario_from_document(document, "x"))


@given(st.dictionaries(st.text(max_size=10) | st.none() | st.integers(), json_values))
@many
def test_any_document(document: dict[Any, Any]) -> None:
    check(lambda: scenario_from_document(document, "x"))
