"""A file as a table of rows: each row a scenario of its own, made of the file and of what differs."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from conformance.command_line.commands import commands
from conformance.errors import BadInput
from conformance.scenario import rows as table
from conformance.scenario.errors import Problem, ScenarioError
from conformance.scenario.load import (
    load,
    load_all,
    scenario_from_document,
    scenario_from_text,
    scenarios_from_text,
)
from conformance.scenario.model import Scenario
from conformance.scenario.rows import overlay
from conformance.selectors import Catalogue
from reports import read_run
from tests.scenario_documents import PLAIN

ROWS = PLAIN + (
    "[expect]\n"
    'events = [{ type = "backgroundfetchsuccess" }]\n'
    "[[rows]]\n"
    'name = "missing"\n'
    'title = "Nothing is there"\n'
    'clauses = ["readme/2"]\n'
    'origin."/a".status = 404\n'
    'expect.events = [{ type = "backgroundfetchfail" }]\n'
    "[[rows]]\n"
    'name = "large-2"\n'
    '[rows.origin."/a"]\n'
    'size = "2 KiB"\n'
)


def read(text: str) -> dict[str, Scenario]:
    return {one.id: one for one in scenarios_from_text(text, "x.toml", "x")}


def problems(text: str) -> list[Problem]:
    with pytest.raises(ScenarioError) as raised:
        scenarios_from_text(text, "x.toml", "x")
    return list(raised.value.problems)


# -- what a row makes -----------------------------------------------------------------------


def test_each_row_is_the_file_with_what_differs() -> None:
    both = read(ROWS)
    assert list(both) == ["x#missing", "x#large-2"]
    missing, large = both.values()
    assert [(one.origin["/a"].answer.status, one.origin["/a"].answer.size) for one in (missing, large)] == [
        (404, 1024),
        (200, 2048),
    ]
    assert [one.expect.events[0].type for one in (missing, large) if one.expect.events] == [
        "backgroundfetchfail",
        "backgroundfetchsuccess",
    ]
    assert (missing.title, missing.clauses) == ("Nothing is there", ("readme/2",))
    assert (large.title, large.clauses) == ("A test (large-2)", ("readme/1",))
    assert missing.expect.events is not None
    assert missing.expect.events[0].clause == "readme/2"


def test_lines_are_those_of_the_file_wherever_something_stands() -> None:
    missing, large = read(ROWS).values()
    lines = ROWS.splitlines()
    assert [lines[one.line - 1] for one in (missing, large)] == ["[[rows]]", "[[rows]]"]
    assert lines[missing.line] == 'name = "missing"'
    for one in (missing, large):
        assert [lines[step.line - 1].split()[0] for step in one.steps] == ["fetch", "until"]
        assert one.expect.events is not None
        assert lines[one.expect.events[0].line - 1].split()[0].endswith("events")
    assert missing.expect.events != large.expect.events


def test_the_text_of_a_row_is_the_file_without_the_other_rows() -> None:
    for one in read(ROWS).values():
        assert [name in one.text for name in ("missing", "large-2")] == [
            one.id.endswith("missing"),
            one.id.endswith("large-2"),
        ]
        again = scenario_from_text(one.text, "x.toml", one.id)
        assert again.document == one.document


@pytest.mark.parametrize(
    "text",
    [
        ROWS.replace("[expect]", "[later]").replace(
            "[later]\nevents", "[[rows]]\nname = 'a'\n[expect]\nevents"
        ),
        PLAIN.replace("[origin", "rows = [{ name = 'missing' }, { name = 'large-2' }]\n[origin", 1),
    ],
    ids=["a-table-after-a-row", "in-braces"],
)
def test_where_rows_are_not_last_the_text_is_the_whole_file(text: str) -> None:
    for one in read(text).values():
        assert one.text == text
        assert scenario_from_text(one.text, "x.toml", one.id).document == one.document


def test_a_document_of_a_row_makes_it_again_without_the_file() -> None:
    for one in read(ROWS).values():
        sent = json.loads(json.dumps(one.document))
        assert "rows" not in sent
        again = scenario_from_document(sent, one.id)
        assert (again.id, again.title, again.origin, again.clauses) == (
            one.id,
            one.title,
            one.origin,
            one.clauses,
        )


def test_a_document_with_rows_is_told_apart_by_the_id() -> None:
    document = tomllib.loads(ROWS)
    assert scenario_from_document(document, "x#large-2").origin["/a"].answer.size == 2048
    with pytest.raises(ScenarioError, match="has 2 rows"):
        scenario_from_document(document, "x")


def test_where_one_scenario_is_wanted_the_row_must_be_named(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(ROWS)
    assert len(load_all(path)) == 2
    with pytest.raises(ScenarioError, match=r"has 2 rows[\s\S]*x#missing, x#large-2"):
        load(path)
    with pytest.raises(ScenarioError, match='has no row "small"'):
        scenario_from_text(ROWS, "x.toml", "x#small")


def test_a_file_without_rows_has_no_line_and_its_whole_text() -> None:
    [one] = scenarios_from_text(PLAIN, "x.toml", "x")
    assert (one.id, one.line, one.text) == ("x", 0, PLAIN)
    assert scenario_from_text(PLAIN, "x.toml", "x") == one


# -- laying one table over another ----------------------------------------------------------

tables: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from("abc"),
    st.recursive(
        st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=2),
        lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
        max_leaves=6,
    ),
)


def leaves(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """What is no table, by its path."""
    if not isinstance(value, dict):
        return {path: value}
    return {
        place: leaf for key, inner in value.items() for place, leaf in leaves(inner, (*path, key)).items()
    }


def empty(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The paths of tables without anything in them."""
    if value == {}:
        return [path] if path else []
    inner = value.items() if isinstance(value, dict) else ()
    return [place for key, one in inner for place in empty(one, (*path, key))]


def around(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return one[: len(other)] == other or other[: len(one)] == one


@given(tables, tables)
def test_laid_over_everything_of_the_row_holds_and_nothing_else_is_lost(
    below: dict[str, Any], above: dict[str, Any]
) -> None:
    before = json.dumps([below, above])
    merged, ours = leaves(overlay(below, above)), leaves(above)
    assert all(merged[path] == leaf for path, leaf in ours.items())
    for path, leaf in leaves(below).items():
        assert merged.get(path) == leaf or any(around(path, one) for one in [*ours, *empty(above)])
    assert merged.keys() <= ours.keys() | leaves(below).keys()
    assert json.dumps([below, above]) == before, "neither table is changed"


@given(tables)
def test_a_table_over_itself_or_over_nothing_is_itself(one: dict[str, Any]) -> None:
    assert overlay(one, one) == one
    assert overlay({}, one) == one
    assert overlay(one, {}) == one


def test_tables_merge_and_anything_else_is_replaced() -> None:
    below = {"t": {"a": 1, "b": {"c": [1, 2]}}, "v": 1, "u": {"a": 1}}
    above = {"t": {"b": {"c": [3], "d": 4}}, "v": {"a": 1}, "u": 2}
    assert overlay(below, above) == {"t": {"a": 1, "b": {"c": [3], "d": 4}}, "v": {"a": 1}, "u": 2}


# -- what is wrong --------------------------------------------------------------------------


def ruined(old: str, new: str) -> str:
    assert old in ROWS
    return ROWS.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (ruined('name = "missing"\n', ""), 12, "a row needs name"),
        (ruined('"missing"', '"Missing"'), 13, "name should be a name of small letters"),
        (ruined('"missing"', '"a#b"'), 13, "name should be a name of small letters"),
        (ruined('"missing"', "5"), 13, "name should be a name of small letters"),
        (ruined('"missing"', '"large-2"'), 19, 'two rows are called "large-2"'),
        (ruined('name = "missing"', 'name = "missing"\nrows = []'), 14, "a row has no rows of its own"),
        (ruined("status = 404", "statsu = 404"), 16, 'unknown key "statsu"'),
        (ruined("status = 404", "status = 999"), 16, "status is 999"),
        (ruined("2 KiB", "2 Kib"), 21, "unknown unit Kib"),
        (ruined('"readme/2"', '"readme/9"'), 15, 'no clause "readme/9"'),
        (ruined('title = "A test"', "titel = 5"), 1, 'unknown key "titel"'),
        (PLAIN + "[rows]\nname = 'a'", 10, "rows should be a list of rows, not a table"),
        ("rows = []\n" + PLAIN, 1, "rows is empty"),
        ("rows = [5]\n" + PLAIN, 1, "rows should be a row, not 5"),
    ],
)
def test_an_error_names_the_line_of_the_row_or_of_the_file(text: str, line: int, what: str) -> None:
    found = problems(text)
    assert [(one.line, what in one.what) for one in found] == [(line, True)], found


def test_what_is_wrong_in_all_rows_is_told_once_and_what_is_in_some_says_in_which() -> None:
    cut = 'attempts = [{ cut = { after = "2 KiB" } }]\n[[steps]]'
    [one] = problems(ROWS.replace("[[steps]]", cut, 1))
    assert (one.line, one.rows) == (5, ("missing",)), "two KiB of 1 KiB never come, of 2 KiB they do"
    assert "in the row: missing" in str(one)
    [one] = problems(ROWS.replace('until = "settled"', 'release = "go"'))
    assert (one.line, one.rows) == (9, ())


def test_a_row_that_replaces_a_list_takes_its_lines_along() -> None:
    steps = 'steps = [{ fetch = "f", requests = ["/a"] }, { wait = 5 }]\n'
    [one] = problems(ROWS.replace('name = "large-2"\n', 'name = "large-2"\n' + steps))
    assert (one.line, one.what.partition(":")[0]) == (20, "wait")


# -- bounds ---------------------------------------------------------------------------------


def test_a_file_has_only_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 1)
    assert "2 rows are too many" in problems(ROWS)[0].what
    monkeypatch.setattr(table, "MOST_ROWS", 2)
    assert len(read(ROWS)) == 2
    monkeypatch.setattr(table, "MOST_KEYS", 30)
    assert "2 rows are too many" in problems(ROWS)[0].what


def test_the_paths_of_all_rows_are_counted_together() -> None:
    many = ROWS.replace("[[steps]]", '[origin."/n/{1..5000}"]\n[[steps]]', 1)
    [one] = problems(many)
    assert ("names 10" in one.what, one.rows) == (True, ("large-2",))
    assert len(read(many.replace("5000", "4990"))) == 2


# -- selectors and folders ------------------------------------------------------------------


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "table.toml").write_text(ROWS)
    (tmp_path / "s" / "tablet.toml").write_text(PLAIN)
    return Catalogue(tmp_path)


@pytest.mark.parametrize(
    ("selector", "ids"),
    [
        ("s/table", ["s/table#missing", "s/table#large-2"]),
        ("s/table#large-2", ["s/table#large-2"]),
        ("s/*", ["s/table#missing", "s/table#large-2", "s/tablet"]),
        ("*missing", ["s/table#missing"]),
        ("s/table#*", ["s/table#missing", "s/table#large-2"]),
        ("s/table#m*", ["s/table#missing"]),
        ("s/tablet#*", []),
        ("clause:readme/2", ["s/table#missing"]),
    ],
)
def test_selectors_find_rows(catalogue: Catalogue, selector: str, ids: list[str]) -> None:
    assert [one.id for one in catalogue.select([selector])] == ids


def test_rows_by_the_path_of_their_file(catalogue: Catalogue, tmp_path: Path) -> None:
    path = str(tmp_path / "s" / "table.toml")
    assert [one.id for one in catalogue.select([path])] == ["s/table#missing", "s/table#large-2"]
    assert [one.id for one in catalogue.select([path + "#missing"])] == ["s/table#missing"]
    assert [one.id for one in catalogue.select(["s/table#missing", path])] == [
        "s/table#missing",
        "s/table#large-2",
    ]
    assert [one.id for one in catalogue.all()] == ["s/table#missing", "s/table#large-2", "s/tablet"]


def test_a_row_that_is_not_there_is_said_with_the_nearest(catalogue: Catalogue) -> None:
    with pytest.raises(BadInput, match=r"has no row 'mising'\. Did you mean missing"):
        catalogue.select(["s/table#mising"])
    with pytest.raises(BadInput, match="no scenario 's/tabel#missing'"):
        catalogue.select(["s/tabel#missing"])


def test_a_row_is_read_only_when_its_file_is_meant(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(ROWS)
    (tmp_path / "bad.toml").write_text("nothing")
    assert len(Catalogue(tmp_path).select(["good#missing", "go*"])) == 2


def test_a_run_of_rows_is_kept_and_told(tmp_path: Path, catalogue: Catalogue) -> None:
    """Folder, results, anchors: the sign in a row's id stands in nobody's way."""
    out = tmp_path / "run"
    path = str(tmp_path / "s" / "table.toml")
    done = CliRunner().invoke(commands, ["run", path, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert sorted(one.name for one in (out / "observations").iterdir()) == [
        "table#large-2",
        "table#missing",
    ]
    run = read_run(out)
    assert [one.scenario for one in run.results] == ["table#missing", "table#large-2"]
    assert all(run.seen(result) for result in run.results)
    page = (out / "report.html").read_text("utf-8")
    short = re.search(r'id="s-table\.large-2"><code id=(s\d+)>', page)
    assert short, "its place by name"
    assert f'href="#{short[1]}"' in page
