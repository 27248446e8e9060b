"""What the adversary is worth, in small: what it finds, how soon, how small, how fast.

``python -m benchmarks.adversary`` measures all of it. The bounds are the targets in benchmarks/quality.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from statistics import median

import pytest
import trio

from benchmarks.adversary import Kept
from benchmarks.hunts import REFERENCE, Hunt, Shrunk, agent, cut_down, go_on, hunted
from benchmarks.quality import (
    MEDIAN_EXAMPLES,
    MEDIAN_SECONDS,
    MEDIAN_STEPS,
    SLOWEST_SECONDS,
    Cut,
    Figures,
    Found,
    table,
)
from conformance.adversary.chance import Seeded
from conformance.adversary.generate import generate
from conformance.adversary.hunt import Budget, Failure, Tally, hunt
from conformance.adversary.oracles import broken, examined, observe
from conformance.mutants import mutants
from conformance.mutants.pruning import mutants_that_matter
from conformance.scenario.load import scenario_from_document

SPREAD = tuple(mutants())[::15]
"""Mutants of all areas, because each area is a module and has several."""

SEED, EXAMPLES = 5, 300

SHARE_OF_THESE = 0.7
"""To be found in so few examples; the target is for two thousand."""


@pytest.fixture(scope="module")
def found() -> Mapping[str, Failure]:
    return hunted(SEED, SPREAD, EXAMPLES)


@pytest.fixture(scope="module")
def cut(found: Mapping[str, Failure]) -> Mapping[str, Shrunk]:
    return {name: cut_down(name, failure) for name, failure in found.items()}


def test_nearly_every_mutant_is_found_and_most_of_them_soon(found: Mapping[str, Failure]) -> None:
    assert REFERENCE not in found
    assert len(found) >= SHARE_OF_THESE * len(SPREAD), set(SPREAD) - set(found)
    examples = [found[name].example if name in found else EXAMPLES for name in SPREAD]
    assert median(examples) <= MEDIAN_EXAMPLES


def test_what_is_found_becomes_small_and_quickly(cut: Mapping[str, Shrunk]) -> None:
    assert median(one.steps for one in cut.values()) <= MEDIAN_STEPS
    assert median(one.seconds for one in cut.values()) < MEDIAN_SECONDS
    assert max(one.seconds for one in cut.values()) < SLOWEST_SECONDS


def test_what_is_left_fails_on_its_mutant_and_on_nothing_else(
    found: Mapping[str, Failure], cut: Mapping[str, Shrunk]
) -> None:
    for name, one in cut.items():
        small, failure = scenario_from_document(one.document, "found"), found[name]
        again = examined(small, agent(name), failure.seed).finding
        assert again is not None, name
        assert again.is_like(failure.finding), name
        assert broken(small, observe(small, agent(REFERENCE), failure.seed)) is None, name


def test_a_hunt_for_many_finds_each_where_a_hunt_for_it_alone_does(found: Mapping[str, Failure]) -> None:
    soonest = sorted(found, key=lambda name: found[name].example)[:4]
    for name in soonest:
        assert _alone(name).example == found[name].example


def _alone(name: str) -> Failure:
    """What ``bgfetch fuzz --on mutant:NAME`` finds first."""
    on, tallies = agent(name), list[Tally]()

    def told(tally: Tally) -> None:
        tallies.append(tally)
        if tally.failures:
            raise _Enough

    with suppress(_Enough):
        hunt(lambda one, order, both: examined(one, on, order, both=both), Budget(EXAMPLES), SEED, told)
    return tallies[-1].failures[0]


class _Enough(BaseException):
    """The first failure is all that is wanted."""


def test_a_hunt_that_goes_on_finds_what_a_whole_one_does(found: Mapping[str, Failure]) -> None:
    late = max(found, key=lambda name: found[name].example)
    again: dict[str, Failure] = {}
    begin = found[late].example - 1
    go_on(Hunt({late}, again.setdefault, begin), SEED, EXAMPLES, lambda done: None)
    assert again[late].example == found[late].example
    assert again[late].scenario.document == found[late].scenario.document


@pytest.mark.parametrize("seed", range(4))
def test_what_is_not_run_on_a_mutant_would_run_as_on_the_reference(seed: int) -> None:
    scenario = generate(Seeded(seed))

    def lines(name: str) -> list[str]:
        return [one.line() for one in observe(scenario, agent(name), seed)]

    matter, reference = trio.run(mutants_that_matter, scenario, seed), lines(REFERENCE)
    others = [name for name in mutants() if name not in matter]
    assert others
    assert {name for name in others if lines(name) != reference} == set()


# -- the figures ----------------------------------------------------------------------------

FIGURES = Figures(
    hunts=2,
    examples=100,
    found=[Found("soon", 1), Found("soon", 3), Found("late", 90), Found("late", None), Found("never", None)],
    cut=[Cut("soon", 2, 1, 0.5), Cut("late", 9, 3, 40.0), Cut("late", 5, 1, 1.0)],
)


def test_the_hardest_to_find_come_first() -> None:
    assert FIGURES.mutants == ["never", "late", "soon"]
    assert FIGURES.share_found == 3 / 5
    assert FIGURES.median_examples == 90
    assert (FIGURES.median_steps, FIGURES.slowest_seconds) == (5, 40.0)


def test_the_table_has_the_sums_and_a_row_for_each() -> None:
    text = table(FIGURES)
    assert "| mutants found within 100 examples | 60.0% | ≥ 95% |" in text
    assert "| never | 0% | – | – | – | – |" in text
    assert "| soon | 100% | 2 | 2 | 1 | 0.5 |" in text


def test_a_line_that_was_cut_off_says_nothing(tmp_path: Path) -> None:
    kept = tmp_path / "quality.jsonl"
    line = '{"seed": 0, "mutant": "one", "example": 7}\n'
    kept.write_text(line + '{"seed": 0, "reached": 50}\n' + line.replace("7", "51") + '{"seed": 0, "rea')
    assert Kept(kept).reached(0) == 50
    assert Kept(kept).found(0) == {"one": {"seed": 0, "mutant": "one", "example": 7}}
    assert kept.read_text().endswith("\n")
