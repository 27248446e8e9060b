"""The third source of checks: single clauses that can be judged wherever their observation occurs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import frozen

from conformance.checks.evidence import Evidence
from conformance.results import FAIL, PASS, Check
from simulator.observation import Event

CLASSES = {
    "backgroundfetchsuccess": "BackgroundFetchUpdateUIEvent",
    "backgroundfetchfail": "BackgroundFetchUpdateUIEvent",
    "backgroundfetchabort": "BackgroundFetchEvent",
}


@frozen
class EventRule:
    """What an end event must be: ``of`` reads it off the event, ``wanted`` says what it must be."""

    clause: Callable[[Event], str]
    name: str
    of: Callable[[Event], object]
    wanted: Callable[[Event], object]
    level: str = "must"
    authority: str = "text"


RULES = (
    EventRule(
        lambda event: f"service-worker-global-events/{2 if event.type == 'backgroundfetchabort' else 1}",
        "class",
        lambda event: event.interface,
        lambda event: CLASSES[event.type],
    ),
    EventRule(
        lambda event: "perform-a-background-fetch-algorithm/8.13c",
        "isTrusted, bubbles, cancelable",
        lambda event: (event.isTrusted, event.bubbles, event.cancelable),
        lambda event: (True, False, False),
        authority="practice",
    ),
    EventRule(
        lambda event: "background-fetch-registration/4",
        "recordsAvailable",
        lambda event: event.registration.get("recordsAvailable"),
        lambda event: True,
    ),
)


def check_clauses(seen: Evidence) -> Iterator[Check]:
    """Every rule for every end event."""
    for events in seen.events.values():
        for observation, event in events:
            for rule in RULES:
                actual, wanted = rule.of(event), rule.wanted(event)
                yield Check(
                    clause=rule.clause(event),
                    level=rule.level,
                    authority=rule.authority,
                    verdict=PASS if actual == wanted else FAIL,
                    expected=f"{event.type}: {rule.name} {wanted}",
                    actual=f"{event.type}: {rule.name} {actual}",
                    proof=(observation.sequence,),
                    source="clause",
                )
