"""The HTML report: whole, harmless, the same each time, within its limits of time and size."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import Result as Called

from conformance import __version__
from conformance.baseline.model import Baseline, Entry
from conformance.clauses import REVISION, clauses
from conformance.command_line.report import against
from conformance.command_line.report import text as known
from conformance.results import FAIL, PASS, Check, Result
from reports import Run, read_run
from reports.causes import causes
from reports.cells import matrix
from reports.clause_table import Rule, Text, sections, title
from reports.html import folder, render
from reports.outcomes import KILLERS, kills, outcomes
from reports.parts import FINDINGS, LINES, PICTURES, PROOFS, Part, clause, part
from simulator.observation import Event, Fault, Log, Observation, Progress
from tests.html_pages import Page
from tests.report_sample import CASES, CLAUSES, HOSTILE, write_hostile, write_sample
from tests.report_synthetic import write_synthetic


@pytest.fixture(scope="module")
def page(sample: Run) -> Page:
    return Page(render(sample, CLAUSES))


def test_ids_are_unique_and_every_link_into_the_page_has_its_place(page: Page) -> None:
    assert max(page.ids.values()) == 1
    inside = {link[1:] for link in page.links if link.startswith("#")}
    assert len(inside) > 30
    assert inside <= set(page.ids)
    outside = {link for link in page.links if not link.startswith("#")}
    assert all(link.startswith("https://wicg.github.io/background-fetch/") for link in outside)


@pytest.mark.parametrize(
    "words",
    [
        "expected 48 results, got 48",
        "0.1.0 on Python 3.11.7",
        "Chromium 156.0.8078.79",
        "8 d of virtual time",
        "Going offline mid-way keeps the bytes",
        "✗ fail: chromium · complete-a-record-algorithm/8a · must, by the text line 24requests = [{ path = ",
        "the browser's process ended while step 3 was under way",
        "lever metered: a browser cannot be told that its link is metered",
        "A fetch that resumes asks for the rest, from the first byte missing",
        "A GET whose connection broke while offline goes on once online",
        "The network is now offline.",
        "Faults injected: stall after 100 KiB of /ep-5.mp3.",
        "results long waits were shortened",
        "say nothing of the implementation",
        "bgfetch run resume/offline-mid-way --on chromium",
        "expected /ep-5.mp3 requested again",
        "a wait of 8 h shortened to 3 s, because time is real here",
        "1 remark",
        "8 h in which nothing was seen, folded",
        "the first wrong moment",
    ],
)
def test_the_page_tells(page: Page, words: str) -> None:
    assert words in page.words


@pytest.mark.parametrize(
    ("id", "href"),
    [
        ("complete-a-record-algorithm/11.r8.1", "#complete-a-record-algorithm"),
        ("mdn/Background_Fetch_API/3", ""),
        ("readme/1", ""),
        ("no-section", ""),
        ('a"b c/1', "#a%22b%20c"),
        ("\ud800/1", "#%3F"),
    ],
)
def test_a_clause_links_to_its_section_of_the_specification_only(id: str, href: str) -> None:
    assert clause(id, {}).href == (href and f"https://wicg.github.io/background-fetch/{href}")


def _part(run: Run, name: str, *, full: bool = False) -> Part:
    row = next(row for row in matrix(run).rows if row.name == name)
    return part((run,) * len(row.cells), row, 1, "here", CLAUSES, full=full)


def test_timelines_are_drawn_for_what_failed_and_for_one_that_passed(sample: Run) -> None:
    def drawn(name: str, *, full: bool = False) -> list[tuple[str, str]]:
        told = _part(sample, name, full=full).told
        return [(one.column, one.result.verdict) for one in told if one.picture or one.same]

    assert drawn("two-files") == [("simulator", PASS)]
    assert drawn("two-files", full=True) == [("simulator", PASS), ("chromium", PASS)]
    assert drawn("not-found") == [("simulator", PASS), ("chromium", FAIL)]
    assert drawn("offline-mid-way") == [("simulator", PASS), ("chromium", FAIL)]
    assert drawn("metered") == [("simulator", PASS)]


def test_the_ceiling_of_what_is_downloaded_says_what_it_is(sample: Run) -> None:
    ceilings = re.findall(r"<path class=c [^>]*>\s*<title>([^<]*)|<path class=c [^>]*/>", render(sample, {}))
    assert ceilings
    assert set(ceilings) == {"downloadTotal"}


def test_many_timelines_are_capped_and_it_is_said(sample: Run) -> None:
    failed = next(result for result in sample.results if result.verdict == FAIL)
    names = [f"i{number}" for number in range(PICTURES + 3)]
    others = tuple(
        evolve(failed, implementation=name, checks=(evolve(failed.checks[0], actual=name),)) for name in names
    )
    run = evolve(sample, results=others, scenarios=sample.scenarios[1:2])
    assert _part(run, "not-found").undrawn == 3
    assert "… and 3 further timelines not drawn here" in Page(render(run, {})).words


def test_what_looks_the_same_is_drawn_once(sample: Run) -> None:
    failed = next(result for result in sample.results if result.verdict == FAIL)
    run = evolve(
        sample, results=(failed, evolve(failed, implementation="twin")), scenarios=sample.scenarios[1:2]
    )
    first, second = _part(run, "not-found").told
    assert (bool(first.picture), first.same, bool(second.picture), second.same) == (
        True,
        "chromium",
        False,
        "chromium",
    )
    assert "twin: the same picture as chromium" in Page(render(run, {})).words


def test_the_proof_of_a_finding_leads_to_what_was_seen(sample: Run) -> None:
    told = _part(sample, "not-found")
    anchors = {line.anchor for one in told.told for who in one.witnesses for line in who.lines}
    proofs = [proof for finding in told.findings for proof in finding.proofs]
    assert proofs
    assert {proof.anchor for proof in proofs} <= anchors


def test_long_lists_are_capped_and_say_so(tmp_path: Path) -> None:
    run = read_run(write_sample(tmp_path, CASES[1:2], chunks=400))
    (_, failed) = _part(run, "not-found").told
    kept = sum(len(who.lines) for who in failed.witnesses)
    left_out = sum(who.left_out for who in failed.witnesses)
    assert kept + left_out == len(failed.seen or ())
    assert kept <= LINES + PROOFS
    assert f"{left_out} observations not listed here" in Page(render(run, {})).words
    full = _part(run, "not-found", full=True)
    assert not any(who.left_out for one in full.told for who in one.witnesses)


def test_a_thousand_checks_are_capped_and_none_that_failed_is_lost_among_them(sample: Run) -> None:
    passed = [Check("a/1", "must", "text", PASS, f"record {n}", "so it was", (n,)) for n in range(1, 1_000)]
    wrong = Check("b/2", "must", "text", FAIL, "the last", "another", (30,))
    result = evolve(sample.results[0], checks=(*passed, wrong), verdict=FAIL)
    run = evolve(sample, results=(result, *sample.results[1:]), scenarios=sample.scenarios[:1])
    assert [finding.check for finding in _part(run, "two-files").findings] == [wrong]
    wrongs = tuple(evolve(wrong, actual=f"another {n}") for n in range(FINDINGS + 5))
    many = evolve(run, results=(evolve(result, checks=wrongs),))
    page = Page(render(many, {}))
    assert "… and 5 further checks that did not pass" in page.words
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_the_same_finding_on_several_implementations_is_told_once(sample: Run) -> None:
    wrong = Check("b/2", "must", "text", FAIL, "this", "that", (3,))
    twice = tuple(
        evolve(sample.results[0], implementation=name, verdict=FAIL, checks=(wrong,)) for name in ("a", "b")
    )
    run = evolve(sample, results=twice, scenarios=sample.scenarios[:1])
    (finding,) = _part(run, "two-files").findings
    assert finding.columns == ("a", "b")


def test_each_outcome_of_a_repetition_is_told(sample: Run) -> None:
    page = Page(render(sample, CLAUSES))
    assert "chromium, repetition 2" in page.words
    assert "✓2 pass" in page.words


def test_a_scenario_is_told_in_sentences_with_its_faults_and_its_command(sample: Run) -> None:
    told = _part(sample, "offline-mid-way")
    assert told.steps[:3] == (
        'The page calls fetch() for "my-fetch" of /ep-5.mp3.',
        "The network is now offline.",
        "Time passes: 8 h.",
    )
    assert told.faults == ("stall after 100 KiB of /ep-5.mp3",)
    assert told.replay.startswith("bgfetch run resume/offline-mid-way --on chromium")


def test_a_scenario_is_selected_by_the_faults_that_it_has_in_store(sample: Run) -> None:
    """What struck besides, such as an outage, is no word of the command line."""
    told = [
        evolve(one, faults=("cut",) if one.id == "resume/offline-mid-way" else ()) for one in sample.scenarios
    ]
    page = render(evolve(sample, scenarios=tuple(told)), {})
    assert re.findall(r'data-f="([^"]*)"', page) == ["cut"]


def test_what_held_is_told_of_the_one_that_it_held_on(page: Page) -> None:
    assert "What was seen to hold on simulator" in page.words


def test_failures_are_a_click_apart(sample: Run, page: Page) -> None:
    assert "Failed (3) Clauses" in page.words
    assert page.links[1] == "#s-fetch/not-found"
    assert page.words.count("The next that failed") == 2
    told = render(sample, {})
    first, second = told.index('id="s-fetch/not-found"'), told.index('id="s-resume/offline-mid-way"')
    assert '<a href="#s-resume/offline-mid-way">The next that failed' in told[first:second]
    sound = evolve(sample, results=tuple(one for one in sample.results if one.verdict != FAIL))
    assert "Failed (" not in Page(render(sound, {})).words


def test_a_tab_shows_failures_first(sample: Run) -> None:
    assert "<title>10 fail, 30 pass, 3 inconclusive" in render(sample, {})


def test_a_link_leads_into_what_has_to_open_for_it(sample: Run) -> None:
    """Without a script a browser opens what its target is in, and never the target itself."""
    assert not re.findall(r"<details[^>]* id=", render(sample, CLAUSES))


def test_times_of_two_kinds_are_not_added_up(page: Page) -> None:
    assert "Virtual time" not in page.words
    assert "of virtual time" in page.words


def test_no_agreement_is_told_where_nothing_was_compared(sample: Run) -> None:
    results = tuple(one for one in sample.results if one.implementation != "chromium")
    told = Page(render(evolve(sample, results=results), {})).words
    assert "No scenario was judged on two implementations: nothing could be compared." in told
    assert "Nowhere" not in told


def test_differences_are_told_by_cause(sample: Run) -> None:
    def failing(scenario: str, clause: str, expected: str) -> list[Result]:
        check = Check(clause, "must", "text", FAIL, expected, "another")
        fails = evolve(
            sample.results[0], scenario=scenario, implementation="a", verdict=FAIL, checks=(check,)
        )
        return [fails, evolve(fails, implementation="b", verdict=PASS, checks=(evolve(check, verdict=PASS),))]

    told = [failing("x/1", "one/1", "this"), failing("x/2", "two/2", "that")]
    told += [failing("x/3", "two/2", "that"), failing("x/4", "two/2", "other")]
    header = evolve(sample.header, implementations={"a": "1", "b": "1"})
    run = evolve(sample, header=header, scenarios=(), results=tuple(one for two in told for one in two))
    table = matrix(run)
    parts = [part((run, run), row, n, f"s{n}", {}, full=False) for n, row in enumerate(table.rows)]
    found = [
        (one.column, one.clause.id, [(p.scenario.id, c and c.expected) for p, c in one.parts])
        for one in causes(parts, {})
    ]
    assert found == [
        ("a", "two/2", [("x/2", "that"), ("x/3", None), ("x/4", "other")]),
        ("a", "one/1", [("x/1", "this")]),
    ]
    assert "3 scenarios: a fails two/2" in Page(render(run, {})).words


# -- clauses, faults, mutants ---------------------------------------------------------------


def test_a_clause_counts_the_results_that_judged_it(sample: Run) -> None:
    found = sections(sample, ("simulator", "chromium"), CLAUSES, {})
    rows = {row.clause.id: row for section in found for row in section.rows}
    resumed = rows["validate-partial-response-algorithm/4.1"]
    assert [cell.counts for cell in resumed.cells] == [
        (("pass", 6),),
        (("pass", 1), ("inconclusive", 3), ("error", 2)),
    ]
    assert resumed.differing == 0
    display = rows["background-fetch-display-algorithm/4"]
    assert [cell.counts for cell in display.cells] == [(("pass", 6),), (("remarked", 3), ("unsupported", 3))]
    assert rows["perform-a-background-fetch-algorithm/5.3"].differing == 1


def test_a_clause_without_a_test_is_there_and_says_why(sample: Run) -> None:
    rules = {"new/1": Rule("may", ("ui",), ("some-mutant",))}
    page = Page(render(sample, {**CLAUSES, "new/1": "Something else"}, Text("draft 7", rules)))
    assert "Specification draft 7" in page.words
    assert "Something else" in page.words
    assert "No test: no check of this run is of this clause; it only allows." in page.words
    assert "Broken on purpose by mutant:some-mutant." in page.words
    part = evolve(sample, header=evolve(sample.header, options={"selectors": ["x"]}))
    assert "No test: the run was of a part" in Page(render(part, {"new/1": "Something else"})).words


def test_the_rest_of_the_scenarios_of_a_clause_is_where_the_page_says(sample: Run) -> None:
    """No scenario declares the clause, so that selecting it would find none of them."""
    check = Check("new/1", "must", "text", PASS, "this", "this", source="invariant")
    results = tuple(evolve(one, checks=(*one.checks, check)) for one in sample.results)
    run = evolve(sample, results=results)
    told = Page(render(run, CLAUSES)).words
    assert "… and 4 further scenarios; bgfetch report RUN --full names all." in told
    index = dict(folder(run, CLAUSES))["report/index.html"]
    clause = index[index.index(">new/1<") :].partition("</details>")[0]
    assert clause.count("<li>") == 8
    assert "further scenario" not in index


@pytest.mark.parametrize(
    ("id", "named"),
    [
        ("background-fetch-registration-match-all", "BackgroundFetchRegistration.matchAll()"),
        ("background-fetch-manager-fetch", "BackgroundFetchManager.fetch()"),
        ("background-fetch-manager-get-ids", "BackgroundFetchManager.getIds()"),
        ("background-fetch-update-ui-event", "BackgroundFetchUpdateUIEvent"),
        ("background-fetch-update-ui-event-update-ui", "BackgroundFetchUpdateUIEvent.updateUI()"),
        ("background-fetch-record-interface", "BackgroundFetchRecord"),
        ("background-fetch-registration-events", "BackgroundFetchRegistration: events"),
        (
            "get-a-backgroundfetchregistration-instance-algorithm",
            "Get a BackgroundFetchRegistration instance (algorithm)",
        ),
        ("background-fetch-concept", "Background fetch concept"),
        ("background-fetch-display-algorithm", "Background fetch display (algorithm)"),
        ("mdn/backgroundfetchfail_event", "MDN: backgroundfetchfail_event"),
        ("", "Without a section"),
    ],
)
def test_sections_are_called_as_a_reader_calls_them(id: str, named: str) -> None:
    assert title(id) == named


def test_sections_come_in_the_order_of_the_text(sample: Run) -> None:
    found = sections(sample, ("simulator",), {"z/1": "", "a-b-algorithm/2": "", "z/2": ""}, {})
    assert [(one.title, len(one.rows)) for one in found[:2]] == [("Z", 2), ("A b (algorithm)", 1)]


def test_faults_meet_outcomes(sample: Run) -> None:
    met = {one.fault: one for one in outcomes(sample).rows}
    assert sum(met["stall"].counts) >= 30


def test_a_fault_tells_how_implementations_differ_under_it(sample: Run) -> None:
    def ended(result: str) -> tuple[Observation, ...]:
        log = Log(lambda: 0)
        log.see("origin", "/a", "", Fault(1, "cut", 0))
        log.see("worker", "/", "f", Event("backgroundfetchsuccess", "", {"result": result}))
        return tuple(log.observations)

    def run(*told: tuple[str, str, str]) -> Run:
        made = (evolve(sample.results[0], scenario=s, implementation=on, observations=e) for s, on, e in told)
        seen = {"success": ended("success"), "failure": ended("failure")}
        return evolve(sample, results=tuple(made), observations=seen, scenarios=())

    alike = run(("x", "a", "success"), ("x", "b", "success"), ("y", "a", "failure"))
    assert [(one.fault, one.by) for one in outcomes(alike).rows] == [("cut", ())]
    apart = run(("x", "a", "success"), ("x", "b", "failure"), ("y", "a", "success"))
    (cut,) = outcomes(apart).rows
    assert (sum(cut.counts), [(on, sum(counts)) for on, counts in cut.by]) == (3, [("a", 2), ("b", 1)])
    assert [max(counts) for _, counts in cut.by] == [2, 1]
    assert "each has a row below the sum" in Page(render(apart, {})).words
    assert "each has a row below the sum" not in Page(render(alike, {})).words


def test_the_full_report_names_every_scenario_that_notices_a_mutant(sample: Run) -> None:
    results = tuple(
        evolve(sample.results[0], scenario=f"x/{number}", implementation="mutant:seen", verdict=FAIL)
        for number in range(KILLERS + 6)
    )
    run = evolve(sample, results=results, scenarios=(), header=evolve(sample.header, implementations={}))
    assert "and 6 more, which bgfetch report RUN --full names" in Page(render(run, {})).words
    index = Page(dict(folder(run, {}))["report/index.html"]).words
    told = index[index.index("Mutants, and who") :]
    assert f"{KILLERS + 6} scenarios" in told
    assert "more, which" not in told
    assert f"{KILLERS + 5} What the run cannot tell" in told


def test_a_mutant_that_nothing_notices_comes_first(sample: Run) -> None:
    results = tuple(
        evolve(sample.results[0], scenario=scenario, implementation=name, verdict=verdict)
        for scenario, name, verdict in [
            ("a", "simulator", PASS),
            ("b", "simulator", FAIL),
            ("a", "mutant:seen", FAIL),
            ("b", "mutant:seen", FAIL),
            ("a", "mutant:unseen", PASS),
            ("b", "mutant:unseen", FAIL),
        ]
    )
    run = evolve(sample, results=results, scenarios=(), header=evolve(sample.header, implementations={}))
    assert [(kill.name, kill.scenarios) for kill in kills(matrix(run))] == [("unseen", ()), ("seen", ("a",))]
    assert "unseen nothing notices it" in Page(render(run, {})).words


def test_the_same_run_gives_the_same_bytes_in_every_process(sample: Run, tmp_path: Path) -> None:
    code = "import sys, pathlib; from reports import read_run; from reports.html import render; "
    code += "sys.stdout.buffer.write(render(read_run(pathlib.Path(sys.argv[1])), {}).encode())"
    folder = write_sample(tmp_path, CASES[2:5])
    pages = {
        subprocess.run(
            [sys.executable, "-c", code, str(folder)],
            env={"PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[1],
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert pages == {render(read_run(folder), {}).encode()}


@pytest.mark.parametrize("text", [HOSTILE, '" onload="x', "x" * 1_000_000, "\n\n", "{{ 7 * 7 }}", "a/" * 500])
def test_hostile_texts_stay_text(tmp_path: Path, text: str) -> None:
    whole = render(read_run(write_hostile(tmp_path, text)), {text: text, "other": text})
    page = Page(whole)
    assert page.tags["script"] == page.tags["style"] == 1
    assert page.tags["path"] > 4
    assert "img" not in page.tags
    assert not {name for name in page.attributes if name.startswith("on")}
    assert not set("\x1b\x9b\u202e\x00\ud800") & set(whole)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert len(whole.encode()) < 200_000
    if len(text) > 100_000:
        assert "1,000,000 characters, the first" in page.words


def test_scenarios_whose_names_read_alike_keep_their_own_places(sample: Run) -> None:
    twins = tuple(evolve(sample.scenarios[0], id=id) for id in ("a/b", "a-b", "a b", ""))
    page = Page(render(evolve(sample, scenarios=twins, results=()), {}))
    assert {"s-a/b", "s-a-b", "s-a-b-2", "s-"} <= set(page.ids)
    assert max(page.ids.values()) == 1


def test_a_run_of_nothing_is_a_page_too(sample: Run) -> None:
    empty = evolve(sample, results=(), scenarios=(), end=None, observations={}, missing=("all of it",))
    page = Page(render(empty, {}))
    assert "The run holds no result." in page.words
    assert "all of it" in page.words


def test_a_run_of_harness_trouble_only_blames_nobody(sample: Run) -> None:
    results = tuple(
        evolve(one, verdict="error", checks=(), note="the browser died") for one in sample.results[:6]
    )
    page = Page(render(evolve(sample, results=results, scenarios=sample.scenarios[:1]), CLAUSES))
    assert "6 results say nothing of the implementation: 6 harness trouble." in page.words
    assert "simulator: the browser died" in page.words
    assert not [word for word in page.classes if word == "fail"]


def test_a_long_story_is_drawn_quickly(sample: Run) -> None:
    log = Log(lambda: 0)
    for number in range(20_000):
        log.see("page", "page", "f", Progress(number, 0, "", "", recordsAvailable=True))
    result = evolve(sample.results[0], observations="long")
    run = evolve(sample, results=(result,), observations={"long": tuple(log.observations)})
    began = time.process_time()
    size = len(render(run, {}))
    assert time.process_time() - began < 2
    assert size < 100_000


def test_a_thousand_results_stay_small_and_quick(tmp_path: Path) -> None:
    run = read_run(write_synthetic(tmp_path / "run"))
    began = time.process_time()  # not the wall's: another process may be busy too
    size = len(render(run, {id: clause.text for id, clause in clauses().items()}, known()).encode())
    took = time.process_time() - began
    print(f"250 scenarios x 4 implementations: {took:.2f} s, {size / 1e6:.2f} MB")
    assert len(run.results) == 1_000
    assert took < 2
    assert size < 2_000_000


def test_the_full_report_is_a_folder_that_leaves_nothing_out(sample: Run) -> None:
    files = dict(folder(sample, CLAUSES))
    assert next(iter(files)) == "report/index.html"
    assert len(files) == 1 + 8
    index = Page(files["report/index.html"])
    inside = {link for link in index.links if link.endswith(".html")}
    assert {f"report/{link}" for link in inside} == set(files) - {"report/index.html"}
    assert {link[1:] for link in index.links if link.startswith("#")} <= set(index.ids)
    alone = Page(files["report/3.html"])
    assert "# stands still until the connection dies" in alone.text
    assert alone.tags["figure"] == files["report/3.html"].count('<svg class="tl"') == 3
    assert {link[1:] for link in alone.links if link.startswith("#")} <= set(alone.ids)
    there = {link.partition("#")[2] for link in alone.links if link.startswith("index.html#")}
    assert there
    assert there <= set(index.ids)


def test_the_command_line_tells_of_clauses_and_mutants_and_writes_the_folder(
    bgfetch: Callable[..., Called], tmp_path: Path
) -> None:
    write_sample(tmp_path / "run", CASES[:2])
    done = bgfetch("report", "run", "--full")
    assert done.exit_code == 0
    assert done.output.splitlines() == ["run/report.html", "run/report/index.html"]
    page = Page((tmp_path / "run" / "report.html").read_text("utf-8"))
    assert "Broken on purpose by mutant:" in page.words
    assert REVISION in page.words
    assert (tmp_path / "run" / "report" / "2.html").is_file()


@pytest.mark.parametrize("version", ["9.9.9", "0.1.0"])
def test_a_run_of_another_version_says_so(
    bgfetch: Callable[..., Called], tmp_path: Path, version: str
) -> None:
    results = write_sample(tmp_path / "run", CASES[:2]) / "results.jsonl"
    results.write_text(
        re.sub('("bgfetch": ?)"0.1.0"', f'\\1"{version}"', results.read_text("utf-8"), count=1)
    )
    assert bgfetch("report", "run").exit_code == 0
    told = Page((tmp_path / "run" / "report.html").read_text("utf-8")).words
    said = f"What is missing the run was written by bgfetch {version} and is read by {__version__}"
    assert (said in told) == (version != __version__)


def test_the_page_tells_how_a_run_stands_against_its_baseline(tmp_path: Path) -> None:
    run = read_run(write_sample(tmp_path / "run", CASES[:2]))
    entry = Entry(
        ("fetch/not-found",), CASES[1].clauses[0], frozenset({FAIL}), "seen", "why", "156", "2026-11-21"
    )
    baseline = Baseline("chromium", (entry,), "chromium.toml")
    page = Page(render(run, CLAUSES, against(known(), run, baseline)))
    assert "Against chromium.toml: 1 as expected, 0 new failures, 0 expected to fail that pass." in page.words
    assert (
        f"In the baseline: chromium fails {entry.clause}. Seen: seen. why. First seen in version"
        in page.words
    )
    assert "bad-status ≠ as the baseline expects" in page.words
    assert "New (" not in page.words


@pytest.mark.parametrize("link", ["https://crbug.com/1", "javascript:alert(1)", "http://[", ""])
def test_an_entry_of_the_baseline_is_told_in_sentences_with_its_link(tmp_path: Path, link: str) -> None:
    run = read_run(write_sample(tmp_path / "run", CASES[:2]))
    told = Entry(("fetch/not-found",), "a/1", frozenset({FAIL, PASS}), "x\ny", "It is so.\n", "156", "", link)
    found = against(known(), run, Baseline("chromium", (told,), "chromium.toml"))
    page = Page(render(run, CLAUSES, found))
    said = "chromium comes out as pass or fail in a/1. Seen: x y. It is so. First seen in version 156."
    assert said in page.words
    assert (link in page.links) == link.startswith("http")
    assert link in ("", *page.links) or f"See {link}." in page.words


@pytest.mark.parametrize("scenario", ["fetch/not-found", "fetch/two-files"])
def test_what_is_new_against_a_baseline_is_marked_and_led_to(tmp_path: Path, scenario: str) -> None:
    """A failure that no entry expects, and a pass where one expects a failure."""
    run = read_run(write_sample(tmp_path / "run", CASES[:2]))
    id = CASES[1 if scenario == "fetch/not-found" else 0].clauses[0]
    known_failures = {("fetch/not-found", CASES[1].clauses[0])} ^ {(scenario, id)}
    entries = tuple(
        Entry((name,), clause, frozenset({FAIL}), "", "why", "156", "2026-11-21")
        for name, clause in known_failures
    )
    page = Page(render(run, CLAUSES, against(known(), run, Baseline("chromium", entries, "c.toml"))))
    assert "New (1) Failed (1)" in page.words
    assert page.links[1] == f"#s-{scenario}"
    assert page.classes.count("new") == 1
