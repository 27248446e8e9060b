"""expect.records: what the end event's handler read of each record."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.evidence import Evidence
from conformance.checks.matching import listed, times
from conformance.results import FAIL, PASS, Check
from conformance.scenario.model import ExpectRecord, Scenario
from simulator.content import told, word
from simulator.observation import Record


def check_record(one: ExpectRecord, seen: Evidence) -> Iterator[Check]:
    """A check of every record of one path."""
    got = seen.records.get((seen.fetch(one.of), one.path), [])
    low, high = one.count
    holds = low <= len(got) <= high and all(_fits(one, record, seen.scenario) for _, record in got)
    yield Check(
        clause=one.clause,
        level=one.level,
        authority=one.authority,
        verdict=PASS if holds else FAIL,
        expected=f"{one.path}: {_told_expected(one)}",
        actual=f"{one.path}: " + listed([_told(one, record, seen.scenario) for _, record in got]),
        proof=tuple(observation.sequence for observation, _ in got),
        line=one.line,
    )


def _body(record: Record, scenario: Scenario) -> str:
    """What the body is, measured by the resource that answered in the end."""
    return word(record.runs, scenario.size(record.url))


def _fits(one: ExpectRecord, record: Record, scenario: Scenario) -> bool:
    headers = dict(record.headers)
    return (
        one.throws == record.exception
        and (one.status is None or one.status == record.status)
        and (one.body is None or one.body in (_body(record, scenario), told(record.runs)))
        and (one.version is None or all(run.version == one.version for run in record.runs))
        and (one.url is None or one.url == record.url)
        and (one.responseType is None or one.responseType == record.responseType)
        and all(headers.get(name.lower()) == value for name, value in one.headers.items())
        and not any(name.lower() in headers for name in one.absent)
    )


def _told_expected(one: ExpectRecord) -> str:
    parts = {
        "status": one.status,
        "body": one.body,
        "version": one.version,
        "URL": one.url,
        "type": one.responseType,
        "rejects with": one.throws or None,
    }
    words = [f"{name} {value}" for name, value in parts.items() if value is not None]
    words += [f"{name}: {value}" for name, value in one.headers.items()]
    words += [f"no {name}" for name in one.absent]
    return ", ".join(words or ["a record that can be read"]) + times(one.count)


def _told(one: ExpectRecord, record: Record, scenario: Scenario) -> str:
    if record.exception:
        status = f"status {record.status}, " if record.status else ""
        return f"{status}{record.at} rejects with {record.exception}"
    versions = "/".join(dict.fromkeys(run.version for run in record.runs))
    body = _body(record, scenario) + (f" of {versions}" if versions else "")
    named = {name.lower() for name in (*one.headers, *one.absent)}
    headers = "".join(f", {name}: {value}" for name, value in record.headers if name in named)
    return f"status {record.status}, body {body}, URL {record.url}, type {record.responseType}{headers}"
