"""Invariants of the end of a fetch: its one event, and the records until the event is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from conformance.checks.evidence import Evidence
from conformance.checks.fetches import calls, only_of_its_name
from conformance.checks.invariants.rule import Broken, Invariant
from conformance.facts import END_EVENTS
from simulator.observation import (
    Attributes,
    Browser,
    Called,
    Event,
    EventDone,
    Observation,
    Page,
    Progress,
    Settled,
    select,
)

PATIENCE = 10_000_000_000
"""Nanoseconds after which a page must have heard of what happened in a worker."""


def _end_events(seen: Evidence) -> Iterator[Observation]:
    yield from (observation for events in seen.events.values() for observation, _ in events)


def _one_end_event(seen: Evidence) -> Iterator[Broken]:
    refused = {number for number, (_, data) in seen.settled.items() if data.outcome == "rejected"}
    fetches = (step for step in seen.scenario.steps if step.verb == "fetch")
    accepted = Counter(step.name for step in fetches if str(step.number) not in refused)
    for fetch, events in seen.events.items():
        if len(events) > accepted[fetch]:
            yield f"{len(events)} end events of {fetch}, accepted {accepted[fetch]} times", events[-1][0]


def _the_event_fits_the_result(seen: Evidence) -> Iterator[Broken]:
    for fetch, events in seen.events.items():
        for observation, event in events:
            result = event.registration.get("result")
            reason = event.registration.get("failureReason")
            success = event.type == "backgroundfetchsuccess"
            aborted = event.type == "backgroundfetchabort"
            sound = (result == "success", reason == "") == (success, success)
            if not sound or (reason == "aborted") != aborted:
                yield f"{event.type} of {fetch} with result {result!r}, failureReason {reason!r}", observation


def _its_own_worker(seen: Evidence) -> Iterator[Broken]:
    for name, one in only_of_its_name(seen).items():
        for observation, _ in seen.events.get(name, ()):
            if observation.actor != one.scope:
                yield f"the event of {name}, of {one.scope}, at {observation.actor}", observation


def _kept_while_active(seen: Evidence) -> Iterator[Broken]:
    # A click may come when the records are gone; what its handler reads follows its event.
    clicked: set[tuple[str, str]] = set()
    for observation in (one for one in seen.observations if one.witness == "worker"):
        who, now = (observation.actor, observation.of), observation.data
        if isinstance(now, Event):
            (clicked.discard if now.type in END_EVENTS else clicked.add)(who)
        elif isinstance(now, Attributes) and not now.recordsAvailable and who not in clicked:
            yield f"the records of {observation.of} were gone in its event", observation


def _looks(seen: Evidence) -> Iterator[tuple[Observation, str, bool]]:
    """What each page saw of the records of a fetch: the fetch, and whether they were there."""
    reading = {
        str(step.number): step.of for step in seen.scenario.steps if step.verb in ("match", "matchAll")
    }
    for observation in (one for one in seen.observations if one.witness == "page"):
        match observation.data:
            case Attributes(recordsAvailable=available) | Progress(recordsAvailable=available):
                yield observation, observation.of, available
            case Settled(outcome=outcome, exception=exception) if observation.of in reading:
                if outcome == "fulfilled" or exception == "InvalidStateError":
                    yield observation, reading[observation.of], outcome == "fulfilled"


def _gone(seen: Evidence) -> Iterator[Observation]:
    yield from (observation for observation, _, available in _looks(seen) if not available)


def _gone_for_good(seen: Evidence) -> Iterator[Broken]:
    starts = [at.sequence for at, data in select(seen.observations, Browser) if data.state == "started"]
    begun = {at.of: at.sequence for at, _ in select(seen.observations, Called)}
    sure = only_of_its_name(seen)
    gone: dict[tuple[str, str, int], Observation] = {}
    for observation, fetch, available in _looks(seen):
        # What a process promised dies with it: its heir may have to deliver the event again.
        key = (observation.actor, fetch, sum(start < observation.sequence for start in starts))
        if not available:
            gone.setdefault(key, observation)
            continue
        # A call looks when it is made, however late its promise settles.
        looked = begun[observation.of] if isinstance(observation.data, Settled) else observation.sequence
        if key in gone and gone[key].sequence < looked and fetch in sure:
            yield f"{observation.actor} found records of {fetch} again", observation


def _losses(seen: Evidence) -> Iterator[tuple[Observation, str, bool]]:
    """For each page that outlived the event of a fetch it had: the event's end, who, whether it knows."""
    end = seen.observations[-1].time if seen.observations else 0
    told = {(at.actor, fetch) for at, fetch, available in _looks(seen) if not available}
    for done, event in select(seen.observations, EventDone, witness="worker"):
        if event.type in END_EVENTS and done.of in only_of_its_name(seen) and end > done.time + PATIENCE:
            for page in _holders(seen, done.of):
                yield done, page, (page, done.of) in told


def _holders(seen: Evidence, fetch: str) -> set[str]:
    """The pages that had an object for a fetch, and were there to the end."""
    held = {
        (at.actor, at.sequence)
        for kind in (Attributes, Progress)
        for at, _ in select(seen.observations, kind, witness="page", of=fetch)
    }
    gone = [(at.actor, at.sequence) for at, data in select(seen.observations, Page) if data.state == "closed"]
    ended = [at.sequence for at, data in select(seen.observations, Browser) if data.state != "started"]
    return {
        page
        for page, since in held
        if not any(who == page and at > since for who, at in gone) and not any(at > since for at in ended)
    }


def _every_page_learns_of_the_loss(seen: Evidence) -> Iterator[Broken]:
    for done, page, knows in _losses(seen):
        if not knows:
            yield f"{page} still had records of {done.of} when its event was long over", done


def _true_aborts(seen: Evidence) -> Iterator[tuple[str, Observation]]:
    """The calls of abort() that gave true: of which fetch, and where."""
    for step, _, observation, settled in calls(seen, "abort"):
        if settled.value is True and step.of in only_of_its_name(seen):
            yield step.of, observation


def _aborted_is_aborted(seen: Evidence) -> Iterator[Broken]:
    for fetch, _ in _true_aborts(seen):
        for observation, event in seen.events.get(fetch, ()):
            if event.type != "backgroundfetchabort":
                yield f"abort() of {fetch} gave true, and then came {event.type}", observation


def _aborted_once(seen: Evidence) -> Iterator[Broken]:
    all = list(_true_aborts(seen))
    for place, (fetch, observation) in enumerate(all):
        if fetch in [before for before, _ in all[:place]]:
            yield f"abort() of {fetch} gave true again", observation


INVARIANTS = (
    Invariant(
        "perform-a-background-fetch-algorithm/8.13a",
        "each accepted fetch has at most one end event, a refused one has none",
        _end_events,
        _one_end_event,
    ),
    Invariant(
        "perform-a-background-fetch-algorithm/8.5",
        "the event says what result and failureReason say",
        _end_events,
        _the_event_fits_the_result,
    ),
    Invariant(
        "extensions-to-service-worker-registration/3",
        "the end event reaches the worker of the registration that the fetch belongs to",
        _end_events,
        _its_own_worker,
    ),
    Invariant(
        "perform-a-background-fetch-algorithm/8.13.1",
        "the records stay available while the end event is active",
        lambda seen: (at for at, _ in select(seen.observations, Attributes, witness="worker")),
        _kept_while_active,
    ),
    Invariant(
        "perform-a-background-fetch-algorithm/8.13.2",
        "when the end event is over, recordsAvailable turns false in every page",
        lambda seen: (done for done, _, _ in _losses(seen)),
        _every_page_learns_of_the_loss,
    ),
    Invariant(
        "background-fetch-registration-match-all/1",
        "once a page has seen the records gone, it finds none, and no recordsAvailable, ever again",
        _gone,
        _gone_for_good,
    ),
    Invariant(
        "background-fetch-registration-abort/4",
        "a fetch whose abort() gave true ends in backgroundfetchabort",
        lambda seen: (at for fetch, at in _true_aborts(seen) if fetch in seen.events),
        _aborted_is_aborted,
    ),
    Invariant(
        "background-fetch-registration-abort/6",
        "at most one abort() of a fetch gives true",
        lambda seen: (at for _, at in _true_aborts(seen)),
        _aborted_once,
    ),
)
