"""The first source of checks: what the scenario expects, its alternatives included."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from conformance.checks.events import check_events
from conformance.checks.evidence import Evidence
from conformance.checks.progress import check_progress
from conformance.checks.records import check_record
from conformance.checks.requests import check_requests
from conformance.checks.steps import check_result
from conformance.facts import Facts
from conformance.results import FAIL, INCONCLUSIVE, PASS, Check
from conformance.scenario.model import Alternative, Condition, Expect


def check_expect(expect: Expect, seen: Evidence) -> Iterator[Check]:
    """Every check of a table of expectations."""
    if expect.requests is not None:
        yield from check_requests(expect.requests, seen)
    if expect.events is not None:
        yield from check_events(expect.events, seen)
    for record in expect.records:
        yield from check_record(record, seen)
    for progress in expect.progress:
        yield from check_progress(progress, seen)
    for result in expect.results:
        yield from check_result(result, seen)
    if expect.any:
        yield from _any(expect.any, seen)


def _any(alternatives: tuple[Alternative, ...], seen: Evidence) -> Iterator[Check]:
    """The checks of the alternative that holds; where none does, one check that says how each fails."""
    judged = [(one, list(check_expect(one.expect, seen))) for one in alternatives]
    holding = [pair for pair in judged if all(check.verdict == PASS for check in pair[1])]
    for one, checks in holding:
        if one.needs is None or _happened(one.needs, seen):
            yield from (_weighed(check, one) for check in checks)
            return
    yield _none_holds(judged, bool(holding), seen)


def _weighed(check: Check, one: Alternative) -> Check:
    authority = one.authority if check.authority == "text" else check.authority
    level = one.level if check.level == "must" else check.level
    return evolve(check, authority=authority, level=level)


def _happened(needs: Condition, seen: Evidence) -> bool:
    facts = Facts(seen.scenario)
    for observation in seen.observations:
        facts.take(observation)
    return facts.hold(needs)


def _none_holds(judged: list[tuple[Alternative, list[Check]]], needs_only: bool, seen: Evidence) -> Check:
    clause = next((check.clause for _, checks in judged for check in checks), seen.scenario.clauses[0])
    broken = [next((check for check in checks if check.verdict != PASS), None) for _, checks in judged]
    expected = " OR ".join(
        " and ".join(check.expected for check in checks) or "nothing more" for _, checks in judged
    )
    if needs_only:
        actual = "this may be so, but what it depends on never happened, so nothing can be said"
    else:
        actual = " / ".join(dict.fromkeys(check.actual for check in broken if check))
    unclear = needs_only or any(check and check.verdict == INCONCLUSIVE for check in broken)
    proof = sorted({number for check in broken if check for number in check.proof})
    return Check(
        clause,
        "must",
        "text",
        INCONCLUSIVE if unclear else FAIL,
        expected,
        actual,
        tuple(proof),
        line=judged[0][0].line,
    )
