"""The third source of checks: single clauses that can be judged wherever their observation occurs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import frozen

from conformance.checks.evidence import Evidence
from conformance.facts import END_EVENTS
from conformance.results import FAIL, PASS, Check
from simulator.observation import Event

CLASSES = {
    "backgroundfetchsuccess": "BackgroundFetchUpdateUIEvent",
    "backgroundfetchfail": "BackgroundFetchUpdateUIEvent",
    "backgroundfetchabort": "BackgroundFetchEvent",
    "backgroundfetchclick": "BackgroundFetchEvent",
}


@frozen
class EventRule:
    """What an event must be: ``of`` reads it off the event, ``wanted`` says what it must be."""

    clause: Callable[[Event], str]
    name: str
    of: Callable[[Event], object]
    wanted: Callable[[Event], object]
    level: str = "must"
    authority: str = "text"
    of_clicks: bool = True


RULES = (
    EventRule(
        lambda event: (
            f"service-worker-global-events/{1 if CLASSES[event.type].endswith('UpdateUIEvent') else 2}"
        ),
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
        of_clicks=False,  # what is shown may stay, and be clicked, when the records are gone
    ),
)


def check_clauses(seen: Evidence) -> Iterator[Check]:
    """Every rule for every event."""
    for events in (*seen.events.values(), *seen.clicks.values()):
        for observation, event in events:
            for rule in (one for one in RULES if one.of_clicks or event.type in END_EVENTS):
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
