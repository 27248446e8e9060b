"""What is cut down is as small as it goes: nothing more can be taken away, and its words are plain."""

from __future__ import annotations

from itertools import chain, count

import pytest

from conformance.adversary.chance import Seeded
from conformance.adversary.generate import generate
from conformance.adversary.hunt import Failure
from conformance.adversary.oracles import Finding, broken, examined
from conformance.adversary.shrink import _fewer_requests, _fewer_steps, _less_of_the_rest, _plainer, shrunk
from conformance.adversary.sweep import user_agent
from conformance.scenario.errors import ScenarioError
from conformance.scenario.load import scenario_from_document
from conformance.scenario.model import Scenario
from tests.simulate import observe


def _first(mutant: str) -> Failure:
    """The first made-up scenario that shows a mutant."""
    on = user_agent(f"mutant:{mutant}")
    for seed in count():
        scenario = generate(Seeded(seed))
        if finding := examined(scenario, on, seed).finding:
            return Failure(scenario, seed, finding, 1)
    raise AssertionError


@pytest.mark.parametrize("mutant", ["one-at-a-time", "records-kept", "pause-is-a-picture", "range-exposed"])
def test_nothing_more_can_be_taken_away(mutant: str) -> None:
    failure, on = _first(mutant), user_agent(f"mutant:{mutant}")

    def found(scenario: Scenario) -> Finding | None:
        return examined(scenario, on, failure.seed).finding

    small, _ = shrunk(failure, found)
    ways = (_fewer_steps, _fewer_requests, _less_of_the_rest, _plainer)
    for document in chain.from_iterable(way(dict(small.document)) for way in ways):
        try:
            less = scenario_from_document(document, "less")
        except ScenarioError:
            continue
        again = found(less)
        sound = broken(less, observe(less, seed=failure.seed)) is None
        assert not (sound and again and again.is_like(failure.finding)), document


def test_a_policy_that_cannot_be_is_no_smaller_one() -> None:
    """Nothing can be sliced into pieces of 0 bytes; pieces of 1 would take an hour to read."""
    document = {
        "title": "Sliced",
        "clauses": ["perform-a-background-fetch-algorithm/8.13a"],
        "policy": {"slice": 4096},
        "origin": {"/a": {"size": 10_000}},
        "steps": [{"fetch": "f", "requests": ["/a"], "level": "observe"}, {"until": "settled"}],
    }
    found = Finding("differs", ("requests",), ("it is sliced",))
    failure = Failure(scenario_from_document(document, "sliced"), 0, found, 1)
    small, _ = shrunk(failure, lambda one: found if "slice" in one.policy else None)
    assert small.policy == {"slice": 4096}
