"""wptreport.json, as web-platform-tests' runner writes it and as wpt.fyi reads it.

The format has room for one product, so each implementation has a file of its own. A test is a
scenario, its subtests are the checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED, Check, Result
from reports.cells import matrix
from reports.machine import (
    Clauses,
    begun,
    bounded,
    dump,
    line,
    listed,
    missing,
    reason,
    replay,
    unusual_seed,
    versions,
)
from reports.run import Listed, Run

_TESTS = {
    PASS: "OK",  # the test ran, and its subtests tell
    FAIL: "OK",
    INCONCLUSIVE: "PRECONDITION_FAILED",
    UNSUPPORTED: "SKIP",
    ERROR: "ERROR",
}
_SUBTESTS = {PASS: "PASS", FAIL: "FAIL", INCONCLUSIVE: "NOTRUN", UNSUPPORTED: "NOTRUN", ERROR: "ERROR"}
_OPTIONAL = "PRECONDITION_FAILED"  # how testharness.js calls what is optional and is not so


def render(run: Run, clauses: Clauses) -> dict[str, str]:
    """One report for each implementation, by its file name."""
    table = matrix(run)
    files: dict[str, str] = {}
    for place, column in enumerate(table.columns):
        results = [result for row in table.rows for result in row.cells[place].results]
        name = stem = quote(column, safe="= ,", errors="replace")[:80]
        while f"wptreport.{name}.json" in files:
            name = f"{stem}-{place + 1}"
        files[f"wptreport.{name}.json"] = dump(_report(run, column, results, clauses))
    return files


def _report(run: Run, column: str, results: Sequence[Result], clauses: Clauses) -> dict[str, Any]:
    known = listed(run)
    start = round(begun(run).timestamp() * 1_000)
    wall = run.end.wall if run.end else sum(result.wall for result in results)
    info = {
        "product": line(column),
        "browser_version": versions(run, results[0]) if results else "",
        "bgfetch": line(run.header.bgfetch),
        "python": line(run.header.python),
        "seed": line(str(run.header.seed)),
    }
    if run.missing:
        info["missing"] = "; ".join(missing(run))
    return {
        "run_info": info,
        "time_start": start,
        "time_end": start + bounded(wall) // 1_000_000,
        "results": [_test(run, one, known.get(one.scenario), clauses) for one in results],
    }


def _test(run: Run, result: Result, scenario: Listed | None, clauses: Clauses) -> dict[str, Any]:
    told = "" if result.verdict == PASS else f"{reason(result)}; to see it again: {replay(result, scenario)}"
    return {
        "test": _name(run, result),
        "status": _TESTS[result.verdict],
        "message": told or None,
        "duration": bounded(result.wall) // 1_000_000,
        "subtests": list(_subtests(result.checks, clauses)),
    }


def _name(run: Run, result: Result) -> str:
    """A test's id; no two in a file may be the same, so further repetitions are variants."""
    again = {
        "repetition": result.repetition if result.repetition != 1 else None,
        "seed": unusual_seed(run, result),
    }
    variant = urlencode({name: value for name, value in again.items() if value is not None})
    return f"/{line(result.scenario)}" + (f"?{variant}" if variant else "")


def _subtests(checks: Sequence[Check], clauses: Clauses) -> Iterator[Mapping[str, Any]]:
    """The checks by name; a name that came before is numbered, because names tell subtests apart."""
    times: dict[str, int] = {}
    for check in checks:
        name = f"{line(check.clause, 120)}: {line(check.expected)}"
        times[name] = times.get(name, 0) + 1
        again = f" ({times[name]})" if times[name] > 1 else ""
        yield {"name": name + again, "status": _status(check), "message": _message(check, clauses)}


def _status(check: Check) -> str:
    return _OPTIONAL if check.remarks else _SUBTESTS[check.verdict]


def _message(check: Check, clauses: Clauses) -> str | None:
    if check.verdict == PASS:
        return None
    rule = line(clauses.get(check.clause, ""))
    told = f"expected {line(check.expected)}; actual {line(check.actual)}"
    return f"{told}; rule ({line(check.level, 40)}, {line(check.authority, 40)}): {rule}" if rule else told
