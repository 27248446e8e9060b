"""Runs scenarios on implementations, one after another, and writes each result as soon as it is known.

A scenario that needs a lever which an implementation lacks is ``unsupported``, with the lever's
name, and never left out. After a trouble the implementation is closed and opened afresh, so that
one broken scenario does not spoil the next.
"""

from __future__ import annotations

import platform
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import trio
from attrs import Factory, asdict, define, evolve, frozen

from conformance import __version__
from conformance.checks import judge, unseen_choices, untold, where_unseen
from conformance.driver import drive
from conformance.errors import BadInput
from conformance.implementations.protocol import (
    POLICY,
    Description,
    Implementation,
    Trouble,
    Unsupported,
)
from conformance.results import ERROR, INCONCLUSIVE, UNSUPPORTED, Check, Result, RunEnd, RunHeader, verdict_of
from conformance.run_folder import RunFolder
from conformance.scenario.levers import required_levers
from conformance.scenario.model import Scenario
from conformance.selectors import faults
from conformance.tokens import has_tokens, text_of, token_of
from simulator.observation import Log, Network, Observation, Request, select


@frozen
class Plan:
    """What is to be run: every scenario on every implementation, ``repeat`` times.

    Repetition n takes the seed ``seed + n - 1``, so that on the simulator each is another order.
    """

    scenarios: Sequence[Scenario]
    implementations: Sequence[Implementation]
    seed: int = 0
    repeat: int = 1
    options: Mapping[str, Any] = Factory(dict)
    baseline: str = ""

    @property
    def expected(self) -> int:
        """The number of results due."""
        return len(self.scenarios) * len(self.implementations) * self.repeat

    def turns(self) -> Iterator[tuple[Scenario, int, int]]:
        """Scenario, seed and repetition, in the order of the run: whole rounds of the catalogue."""
        for repetition in range(1, self.repeat + 1):
            for scenario in self.scenarios:
                yield scenario, self.seed + repetition - 1, repetition


class Watcher(Protocol):
    """Somebody who is told how the run goes on."""

    def starts(self, scenario: str, implementation: str) -> None: ...

    def ended(self, result: Result, *, disturbed: bool) -> None:
        """A result is on disk; ``disturbed``: it met an outage or a request made again."""


async def run(plan: Plan, folder: RunFolder, watcher: Watcher) -> None:
    """Run the plan into the folder.

    Raises BadInput if an implementation cannot be opened or the folder cannot be written. When it
    is cancelled, every implementation is closed and what is finished stays.
    """
    began = time.monotonic_ns()
    candidates = [Candidate(implementation) for implementation in plan.implementations]
    try:
        for candidate in candidates:
            await candidate.open_first()
        folder.begin(_header(plan, candidates))
        virtual = 0
        for candidate in candidates:
            for scenario, seed, repetition in plan.turns():
                watcher.starts(scenario.id, candidate.name)
                virtual += await _one(candidate, scenario, seed, repetition, folder, watcher)
            await candidate.close()
        folder.end(RunEnd(plan.expected, folder.kept, time.monotonic_ns() - began, virtual))
    finally:
        with trio.CancelScope(shield=True):
            for candidate in candidates:
                await candidate.close()
            folder.leave()


async def _one(
    candidate: Candidate, scenario: Scenario, seed: int, repetition: int, folder: RunFolder, watcher: Watcher
) -> int:
    began = time.monotonic_ns()
    outcome = await candidate.judged(scenario, seed)
    wall, trace = time.monotonic_ns() - began, text_of(outcome.observations)
    has_token = trace and has_tokens(candidate.name)
    result = Result(
        scenario=scenario.id,
        implementation=candidate.name,
        verdict=outcome.verdict,
        checks=outcome.checks,
        seed=seed,
        repetition=repetition,
        note=outcome.note,
        wall=wall,
        virtual=outcome.virtual,
        token=str(token_of(scenario, candidate.name, seed, trace)) if has_token else "",
    )
    if outcome.story:
        folder.trouble(result, outcome.story)
    watcher.ended(folder.add(result, trace), disturbed=_disturbed(outcome.observations))
    return result.virtual


async def once(implementation: Implementation, scenario: Scenario, seed: int) -> Outcome:
    """Run one scenario and keep nothing on disk. Raises BadInput if the implementation cannot be opened."""
    candidate = Candidate(implementation)
    try:
        await candidate.open_first()
        return await candidate.judged(scenario, seed)
    finally:
        with trio.CancelScope(shield=True):
            await candidate.close()


@define
class Outcome:
    """How one scenario came out. ``story`` is the whole traceback of a trouble."""

    verdict: str = ERROR
    checks: tuple[Check, ...] = ()
    note: str = ""
    story: str = ""
    log: Log | None = None

    @property
    def observations(self) -> Sequence[Observation]:
        return self.log.observations if self.log else ()

    @property
    def virtual(self) -> int:
        return self.observations[-1].time if self.observations else 0


class Candidate:
    """An implementation under judgement: open while it is well, opened afresh after a trouble."""

    def __init__(self, implementation: Implementation) -> None:
        self.implementation = implementation
        self.name = implementation.name
        self.description: Description | None = None
        self._open = False
        self.lost = ""

    async def open_first(self) -> Description:
        """Open it before the run. Raises BadInput if it cannot be opened at all."""
        try:
            return await self._opened()
        except Exception as error:
            await self.close()
            raise BadInput(
                f"{self.name} cannot be judged here: {_told(_leaf(error))}",
                f"To see what is missing: bgfetch doctor --on {self.name}",
            ) from error

    async def close(self) -> None:
        """Close it, if it is open."""
        if self._open:
            self._open = False
            await self.implementation.close()

    async def judged(self, scenario: Scenario, seed: int) -> Outcome:
        """Run one scenario. Whatever goes wrong becomes the verdict ``error``, never an exception."""
        if self.lost:
            return Outcome(note=self.lost)
        try:
            description = await self._opened()
        except Exception as error:
            self.lost = f"{self.name} could not be opened again after a trouble: {_told(_leaf(error))}"
            return Outcome(note=self.lost, story=_story(error))
        if missing := missing_levers(scenario, description):
            return Outcome(verdict=UNSUPPORTED, note=missing)
        outcome = await _attempt(
            self.implementation, scenario, seed, set_beforehand=_sets_policy(description)
        )
        if outcome.verdict == ERROR:
            outcome = await self._closed_after(outcome)
        return outcome

    async def _opened(self) -> Description:
        if self.description is None or not self._open:
            self._open = True  # also a half-opened one wants closing
            self.description = await self.implementation.open()
        return self.description

    async def _closed_after(self, outcome: Outcome) -> Outcome:
        try:
            await self.close()
        except Exception as error:
            return evolve(outcome, story=f"{outcome.story}\nand closing it: {_story(error)}")
        return outcome


def _sets_policy(description: Description) -> bool:
    """Whether it can be set to the choices that a scenario presupposes; else it must be seen to make them."""
    lever = description.levers.get(POLICY)
    return lever is not None and lever.available


async def _attempt(
    implementation: Implementation, scenario: Scenario, seed: int, *, set_beforehand: bool
) -> Outcome:
    outcome = Outcome()
    try:
        async with implementation.start(scenario, scenario.seed + seed) as session:
            outcome.log = session.log
            await drive(scenario, session)
        outcome.note = "" if set_beforehand else unseen_choices(scenario, outcome.observations)
        checks = judge(scenario, outcome.observations)
        outcome.checks = tuple(where_unseen(checks, outcome.note) if outcome.note else checks)
        outcome.verdict = verdict_of(outcome.checks)
        if outcome.verdict == INCONCLUSIVE:
            outcome.note = outcome.note or untold(checks)
    except Exception as error:
        cause = _leaf(error)
        if isinstance(cause, Unsupported):
            outcome.verdict, outcome.note = UNSUPPORTED, str(cause)
        else:
            outcome.note, outcome.story = _told(cause), _story(error)
    return outcome


def missing_levers(scenario: Scenario, description: Description) -> str:
    """The levers that the scenario needs and the implementation lacks, each with its reason; "" for none.

    What cannot be set to a policy may make the same choices by itself: that is seen in the end.
    """
    missing = []
    for name in (one for one in required_levers(scenario) if one != POLICY):
        lever = description.levers.get(name)
        if lever is None or not lever.available:
            missing.append(f"{name}: {(lever and lever.why) or f'{description.name} has no such lever'}")
    return "; ".join(missing)


def _header(plan: Plan, candidates: Sequence[Candidate]) -> RunHeader:
    described = {c.name: c.description for c in candidates if c.description}
    return RunHeader(
        bgfetch=__version__,
        python=platform.python_version(),
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        seed=plan.seed,
        expected=plan.expected,
        implementations={name: one.version for name, one in described.items()},
        options=dict(plan.options),
        scenarios=[_row(scenario) for scenario in plan.scenarios],
        levers={
            name: {lever: asdict(state) for lever, state in one.levers.items()}
            for name, one in described.items()
        },
        baseline=plan.baseline,
    )


def _row(scenario: Scenario) -> dict[str, Any]:
    return {
        "id": scenario.id,
        "title": scenario.title,
        "clauses": list(scenario.clauses),
        "faults": sorted(faults(scenario)),
        "file": scenario.file,
        "line": scenario.line,
        "text": scenario.text,
    }


def _disturbed(observations: Sequence[Observation]) -> bool:
    """Whether the network went away or something was asked for again, which costs real waiting."""
    again = any(request.number > 1 for _, request in select(observations, Request))
    return again or any(not link.online or link.captive for _, link in select(observations, Network))


def _leaf(error: Exception) -> Exception:
    """The exception that says what happened: out of nested groups, the one that was meant to be told."""
    if not isinstance(error, ExceptionGroup):
        return error
    leaves = [_leaf(one) for one in error.exceptions]
    meant = [one for one in leaves if isinstance(one, (Unsupported, Trouble))]
    return (meant or leaves)[0]


def _told(error: Exception) -> str:
    """A trouble in its own words; anything else with its place, because it is a defect of ours."""
    if isinstance(error, (Trouble, BadInput)):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    return f"the harness broke: {type(error).__name__}: {error}{where}"


def _story(error: Exception) -> str:
    return "".join(traceback.format_exception(error))
