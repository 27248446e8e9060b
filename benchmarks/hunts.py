"""Hunts for many mutants at once, and what their finds shrink to: the work behind ``benchmarks.adversary``.

What a hunt makes up does not depend on what is hunted, so that each example is run once on the
reference, and then on those mutants alone that are still to be found and can make a difference to
it. What is found, and in which example, is what a hunt for that mutant by itself finds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any

import trio
from attrs import frozen

from conformance.adversary.hunt import Budget, Failure, hunt
from conformance.adversary.oracles import MOST_TURNS, Examination, Reference, examined
from conformance.adversary.shrink import shrunk
from conformance.implementations.simulator import SimulatorImplementation
from conformance.mutants import mutants
from conformance.mutants.pruning import mutants_that_matter
from conformance.scenario.model import Scenario

REFERENCE = "reference"
"""What is wrong with the reference itself is kept under this name."""


class _AllFound(BaseException):
    """Nothing is left to hunt for; not an Exception, because Hypothesis would take that for a finding."""


class Hunt:
    """One hunt for many mutants, each told when found; the first ``begin`` examples are known."""

    def __init__(
        self, names: Collection[str], found: Callable[[str, Failure], object], begin: int = 0
    ) -> None:
        self._left, self._found, self._begin = set(names), found, begin
        self.example = 0

    def examine(self, scenario: Scenario, order: int, both: bool) -> Examination:
        """Look at one example on everything that it may show something of."""
        if not self._left:
            raise _AllFound
        self.example += 1
        if self.example <= self._begin:
            return Examination()
        seen = self._seen(REFERENCE, scenario, order, both, None)
        if seen.finding is None:
            shared = Reference(scenario, order, seen.trace)
            lines = [one.line() for one in seen.trace]
            for name in sorted(trio.run(mutants_that_matter, scenario, order, self._left, lines)):
                self._seen(name, scenario, order, both, shared)
        return seen

    def _seen(
        self, name: str, scenario: Scenario, order: int, both: bool, reference: Reference | None
    ) -> Examination:
        seen = examined(scenario, agent(name), order, both=both, reference=reference)
        if seen.finding:
            self._left.discard(name)
            self._found(name, Failure(scenario, order, seen.finding, self.example))
        return seen


def agent(name: str) -> SimulatorImplementation:
    """The user agent that ``bgfetch fuzz`` takes for a mutant's name."""
    if name == REFERENCE:
        return SimulatorImplementation(most=MOST_TURNS)
    return SimulatorImplementation(f"mutant:{name}", mutants()[name], most=MOST_TURNS)


def go_on(hunting: Hunt, seed: int, examples: int, told: Callable[[int], None]) -> None:
    """Hunt through so many examples, or until all is found; ``told`` how many there were so far."""
    with suppress(_AllFound):
        hunt(hunting.examine, Budget(examples), seed, lambda tally: told(tally.examples))


def hunted(seed: int, names: Collection[str], examples: int) -> Mapping[str, Failure]:
    """What a hunt for these mutants finds."""
    found: dict[str, Failure] = {}
    go_on(Hunt(names, found.setdefault), seed, examples, lambda examples: None)
    return found


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
    requests = sum(len(step.arguments["requests"]) for step in scenario.steps if step.verb == "fetch")
    return Shrunk(len(scenario.steps), requests, seconds, scenario.document)
