"""expect.events: the end events that reached the worker. Per fetch in order, and complete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.checks.evidence import Evidence, Seen
from conformance.checks.matching import agrees, by_clause, in_order, listed, plain, times
from conformance.results import FAIL, PASS, Check
from conformance.scenario.model import Expectation, ExpectEvent
from simulator.observation import Event


def check_events(expected: Sequence[ExpectEvent], seen: Evidence) -> Iterator[Check]:
    """A check for each fetch that is spoken of (and each clause there); an empty list: no event at all."""
    for fetch in dict.fromkeys(seen.fetch(one.of) for one in expected) or seen.fetches:
        wanted = [one for one in expected if seen.fetch(one.of) == fetch]
        got = seen.events.get(fetch, [])
        holds = in_order(wanted, got, _fits, lambda one: one.count)
        for one in by_clause(wanted) or (Expectation(seen.scenario.clauses[0]),):
            yield Check(
                clause=one.clause,
                level=one.level,
                authority=one.authority,
                verdict=PASS if holds else FAIL,
                expected=listed([_told_expected(one) for one in wanted]),
                actual=listed([_told(event, wanted) for event in got]),
                proof=tuple(observation.sequence for observation, _ in got),
                line=one.line,
            )


def _fits(one: ExpectEvent, event: Seen[Event]) -> bool:
    observation, data = event
    return agrees(_wanted(one), _shown(data)) and (not one.worker or one.worker == observation.actor)


def _shown(data: Event) -> dict[str, object]:
    """What an event says of itself and of its registration."""
    flags = {"isTrusted": data.isTrusted, "bubbles": data.bubbles, "cancelable": data.cancelable}
    return {**data.registration, **flags, "type": data.type, "interface": data.interface}


def _wanted(one: ExpectEvent) -> dict[str, object]:
    named = {
        "type": one.type,
        "result": one.result,
        "failureReason": one.failureReason,
        "interface": one.interface,
    }
    return {**{key: value for key, value in named.items() if value is not None}, **one.attributes}


def _told_expected(one: ExpectEvent) -> str:
    wanted = _wanted(one)
    rest = ", ".join(f"{key} {plain(value)}" for key, value in wanted.items() if key != "type")
    return f"{wanted.get('type', 'an end event')}{': ' + rest if rest else ''}{times(one.count)}"


def _told(event: Seen[Event], wanted: Sequence[ExpectEvent]) -> str:
    named = [key for one in wanted for key in _wanted(one) if key != "type"]
    shown = dict.fromkeys(["result", "failureReason", *named])
    facts = _shown(event[1])
    rest = ", ".join(f"{key} {plain(facts.get(key))}" for key in shown)
    return f"{event[1].type}: {rest}"
