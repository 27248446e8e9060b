"""JUnit XML, as pytest writes it and as Jenkins and GitLab read it.

A suite for each implementation, a testcase for each result. What could not be judged is skipped
with its reason; trouble of the harness is an error and no failure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED, Result
from reports.cells import column_of, matrix
from reports.machine import (
    Clauses,
    block,
    bounded,
    broken,
    judgement,
    line,
    listed,
    missing,
    moment,
    reason,
    remarks,
    replay,
    turn,
    versions,
)
from reports.run import Listed, Run

_ELEMENTS = {FAIL: "failure", ERROR: "error", INCONCLUSIVE: "skipped", UNSUPPORTED: "skipped"}


def render(run: Run, clauses: Clauses) -> str:
    """The run as one XML document. Consumers know a testcase by classname and name."""
    root = ET.Element("testsuites", {"name": "bgfetch", **_counts(run.results)})
    del root.attrib["skipped"]  # the schema has it for a suite only
    known = listed(run)
    table = matrix(run)
    for place, column in enumerate(table.columns):
        results = [result for row in table.rows for result in row.cells[place].results]
        told = {"name": line(column), "timestamp": moment(run), **_counts(results)}
        suite = ET.SubElement(root, "testsuite", told)
        _properties(suite, run, results)
        for result in results:
            _testcase(suite, result, known.get(result.scenario), run, clauses)
        if run.missing:
            ET.SubElement(suite, "system-err").text = block(("What this run lacks:", *missing(run)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _counts(results: Sequence[Result]) -> dict[str, str]:
    verdicts = [result.verdict for result in results]
    return {
        "tests": str(len(verdicts)),
        "failures": str(verdicts.count(FAIL)),
        "errors": str(verdicts.count(ERROR)),
        "skipped": str(verdicts.count(INCONCLUSIVE) + verdicts.count(UNSUPPORTED)),
        "time": _seconds(sum(result.wall for result in results)),
    }


def _seconds(nanoseconds: int) -> str:
    return f"{bounded(nanoseconds) / 1e9:.3f}"


def _properties(suite: ET.Element, run: Run, results: Sequence[Result]) -> None:
    header = run.header
    told = {
        "bgfetch": header.bgfetch,
        "python": header.python,
        "version": versions(run, results[0]) if results else "",
        "seed": str(header.seed),
        "results expected of the run": str(header.expected),
        "results got": str(len(run.results)),
    }
    properties = ET.SubElement(suite, "properties")
    for name, value in told.items():
        ET.SubElement(properties, "property", name=name, value=line(value))


def _testcase(suite: ET.Element, result: Result, scenario: Listed | None, run: Run, clauses: Clauses) -> None:
    folder, _, name = result.scenario.rpartition("/")
    # Two suites may hold the same scenario, and consumers look at classname and name alone.
    classname = f"{column_of(result)}.{folder.replace('/', '.')}"
    again = turn(run, result)
    case = ET.SubElement(
        suite,
        "testcase",
        classname=line(classname.removesuffix(".")),
        name=line(name) + (f" [{again}]" if again else ""),
        time=_seconds(result.wall),
    )
    if result.verdict != PASS:
        told = ET.SubElement(case, _ELEMENTS[result.verdict], type=result.verdict, message=reason(result))
        told.text = block(_told(result, clauses))
    ET.SubElement(case, "system-out").text = block(_output(result, scenario, clauses))


def _told(result: Result, clauses: Clauses) -> Iterator[str]:
    yield from result.note.splitlines()
    for check in broken(result):
        yield from judgement(check, clauses)


def _output(result: Result, scenario: Listed | None, clauses: Clauses) -> Iterator[str]:
    if scenario and scenario.title:
        yield scenario.title
    for check in remarks(result):
        yield from judgement(check, clauses)
    if result.observations:
        yield f"observations: {result.observations}"
    yield f"to see it again: {replay(result, scenario)}"
