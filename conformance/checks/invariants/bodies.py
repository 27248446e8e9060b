"""Invariants of what is stored: whole bodies of one version, in the records that were asked for."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from conformance.checks.evidence import Evidence
from conformance.checks.fetches import asked_as, calls, made, only_of_its_name
from conformance.checks.invariants.rule import Broken, Invariant
from conformance.scenario.model import Scenario
from simulator.content import SHORTEST_KNOWN, told
from simulator.observation import Observation, Record
from simulator.origin.behaviour import Answer, Resource

SOUND = re.compile(r"empty|[^?\s]+\[0:\d+\]")
"""Runs in words, as ``told`` writes them: none, or one of a known version from its first byte on."""


def _bodies(seen: Evidence) -> Iterator[tuple[Observation, str, str]]:
    """Every body that was read, by a handler or by a page's step: where, of what, and its runs in words.

    Not where an origin gives two versions the same validators, or says of a part that a page has asked for
    by itself what it likes: nobody could tell.
    """
    muddled = {one.path for one in seen.scenario.origin.values() if not _told_apart(one)}
    muddled |= {one.path for one in _asked_in_parts(seen) if any(map(_lies, _answers(one)))}
    for (_, path), records in seen.records.items():
        for observation, record in records:
            # What a URL holds itself came from no origin, and is of no content that is known.
            answering = {one.path for one in map(seen.scenario.resource, (path, record.url)) if one}
            known = not path.startswith("data:") and not muddled & answering
            if not record.exception and known and not _too_short(told(record.runs)):
                yield observation, path, told(record.runs)
    for step, _, observation, settled in calls(seen, "read"):
        runs = settled.value.get("runs") if isinstance(settled.value, dict) else None
        if not muddled and runs is not None and not _too_short(runs):
            yield observation, f"the body of {step.of}", runs


def _asked_in_parts(seen: Evidence) -> Iterator[Resource]:
    """The resources of which a request has a Range of its own."""
    for one in made(seen):
        for request in one.requests:
            resource = seen.scenario.resource(asked_as(request.path, one.place))
            if resource and "range" in map(str.lower, request.headers):
                yield resource


def _too_short(runs: str) -> bool:
    """Whether it is one piece in which there is no room for what it is of."""
    only = re.fullmatch(r"\?\[0:(\d+)\]", runs)
    return only is not None and int(only[1]) < SHORTEST_KNOWN


def _told_apart(resource: Resource) -> bool:
    """Whether each version of a resource has validators of its own."""
    return all(
        (one.tag and one.tag != other.tag) or (one.last_modified and one.last_modified != other.last_modified)
        for one, other in itertools.permutations(_answers(resource), 2)
        if one.version != other.version
    )


def _one_version_without_gap_or_repeat(seen: Evidence) -> Iterator[Broken]:
    for observation, of, runs in _bodies(seen):
        if not SOUND.fullmatch(runs):
            yield f"{of} holds {runs}", observation


def _of_a_success(seen: Evidence) -> Iterator[tuple[Observation, Record, set[int]]]:
    """The records of fetches that succeeded, and how long the body of each may be."""
    for fetch, events in seen.events.items():
        if fetch in only_of_its_name(seen) and {event.type for _, event in events} == {
            "backgroundfetchsuccess"
        }:
            for (of, _), records in seen.records.items():
                for observation, record in records if of == fetch else ():
                    if sizes := _sizes(seen.scenario, record.url):
                        yield observation, record, sizes


def _sizes(scenario: Scenario, path: str) -> set[int]:
    """How long the whole body at a path is; nothing where an answer claims other than it sends."""
    resource = scenario.resource(path)
    answers = _answers(resource) if resource else ()
    return set() if any(map(_lies, answers)) else {answer.size for answer in answers}


def _answers(resource: Resource) -> tuple[Answer, ...]:
    return (resource.answer, *resource.attempts)


def _lies(answer: Answer) -> bool:
    bent = answer.range
    claims = (bent.first, bent.total, bent.header)
    return any(one is not None for one in claims) or any(
        name.lower().startswith("content-") for name in answer.headers
    )


def _success_is_whole(seen: Evidence) -> Iterator[Broken]:
    for observation, record, sizes in _of_a_success(seen):
        whole = record.size in sizes or record.status in (204, 205, 304) or record.method == "HEAD"
        if record.exception or not whole:
            what = record.exception or f"{record.size} bytes"
            yield f"{record.fetch} succeeded with {what} of {observation.of}", observation


INVARIANTS = (
    Invariant(
        "create-settled-fetches-algorithm/2.8.3",
        "every body that can be read is one version from its first byte on, without gap or repeat",
        lambda seen: (observation for observation, _, _ in _bodies(seen)),
        _one_version_without_gap_or_repeat,
    ),
    Invariant(
        "mdn/backgroundfetchsuccess_event/1",
        "a fetch that succeeded has every body whole",
        lambda seen: (observation for observation, _, _ in _of_a_success(seen)),
        _success_is_whole,
        authority="practice",
    ),
)
