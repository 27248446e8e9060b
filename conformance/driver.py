"""Drives one scenario through one session: the same steps, in the same order, on every implementation.

A step waits for its condition, is carried out, and (where the scenario says how its promise
settles) is over once that has settled. What was waited for and never came is an observation,
and the rest of the steps is then left out: the judge says what that means.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from conformance.facts import QUIET, Facts
from conformance.implementations.protocol import Session
from conformance.scenario.model import Condition, Scenario, Step
from conformance.scenario.telling import told
from simulator.observation import Never, Shortened, Stuck
from simulator.observation import Step as StepSeen

LONGEST_UNREST = 60_000_000_000
"""Nanoseconds after which it is given up that a fetch without an end event comes to rest."""


async def drive(scenario: Scenario, session: Session) -> None:
    """Carry out a scenario's steps. Raises Unsupported and Trouble as the session does."""
    driver = Driver(scenario, session)
    for step in scenario.steps:
        if not await driver.step(step):
            return


class Driver:
    """One scenario on its way."""

    def __init__(self, scenario: Scenario, session: Session) -> None:
        self.session = session
        self.facts = Facts(scenario)
        self._digested = 0

    async def step(self, step: Step) -> bool:
        """Carry out one step; False when something it waits for never came."""
        if step.when and not await self._reached(step, step.when):
            return False
        self._see(step, StepSeen(step.verb, told(step), step.when.text if step.when else ""))
        if step.verb == "wait":
            await self._let_pass(step, step.arguments["wait"])
        elif step.verb == "until":
            return await self._reached(step, step.arguments["until"])
        elif step.verb == "never":
            await self._watch(step)
        else:
            await self.session.do(step)
            number = str(step.number)
            if number in self._now_known().unconfirmed:
                return False  # what follows would rest on something that nobody knows to be so
            if step.settles:
                return await self._until(
                    step, lambda: number in self.facts.settled_steps, "its promise settles"
                )
        return True

    def _see(self, step: Step, data: StepSeen | Stuck | Shortened | Never) -> None:
        self.session.log.see("harness", "harness", str(step.number), data)

    def _now_known(self) -> Facts:
        observations = self.session.log.observations
        for seen in observations[self._digested :]:
            self.facts.take(seen)
        self._digested = len(observations)
        return self.facts

    async def _reached(self, step: Step, condition: Condition) -> bool:
        if condition.time is not None:
            await self._let_pass(step, condition.time)
        reached = await self._until(step, lambda: self._now_known().hold(condition), condition.text)
        if reached and condition.settled and self.facts.eventless:
            return await self._quiet(step)
        return reached

    async def _quiet(self, step: Step) -> bool:
        """Where no end event can come, a fetch is over when nothing has been seen for a while."""
        began, seen = self.session.log.clock(), self.session.log.observations
        while True:
            before = len(seen)
            if not await self.session.until(partial(self._more, before), within=QUIET):
                return True
            if (waited := self.session.log.clock() - began) > LONGEST_UNREST:
                self._see(step, Stuck(f"nothing is seen for {QUIET / 1e9:g} s", waited))
                return False

    def _more(self, before: int) -> bool:
        return len(self.session.log.observations) > before

    async def _until(self, step: Step, holds: Callable[[], bool], what: str) -> bool:
        def now() -> bool:
            self._now_known()
            return holds()

        began = self.session.log.clock()
        if await self.session.until(now):
            return True
        self._see(step, Stuck(what, self.session.log.clock() - began))
        return False

    async def _let_pass(self, step: Step, duration: int) -> None:
        given = await self.session.sleep(duration)
        if given < duration:
            self._see(step, Shortened(duration, given))

    async def _watch(self, step: Step) -> None:
        condition, began = step.arguments["never"], self.session.log.clock()
        happened = await self.session.until(
            lambda: self._now_known().hold(condition), within=step.arguments["for"]
        )
        self._see(step, Never(happened, self.session.log.clock() - began))
