"""What the steps themselves demand: how promises settle, what must never be, that the steps get done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.checks.evidence import Evidence
from conformance.checks.matching import agrees, difference, plain
from conformance.results import FAIL, INCONCLUSIVE, PASS, Check
from conformance.scenario.model import ExpectResult, Step, WorkerStep
from conformance.scenario.telling import duration, told
from simulator.observation import Never, Observation, Page, Settled, Shortened, select
from simulator.observation import Step as StepSeen

_CUT = ", after a wait that was cut short"


def check_steps(seen: Evidence) -> Iterator[Check]:
    """The checks of every step, in order."""
    for step in seen.scenario.steps:
        if str(step.number) in seen.stuck:
            yield _stuck(step, seen)
        elif str(step.number) in seen.unconfirmed:
            yield _unconfirmed(step, seen)
        elif step.verb == "never":
            yield from _never(step, seen)
        elif step.verb == "until":
            yield from _reached(step, seen)
        else:
            yield from _settled(step, seen)
    yield from _handled(seen)


def _handled(seen: Evidence) -> Iterator[Check]:
    """What the handlers of the workers were to do, for each event that reached them."""
    clause = seen.scenario.clauses[0]
    for observation, settled in select(seen.observations, Settled, witness="worker"):
        step = _worker_step(observation, seen)
        if step is None:
            continue
        holds = settles_as(settled, step.gives, step.has_gives, step.throws)
        yield Check(
            step.clause or clause,
            step.level,
            step.authority,
            PASS if holds else FAIL,
            f"in {observation.of}, {step.verb}: {expectation_of(step.gives, step.has_gives, step.throws)}",
            outcome(settled, step.gives),
            (observation.sequence,),
            line=step.line,
        )


def _worker_step(observation: Observation, seen: Evidence) -> WorkerStep | None:
    """The step that a worker calls "TYPE PLACE", such as "backgroundfetchsuccess 1"."""
    type, _, place = observation.of.partition(" ")
    script = seen.scenario.workers.get(observation.actor)
    steps = script.handlers.get(type, ()) if script else ()
    return steps[int(place) - 1] if place.isdecimal() and 0 < int(place) <= len(steps) else None


def _check(step: Step, seen: Evidence, verdict: str, expected: str, actual: str, *proof: int) -> Check:
    clause = step.clause or seen.scenario.clauses[0]
    where = f"step {step.number}, {told(step)}: "
    return Check(
        clause, step.level, step.authority, verdict, where + expected, actual, tuple(proof), line=step.line
    )


def _stuck(step: Step, seen: Evidence) -> Check:
    observation, stuck = seen.stuck[str(step.number)]
    before = [one for one in seen.observations if one.sequence < observation.sequence]
    last = next((one for one in reversed(before) if one.witness != "harness"), observation)
    of = f"step {last.of}" if last.of.isdecimal() else last.of
    what = f"{last.kind} of {of} by {last.witness}"
    if isinstance(last.data, Page) and last.data.state == "crashed":
        what = f"that the page {last.of} crashed"
    actual = f"not within {_long(stuck.waited)}; the last thing seen was {what}"
    proof = sorted({last.sequence, observation.sequence})
    return _check(step, seen, FAIL, stuck.waiting_for, actual, *proof)


def _reached(step: Step, seen: Evidence) -> Iterator[Check]:
    """What was waited for came: told by the last thing seen before the next step."""
    begun = {seen_at.of: seen_at.sequence for seen_at, _ in select(seen.observations, StepSeen)}
    if (start := begun.get(str(step.number))) is not None:
        before = begun.get(str(step.number + 1), float("inf"))
        last = max(
            (one.sequence for one in seen.observations if start <= one.sequence < before), default=start
        )
        waited_for = step.arguments["until"].text
        yield _check(step, seen, PASS, waited_for, "it came", last)


def _long(nanoseconds: int) -> str:
    """A time that was waited: whole in virtual time, with three digits where it was measured."""
    return f"{nanoseconds / 1e9:.3g} s" if nanoseconds % 10**9 else duration(nanoseconds)


def _unconfirmed(step: Step, seen: Evidence) -> Check:
    """An action that nothing followed: the harness's hand may have missed, so nobody is to blame."""
    observation, unconfirmed = seen.unconfirmed[str(step.number)]
    actual = f"not seen within {_long(unconfirmed.waited)}"
    return _check(step, seen, INCONCLUSIVE, unconfirmed.expected, actual, observation.sequence)


def _never(step: Step, seen: Evidence) -> Iterator[Check]:
    for observation, window in select(seen.observations, Never, of=str(step.number)):
        lasted = f"in {_long(window.lasted)}"
        unclear = window.happened and _time_was_cut(step, seen)
        verdict = PASS if not window.happened else INCONCLUSIVE if unclear else FAIL
        actual = f"it happened {lasted}" if window.happened else f"not {lasted}"
        actual += _CUT if unclear else ""
        yield _check(
            step, seen, verdict, f"never {step.arguments['never'].text}", actual, observation.sequence
        )


def _settled(step: Step, seen: Evidence) -> Iterator[Check]:
    found = seen.settled.get(str(step.number))
    if found is None:
        return
    observation, settled = found
    expected = expectation_of(step.gives, step.has_gives, step.throws)
    holds = settles_as(settled, step.gives, step.has_gives, step.throws)
    if step.settles or not holds:
        unclear = not holds and _time_was_cut(step, seen)
        verdict = PASS if holds else INCONCLUSIVE if unclear else FAIL
        actual = outcome(settled, step.gives) + (_CUT if unclear else "")
        yield _check(step, seen, verdict, expected, actual, observation.sequence)


def _time_was_cut(step: Step, seen: Evidence) -> bool:
    """Whether an earlier wait was shortened: then what depends on time passing cannot be told."""
    cut = [observation.of for observation, _ in select(seen.observations, Shortened)]
    return any(not of or int(of) < step.number for of in cut)  # one of no step is the origin's


def settles_as(settled: Settled, gives: Any, has_gives: bool, throws: str) -> bool:
    """Whether a promise settled as demanded; without a demand it must not reject."""
    if throws:
        return settled.outcome == "rejected" and settled.exception == throws
    return settled.outcome == "fulfilled" and (not has_gives or agrees(gives, settled.value))


def expectation_of(gives: Any, has_gives: bool, throws: str) -> str:
    if throws:
        return f"rejects with {throws}"
    return f"gives {plain(gives)}" if has_gives else "does not reject"


def outcome(settled: Settled, gives: Any = None) -> str:
    """How a promise settled, in words."""
    if settled.outcome == "thrown":
        return f"gives no promise, but throws {settled.exception} at once"
    if settled.outcome == "rejected":
        return f"rejects with {settled.exception}"
    return f"gives {difference(gives, settled.value)}"


def check_result(one: ExpectResult, seen: Evidence) -> Iterator[Check]:
    """expect.results: how the promise of a named step settled."""
    step = next((step for step in seen.scenario.steps if step.name == one.step), None)
    found = seen.settled.get(str(step.number)) if step else None
    holds = found is not None and settles_as(found[1], one.gives, one.has_gives, one.throws)
    yield Check(
        clause=one.clause,
        level=one.level,
        authority=one.authority,
        verdict=PASS if holds else FAIL,
        expected=f"{one.step} {expectation_of(one.gives, one.has_gives, one.throws)}",
        actual=f"{one.step} {outcome(found[1], one.gives)}" if found else f"{one.step} has not settled",
        proof=(found[0].sequence,) if found else (),
        line=one.line,
    )
