"""What changed between two runs: of which kind, told in three ways, and with which exit code."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import jsonschema
import pytest
from click.testing import Result as Called
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.listings_schema import schema
from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED, VERDICTS, Result
from reports.changes import ADDED, FIXED, GONE, NEW_FAILURE, OTHER_REASON, OTHERWISE, changes
from tests.small_runs import A, B, Told, judged, passing, run_of, write_run

Bgfetch = Callable[..., Called]
Sides = Sequence[Told | str]
"""The repetitions of one scenario."""


def results(told: Sides) -> list[Result]:
    return [judged("x/one", one, repetition) for repetition, one in enumerate(told, 1)]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ([{A: PASS}], [{A: PASS}], ""),
        ([{A: PASS}], [{A: FAIL}], NEW_FAILURE),
        ([{A: FAIL}], [{A: PASS}], FIXED),
        ([{A: FAIL}], [{A: FAIL}], ""),
        ([{A: FAIL, B: PASS}], [{A: PASS, B: FAIL}], OTHER_REASON),
        ([{A: FAIL}], [{A: FAIL, B: FAIL}], OTHER_REASON),
        ([], [{A: FAIL}], ADDED),
        ([{A: FAIL}], [], GONE),
        ([ERROR], [{A: FAIL}], NEW_FAILURE),
        ([UNSUPPORTED], [{A: FAIL}], NEW_FAILURE),
        ([{A: PASS}], [INCONCLUSIVE], OTHERWISE),
        ([{A: FAIL}], [ERROR], OTHERWISE),
        ([{A: PASS}, {A: PASS}], [{A: PASS}, {A: FAIL}], NEW_FAILURE),
        ([{A: PASS}, {A: FAIL}], [{A: FAIL}, {A: FAIL}], OTHERWISE),
        ([{A: FAIL}, {A: FAIL}], [{A: PASS}, {A: FAIL}], OTHERWISE),
        ([{A: FAIL}, {A: FAIL}], [{A: FAIL}], ""),
    ],
)
def test_a_change_has_a_kind(before: Sides, after: Sides, kind: str) -> None:
    found = changes(run_of(results(before)), run_of(results(after)))
    assert [one.kind for one in found.changes] == ([kind] if kind else [])


SIDE = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(VERDICTS))


@settings(deadline=None)
@given(SIDE, SIDE)
def test_every_scenario_is_told_at_most_once_and_nothing_is_lost(
    old: dict[str, str], new: dict[str, str]
) -> None:
    before, after = (run_of(judged(*one) for one in side.items()) for side in (old, new))
    found = changes(before, after)
    names = [one.scenario for one in found.changes]
    assert len(names) == len(set(names))
    assert {one.scenario for one in found.of(ADDED)} == new.keys() - old.keys()
    assert {one.scenario for one in found.of(GONE)} == old.keys() - new.keys()
    assert found.compared == len(old.keys() & new.keys())
    assert not changes(before, before).changes


# -- the command line ------------------------------------------------------------------------


@pytest.fixture
def two(tmp_path: Path) -> list[str]:
    """Two runs, of two versions, with a change of every kind but one."""
    old = [judged("x/new", {A: PASS}), judged("x/fixed", {A: FAIL}), judged("x/gone", {A: FAIL})]
    new = [judged("x/new", {A: FAIL}), judged("x/fixed", {A: PASS}), judged("x/added|\x1b[31m", {A: FAIL})]
    later = write_run(tmp_path / "new", new, implementations={"chromium": "151.0"})
    return [str(write_run(tmp_path / "old", old)), str(later)]


def test_the_terminal_tells_new_failures_first_and_how_to_see_them_again(
    bgfetch: Bgfetch, two: list[str]
) -> None:
    called = bgfetch("diff", *two)
    assert called.exit_code == 1
    lines = called.output.splitlines()
    assert lines[0] == "of  chromium 150.0 → 151.0"
    assert lines[2:7] == [
        "New failure",
        f"  chromium  x/new: pass → fail ({A})",
        f"      expected  {A} as it should be",
        f"      actual    {A} came out fail",
        "      again     bgfetch run x/new --on chromium",
    ]
    assert lines[-1] == "2 judgements compared: 1 new failure, 1 fixed, 1 added, 1 gone"
    assert "\x1b" not in called.output


def test_markdown_is_tables_whose_cells_hold(bgfetch: Bgfetch, two: list[str]) -> None:
    called = bgfetch("diff", *two, "--format", "markdown")
    assert called.exit_code == 1
    assert "### New failure: 1" in called.output
    assert f"| `chromium` | `x/new` | `pass` | `fail ({A})` |" in called.output
    assert "x/added\\|⟨U+001B⟩" in called.output


def test_json_has_every_change(bgfetch: Bgfetch, two: list[str]) -> None:
    called = bgfetch("diff", *two, "--format", "json")
    told = json.loads(called.output)
    jsonschema.Draft202012Validator(schema("diff")).validate(told)
    assert [one["kind"] for one in told["changes"]] == [NEW_FAILURE, FIXED, ADDED, GONE]
    assert told["changes"][0]["after"] == {"verdicts": [FAIL], "clauses": [A]}
    assert told["changes"][2]["before"] is None
    assert told["after"]["implementations"] == {"chromium": "151.0"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (passing("x/a"), passing("x/a"), 0),
        (passing("x/a"), [judged("x/a", {A: FAIL})], 1),
        ([judged("x/a", {A: FAIL})], passing("x/a"), 0),
        (passing("x/a"), [*passing("x/a"), judged("x/b", {A: FAIL})], 0),  # added, and not new
        (passing("x/a"), [], 5),
        ([], passing("x/a"), 5),
        (passing("x/a"), passing("x/a", on="simulator"), 5),
    ],
)
def test_only_a_new_failure_fails(
    bgfetch: Bgfetch, tmp_path: Path, old: list[Result], new: list[Result], code: int
) -> None:
    folders = [str(write_run(tmp_path / name, told)) for name, told in (("old", old), ("new", new))]
    for wanted in ("text", "markdown", "json"):
        assert bgfetch("diff", *folders, "--format", wanted).exit_code == code


def test_a_run_cut_off_in_the_middle_of_a_line_is_compared_as_far_as_it_goes(
    bgfetch: Bgfetch, tmp_path: Path
) -> None:
    old = write_run(tmp_path / "old", passing("x/a", "x/b"))
    new = write_run(tmp_path / "new", passing("x/a", "x/b"), ended=False)
    path = new / "results.jsonl"
    path.write_bytes(path.read_bytes()[:-50])
    called = bgfetch("diff", str(old), str(new / "results.jsonl"))
    assert called.exit_code == 0
    assert "after: results.jsonl line 3 is cut off and was left out" in called.output
    assert "1 judgement compared: 1 gone" in called.output


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"type":"end"}\n'])
def test_what_is_no_run_is_refused(bgfetch: Bgfetch, tmp_path: Path, content: bytes | None) -> None:
    old = write_run(tmp_path / "old", passing("x/a"))
    (tmp_path / "new").mkdir()
    if content is not None:
        (tmp_path / "new/results.jsonl").write_bytes(content)
    called = bgfetch("diff", str(old), "new")
    assert called.exit_code == 2
    assert "bgfetch: " in called.output
