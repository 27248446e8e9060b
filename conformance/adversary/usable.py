"""Which features an implementation can be asked for: those that its levers allow.

Nothing is written down of which feature needs which lever: each is tried alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from conformance.adversary.chance import Seeded
from conformance.adversary.generate import FEATURES, generate
from conformance.adversary.mix import fired
from conformance.adversary.oracles import observe
from conformance.implementations.protocol import Description
from conformance.implementations.simulator import SimulatorImplementation
from conformance.scenario.levers import required_levers
from conformance.scenario.model import Scenario, Step
from conformance.scenario.story import is_worker

TRIES = 8

PLAIN, HAND, RESTART, KILL = "plain", "hand", "restart", "kill"
KINDS = {KILL: {"restart"}, RESTART: {"restart"}, HAND: {"user"}, PLAIN: {"fetch"}}
"""Scenarios that take fresh browsers, one with windows, or one without; the first that fits counts."""


def can_run(scenario: Scenario, description: Description) -> bool:
    """Whether the implementation has every lever that a scenario needs, and a worker where it needs one.

    A prompt is left out: whether a fetch then waits for the user is a choice of the user agent, and a
    healed scenario has to know it, or its fetch need not end.
    """
    needed = required_levers(scenario)
    levers = (description.levers.get(name) for name in needed)
    there = "prompt" not in needed and all(lever is not None and lever.available for lever in levers)
    stuck = any(_without_a_worker(step, scenario) or _may_never_be(step, scenario) for step in scenario.steps)
    return there and not stuck


def _without_a_worker(step: Step, scenario: Scenario) -> bool:
    """Whether a step is of a worker that never came, or that may have lost the event it is about."""
    if step.verb in ("updateUI", "waitUntil"):
        constructed = {one.name for one in scenario.steps if one.verb == "construct"}
        ends = any(one.verb in ("worker", "browser") for one in scenario.steps)
        return step.of not in constructed or ends
    return is_worker(step.on) and any(not one.installs for one in scenario.workers.values())


def _may_never_be(step: Step, scenario: Scenario) -> bool:
    """Whether a step waits for bytes that only a worker asks for, whom erratum 26 may refuse."""
    waits_for = step.arguments["until"].path if step.verb == "until" else ""
    before = [one for one in scenario.steps if one.verb == "fetch" and one.number < step.number]
    pages = (one for one in before if not is_worker(one.on))
    return waits_for != "" and waits_for not in {
        spec.path for one in pages for spec in one.arguments["requests"]
    }


def kind(scenario: Scenario) -> str:
    """What browser a scenario takes."""
    needed = set(required_levers(scenario))
    killed = any(step.arguments["browser"] == "kill" for step in scenario.steps if step.verb == "browser")
    fits = (kind for kind, levers in KINDS.items() if levers & needed and (killed or kind != KILL))
    return next(fits, PLAIN)


def kinds(description: Description) -> Collection[str]:
    """The kinds of scenarios that the implementation has the levers for."""
    there = {name for name, lever in description.levers.items() if lever.available}
    return [kind for kind, levers in KINDS.items() if levers <= there]


def usable(description: Description) -> Collection[str]:
    """The features that come into play in some scenario which the implementation can run."""
    return [feature for feature in FEATURES if _usable(feature, description)]


def _usable(feature: str, description: Description) -> bool:
    scenarios = _with(feature)
    can = [scenario for scenario in scenarios if can_run(scenario, description)]
    return len(can) == len(scenarios) or any(_comes_into_play(feature, one) for one in can)


def _comes_into_play(feature: str, scenario: Scenario) -> bool:
    return feature in fired(scenario, observe(scenario, SimulatorImplementation(), 0))


@cache
def _with(feature: str) -> Sequence[Scenario]:
    return [generate(_Insisting(seed), (feature,)) for seed in range(TRIES)]


class _Insisting(Seeded):
    """The choices of a seed, but for the first two: the only feature that there is is on."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._made = 0

    def whole(self, low: int, high: int) -> int:
        self._made += 1
        return high if self._made <= 2 else super().whole(low, high)
