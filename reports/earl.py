"""EARL 1.0 as JSON-LD, the form in which implementation reports are handed to W3C groups.

An assertion for each result: who says (bgfetch), of what (the implementation with its version),
by which test (the scenario, which belongs to its clauses), with which outcome. The context is
in the document, so that no reader has to fetch it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED, Result
from reports.cells import column_of
from reports.machine import (
    Clauses,
    block,
    broken,
    dump,
    judgement,
    line,
    listed,
    missing,
    moment,
    reason,
    replay,
    turn,
)
from reports.parts import SPECIFICATION, clause
from reports.run import Listed, Run

_CONTEXT = {
    "earl": "http://www.w3.org/ns/earl#",
    "dcterms": "http://purl.org/dc/terms/",
    "doap": "http://usefulinc.com/ns/doap#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms:date": {"@type": "xsd:dateTime"},
    "dcterms:isPartOf": {"@type": "@id"},
    "dcterms:references": {"@type": "@id"},
    "dcterms:source": {"@type": "@id"},
    "earl:assertedBy": {"@type": "@id"},
    "earl:mode": {"@type": "@id"},
    "earl:outcome": {"@type": "@id"},
    "earl:subject": {"@type": "@id"},
    "earl:test": {"@type": "@id"},
    "foaf:page": {"@type": "@id"},
}
_OUTCOMES = {
    PASS: "earl:passed",
    FAIL: "earl:failed",
    INCONCLUSIVE: "earl:cantTell",
    UNSUPPORTED: "earl:inapplicable",
    ERROR: "earl:untested",
}
_ASSERTOR = "#bgfetch"
_LONGEST = 300


def render(run: Run, clauses: Clauses) -> str:
    """The run as one JSON-LD document."""
    graph = [_assertor(run), *_subjects(run), *_cases(run), *_requirements(run, clauses)]
    known = listed(run)
    graph += [_assertion(run, result, known.get(result.scenario), clauses) for result in run.results]
    return dump({"@context": _CONTEXT, "@graph": graph})


def _id(kind: str, name: str) -> str:
    """A fragment of this document; whatever a name holds and however long it is, two names give two."""
    raw = name.encode(errors="surrogatepass")
    mark = f"~{hashlib.sha256(raw).hexdigest()}" if len(raw) > _LONGEST else ""
    return f"#{kind}/{quote(raw[:_LONGEST], safe='')}{mark}"


def _assertor(run: Run) -> dict[str, Any]:
    told = {
        "@id": _ASSERTOR,
        "@type": ["earl:Assertor", "earl:Software"],
        "dcterms:title": "bgfetch",
        "doap:revision": line(run.header.bgfetch),
        "dcterms:date": moment(run),
    }
    return {**told, "dcterms:description": list(missing(run))} if run.missing else told


def _subjects(run: Run) -> Iterator[dict[str, Any]]:
    found = {name: name for name in run.header.implementations}
    found |= {column_of(result): result.implementation for result in run.results}
    for column, name in found.items():
        yield {
            "@id": _id("implementation", column),
            "@type": ["earl:TestSubject", "earl:Software"],
            "dcterms:title": line(column),
            "doap:revision": line(run.header.implementations.get(name, "version not told"), 100),
        }


def _cases(run: Run) -> Iterator[dict[str, Any]]:
    known = listed(run)
    for id in {**known, **{result.scenario: None for result in run.results}}:
        scenario = known.get(id, Listed(id))
        yield {
            "@id": _id("scenario", id),
            "@type": ["earl:TestCriterion", "earl:TestCase"],
            "dcterms:identifier": line(id),
            "dcterms:title": line(scenario.title or id),
            "dcterms:isPartOf": [_id("clause", name) for name in scenario.clauses],
        }


def _requirements(run: Run, clauses: Clauses) -> Iterator[dict[str, Any]]:
    """The clauses that scenarios and checks name, each linked to its section of the specification."""
    for name in dict.fromkeys(_named(run)):
        one = clause(name, clauses)
        told = {
            "@id": _id("clause", name),
            "@type": ["earl:TestCriterion", "earl:TestRequirement"],
            "dcterms:identifier": line(name),
            "dcterms:title": line(one.text or name),
        }
        yield {**told, "foaf:page": one.href, "dcterms:source": SPECIFICATION} if one.href else told


def _named(run: Run) -> Iterable[str]:
    for scenario in run.scenarios:
        yield from scenario.clauses
    for result in run.results:
        yield from (check.clause for check in broken(result))


def _assertion(run: Run, result: Result, scenario: Listed | None, clauses: Clauses) -> dict[str, Any]:
    outcome: dict[str, Any] = {
        "@type": "earl:TestResult",
        "earl:outcome": _OUTCOMES[result.verdict],
        "dcterms:date": moment(run),
    }
    if result.verdict != PASS:
        outcome["dcterms:description"] = reason(result)
        lines = [told for check in broken(result) for told in judgement(check, clauses)]
        outcome["earl:info"] = block([*lines, f"to see it again: {replay(result, scenario)}"])
        outcome["dcterms:references"] = list(
            dict.fromkeys(_id("clause", check.clause) for check in broken(result))
        )
    told = {
        "@type": "earl:Assertion",
        "earl:assertedBy": _ASSERTOR,
        "earl:subject": _id("implementation", column_of(result)),
        "earl:test": _id("scenario", result.scenario),
        "earl:mode": "earl:automatic",
        "earl:result": outcome,
    }
    again = turn(run, result)
    return {**told, "dcterms:title": again} if again else told
