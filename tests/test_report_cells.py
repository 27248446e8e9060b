"""The matrix: what a cell says, where implementations differ, and the same on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from conformance.results import (
    ERROR,
    FAIL,
    INCONCLUSIVE,
    PASS,
    UNSUPPORTED,
    VERDICTS,
    Check,
    Result,
    RunHeader,
)
from reports import Run, read_run
from reports.cells import GLYPHS, MEANINGS, NOTHING, WORDS, Cell, matrix, say, summary
from reports.matrix import STYLES, terminal
from reports.run import Listed
from tests.report_sample import HOSTILE, write_hostile, write_sample


def _check(verdict: str, clause: str = "a/1", level: str = "must") -> Check:
    return Check(clause, level, "text", verdict, "expected", "actual")


def _run(*results: Result, scenarios: Sequence[str] = ("folder/one",), names: str = "a b") -> Run:
    implementations = dict.fromkeys(names.split(), "1")
    header = RunHeader("0.1.0", "3.11", "now", 0, len(results), implementations)
    return Run(header, results, scenarios=tuple(Listed(name) for name in scenarios))


def _result(name: str, verdict: str, *checks: Check, repetition: int = 1, policy: str = "") -> Result:
    return Result("folder/one", name, verdict, checks or (_check(verdict),), policy, repetition=repetition)


def test_every_verdict_has_a_sign_a_word_and_a_sentence_of_its_own() -> None:
    for table in (GLYPHS, WORDS, MEANINGS, STYLES):
        assert list(table) == [*VERDICTS, NOTHING]
    assert len(set(GLYPHS.values())) == len(set(WORDS.values())) == len(GLYPHS)
    assert "red" not in STYLES[ERROR]


@pytest.mark.parametrize(
    ("verdicts", "words", "unsteady"),
    [
        ([], "no result", False),
        ([PASS], "pass", False),
        ([PASS, PASS], "2 pass", False),
        ([FAIL, PASS, PASS], "2 pass, 1 fail", True),
        ([ERROR, UNSUPPORTED], "1 unsupported, 1 harness trouble", True),
    ],
)
def test_a_cell_hides_no_repetition(verdicts: list[str], words: str, unsteady: bool) -> None:
    cell = Cell("a", tuple(_result("a", verdict, repetition=n) for n, verdict in enumerate(verdicts, 1)))
    assert (cell.words, cell.unsteady) == (words, unsteady)


@pytest.mark.parametrize(
    ("first", "second", "differs"),
    [
        ([_result("a", PASS)], [_result("b", PASS)], False),
        ([_result("a", PASS)], [_result("b", FAIL)], True),
        ([_result("a", PASS)], [_result("b", ERROR)], False),
        ([_result("a", PASS)], [_result("b", UNSUPPORTED)], False),
        ([_result("a", FAIL)], [_result("b", INCONCLUSIVE)], False),
        ([_result("a", PASS)], [], False),
        ([_result("a", FAIL)], [_result("b", FAIL)], False),
        ([_result("a", FAIL)], [_result("b", FAIL, _check(FAIL, "b/2"))], True),
        ([_result("a", PASS)], [_result("b", PASS, _check(PASS), _check(FAIL, level="should"))], True),
        ([_result("a", PASS)], [_result("b", PASS), _result("b", FAIL, repetition=2)], True),
    ],
)
def test_only_what_was_judged_on_both_can_differ(
    first: list[Result], second: list[Result], differs: bool
) -> None:
    (row,) = matrix(_run(*first, *second)).rows
    assert row.differs is differs


def test_differences_name_the_clause_and_whose_it_is() -> None:
    shared, own = _check(FAIL, "a/1"), _check(FAIL, "b/2")
    (row,) = matrix(_run(_result("a", FAIL, shared), _result("b", FAIL, shared, own))).rows
    assert [(found.column, found.check.clause) for found in row.differences] == [("b", "b/2")]


def test_rows_are_grouped_by_folder_in_the_order_of_the_run() -> None:
    stray = Result("z/stray", "c", PASS, ())
    table = matrix(_run(stray, scenarios=("b/two", "a/one", "b/three")))
    assert [(g.folder, [row.name for row in g.rows]) for g in table.groups] == [
        ("b", ["two", "three"]),
        ("a", ["one"]),
        ("z", ["stray"]),
    ]
    assert table.columns == ("a", "b", "c")


def test_a_policy_has_a_column_of_its_own() -> None:
    results = [_result("a", PASS, policy="retry"), _result("a", FAIL, policy="fail"), _result("b", PASS)]
    assert matrix(_run(*results)).columns == ("a, retry", "a, fail", "b")


def test_the_summary_counts_results_and_names_disagreement(tmp_path: Path) -> None:
    run = read_run(write_sample(tmp_path))
    assert summary(run, matrix(run)) == (
        "8 scenarios on 2 implementations, 48 results: 30 pass, 10 fail, 3 inconclusive, 3 unsupported, "
        "2 harness trouble; the implementations differ in 4 scenarios; repetitions differ in 2 scenarios."
    )
    assert summary(_run(), matrix(_run())) == "The run holds no result."


@pytest.mark.parametrize(
    ("results", "told"),
    [
        ([_result("a", PASS)], "nothing could be compared."),
        ([_result("a", PASS), _result("b", UNSUPPORTED)], "nothing could be compared."),
        ([_result("a", PASS), _result("b", PASS)], "the implementations differ in none."),
    ],
)
def test_the_summary_names_no_agreement_where_nothing_was_compared(results: list[Result], told: str) -> None:
    run = _run(*results)
    assert summary(run, matrix(run)).endswith(told)
    assert say([(NOTHING, 0)]) == "no result"


def _printed(run: Run, width: int = 100) -> str:
    console = Console(width=width, color_system=None, force_terminal=True, legacy_windows=False)
    with console.capture() as caught:
        console.print(terminal(run, width))
    return caught.get()


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_no_implementation_vanishes_from_the_terminal(width: int) -> None:
    names = ["a", "b", *(f"mutant:of-a-long-name-{one}" for one in "abcd")]
    lines = _printed(_run(*(_result(name, PASS) for name in names)), width).splitlines()
    assert max(len(line.split()) for line in lines) == 1 + len(names)
    assert max(map(len, lines)) <= width


def test_the_terminal_says_what_the_page_says(tmp_path: Path) -> None:
    lines = [line.split() for line in _printed(read_run(write_sample(tmp_path))).splitlines()]
    assert lines[0] == ["scenario", "simulator", "chromium"]
    assert ["offline-mid-way", "≠", "✓3", "✓2", "✗1"] in lines
    assert ["wrong-first-byte", "✓3", "?3"] in lines
    assert ["resume", "✓9", "✓3", "✗1", "?3", "!2"] in lines
    assert ["title", "≠", "✓3", "✓3", "▲1"] in lines


@pytest.mark.parametrize("text", [HOSTILE, "[red]mark[/red]up", "x" * 1_000_000])
def test_no_name_reaches_the_terminal_as_more_than_text(tmp_path: Path, text: str) -> None:
    printed = _printed(read_run(write_hostile(tmp_path, text)))
    assert not set("\x1b\x9b\u202e\x00\ud800") & set(printed)
    assert len(printed) < 5_000
    assert "\n" in printed
    if text.startswith("["):
        assert "[red]" in printed
