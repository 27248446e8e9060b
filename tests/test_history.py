"""Verdicts over many runs: strips in the order of time, on a terminal and as a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result as Called

from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED
from reports.history import SIGNS, Named, history, page
from tests.html_pages import Page
from tests.small_runs import A, judged, passing, run_of, write_run

Bgfetch = Callable[..., Called]
HOSTILE = "x/<script>alert(1)</script>\x1b[31m\u202e"


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Three runs below one folder, named against the order of time."""
    home = tmp_path / "runs"
    told = {
        "c": [judged("x/one", {A: PASS}), judged("x/two", {A: FAIL}), judged("x/odd", {A: PASS})],
        "b": [judged("x/one", {A: FAIL}), judged("x/two", {A: FAIL}), judged("x/odd", ERROR)],
        "a": [
            judged("x/one", {A: PASS}),
            judged("x/one", {A: FAIL}, 2),
            judged("x/two", {A: FAIL}),
            judged(HOSTILE, INCONCLUSIVE),
        ],
    }
    for day, (name, results) in enumerate(told.items(), 1):
        write_run(home / name, results, started=f"2026-11-0{day}T06:00:00+00:00")
    (home / "notes").mkdir()
    (home / "broken").mkdir()
    (home / "broken/results.jsonl").touch()  # killed before its first line
    return home


def test_the_terminal_shows_what_changed_and_counts_the_rest(bgfetch: Bgfetch, runs: Path) -> None:
    called = bgfetch("report", "--history", str(runs))
    assert called.exit_code == 0, called.output
    assert called.stderr.startswith(f"left out: {runs}/broken/results.jsonl is empty")
    lines = called.stdout.splitlines()
    assert [line.split()[-1] for line in lines[:3]] == [f"{runs}/{name}" for name in "cba"]
    assert lines[4:8] == [
        "✓✗±  chromium  x/one",
        "✓!·  chromium  x/odd",
        "✗✗✗  chromium  1 scenario that never changed",
        "··?  chromium  1 scenario that never changed",
    ]
    assert lines[-1] == f"{runs}/a/history.html"


def test_the_page_stands_alone_and_holds_every_strip(bgfetch: Bgfetch, runs: Path) -> None:
    bgfetch("report", "--history", str(runs))
    text = (runs / "a/history.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.links == []
    assert "script" not in page.tags
    assert "\x1b" not in text
    assert "\u202e" not in text
    one = page.words.split("x/one on chromium")[1]
    assert one.startswith("✓ run 1 pass; ✗ run 2 fail; ± run 3 repetitions differ; pass run 1 fail")


def test_what_fails_in_the_newest_run_stands_first(bgfetch: Bgfetch, tmp_path: Path) -> None:
    for day, told in enumerate(((PASS, FAIL, PASS, FAIL), (FAIL, PASS, PASS, FAIL)), 1):
        results = [judged(f"x/{name}", {A: verdict}) for name, verdict in zip("bacd", told, strict=True)]
        write_run(tmp_path / f"runs/{day}", results, started=f"2026-11-0{day}T06:00:00+00:00")
    called = bgfetch("report", "--history", "runs")
    changed, steady = called.output.split("\n\n")[1].splitlines()[:2], called.output.splitlines()[5:7]
    assert changed == ["✓✗  chromium  x/b", "✗✓  chromium  x/a"]
    assert [line[:2] for line in steady] == ["✗✗", "✓✓"]
    page = Page((tmp_path / "runs/2/history.html").read_text("utf-8"))
    assert "2 of 4 scenarios changed. In the newest run 2 fail, 1 of which changed." in page.words


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ([PASS], "0 of 1 scenario changed. In the newest run none fails."),
        ([FAIL], "0 of 1 scenario changed. In the newest run 1 fails, 0 of which changed."),
        ([PASS, FAIL], "1 of 1 scenario changed. In the newest run 1 fails, 1 of which changed."),
        ([FAIL, PASS], "1 of 1 scenario changed. In the newest run none fails."),
    ],
)
def test_a_scenario_counts_once_whatever_it_was_run_on(told: list[str], said: str) -> None:
    def run(number: int, verdict: str) -> Named:
        results = [judged("x/a", {A: verdict}), judged("x/a", {A: PASS}, on="simulator")]
        return Named(str(number), run_of(results))

    found = history([run(number, verdict) for number, verdict in enumerate(told)])
    assert found.summary == f"{said} A scenario counts once for its 2 implementations."
    assert Page(page(found)).words.count("1 scenario that changed") == (len(set(told)) > 1)


def test_runs_of_one_second_keep_the_order_in_which_they_are_given() -> None:
    runs = [Named(name, run_of(passing("x/a"))) for name in "bca"]
    assert [one.name for one in history(runs).runs] == ["b", "c", "a"]


def test_what_runs_said_is_told_once_with_their_numbers() -> None:
    told = (PASS, PASS, FAIL, PASS, PASS, PASS, FAIL, PASS)
    runs = [Named(str(number), run_of([judged("x/a", {A: one})])) for number, one in enumerate(told)]
    (strip,) = history(runs).strips
    assert list(strip.said) == [("pass", "1–2, 4–6, 8"), (f"fail ({A})", "3, 7")]


def test_states_are_told_apart_without_colour() -> None:
    assert len(set(SIGNS.values())) == len(SIGNS)
    assert {PASS, FAIL, INCONCLUSIVE, UNSUPPORTED, ERROR} < SIGNS.keys()


def test_runs_may_be_named_one_by_one_and_each_counts_once(bgfetch: Bgfetch, runs: Path) -> None:
    called = bgfetch("report", "--history", str(runs / "a"), str(runs / "b"), str(runs / "a"))
    assert "✗±  chromium  x/one" in called.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["report", "--history", "{home}/notes"], "no folder of runs"),
        (["report", "--history", "nowhere"], "no folder of runs"),
        (["report", "{home}/a", "{home}/b"], "A report is of one run"),
        (["report"], "Missing argument"),
        (["report", "--history", "{home}/broken"], "None of these runs can be read"),
        (
            ["report", "--history", "{home}", "--format", "junit"],
            "--format junit says nothing beside --history",
        ),
        (["report", "--history", "{home}", "--full"], "--full says nothing beside --history"),
        (
            ["report", "--history", "{home}/a", "--full", "--baseline", "nosuch.toml"],
            "bgfetch report --history {home}/a\nor of one: bgfetch report RUN --full --baseline nosuch.toml",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(bgfetch: Bgfetch, runs: Path, words: list[str], said: str) -> None:
    called = bgfetch(*(word.format(home=runs) for word in words))
    assert called.exit_code == 2
    assert said.format(home=runs) in called.output


def test_an_empty_run_and_one_that_was_cut_off_are_shown_as_such(bgfetch: Bgfetch, tmp_path: Path) -> None:
    write_run(tmp_path / "runs/a", passing("x/a"))
    write_run(tmp_path / "runs/b", [], expected=1, ended=False, started="2026-11-21T06:00:00+00:00")
    called = bgfetch("report", "--history", "runs")
    assert called.exit_code == 0
    assert "there is no end line" in called.output
    assert "✓·  chromium  1 scenario" in called.output
