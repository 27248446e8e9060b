"""Invariants of the wire: what may be sent again, from which byte on, and when nothing may be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.checks.evidence import Evidence
from conformance.checks.fetches import asked_as, calls, led_on, made, only_of_its_name, own_paths
from conformance.checks.invariants.rule import Broken, Invariant
from simulator.observation import (
    Attributes,
    Browser,
    Display,
    Fault,
    Network,
    Observation,
    Progress,
    Released,
    Request,
    Response,
    Sent,
    select,
)

GRACE = 1_000_000_000
"""Nanoseconds in which a request that was on its way may still arrive."""

OPEN_ENDED = re.compile(r"bytes=(\d+)-")


def _requests(seen: Evidence) -> Iterator[tuple[Observation, Request]]:
    for requests in seen.requests.values():
        yield from ((observation, data) for observation, data in requests if data.number)


# -- sent once ------------------------------------------------------------------------------


def _unsafe(seen: Evidence) -> Iterator[Observation]:
    yield from (at for at, data in _requests(seen) if data.method not in ("GET", "HEAD"))


def _only_get_twice(seen: Evidence) -> Iterator[Broken]:
    asked = [
        (asked_as(request.path, one.place), request.method.upper())
        for one in made(seen)
        for request in one.requests
    ]
    for path, requests in seen.requests.items():
        for method in {data.method for _, data in requests if data.number} - {"GET", "HEAD"}:
            sent = [pair for pair in requests if pair[1].method == method and pair[1].number]
            if len(sent) > max(1, asked.count((path, method)) + _led_to(seen, path, method)):
                yield f"{method} {path} sent {len(sent)} times", sent[-1][0]


def _led_to(seen: Evidence, path: str, method: str) -> int:
    """How many requests of a method were led on to a path: 307 and 308 keep method and body."""
    return sum(
        data.method == method
        for observation, data in _requests(seen)
        if (resource := seen.scenario.resource(observation.of))
        and any(asked_as(answer.redirect) == path for answer in (resource.answer, *resource.attempts))
    )


# -- ranges ---------------------------------------------------------------------------------


def _ranged(seen: Evidence) -> Iterator[tuple[Observation, Request, int]]:
    """The requests for the rest of a body, and from where on.

    Not those whose Range a page has set, nor those that a redirect led on to with the Range of another.
    """
    set_by_script = {
        asked_as(request.path, one.place)
        for one in made(seen)
        for request in one.requests
        if "range" in [name.lower() for name in request.headers]
    }
    passed_over = led_on(seen, set_by_script) | _targets(seen)
    for observation, data in _requests(seen):
        start = OPEN_ENDED.fullmatch(data.range)
        if start and observation.of not in passed_over:
            yield observation, data, int(start[1])


def _targets(seen: Evidence) -> set[str]:
    """Every path that some redirect leads on to."""
    resources = seen.scenario.origin.values()
    answers = (answer for one in resources for answer in (one.answer, *one.attempts))
    return {asked_as(answer.redirect) for answer in answers if answer.redirect}


def _ranges_leave_no_gap(seen: Evidence) -> Iterator[Broken]:
    ranged = list(_ranged(seen))
    last = {observation.of: data.number for observation, data, _ in ranged}
    reached = {path: [_reached(seen, path, one) for one in range(1, last[path])] for path in last}
    for observation, data, start in ranged:
        before = reached[observation.of][: data.number - 1]
        if None not in before and start > max((one for one in before if one is not None), default=0):
            yield f"{observation.of} from byte {start}, which was never sent so far", observation


def _reached(seen: Evidence, path: str, number: int) -> int | None:
    """The byte before which an answer stopped for good; None where nobody can know."""
    about = [one for one in seen.observations if one.of == path and one.witness == "origin"]
    last = next((one for one in reversed(about) if _number(one) == number), None)
    starts = [start for at, data, start in _ranged(seen) if at.of == path and data.number == number]
    whole = any(
        response.number == number and response.status != 206
        for _, response in select(about, Response, of=path)
    )
    first = 0 if whole or not starts else starts[0]
    resource = seen.scenario.resource(path)
    timed = resource is None or any(f.duration is not None for f in resource.attempt(number).faults)
    opened = any(True for _ in select(seen.observations, Released))
    match last.data if last else None:
        case Fault(fault="cut" | "stall", after=after) if not timed and not opened:
            return first + max(0, after)
    return None


def _number(one: Observation) -> int:
    return one.data.number if isinstance(one.data, Sent | Fault) else -1


def _ranges_begin_where_the_bytes_end(seen: Evidence) -> Iterator[Broken]:
    for name, one in only_of_its_name(seen).items():
        if len(one.requests) == 1 and own_paths(seen, one) == {one.requests[0].path}:
            yield from _repeats(seen, name, one.requests[0].path)


def _repeats(seen: Evidence, fetch: str, path: str) -> Iterator[Broken]:
    ranged = {observation.sequence: start for observation, _, start in _ranged(seen)}
    held = 0
    for observation in seen.observations:
        match observation.data:
            case Progress(downloaded=downloaded) | Attributes(downloaded=downloaded):
                if observation.of == fetch:
                    held = downloaded
            case Browser():
                held = 0  # what is found again after a restart is for the agent to say
            case Response(status=status) if observation.of == path and status != 206:
                held = 0
            case Request() if observation.of == path and ranged.get(observation.sequence, held) < held:
                yield f"{path} from byte {ranged[observation.sequence]}, with {held} stored", observation


def _no_range_at_first(seen: Evidence) -> Iterator[Broken]:
    for observation, data, start in _ranged(seen):
        if data.number == 1:
            yield f"the first request of {observation.of} asks for byte {start} on", observation


def _identity_for_a_part(seen: Evidence) -> Iterator[Broken]:
    for observation, data, _ in _ranged(seen):
        coding = dict(data.headers).get("accept-encoding", "")
        if coding != "identity":
            yield f"a part of {observation.of} with accept-encoding {coding!r}", observation


# -- when nothing leaves --------------------------------------------------------------------


def _outages(seen: Evidence) -> Iterator[Observation]:
    yield from (at for at, data in select(seen.observations, Network) if not data.online or data.captive)


def _nothing_while_offline(seen: Evidence) -> Iterator[Broken]:
    online = True
    for observation in seen.observations:
        if isinstance(observation.data, Network):
            online = observation.data.online and not observation.data.captive
        elif isinstance(observation.data, Request) and observation.witness == "origin" and not online:
            yield f"{observation.data.method} {observation.of} while offline", observation


def _pauses(seen: Evidence) -> Iterator[Observation]:
    yield from (at for at, data in select(seen.observations, Display, witness="ui") if data.paused)


def _nothing_while_paused(seen: Evidence) -> Iterator[Broken]:
    for name, one in only_of_its_name(seen).items():
        own, since = own_paths(seen, one), None
        for observation in seen.observations:
            match observation.data:
                case Display(paused=paused) if observation.of == name:
                    since = (since or observation.time) if paused else None
                case Browser():
                    since = None
                case Request() if observation.of in own and since is not None:
                    if observation.time > since + GRACE:
                        yield f"{observation.of} was asked for while {name} was paused", observation


def _over(seen: Evidence) -> dict[str, Observation]:
    """Where each fetch was over: at its end event, or before, where abort() gave true."""
    found = {fetch: events[-1][0] for fetch, events in seen.events.items()}
    for step, _, observation, settled in calls(seen, "abort"):
        if settled.value is True:
            found[step.of] = min(found.get(step.of, observation), observation, key=lambda at: at.sequence)
    return {fetch: at for fetch, at in found.items() if fetch in only_of_its_name(seen)}


def _nothing_once_over(seen: Evidence) -> Iterator[Broken]:
    for fetch, end in _over(seen).items():
        own = own_paths(seen, only_of_its_name(seen)[fetch])
        for observation, data in _requests(seen):
            if observation.of in own and observation.time > end.time + GRACE:
                yield f"{data.method} {observation.of} when {fetch} was over", observation


INVARIANTS = (
    Invariant(
        "complete-a-record-algorithm/11.r1.1a",
        "nothing but GET is sent twice",
        _unsafe,
        _only_get_twice,
    ),
    Invariant(
        "complete-a-record-algorithm/8a",
        "a Range request leaves out nothing that was not sent before",
        lambda seen: (observation for observation, _, _ in _ranged(seen)),
        _ranges_leave_no_gap,
    ),
    Invariant(
        "complete-a-record-algorithm/8a",
        "a Range request asks for nothing that is stored already",
        lambda seen: (observation for observation, _, _ in _ranged(seen)),
        _ranges_begin_where_the_bytes_end,
    ),
    Invariant(
        "complete-a-record-algorithm/8",
        "the first request for a resource has no Range header",
        lambda seen: (observation for observation, data in _requests(seen) if data.number == 1),
        _no_range_at_first,
    ),
    Invariant(
        "complete-a-record-algorithm/8b",
        "a Range request asks for identity coding",
        lambda seen: (observation for observation, _, _ in _ranged(seen)),
        _identity_for_a_part,
    ),
    Invariant(
        "mdn/Background_Fetch_API/3",
        "nothing leaves while offline",
        _outages,
        _nothing_while_offline,
        authority="practice",
    ),
    Invariant(
        "complete-a-record-algorithm/3",
        "nothing leaves while paused",
        _pauses,
        _nothing_while_paused,
    ),
    Invariant(
        "background-fetch-registration-abort/3.6",
        "nothing leaves once a fetch is over, be it by abort() or by its end",
        lambda seen: _over(seen).values(),
        _nothing_once_over,
    ),
)
