"""Whatever went wrong, once the world is mended every fetch comes to its end."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.checks import judge
from conformance.checks.evidence import evidence
from conformance.checks.fetches import unfinished
from conformance.results import FAIL
from conformance.scenario.healing import healed
from conformance.scenario.model import Scenario
from simulator.observation import Observation
from tests.simulate import catalogue, observe, scenario

SMALL = [one for one in catalogue() if len(one.origin) < 100]


def left(one: Scenario, on: str = "simulator", seed: int = 0) -> tuple[list[str], Sequence[Observation]]:
    """What is unfinished after a run, and what was seen of it."""
    observations = observe(one, on, seed)
    return unfinished(evidence(one, observations)), observations


@pytest.mark.parametrize("one", catalogue(), ids=lambda one: one.id)
def test_every_scenario_ends_once_it_is_healed(one: Scenario) -> None:
    mended = healed(one)
    for seed in range(1 if len(one.origin) > 100 else 3):
        names, observations = left(mended, seed=seed)
        assert not names
        assert not [check for check in judge(mended, observations) if check.verdict == FAIL]


@settings(deadline=None)  # a run takes as long as the machine is busy
@given(st.data(), st.sampled_from(SMALL), st.integers(0, 1000))
def test_so_it_does_wherever_it_is_broken_off(data: st.DataObject, one: Scenario, seed: int) -> None:
    mended = healed(one, data.draw(st.integers(0, len(one.steps)), label="steps kept"))
    names, observations = left(mended, seed=seed)
    assert not names
    assert not [check for check in judge(mended, observations) if check.verdict == FAIL]


@pytest.mark.parametrize(
    ("mutant", "id"),
    [
        ("acceptance-ignored", "background-fetch-display-algorithm/prompt-accepted"),
        ("lost-at-a-restart", "mdn-background-fetch-api/killed-mid-way"),
        ("worker-not-woken", "perform-a-background-fetch-algorithm/page-closed"),
    ],
)
def test_what_never_ends_is_found(mutant: str, id: str) -> None:
    one = next(one for one in catalogue() if one.id == id)
    mended = healed(one)
    names, observations = left(mended, f"mutant:{mutant}")
    assert names
    assert any(check.verdict == FAIL for check in judge(mended, observations))


def test_records_may_be_completed_one_after_the_other() -> None:
    one = scenario(
        """
        title = "Three that stand still"
        clauses = ["complete-a-record-algorithm/8a"]
        origin."/a" = { size = 10, attempts = [{ stall = { after = 1 } }] }
        origin."/b" = { size = 10, attempts = [{}, { stall = { after = 1 } }] }
        origin."/c" = { size = 10 }
        steps = [{ fetch = "f", requests = ["/a", "/b", "/c"] }]
        """
    )
    assert (
        sum(step.verb == "network" and not step.arguments["network"].online for step in healed(one).steps)
        == 3
    )


def test_healing_is_steps_like_any_others() -> None:
    one = scenario(
        """
        title = "Everything at once"
        clauses = ["complete-a-record-algorithm/8a"]
        permission = "prompt"
        policy = { prompt_starts_paused = true }
        network = { latency = "1 s" }
        origin."/a" = { size = 10, attempts = [{ stall = { after = 1 } }] }
        origin."/b" = { size = 10, attempts = [{ stall = { after = 2, until = "go" } }] }
        steps = [{ fetch = "f", requests = ["/a"] }, { browser = "kill" }]
        [expect]
        requests = []
        """
    )
    added = [dict(step) for step in healed(one).document["steps"][2:]]
    assert added == [
        {"browser": "start", "pages": []},
        {"network": {"latency": "0 s"}},
        {"release": "go"},
        {"wait": "1 s"},
        {"user": "accept", "of": "f"},
        {"wait": "1 d"},
        {"network": "offline"},
        {"network": "online"},
        {"until": "settled"},
    ]
    assert healed(one).expect.requests is None
