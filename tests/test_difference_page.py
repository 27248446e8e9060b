"""The page of a difference: both timelines of each change, one above the other, and nothing else read."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import Result as Called

from conformance.clauses import clauses
from conformance.results import FAIL, PASS, Result
from reports import Run, read_run
from reports.changes import DRAWN, changes
from reports.difference_page import page
from tests.html_pages import Page
from tests.report_sample import CASES, CHROMIUM, CLAUSES, SIMULATOR, write_hostile, write_sample
from tests.report_synthetic import write_synthetic

Bgfetch = Callable[..., Called]
OK, NOT_FOUND, RESUME = CASES[:3]


def told(chromium: str, simulator: str = PASS) -> dict[str, tuple[str, ...]]:
    return {SIMULATOR: (simulator,), CHROMIUM: (chromium,)}


@pytest.fixture
def two(tmp_path: Path) -> tuple[str, str]:
    """Two runs: one scenario fails that passed, one passes that failed, one is as it was."""
    sides = []
    for name, one, other in (("old", PASS, FAIL), ("new", FAIL, PASS)):
        cases = [evolve(OK, verdicts=told(PASS))]
        cases += [evolve(NOT_FOUND, verdicts=told(one)), evolve(RESUME, verdicts=told(other))]
        sides.append(str(write_sample(tmp_path / name, cases)))
    return sides[0], sides[1]


def test_every_change_has_its_timelines_before_above_after(bgfetch: Bgfetch, two: tuple[str, str]) -> None:
    called = bgfetch("diff", *two, "--format", "html")
    assert called.exit_code == 1
    assert called.output.splitlines() == [
        "6 judgements compared: 1 new failure, 1 fixed",
        f"{two[1]}/difference.html",
    ]
    told = Path(two[1], "difference.html").read_text("utf-8")
    shown = Page(told)
    assert shown.tags["figure"] == told.count('<svg class="tl"') == 4
    assert max(shown.ids.values()) == 1
    assert shown.inside <= set(shown.ids)
    new, fixed = shown.words.split("New failure: 1")[1].split("Fixed: 1")
    for words, order in (
        (new, ("✓ pass: before", "✗ fail: after")),
        (fixed, ("✗ fail: before", "✓ pass: after")),
    ):
        assert 0 < words.index(order[0]) < words.index(order[1])
        assert "expected /ep-5.mp3 requested again with Range bytes=102400-" in words
        assert "the first wrong moment" in words
        assert "bgfetch run" in words


def test_what_did_not_change_is_not_read(bgfetch: Bgfetch, two: tuple[str, str]) -> None:
    same = list(Path(two[1], "observations").rglob("two-files*"))
    assert same
    for path in same:
        path.unlink()
    bgfetch("diff", *two, "--format", "html")
    assert "no observations" not in Path(two[1], "difference.html").read_text("utf-8")
    for path in Path(two[1], "observations").rglob("not-found.chromium*"):
        path.unlink()
    bgfetch("diff", *two, "--format", "html")
    shown = Page(Path(two[1], "difference.html").read_text("utf-8"))
    assert "no observations in observations/fetch/not-found.chromium.1.jsonl" in shown.words
    assert shown.tags["figure"] == 3


def test_the_same_is_drawn_in_letters(bgfetch: Bgfetch, two: tuple[str, str]) -> None:
    called = bgfetch("diff", *two, "--timeline")
    assert called.exit_code == 1
    titles = [line for line in called.output.splitlines() if line.startswith(("✓ ", "✗ before", "✗ after"))]
    assert titles == ["✓ before: pass", "✗ after: fail", "✗ before: fail", "✓ after: pass"]
    assert called.output.count("\nnetwork ") == 4
    assert "network " not in bgfetch("diff", *two).output


@pytest.mark.parametrize("wanted", ["markdown", "json", "html"])
def test_letters_are_for_the_terminal(bgfetch: Bgfetch, two: tuple[str, str], wanted: str) -> None:
    called = bgfetch("diff", *two, "--timeline", "--format", wanted)
    assert called.exit_code == 2
    assert "--timeline draws in letters" in called.output


def test_runs_that_have_nothing_in_common_are_a_page_of_lists(sample: Run) -> None:
    other = evolve(sample, results=tuple(evolve(one, scenario=f"{one.scenario}-2") for one in sample.results))
    shown = Page(page(changes(sample, other), CLAUSES))
    assert "Added: 16" in shown.words
    assert "Gone: 16" in shown.words
    assert shown.tags["figure"] == 0


def test_two_runs_alike_are_a_page_that_says_so(sample: Run) -> None:
    shown = Page(page(changes(sample, sample), CLAUSES))
    assert "16 judgements compared: nothing changed." in shown.words


def test_a_hostile_run_changes_nothing_but_words(tmp_path: Path) -> None:
    run = read_run(write_hostile(tmp_path))
    before = evolve(
        run, results=tuple(evolve(one, verdict=PASS if one.verdict == FAIL else FAIL) for one in run.results)
    )
    whole = page(changes(before, run), {})
    shown = Page(whole)
    assert shown.tags["script"] == shown.tags["style"] == 1
    assert "img" not in shown.tags
    assert not {name for name in shown.attributes if name.startswith("on")}
    assert not set("\x1b\x9b\u202e\x00\ud800") & set(whole)
    assert shown.inside <= set(shown.ids)


def test_a_thousand_changes_stay_small_and_quick(tmp_path: Path) -> None:
    run = read_run(write_synthetic(tmp_path / "run"))
    before = evolve(run, results=tuple(_otherwise(one) for one in run.results))
    began = time.process_time()
    found = changes(before, run)
    size = len(page(found, {id: clause.text for id, clause in clauses().items()}).encode())
    took = time.process_time() - began
    print(f"{len(found.changes)} changes: {took:.2f} s, {size / 1e6:.2f} MB")
    assert len(found.changes) == 1_000
    assert len(found.drawn) == DRAWN
    assert took < 2
    assert size < 2_000_000


def _otherwise(result: Result) -> Result:
    """The same with the other verdict, and with checks that say so."""
    verdict = FAIL if result.verdict == PASS else PASS
    return evolve(
        result,
        verdict=verdict,
        checks=tuple(evolve(one, verdict=verdict, actual=f"{one.actual}, and yet") for one in result.checks),
    )
