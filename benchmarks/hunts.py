"""Hunts for many mutants at once, and what their finds shrink to: the work behind ``benchmarks.adversary``.

What a hunt makes up does not depend on what is hunted, so that each example is run once on the
reference, and then on those mutants alone that are still to be found and can make a difference to
it. What is found, and in which example, is what a hunt for that mutant by itself finds.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

import trio
from attrs import asdict, frozen

from conformance.adversary.hunt import Budget, Failure, Tally, hunt
from conformance.adversary.oracles import MOST_TURNS, Examination, Finding, Reference, examined
from conformance.adversary.shrink import shrunk
from conformance.implementations.simulator import SimulatorImplementation
from conformance.mutants import mutants
from conformance.mutants.pruning import mutants_that_matter
from conformance.scenario.load import scenario_from_document
from conformance.scenario.model import Scenario

REFERENCE = "reference"
"""What is wrong with the reference itself is kept under this name."""


class _AllFound(BaseException):
    """Nothing is left to hunt for; not an Exception, because Hypothesis would take that for a finding."""


class Hunt:
    """One hunt for many mutants: those that are still to be found, and the failures of those that were."""

    def __init__(self, names: Collection[str]) -> None:
        self._left = set(names)
        self.example = 0
        self.features: Mapping[str, int] = {}
        self.found: dict[str, Failure] = {}

    def examine(self, scenario: Scenario, order: int, both: bool) -> Examination:
        """Look at one example on everything that it may show something of."""
        self.example += 1
        seen = self._seen(REFERENCE, scenario, order, both, None)
        if seen.finding is None:
            shared = Reference(scenario, order)
            for name in sorted(trio.run(mutants_that_matter, scenario, order, self._left)):
                self._seen(name, scenario, order, both, shared)
            if not self._left:
                raise _AllFound
        return seen

    def _seen(
        self, name: str, scenario: Scenario, order: int, both: bool, reference: Reference | None
    ) -> Examination:
        seen = examined(scenario, agent(name), order, both=both, reference=reference)
        if seen.finding:
            self.found.setdefault(name, Failure(scenario, order, seen.finding, self.example))
            self._left.discard(name)
        return seen


def agent(name: str) -> SimulatorImplementation:
    """The user agent that ``bgfetch fuzz`` takes for a mutant's name."""
    if name == REFERENCE:
        return SimulatorImplementation(most=MOST_TURNS)
    return SimulatorImplementation(f"mutant:{name}", mutants()[name], most=MOST_TURNS)


def hunted(seed: int, names: Collection[str], examples: int) -> Hunt:
    """Hunt for mutants, through so many examples from a seed, or until all are found."""
    hunting = Hunt(names)

    def keep(tally: Tally) -> None:
        hunting.features = tally.features

    with suppress(_AllFound):
        hunt(hunting.examine, Budget(examples), seed, keep)
    return hunting


def written_down(failure: Failure) -> dict[str, Any]:
    """A failure as plain data."""
    made = {"document": failure.scenario.document, "seed": failure.seed, "example": failure.example}
    return {**made, "finding": asdict(failure.finding)}


def taken_up(line: Mapping[str, Any]) -> Failure:
    """A failure out of plain data."""
    found = line["finding"]
    finding = Finding(found["kind"], tuple(found["about"]), tuple(found["told"]))
    return Failure(scenario_from_document(line["document"], "found"), line["seed"], finding, line["example"])


@frozen
class Shrunk:
    """What a failure has come down to, and what that cost."""

    steps: int
    requests: int
    seconds: float
    document: Mapping[str, Any]


def cut_down(name: str, failure: Failure) -> Shrunk:
    """A failure made as small as it will go; the seconds are those of the processor."""
    on, began = agent(name), time.process_time()
    scenario, _ = shrunk(failure, lambda one: examined(one, on, failure.seed).finding)
    seconds = time.process_time() - began
    requests = sum(len(_listed(step["requests"])) for step in scenario.document["steps"] if "fetch" in step)
    return Shrunk(len(scenario.steps), requests, seconds, scenario.document)


def _listed(requests: Any) -> list[Any]:
    return requests if isinstance(requests, list) else [requests]
