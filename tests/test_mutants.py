"""Every check can fail: each mutant is caught by a scenario, each scenario catches a mutant."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest
import trio

from conformance.clauses import clauses
from conformance.coverage import Coverage, coverage
from conformance.mutants import mutants
from conformance.mutants.matrix import Row, rows
from conformance.mutants.pruning import mutants_that_matter
from conformance.results import ERROR
from conformance.scenario.model import Scenario
from simulator import background_fetch_manager
from simulator.errata import literal
from simulator.overrides import MUTANT, Override
from simulator.user_agent import UserAgent
from tests.simulate import catalogue, digest, judged, observe

MOST_CAUGHT_BY = 0.6
"""A mutant that most of the catalogue catches says little about any one scenario."""


@cache
def matrix() -> Mapping[str, Row]:
    """Every scenario on every mutant: made once for all tests."""
    return {row.scenario: row for row in rows(catalogue())}


@cache
def covered() -> Mapping[str, Coverage]:
    return coverage(matrix().values())


@cache
def killers() -> Mapping[str, list[str]]:
    return {name: [row.scenario for row in matrix().values() if name in row.killed] for name in mutants()}


def named(id: str) -> Scenario:
    return next(one for one in catalogue() if one.id == id)


@pytest.mark.parametrize("one", catalogue(), ids=lambda one: one.id)
def test_the_reference_passes_under_every_order(one: Scenario) -> None:
    for seed in range(2 if len(one.origin) > 100 else 25):
        verdict, checks = judged(one, seed=seed)
        assert verdict == "pass", [check for check in checks if check.verdict != "pass"]


@pytest.mark.parametrize("name", mutants())
def test_every_mutant_is_caught_but_not_by_everything(name: str) -> None:
    assert killers()[name]
    assert len(killers()[name]) <= MOST_CAUGHT_BY * len(catalogue())


@pytest.mark.parametrize("one", catalogue(), ids=lambda one: one.id)
def test_every_scenario_catches_a_mutant(one: Scenario) -> None:
    assert matrix()[one.id].killed


@pytest.mark.parametrize("one", catalogue(), ids=lambda one: one.id)
def test_each_clause_that_a_scenario_lists_has_its_check(one: Scenario) -> None:
    """Else the list is a promise that nothing keeps: clause = "…" at the step or expectation."""
    assert [id for id in one.clauses if id not in matrix()[one.id].checked] == []


def test_no_mutant_only_raises() -> None:
    """A mutant behaves otherwise; one that breaks down shows nothing."""
    broken = {
        (name, row.scenario)
        for row in matrix().values()
        for name, outcome in row.outcomes.items()
        if outcome.verdict == ERROR
    }
    assert not broken


def test_there_are_many_mutants_of_many_clauses() -> None:
    assert len(mutants()) >= 100
    assert len({override.clause for several in mutants().values() for override in several}) >= 60


@pytest.mark.parametrize("name", mutants())
def test_every_mutant_says_which_clause_it_breaks_and_how(name: str) -> None:
    for override in mutants()[name]:
        assert override.clause in clauses()
        assert override.summary


# -- coverage -------------------------------------------------------------------------------


def test_every_clause_is_covered() -> None:
    """Where one is not: a scenario is missing, or the mutant that turns its check red."""
    assert [id for id, one in covered().items() if not one.covered] == []


# -- pruning --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "id", ["background-fetch-manager-fetch/post-with-a-body", "complete-a-record-algorithm/cors-simple"]
)
def test_what_is_not_run_on_a_mutant_would_run_as_on_the_reference(id: str) -> None:
    one = named(id)
    matter = trio.run(mutants_that_matter, one)
    reference = digest(observe(one))
    others = [name for name in mutants() if name not in matter]
    assert matter
    assert others
    assert {name for name in others if digest(observe(one, f"mutant:{name}")) != reference} == set()


def test_a_mutant_that_acts_where_it_should_only_answer_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its answer is the same, but asking it changed the run: then nothing is concluded from answers."""
    one = named("extract-content-range-values-algorithm/unknown-complete-length")
    at = background_fetch_manager.upload_total

    def meddles(original: object, ua: UserAgent, requests: object) -> int:
        """Answers as it should, and goes offline, so that nothing ever arrives."""
        ua.network.go_offline()
        return 0

    monkeypatch.setitem(mutants(), "meddles", [Override(MUTANT, "meddles", at, meddles, "")])
    assert {"meddles", "no-range-header"} <= trio.run(mutants_that_matter, one)


# -- errata ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("erratum", "caught_by"),
    [
        ("E1", "background-fetch-manager-get/before-during-after"),
        ("E2", "complete-a-record-algorithm/not-found-is-bad-status"),
        ("E3", "perform-a-background-fetch-algorithm/the-first-failure-is-the-reason"),
        ("E5", "create-settled-fetches-algorithm/aborted-before-the-headers"),
        ("E6", "create-settled-fetches-algorithm/matched-before-the-headers"),
        ("E7", "complete-a-record-algorithm/offline-resumes-by-range"),
        ("E8", "extract-content-range-values-algorithm/unknown-complete-length"),
        ("E9", "complete-a-record-algorithm/no-content"),
        ("E10", "background-fetch-manager-fetch/large-upload"),
        ("E11", "background-fetch-display-algorithm/abort-while-paused"),
        ("E12", "background-fetch-display-algorithm/pause-and-resume"),
        ("E20", "background-fetch-display-algorithm/bandwidth-is-told-while-it-is-used"),
        ("E22", "complete-a-record-algorithm/mixed-content"),
        ("E24", "background-fetch-manager-fetch/quota-exceeded"),
        ("E28", "background-fetch-manager-get/the-empty-id"),
        ("E35", "background-fetch-display-algorithm/cancel-after-a-failure"),
        ("E42", "extract-content-range-values-algorithm/refused#last-is-the-length"),
        ("E55", "privacy-and-bandwidth-use/unregistered-mid-way"),
        ("E61", "validate-partial-response-algorithm/another-resource"),
        ("E62", "complete-a-record-algorithm/a-short-part-of-a-post"),
    ],
)
def test_a_literal_reading_shows_its_defect(erratum: str, caught_by: str) -> None:
    assert judged(named(caught_by), f"simulator:literal={erratum}")[0] == "fail"


ALLOWED = {"E16": "changed-resource", "E22": "connect-src", "E51": "a-body-that-errors"}
"""Literal readings that a scenario allows as an alternative."""


def test_every_literal_reading_is_shown_by_a_scenario() -> None:
    """Each that can be run has its line above, but for those that the text allows."""
    (mark,) = getattr(test_a_literal_reading_shows_its_defect, "pytestmark")  # noqa: B009
    assert {erratum for erratum, _ in mark.args[1]} | set(ALLOWED) == set(literal.by_name)


@pytest.mark.parametrize(("erratum", "ending"), ALLOWED.items())
def test_another_reading_that_the_text_allows_passes(erratum: str, ending: str) -> None:
    """An alternative stands for each: asked without If-Range, say, a changed resource fails the job."""
    one = next(one for one in catalogue() if one.id.endswith(ending))
    assert judged(one, f"simulator:literal={erratum}")[0] == "pass"
