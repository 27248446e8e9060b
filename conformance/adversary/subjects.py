"""What is hunted on: a user agent of the simulator, or anything that is judged in real time.

In virtual time a run is as good as its repetition. What is seen in real time is believed once it
was seen in each of several more runs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import trio
from attrs import frozen

from conformance.adversary.browsers import Seen, compared, seen
from conformance.adversary.generate import FEATURES
from conformance.adversary.hand_reach import in_reach
from conformance.adversary.hastened import hastened
from conformance.adversary.hunt import Failure
from conformance.adversary.oracles import MOST_TURNS, Examination, Finding, examined, found
from conformance.adversary.shrink import Shrinker, shrunk
from conformance.adversary.usable import HAND, KILL, PLAIN, RESTART, can_run, kind, kinds, usable
from conformance.errors import BadInput
from conformance.implementations import find
from conformance.implementations.protocol import Description
from conformance.implementations.simulator import SimulatorImplementation
from conformance.runner import Candidate
from conformance.scenario.errors import ScenarioError
from conformance.scenario.healing import healed
from conformance.scenario.load import scenario_from_document
from conformance.scenario.model import Scenario

Raw = dict[str, Any]

TIMES = 3
"""How often a failure in real time is looked at again before it is believed."""

SHRINKING_S = 30
"""The most seconds that a browser is asked for what is smaller, for each failure."""

IN_A_ROW = 10
TURNS = (*[PLAIN] * 3, KILL, *[PLAIN] * 3, HAND, KILL, RESTART)
"""Scenarios of a kind come so many in a row, and the kinds in turn: all but plain ones take long."""


class Subject(Protocol):
    """Whatever is hunted on."""

    @property
    def features(self) -> Collection[str]:
        """What can come into play on it."""

    def prepared(self, scenario: Scenario, examples: int) -> Scenario | None:
        """The scenario as it can be asked for after so many examples, None where it cannot be."""

    def examine(self, scenario: Scenario, seed: int, both: bool) -> Examination: ...

    def lacking(self, run: Examination) -> Sequence[str]:
        """The levers, each with its reason, for want of which a run was unsupported."""

    def again(self, failure: Failure) -> int:
        """In how many of TIMES more runs a failure is seen."""

    def cut_down(self, failure: Failure) -> tuple[Scenario, Examination]:
        """The smallest scenario with the same trouble, and its run."""


@asynccontextmanager
async def subject(name: str) -> AsyncIterator[Subject]:
    """What ``--on`` names, open as long as it is hunted on. Raises BadInput."""
    named = find(name)
    if isinstance(named, SimulatorImplementation):
        on = SimulatorImplementation(named.name, named.overrides, named.lacking, most=MOST_TURNS)
        yield InVirtualTime(on, trio.from_thread.check_cancelled)
        return
    candidate = Candidate(named)
    try:
        description = await candidate.open_first()
        yield InRealTime(candidate, description, await trio.to_thread.run_sync(usable, description))
    finally:
        with trio.CancelScope(shield=True):
            await candidate.close()


@frozen
class InVirtualTime:
    """A user agent of the simulator. ``check`` raises where the hunt is at its end."""

    on: SimulatorImplementation
    check: Callable[[], None]
    features: Collection[str] = FEATURES

    def prepared(self, scenario: Scenario, examples: int) -> Scenario | None:
        return scenario

    def examine(self, scenario: Scenario, seed: int, both: bool) -> Examination:
        self.check()
        return examined(scenario, self.on, seed, both=both)

    def lacking(self, run: Examination) -> Sequence[str]:
        return [f"{name}: {lever.why}" for name, lever in self.on.lacking.items()]

    def again(self, failure: Failure) -> int:
        return TIMES

    def cut_down(self, failure: Failure) -> tuple[Scenario, Examination]:
        scenario, finding = shrunk(failure, lambda one: self.examine(one, failure.seed, False).finding)
        return scenario, found((), finding)


@frozen
class InRealTime:
    """Anything else, opened in the Trio program that this thread was started from."""

    candidate: Candidate
    description: Description
    features: Collection[str]

    def prepared(self, scenario: Scenario, examples: int) -> Scenario | None:
        if not self.features:
            return hastened(scenario)  # nothing can be run, and each run will say why
        turns = [kind for kind in TURNS if kind in kinds(self.description)]
        wanted = turns[examples // IN_A_ROW % len(turns)]
        if kind(scenario) != wanted or not can_run(scenario, self.description):
            return None
        ours = hastened(scenario)
        return ours if in_reach(ours) else None

    def examine(self, scenario: Scenario, seed: int, both: bool) -> Seen:
        return compared(scenario, self._ask(scenario, seed), seed)

    def _ask(self, scenario: Scenario, seed: int) -> Seen:
        """Run it once. Raises trio.Cancelled where the hunt is at its end, and BadInput."""
        outcome = trio.from_thread.run(self.candidate.judged, scenario, seed)
        if self.candidate.lost:
            raise BadInput(self.candidate.lost, "What was found before is kept.")
        return seen(outcome)

    def _shows(self, scenario: Scenario, finding: Finding, seed: int) -> Seen | None:
        """A run that shows the trouble, if this one does."""
        run = self._ask(scenario, seed)
        return run if any(one.is_like(finding) for one in run.findings) else None

    def lacking(self, run: Examination) -> Sequence[str]:
        return run.note.split("; ") if isinstance(run, Seen) else ()

    def again(self, failure: Failure) -> int:
        runs = [self._shows(failure.scenario, failure.finding, failure.seed) for _ in range(TIMES)]
        return sum(run is not None for run in runs)

    def cut_down(self, failure: Failure) -> tuple[Scenario, Examination]:
        def fails(scenario: Scenario) -> bool:
            ours = hastened(scenario)
            can = can_run(ours, self.description) and in_reach(ours)
            return can and self._shows(ours, failure.finding, failure.seed) is not None

        whole = _unhealed(failure.scenario)
        bare = _bare(whole, failure.scenario)
        start = dict(bare.document) if bare and fails(healed(bare)) else whole
        document = Shrinker(fails, SHRINKING_S).shrink(start)
        small = scenario_from_document(document, "found")
        for scenario in (hastened(healed(small)), small):
            runs = (self._shows(scenario, failure.finding, failure.seed) for _ in range(TIMES))
            if run := _last_if_all(runs):
                return scenario, run
        return failure.scenario, found((), failure.finding)


def _last_if_all(runs: Iterable[Seen | None]) -> Seen | None:
    """The last of the runs if all of them show something; after one that does not, none is made."""
    last = None
    for last in runs:
        if last is None:
            return None
    return last


def _bare(document: Raw, scenario: Scenario) -> Scenario | None:
    """The steps and what answers them: mostly nothing else matters, and each try takes its time."""
    asked = {one.path for step in scenario.steps for one in step.arguments.get("requests", ())}
    origin = {path: resource for path, resource in document["origin"].items() if path in asked}
    bare = {key: document[key] for key in ("title", "clauses", "steps")} | {"origin": origin}
    try:
        return scenario_from_document(bare, "bare")
    except ScenarioError:
        return None  # a step needs more than that


def _unhealed(scenario: Scenario) -> Raw:
    """The document without the steps that mend, which every smaller one gets anew."""
    steps = scenario.document["steps"]
    return {**scenario.document, "steps": steps[: len(steps) - scenario.mended]}
