"""The second source of checks: what must hold in every run of every scenario, whatever it is about."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from attrs import evolve

from conformance.checks import displayed
from conformance.checks.evidence import Evidence
from conformance.checks.invariant import Broken, Invariant
from conformance.checks.matching import listed
from conformance.facts import END_EVENTS
from conformance.results import FAIL, PASS, Check
from simulator.content import told
from simulator.observation import Attributes, Event, Network, Request, select


def check_invariants(seen: Evidence) -> Iterator[Check]:
    """A check for each rule that this run can tell something of."""
    for rule in INVARIANTS:
        if rule.applies(seen):
            broken = list(rule.breaks(seen))
            yield Check(
                clause=rule.clause,
                level="must",
                authority=rule.authority,
                verdict=FAIL if broken else PASS,
                expected=rule.says,
                actual=listed([what for what, _ in broken]) if broken else "so it was",
                proof=tuple(observation.sequence for _, observation in broken),
                source="invariant",
            )


def _one_end_event(seen: Evidence) -> Iterator[Broken]:
    started = [step.name for step in seen.scenario.steps if step.verb == "fetch"]
    for fetch, events in seen.events.items():
        if len(events) > max(1, started.count(fetch)):
            yield f"{len(events)} end events of {fetch}", events[-1][0]


def _result_matches_event(seen: Evidence) -> Iterator[Broken]:
    for fetch, events in seen.events.items():
        for observation, event in events:
            result = event.registration.get("result")
            reason = event.registration.get("failureReason")
            success = event.type == "backgroundfetchsuccess"
            aborted = event.type == "backgroundfetchabort"
            sound = (result == "success", reason == "") == (success, success)
            if not sound or (reason == "aborted") != aborted:
                yield f"{event.type} of {fetch} with result {result!r}, failureReason {reason!r}", observation


def _no_progress_after_the_result(seen: Evidence) -> Iterator[Broken]:
    for (page, fetch), series in seen.progress.items():
        over = ""
        for observation, now in series:
            if over and now.result == over:
                yield f"{page} heard of progress of {fetch} after its result", observation
            over = now.result


def _result_before_the_end(seen: Evidence) -> Iterator[Broken]:
    for (page, fetch), series in seen.progress.items():
        for observation, now in series:
            if now.result and not now.recordsAvailable:
                yield f"{page} heard of the result of {fetch} only when the records were gone", observation


def _kept_while_active(seen: Evidence) -> Iterator[Broken]:
    # A click may come when the records are gone; what its handler reads follows its event.
    clicked: set[tuple[str, str]] = set()
    for observation in (one for one in seen.observations if one.witness == "worker"):
        who, now = (observation.actor, observation.of), observation.data
        if isinstance(now, Event):
            (clicked.discard if now.type in END_EVENTS else clicked.add)(who)
        elif isinstance(now, Attributes) and not now.recordsAvailable and who not in clicked:
            yield f"the records of {observation.of} were gone in its event", observation


def _something_changed(seen: Evidence) -> Iterator[Broken]:
    for (page, fetch), series in seen.progress.items():
        for (_, before), (observation, now) in itertools.pairwise(series):
            if evolve(before, recordsAvailable=now.recordsAvailable) == now:
                yield f"{page} heard twice of the same progress of {fetch}", observation


def _gone_without_an_event(seen: Evidence) -> Iterator[Broken]:
    for (page, fetch), series in seen.progress.items():
        for (_, before), (observation, now) in itertools.pairwise(series):
            if before.recordsAvailable and evolve(before, recordsAvailable=False) == now:
                yield f"{page} heard by progress that the records of {fetch} are gone", observation


def _never_above_the_total(seen: Evidence) -> Iterator[Broken]:
    totals = {step.name: _total(step.arguments) for step in seen.scenario.steps if step.verb == "fetch"}
    for (_, fetch), series in seen.progress.items():
        for observation, now in series:
            if totals.get(fetch) and now.downloaded > totals[fetch]:
                yield f"downloaded {now.downloaded} of {fetch}", observation


def _total(arguments: object) -> int:
    options = arguments.get("options", {}) if hasattr(arguments, "get") else {}
    return int(options.get("downloadTotal", 0))


def _sound_bodies(seen: Evidence) -> Iterator[Broken]:
    for (_, path), records in seen.records.items():
        for observation, record in records:
            sound = len(record.runs) <= 1 and all(
                run.start == 0 and run.version != "?" for run in record.runs
            )
            if not record.exception and not sound:
                yield f"{path} holds {told(record.runs)}", observation


def _only_get_twice(seen: Evidence) -> Iterator[Broken]:
    asked = [
        (request.path, request.method)
        for step in seen.scenario.steps
        if step.verb == "fetch"
        for request in step.arguments.get("requests", ())
    ]
    for path, requests in seen.requests.items():
        for method in {data.method for _, data in requests if data.number} - {"GET", "HEAD"}:
            sent = [pair for pair in requests if pair[1].method == method and pair[1].number]
            if len(sent) > max(1, asked.count((path, method))):
                yield f"{method} {path} sent {len(sent)} times", sent[-1][0]


def _nothing_while_offline(seen: Evidence) -> Iterator[Broken]:
    online = True
    for observation in seen.observations:
        if isinstance(observation.data, Network):
            online = observation.data.online
        elif isinstance(observation.data, Request) and observation.witness == "origin" and not online:
            yield f"{observation.data.method} {observation.of} while offline", observation


INVARIANTS = (
    Invariant(
        "perform-a-background-fetch-algorithm/8.13a",
        "each fetch has at most one end event",
        lambda seen: bool(seen.events),
        _one_end_event,
    ),
    Invariant(
        "perform-a-background-fetch-algorithm/8.5",
        "the event says what result and failureReason say",
        lambda seen: bool(seen.events),
        _result_matches_event,
    ),
    Invariant(
        "update-background-fetch-instance-algorithm/6.4",
        "no progress event follows the result",
        lambda seen: bool(seen.progress),
        _no_progress_after_the_result,
    ),
    Invariant(
        "perform-a-background-fetch-algorithm/8.7",
        "the result is reported before the end event, and so while the records are available",
        lambda seen: any(now.result for series in seen.progress.values() for _, now in series),
        _result_before_the_end,
    ),
    Invariant(
        "perform-a-background-fetch-algorithm/8.13.1",
        "the records stay available while the end event is active",
        lambda seen: any(True for _ in select(seen.observations, Attributes, witness="worker")),
        _kept_while_active,
    ),
    Invariant(
        "update-background-fetch-instance-algorithm/6.5",
        "each progress event reports something new",
        lambda seen: bool(seen.progress),
        _something_changed,
    ),
    Invariant(
        "update-background-fetch-instance-algorithm/6.3",
        "no progress event tells of nothing but the loss of the records",
        lambda seen: any(
            not now.recordsAvailable for _, now in select(seen.observations, Attributes, witness="page")
        ),
        _gone_without_an_event,
    ),
    *displayed.INVARIANTS,
    Invariant(
        "complete-a-record-algorithm/11.r6.1",
        "downloaded never passes downloadTotal",
        lambda seen: (
            any(_total(step.arguments) for step in seen.scenario.steps if step.verb == "fetch")
            and bool(seen.progress)
        ),
        _never_above_the_total,
    ),
    Invariant(
        "create-settled-fetches-algorithm/2.8.3",
        "every body that can be read is one version from its first byte on, without gap or repeat",
        lambda seen: bool(seen.records),
        _sound_bodies,
    ),
    Invariant(
        "complete-a-record-algorithm/11.r1.1a",
        "nothing but GET is sent twice",
        lambda seen: any(data.method not in ("GET", "HEAD") for r in seen.requests.values() for _, data in r),
        _only_get_twice,
    ),
    Invariant(
        "mdn/Background_Fetch_API/3",
        "nothing leaves while offline",
        lambda seen: any(not data.online for _, data in select(seen.observations, Network)),
        _nothing_while_offline,
        authority="practice",
    ),
)
