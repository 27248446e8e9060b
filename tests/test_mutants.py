"""Every check can fail: each mutant is caught by a scenario, each scenario catches a mutant."""

from __future__ import annotations

from functools import cache

import pytest

from conformance.clauses import clauses
from conformance.mutants import mutants
from conformance.scenario.model import Scenario
from simulator.errata import literal
from tests.simulate import catalogue, judged


@cache
def caught(name: str, id: str) -> bool:
    """Whether a scenario fails on a mutant."""
    one = next(one for one in catalogue() if one.id == id)
    return judged(one, f"mutant:{name}")[0] == "fail"


def is_about(name: str, one: Scenario) -> bool:
    """Whether a scenario tests a clause that a mutant breaks: such pairs are tried first."""
    return any(override.clause in one.clauses for override in mutants()[name])


@pytest.mark.parametrize("one", catalogue(), ids=lambda one: one.id)
def test_the_reference_passes_under_every_order(one: Scenario) -> None:
    for seed in range(2 if len(one.origin) > 100 else 25):
        verdict, checks = judged(one, seed=seed)
        assert verdict == "pass", [check for check in checks if check.verdict != "pass"]


@pytest.mark.parametrize("name", mutants())
def test_every_mutant_is_caught(name: str) -> None:
    likely_first = sorted(catalogue(), key=lambda one: not is_about(name, one))
    assert any(caught(name, one.id) for one in likely_first)


@pytest.mark.parametrize("one", catalogue(), ids=lambda one: one.id)
def test_every_scenario_catches_a_mutant(one: Scenario) -> None:
    likely_first = sorted(mutants(), key=lambda name: not is_about(name, one))
    assert any(caught(name, one.id) for name in likely_first)


@pytest.mark.parametrize("name", mutants())
def test_every_mutant_says_which_clause_it_breaks_and_how(name: str) -> None:
    for override in mutants()[name]:
        assert override.clause in clauses()
        assert override.summary


@pytest.mark.parametrize(
    ("erratum", "caught_by"),
    [
        ("E2", "complete-a-record-algorithm/not-found-is-bad-status"),
        ("E6", "create-settled-fetches-algorithm/matched-before-the-headers"),
        ("E7", "complete-a-record-algorithm/offline-resumes-by-range"),
        ("E11", "background-fetch-display-algorithm/abort-while-paused"),
        ("E35", "background-fetch-display-algorithm/cancel-after-a-failure"),
        ("E42", "extract-content-range-values-algorithm/refused#last-is-the-length"),
        ("E55", "privacy-and-bandwidth-use/unregistered-mid-way"),
    ],
)
def test_a_literal_reading_shows_its_defect(erratum: str, caught_by: str) -> None:
    one = next(one for one in catalogue() if one.id == caught_by)
    assert judged(one, f"simulator:literal={erratum}")[0] == "fail"


def test_another_reading_that_the_text_allows_passes() -> None:
    """Erratum 16: asked without If-Range, the changed resource fails the job, which is the text's way."""
    one = next(one for one in catalogue() if one.id.endswith("changed-resource"))
    assert "E16" in literal.by_name
    assert judged(one, "simulator:literal=E16")[0] == "pass"
