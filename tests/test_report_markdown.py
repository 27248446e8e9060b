"""The summary of a CI step: it tells what matters, keeps to its room, and lets no value become markup."""

from __future__ import annotations

from collections import Counter

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from conformance.baseline.model import Baseline, Entry
from conformance.results import ERROR, FAIL, INCONCLUSIVE, Check, Result
from reports import Run, markdown
from reports.machine import line
from reports.outcomes import untold
from tests import report_consumers as consumers
from tests.report_sample import CASES


def test_markdown_tells_counts_failures_differences_and_what_is_not_known(files: dict[str, str]) -> None:
    told = files["summary.md"]
    tokens = consumers.markdown(told)
    headings = [tokens[place + 1].content for place, one in enumerate(tokens) if one.type == "heading_open"]
    assert headings[1:] == [
        "Failed",
        "Where implementations differ",
        "Harness trouble (no word on the implementation)",
        "Inconclusive (the run could not tell)",
        "Unsupported (a lever is missing)",
    ]
    assert "| chromium | Chromium 156.0.8078.79 | 9 | 7 | 3 | 3 | 2 |" in told
    assert "- `fetch/not-found` on `chromium` (3 of 3 repetitions)\n" in told
    assert "`resume/offline-mid-way`: `simulator` 3 pass, `chromium` 2 pass, 1 fail" in told
    assert "expected `/ep-5.mp3 requested again with Range bytes=102400-`" in told
    assert "again: `bgfetch run fetch/not-found --on chromium --seed 42`" in told


def test_what_has_no_result_has_its_version_all_the_same(sample: Run) -> None:
    results = tuple(one for one in sample.results if one.implementation != "chromium")
    told = markdown.render(evolve(sample, results=results), {})
    assert "| chromium | Chromium 156.0.8078.79 | 0 | 0 | 0 | 0 | 0 |" in told


def test_with_a_baseline_what_is_expected_stands_apart_from_what_is_new(sample: Run) -> None:
    reason = "perform-a-background-fetch-algorithm/5.3"
    entries = [
        Entry(("fetch/not-found",), reason, frozenset({FAIL}), "", "known *long*", "156", "2026-11-21"),
        Entry(("fetch/two-files",), CASES[0].clauses[0], frozenset({FAIL}), "", "x", "156", "", number=1),
    ]
    told = markdown.render(sample, {}, Baseline("chromium", entries, "c.toml"))
    parts = dict(one.split("\n", 1) for one in told.split("\n## ")[1:])
    assert "`fetch/not-found`" not in parts["Failed, and not expected to"]
    assert "`resume/offline-mid-way` on `chromium` (1 of 3" in parts["Failed, and not expected to"]
    assert "on `simulator`" in parts["Failed, and not expected to"]  # the baseline is of another
    assert "known &#42;long&#42;\n  - `fetch/not-found`" in parts["As the baseline expects"]
    assert "`fetch/two-files`" in parts["Expected to fail, and did not"]
    assert "Against `c.toml`: 1 as expected, 2 new failures, 1 expected to fail that pass." in told
    consumers.markdown(told)


def test_markdown_keeps_to_what_github_takes_and_counts_the_rest(sample: Run) -> None:
    wide = "é" * 290
    check = Check("a/1", "must", "text", FAIL, wide, wide)
    results = tuple(
        Result(f"{number}/{wide}", "simulator", FAIL, (check,) * 5) for number in range(400)
    ) + tuple(
        Result(f"{number}", "simulator", ERROR, (), note=f"{wide}{chr(0x4E00 + number)}")
        for number in range(400)
    )
    told = markdown.render(evolve(sample, results=results), {})
    assert "… and 300 further failures; report.html has all." in told
    assert "further reasons; report.html has all." in told
    room = markdown._fitted(markdown.Section("Failed", ["x" * 600_000] * 3, "failure"), markdown.LIMIT)
    assert "… and 2 further failures" in room[0]
    assert len(told.encode()) <= markdown.LIMIT
    consumers.markdown(told)


def test_reasons_that_differ_in_numbers_alone_are_one(sample: Run) -> None:
    notes = ("step 8: not seen within 12 s", "step 3: not seen within 12.8 s", "another")
    results = tuple(
        evolve(sample.results[0], scenario=f"x/{n}", verdict=INCONCLUSIVE, checks=(), note=note)
        for n, note in enumerate(notes)
    )
    run = evolve(sample, results=results, scenarios=())
    told = markdown.render(run, {})
    assert "2 scenarios: `step 8: not seen within 12 s`\n  - `x/0`, `x/1`" in told
    assert [(one.reason, one.scenarios) for one in untold(run)] == [
        (notes[0], ("x/0", "x/1")),
        ("another", ("x/2",)),
    ]


@given(st.text(st.characters(), max_size=60) | st.text("`|\\*_<>[]()#-+.1 !&@:/w", max_size=30))
def test_a_code_span_shows_its_value_and_nothing_else(text: str) -> None:
    tokens = consumers.markdown(f"- {markdown.code(text)} end")
    kinds = [token.type for token in tokens if token.type not in ("text", "inline")]
    spans = [token.content for token in tokens if token.type == "code_inline"]
    assert kinds.count("bullet_list_open") == 1
    assert len(spans) == (1 if line(text).strip() else 0)
    assert all(" ".join(span.split()) == " ".join(line(text).split()) for span in spans)


@given(st.text("`|\\*_<>[]()#-+.1 !&@:/w~=$\ta", max_size=30))
def test_prose_is_one_line_of_text(text: str) -> None:
    tokens = consumers.markdown(f"- {markdown.prose(text)}\n\n| a |\n|---|\n| {markdown.prose(text)} |\n")
    kinds = Counter(token.type for token in tokens)
    assert set(kinds) <= set(
        "bullet_list_open list_item_open paragraph_open inline text paragraph_close list_item_close "
        "bullet_list_close table_open thead_open tr_open th_open th_close tr_close thead_close tbody_open "
        "td_open td_close tbody_close table_close text_special".split()
    )
    assert kinds["td_open"] == kinds["bullet_list_open"] == 1
