"""expect.requests: what went over the wire, as the origin saw it. Per path in order, and complete."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from conformance.checks.evidence import Evidence, Seen
from conformance.checks.matching import by_clause, in_order, listed, times
from conformance.results import FAIL, PASS, Check
from conformance.scenario.model import Expect, ExpectRequest
from simulator.observation import Page, Request, select


def check_requests(expected: Sequence[ExpectRequest], seen: Evidence) -> Iterator[Check]:
    """A check for each listed path (and each clause there), and one that nothing else was asked for."""
    paths = list(dict.fromkeys(one.path for one in expected))
    for path in paths:
        wanted = [one for one in expected if one.path == path]
        yield from _path(path, wanted, seen)
    if strangers := [path for path in seen.requests if path not in paths and not _of_images(path, seen)]:
        first = expected[0] if expected else None
        yield Check(
            clause=first.clause if first else seen.scenario.clauses[0],
            level="must",
            authority="text",
            verdict=FAIL,
            expected=f"requests for {listed(paths)} only",
            actual=f"also requests for {listed(strangers)}",
            proof=tuple(seen.requests[path][0][0].sequence for path in strangers),
            line=first.line if first else 0,
        )
    elif not expected:
        yield Check(seen.scenario.clauses[0], "must", "text", PASS, "no request", "no request")


def _of_images(path: str, seen: Evidence) -> bool:
    """Whether a path was asked for as an icon only: that is the user interface's own business."""
    return all(dict(data.headers).get("sec-fetch-dest") == "image" for _, data in seen.requests[path])


def saw_nothing(expect: Expect, seen: Evidence) -> bool:
    """Whether the wire's witness saw no request at all where one was due: then it may be blind.

    Where a page has crashed there is another reason for it.
    """
    if any(page.state == "crashed" for _, page in select(seen.observations, Page)):
        return False
    alternatives = [one.expect.requests for one in expect.any if one.expect.requests]
    due = [*(expect.requests or ()), *(alternatives[0] if alternatives else ())]
    return not seen.requests and any(one.count[0] for one in due)


def _path(path: str, wanted: Sequence[ExpectRequest], seen: Evidence) -> Iterator[Check]:
    got = seen.requests.get(path, [])
    # A preflight is no attempt: it counts only where the scenario speaks of it.
    if not any(one.method == "OPTIONS" for one in wanted):
        got = [request for request in got if request[1].number]
    holds = in_order(wanted, got, lambda one, request: _fits(one, request, seen), lambda one: one.count)
    for one in by_clause(wanted):
        yield Check(
            clause=one.clause,
            level=one.level,
            authority=one.authority,
            verdict=PASS if holds else FAIL,
            expected=f"{path}: " + listed([_told_expected(one) for one in wanted]),
            actual=f"{path}: " + listed([_told(request, wanted, seen) for request in got]),
            proof=tuple(observation.sequence for observation, _ in got),
            line=one.line,
        )


def _fits(one: ExpectRequest, request: Seen[Request], seen: Evidence) -> bool:
    data = request[1]
    headers = dict(data.headers)
    return (
        one.method == data.method
        and _range_fits(one, data.range)
        and all(headers.get(name.lower()) == value for name, value in one.headers.items())
        and (one.received is None or one.received == _received(request, seen))
    )


def _range_fits(one: ExpectRequest, range: str) -> bool:
    if one.range_from is None:
        return one.range == range
    start = re.fullmatch(r"bytes=(\d+)-\d*", range)
    return start is not None and one.range_from[0] <= int(start[1]) <= one.range_from[1]


def _received(request: Seen[Request], seen: Evidence) -> int:
    uploads = seen.uploads.get((request[0].of, request[1].number), [])
    return max((data.received for _, data in uploads), default=0)


def _told(request: Seen[Request], wanted: Sequence[ExpectRequest], seen: Evidence) -> str:
    data = request[1]
    received = _received(request, seen)
    named = {name.lower() for one in wanted for name in one.headers}
    return (
        data.method
        + (f" with {data.range}" if data.range else "")
        + (f", {received} bytes received" if received else "")
        + "".join(f", {name}: {value}" for name, value in data.headers if name in named)
    )


def _told_expected(one: ExpectRequest) -> str:
    asked = f" with {one.range}" if one.range else ""
    if one.range_from:
        asked = f" with bytes=N-, N from {one.range_from[0]} to {one.range_from[1]}"
    received = f", {one.received} bytes received" if one.received is not None else ""
    headers = "".join(f", {name}: {value}" for name, value in one.headers.items())
    return one.method + asked + received + headers + times(one.count)
