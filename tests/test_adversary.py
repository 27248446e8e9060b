"""The adversary: what it makes up breaks nothing on the reference, and a seed makes it again."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from conformance.adversary.chance import Drawn, Seeded
from conformance.adversary.generate import FEATURES, generate
from conformance.adversary.oracles import examined
from conformance.implementations.simulator import SimulatorImplementation
from conformance.scenario.healing import healed
from conformance.scenario.load import scenario_from_document
from conformance.scenario.model import Scenario


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    return generate(Drawn(draw))


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=100, phases=[Phase.generate])
@given(scenarios(), st.integers(0, 1000))
def test_whatever_is_made_up_breaks_nothing_on_the_reference(scenario: Scenario, seed: int) -> None:
    assert examined(scenario, SimulatorImplementation(), seed).finding is None


def test_a_seed_makes_the_same_scenario_every_time() -> None:
    for seed in range(50):
        assert generate(Seeded(seed)).document == generate(Seeded(seed)).document


def test_without_features_there_is_a_fetch_and_nothing_else() -> None:
    verbs = {step.verb for seed in range(20) for step in generate(Seeded(seed), ()).steps}
    assert verbs == {"fetch", "wait", "until"}
    assert len(set(FEATURES)) == len(FEATURES)


@pytest.mark.parametrize("held", [1, 65_681], ids=["too short to be known", "a seam within a block"])
def test_what_bytes_cannot_tell_is_no_disagreement_of_the_two_ways_of_carrying_bodies(held: int) -> None:
    attempts = [{"stall": {"after": held}}, {"version": "v2", "etag": '"v1"'}]
    document = {
        "title": "A resource changes under the same ETag, and a body is made of both",
        "clauses": ["validate-partial-response-algorithm/4.1"],
        "origin": {"/a": {"size": 300_000, "attempts": attempts}},
        "steps": [{"fetch": "f", "requests": ["/a"]}],
    }
    scenario = healed(scenario_from_document(document, "seam"))
    assert examined(scenario, SimulatorImplementation(), seed=0, both=True).finding is None


DENSE = [
    ("get", "open", "attributes", "abort", "matchAll"),
    ("eviction", "body", "upload", "two workers", "another fetch", "worker calls"),
]
"""Features that get in each other's way, with few others between."""


@pytest.mark.parametrize("features", DENSE)
def test_what_is_made_up_is_sound(features: tuple[str, ...]) -> None:
    """What a step names is there still: not gone with the storage, nor held by a frame alone."""
    for seed in range(1500):
        generate(Seeded(seed), features)


def test_what_a_limit_keeps_from_beginning_is_not_waited_for() -> None:
    """With one download at once, what stands still without a byte keeps the next from being asked for."""
    limited = 0
    for seed in (931_819, *range(2000)):
        scenario = generate(Seeded(seed))
        begun, *rest = scenario.steps
        if rest and "until" in rest[0].arguments and (path := rest[0].arguments["until"].path):
            limit = scenario.policy.get("downloads_at_once")
            assert path in [one.path for one in begun.arguments["requests"][:limit]], seed
            limited += limit is not None
    assert limited > 10
