"""Coverage and the lists: what counts as covered, what the commands print, what a newer text changes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from conformance.clauses import clauses
from conformance.command_line.mutants import grid, told
from conformance.coverage import coverage
from conformance.errata import KINDS, Erratum, errata
from conformance.errors import BadInput
from conformance.mutants.matrix import Outcome, Row
from conformance.specification import check, fingerprint, places, read, sections, steps_of
from simulator.errata import literal

Bgfetch = Callable[..., Result]

CLAUSE = "complete-a-record-algorithm/8a"
OTHER = "complete-a-record-algorithm/8b"


# -- what counts as covered -----------------------------------------------------------------


def row(checked: set[str], sound: set[str], **red: set[str]) -> Row:
    outcomes = {name: Outcome("fail" if ids else "pass", frozenset(ids)) for name, ids in red.items()}
    return Row("s/one", frozenset(checked), frozenset(sound), outcomes)


@pytest.mark.parametrize(
    ("of", "covered"),
    [
        (row({CLAUSE}, {CLAUSE}, broken={CLAUSE}), True),
        (row({CLAUSE}, {CLAUSE}, broken=set()), False),  # no mutant turns it red
        (row({CLAUSE}, {CLAUSE}, broken={OTHER}), False),  # the mutant turns another check red
        (row({CLAUSE}, set(), broken={CLAUSE}), False),  # it fails on the reference as well
        (row(set(), set(), broken={CLAUSE}), False),  # on the reference there is no such check
    ],
)
def test_a_clause_is_covered_where_its_own_check_turns_red(of: Row, covered: bool) -> None:
    found = coverage([of])
    assert found[CLAUSE].covered is covered
    assert list(found) == list(clauses())


# -- the lists ------------------------------------------------------------------------------


def test_clauses_are_listed(bgfetch: Bgfetch) -> None:
    rows = json.loads(bgfetch("clauses", "--json").output)
    assert [one["id"] for one in rows] == list(clauses())
    listed = next(one for one in rows if one["id"] == CLAUSE)
    assert "complete-a-record-algorithm/offline-resumes-by-range" in listed["scenarios"]
    shown = bgfetch("clauses").output
    assert f"{CLAUSE}  (step; network;" in shown
    assert shown.rstrip().endswith("229 clauses")


def test_errata_are_listed(bgfetch: Bgfetch) -> None:
    rows = json.loads(bgfetch("errata", "--json").output)
    assert [one["number"] for one in rows] == [f"E{number}" for number in range(1, 63)]
    seventh = rows[6]
    assert seventh["override"]
    assert "extract-content-range-values-algorithm/unknown-complete-length" in rows[7]["scenarios"]
    assert "--on simulator:literal=E7" in bgfetch("errata").output


@pytest.mark.parametrize("one", errata().values(), ids=errata())
def test_an_erratum_says_where_and_how_it_is_read(one: Erratum) -> None:
    assert one.kind in KINDS
    known = set(clauses()) | {clause.section for clause in clauses().values()} | {"header-syntax"}
    steps = {re.sub(r"[\w.]+$", "", id) for id in clauses()}
    assert all(where in known or re.sub(r"[\w.]+$", "", where) in steps for where in one.sections)
    assert one.literal
    assert one.intended
    assert one.authority == f"erratum {one.number[1:]}"


def test_every_literal_reading_is_of_an_erratum_that_can_be_seen() -> None:
    assert set(literal.by_name) <= set(errata())
    assert {errata()[number].kind for number in literal.by_name} == {"behaviour"}


# -- the specification's text ---------------------------------------------------------------

SPEC = """
# Algorithms # {#algorithms}

## [=Perform=] ## {#perform-a-background-fetch-algorithm}

  1. Let |a| be 1.
  1. [=list/For each=] |record|:
    1. Do this.

      Note: This says nothing.
    1. Do that:
      * one way
      * or another.
  1. Return |a|.

## [=Complete=] ## {#complete-a-record-algorithm}

  1. [=/Fetch=] it.

    To [=process request body=] for it:
      1. Count.
    To [=process response=] for it:
      1. Look.
      1. Take:
        1. All.
  1. End.
"""
"""The form of the specification's source, with words of our own."""


def test_steps_are_found_by_their_numbers() -> None:
    found = sections(SPEC)
    assert list(found) == [
        "algorithms",
        "perform-a-background-fetch-algorithm",
        "complete-a-record-algorithm",
    ]
    perform = steps_of(found["perform-a-background-fetch-algorithm"])
    assert [path for path in perform if path != "idl"] == ["1", "2", "2.1", "2.2", "3"]
    assert "or another." in perform["2.2"]
    assert "Note" not in perform["2.1"]
    complete = steps_of(found["complete-a-record-algorithm"])
    assert [path for path in complete if path != "idl"] == ["1", "1.b1", "1.r1", "1.r2", "1.r2.1", "2"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Set |a| to [=map/b=].", "Set   a\n to b.", True),
        ('Set {{Thing/name}} to "`x`".', 'Set name to "x".', True),
        ("[shown](https://there.test/) <b>bold</b>", "shown bold", True),
        ("[=long name|short=]", "short", True),
        ("Set |a| to b.", "Set |a| to c.", False),
        ("Do it.\nNote: because.", "Do it.\nNote: for another reason.", True),
    ],
)
def test_only_words_count(one: str, other: str, same: bool) -> None:
    assert (fingerprint(one) == fingerprint(other)) is same


@given(st.text(alphabet=" \n#{}1.*[=]|`abTo", max_size=300))
def test_any_text_can_be_read(source: str) -> None:
    for text in (source, *sections(SPEC + source).values()):
        assert all(fingerprint(step) for step in steps_of(text).values())


def test_every_clause_of_the_specification_has_its_place() -> None:
    outside = {id for id in clauses() if id.startswith(("mdn/", "readme/"))}
    assert set(places()) == set(clauses()) - outside
    assert places()["complete-a-record-algorithm/11.r6.1a"].step == "11.r6.1"
    assert places()["extract-content-range-values-algorithm/4"].section == "header-syntax"


def test_what_became_of_a_clause_is_told() -> None:
    """Against a text that has almost nothing of it: every clause is gone or changed, and says which."""
    found = {one.clause.id: one.what for one in check(sections(SPEC))}
    assert set(found) == set(places())
    assert found["realms/1"] == "section gone"
    assert found["perform-a-background-fetch-algorithm/8.3"] == "step gone"
    assert found["complete-a-record-algorithm/2"] == "changed"


def test_a_step_that_only_moved_is_told_as_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    from conformance import specification

    found = sections(SPEC)
    moved = found["perform-a-background-fetch-algorithm"]
    place = specification.Place("perform-a-background-fetch-algorithm", "2", fingerprint("Return a."))
    id = "perform-a-background-fetch-algorithm/5"
    monkeypatch.setattr(specification, "places", lambda: {id: place})
    assert [(one.clause.id, one.what) for one in check({place.section: moved})] == [(id, "moved to step 3")]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("page.html", b"<h1>Background Fetch</h1>", "is not the Background Fetch specification"),
        ("binary", b"\xff\xfe\x00", "is no text"),
        ("missing", None, "cannot be read"),
    ],
)
def test_what_is_not_the_specification_is_refused(
    bgfetch: Bgfetch, tmp_path: Path, name: str, content: bytes | None, why: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=why):
        read(tmp_path / name)
    result = bgfetch("clauses", "--check-spec", name)
    assert result.exit_code == 2
    assert "index.bs" in result.output


def test_a_changed_text_ends_with_the_code_of_a_failure(bgfetch: Bgfetch, tmp_path: Path) -> None:
    (tmp_path / "index.bs").write_text(SPEC)
    result = bgfetch("clauses", "--check-spec", "index.bs")
    assert result.exit_code == 1
    assert "realms/1  section gone  (section realms)" in result.output
    rows = json.loads(bgfetch("clauses", "--check-spec", "index.bs", "--json").output)
    assert {"id", "section", "what"} <= set(rows[0])


def test_an_unchanged_text_ends_with_0(
    bgfetch: Bgfetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from conformance import specification

    (tmp_path / "index.bs").write_text(SPEC)
    here = specification.located(sections(SPEC))
    monkeypatch.setattr(specification, "places", lambda: here)
    result = bgfetch("clauses", "--check-spec", "index.bs")
    assert result.exit_code == 0
    assert "no clause changed" in result.output


# -- the table of mutants -------------------------------------------------------------------


def killed(name: str, *by: str) -> dict[str, object]:
    share = len(by) / 2
    return {"name": name, "clause": CLAUSE, "summary": "It errs.", "killed_by": list(by), "share": share}


def test_the_table_of_mutants_has_a_column_for_each_of_a_few_scenarios() -> None:
    lines = list(grid([killed("blind", "a/one"), killed("deaf", "a/one", "b/two")], ["a/one", "b/two"]))
    assert lines == [
        "a  a/one",
        "b  b/two",
        "\n      share  a  b",
        "blind   50%  1  ·",
        "deaf   100%  1  1",
    ]


def test_many_scenarios_share_the_column_of_their_section() -> None:
    ids = [f"{section}/{number}" for section in ("first", "second") for number in range(40)]
    lines = list(grid([killed("blind", "first/1", "first/2")], ids))
    assert lines[:2] == ["a  first (40)", "b  second (40)"]
    assert lines[-1].split()[2:] == ["2", "·"]


def test_a_survivor_is_a_missing_scenario() -> None:
    found = [killed("blind", "a/one"), killed("hale")]
    assert any(line.startswith("SURVIVOR hale") and "missing" in line for line in told(found, False))
    assert list(told(found, only_some=True)) == ["\n1 of 2 mutants are noticed."]


def test_the_mutants_that_a_scenario_notices_are_shown(bgfetch: Bgfetch) -> None:
    shown = bgfetch("mutants", "background-fetch-manager-fetch/empty-list").output
    assert re.search(r"^empty-list-accepted +100%  1$", shown, re.MULTILINE)
    assert "click-ignored" not in shown
