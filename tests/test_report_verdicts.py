"""JUnit, wptreport, EARL and the badge: each verdict is told in the words of its reader."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from attrs import evolve
from junitparser import Error, Failure, Skipped

from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED, Result
from reports import Run, badge, junit, wptreport
from reports.run import Listed
from tests import report_consumers as consumers
from tests.report_consumers import EARL, of

# -- JUnit ---------------------------------------------------------------------------------


def test_junit_has_a_suite_for_each_implementation_and_a_case_for_each_result(
    sample: Run, files: dict[str, str]
) -> None:
    suites = consumers.junit(files["junit.xml"])
    assert {suite.name: suite.tests for suite in suites} == {"simulator": 24, "chromium": 24}
    for suite in suites:
        verdicts = Counter(one.verdict for one in sample.results if one.implementation == suite.name)
        assert suite.failures == verdicts[FAIL]
        assert suite.errors == verdicts[ERROR]
        assert suite.skipped == verdicts[INCONCLUSIVE] + verdicts[UNSUPPORTED]
        properties = {one.name: one.value for one in suite.properties()}  # type: ignore[no-untyped-call]
        assert properties["version"] == sample.header.implementations[suite.name]
        assert properties["seed"] == "42"


@pytest.mark.parametrize(
    ("scenario", "kind", "message", "body"),
    [
        (
            "fetch/not-found",
            Failure,
            "perform-a-background-fetch-algorithm/5.3: expected /ep-5.mp3 requested again",
            ["  rule:     The first failed record gives", "  expected: /ep-5", "  actual:   requested whole"],
        ),
        ("resume/changed-etag", Error, "the browser's process ended", ["exit code 139"]),
        ("resume/wrong-first-byte", Skipped, "the proxy saw no second request", []),
        ("lifecycle/metered", Skipped, "lever metered", []),
    ],
)
def test_junit_says_why_something_did_not_pass(
    files: dict[str, str], scenario: str, kind: type[Failure | Error | Skipped], message: str, body: list[str]
) -> None:
    folder, name = scenario.split("/")
    cases = [case for suite in consumers.junit(files["junit.xml"]) for case in suite]
    named = (f"chromium.{folder}", f"{name} [repetition 3 with seed 42]")
    (case,) = (one for one in cases if (one.classname, one.name) == named)
    (told,) = case.result
    assert isinstance(told, kind)
    assert message in (told.message or "")
    assert all(words in (told.text or "") for words in body)
    assert "bgfetch run " in (case.system_out or "")
    assert f"{scenario}.toml" not in (case.system_out or "")
    assert f"{scenario} --on chromium --seed 42" in (case.system_out or "")


def test_no_two_cases_of_junit_have_the_same_name(files: dict[str, str]) -> None:
    names = [(case.classname, case.name) for suite in consumers.junit(files["junit.xml"]) for case in suite]
    assert len(set(names)) == len(names) == 48


def test_a_scenario_outside_of_the_catalogue_is_replayed_by_its_file(sample: Run) -> None:
    run = of(sample, "fetch/not-found")
    elsewhere = evolve(run, scenarios=(Listed("fetch/not-found", file="/my files/not-found.toml"),))
    assert "bgfetch run '/my files/not-found.toml' --on chromium" in junit.render(elsewhere, {})


# -- wptreport -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scenario", "status", "subtests"),
    [
        ("fetch/two-files", "OK", {"PASS"}),
        ("fetch/not-found", "OK", {"PASS", "FAIL"}),
        ("resume/changed-etag?repetition=2&seed=42", "ERROR", set()),
        ("resume/wrong-first-byte", "PRECONDITION_FAILED", {"PASS", "NOTRUN"}),
        ("lifecycle/metered", "SKIP", set()),
        ("display/title", "OK", {"PASS", "PRECONDITION_FAILED"}),
    ],
)
def test_a_scenario_is_a_test_and_its_checks_are_subtests(
    files: dict[str, str], scenario: str, status: str, subtests: set[str]
) -> None:
    told = consumers.wptreport(files["wptreport.chromium.json"])
    (test,) = (one for one in told["results"] if one["test"] == f"/{scenario}")
    assert test["status"] == status
    assert {one["status"] for one in test["subtests"]} == subtests
    assert bool(test["message"]) == (status != "OK" or "FAIL" in subtests)


def test_a_wptreport_has_one_product_and_tells_when(files: dict[str, str]) -> None:
    told = consumers.wptreport(files["wptreport.chromium.json"])
    assert told["run_info"]["product"] == "chromium"
    assert told["run_info"]["browser_version"] == "Chromium 156.0.8078.79"
    assert told["time_start"] == 1795212604000
    assert told["time_end"] - told["time_start"] == 20184


def test_names_that_are_no_file_names_give_some(sample: Run) -> None:
    names = ["../up", "x" * 300, "x" * 299, "simulator:literal=E2", "a\ud800", "a\ud801", ""]
    found = [evolve(sample.results[0], implementation=name) for name in names]
    header = evolve(sample.header, implementations=dict.fromkeys(names, "1"))
    written = list(wptreport.render(evolve(sample, header=header, results=tuple(found)), {}))
    assert len(set(written)) == len(names)
    assert all(re.fullmatch(r"wptreport\.[\w.%= ,-]{0,90}\.json", name) for name in written)
    assert "wptreport.simulator%3Aliteral=E2.json" in written


# -- EARL ----------------------------------------------------------------------------------


def test_earl_has_an_assertion_for_each_result_with_its_outcome(sample: Run, files: dict[str, str]) -> None:
    graph = consumers.earl(files["earl.jsonld"])
    told = Counter(str(outcome).removeprefix(str(EARL)) for outcome in graph.objects(None, EARL.outcome))
    verdicts = Counter(result.verdict for result in sample.results)
    assert told == {
        "passed": verdicts[PASS],
        "failed": verdicts[FAIL],
        "cantTell": verdicts[INCONCLUSIVE],
        "inapplicable": verdicts[UNSUPPORTED],
        "untested": verdicts[ERROR],
    }


def test_earl_knows_versions_and_leads_to_the_specification(files: dict[str, str]) -> None:
    graph = consumers.earl(files["earl.jsonld"])
    rows = graph.query(
        """
        PREFIX earl: <http://www.w3.org/ns/earl#> PREFIX dct: <http://purl.org/dc/terms/>
        PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX doap: <http://usefulinc.com/ns/doap#>
        SELECT DISTINCT ?case ?version ?page WHERE {
          ?assertion earl:result [ earl:outcome earl:failed; dct:references ?clause ];
                     earl:test [ dct:identifier ?case ]; earl:subject [ doap:revision ?version ].
          ?clause a earl:TestRequirement; foaf:page ?page.
        }"""
    )
    page = "https://wicg.github.io/background-fetch/#perform-a-background-fetch-algorithm"
    told = {tuple(map(str, row)) for row in rows if not isinstance(row, bool)}
    assert ("fetch/not-found", "Chromium 156.0.8078.79", page) in told


# -- badge ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdicts", "message", "colour"),
    [
        ([PASS, PASS], "2 pass", "brightgreen"),
        ([PASS], "1 pass", "brightgreen"),
        ([PASS, FAIL, ERROR], "1 pass, 1 fail, 1 harness trouble", "red"),
        ([PASS, ERROR, INCONCLUSIVE], "1 pass, 1 inconclusive, 1 harness trouble", "orange"),
        ([INCONCLUSIVE, PASS], "1 pass, 1 inconclusive", "yellow"),
        ([UNSUPPORTED], "1 unsupported", "lightgrey"),
        ([], "nothing", "lightgrey"),
    ],
)
def test_a_badge_counts_and_shows_the_gravest(
    sample: Run, verdicts: list[str], message: str, colour: str
) -> None:
    header = evolve(sample.header, implementations={"simulator": "1"})
    results = tuple(Result(str(n), "simulator", verdict, ()) for n, verdict in enumerate(verdicts))
    run = evolve(sample, header=header, results=results)
    title, told = consumers.badge(badge.svg(run), badge.endpoint(run))
    assert (told["message"], told["color"]) == (message, colour)
    assert title == f"background fetch: {message}"


def test_a_badge_names_the_first_three_implementations(sample: Run) -> None:
    header = evolve(sample.header, implementations=dict.fromkeys("abcde", "1"))
    results = tuple(Result("s", name, PASS, ()) for name in "abcde")
    assert (
        badge.message(evolve(sample, header=header, results=results))
        == "a 1 pass · b 1 pass · c 1 pass · and 2 more"
    )
