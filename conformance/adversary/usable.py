"""Which features an implementation can be asked for: those that its levers allow.

Nothing is written down of which feature needs which lever: each is tried alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from conformance.adversary.chance import Seeded
from conformance.adversary.generate import FEATURES, generate
from conformance.adversary.mix import fired
from conformance.adversary.oracles import observe
from conformance.implementations.protocol import Description
from conformance.implementations.simulator import SimulatorImplementation
from conformance.scenario.levers import required_levers
from conformance.scenario.model import Scenario

TRIES = 12

HAND = {"user", "prompt"}
"""What a browser needs windows for."""


def can_run(scenario: Scenario, description: Description) -> bool:
    """Whether the implementation has every lever that a scenario needs."""
    levers = (description.levers.get(name) for name in required_levers(scenario))
    return all(lever is not None and lever.available for lever in levers)


def needs_a_hand(scenario: Scenario) -> bool:
    return not HAND.isdisjoint(required_levers(scenario))


def usable(description: Description) -> Collection[str]:
    """The features that come into play in some scenario which the implementation can run."""
    return [feature for feature in FEATURES if _usable(feature, description)]


def _usable(feature: str, description: Description) -> bool:
    scenarios = list(_with(feature))
    can = [scenario for scenario in scenarios if can_run(scenario, description)]
    return len(can) == len(scenarios) or any(_comes_into_play(feature, one) for one in can)


def _comes_into_play(feature: str, scenario: Scenario) -> bool:
    return feature in fired(scenario, observe(scenario, SimulatorImplementation(), 0))


def _with(feature: str) -> Iterator[Scenario]:
    return (generate(_Insisting(seed), (feature,)) for seed in range(TRIES))


class _Insisting(Seeded):
    """The choices of a seed, but for the first two: the only feature that there is is on."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._made = 0

    def whole(self, low: int, high: int) -> int:
        self._made += 1
        return high if self._made <= 2 else super().whole(low, high)
