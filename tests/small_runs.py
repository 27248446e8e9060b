"""Runs written in a line, for the tests of what compares runs: baseline, diff, history, merge."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from conformance.results import PASS, Check, Result, RunEnd, RunHeader, verdict_of
from reports.run import Run

A, B, C = "complete-a-record-algorithm/8a", "complete-a-record-algorithm/11.r8.1", "realms/1"
"""Three clauses."""

Told = Mapping[str, str]
"""By clause: the verdict of its check."""


def judged(scenario: str, told: Told | str, repetition: int = 1, on: str = "chromium") -> Result:
    """A result with a check for each clause; told a bare verdict, that one and no check at all."""
    if isinstance(told, str):
        return Result(scenario, on, told, (), repetition=repetition, note="a note")
    checks = tuple(
        Check(clause, "must", "text", verdict, f"{clause} as it should be", f"{clause} came out {verdict}")
        for clause, verdict in told.items()
    )
    return Result(scenario, on, verdict_of(checks), checks, repetition=repetition)


def run_of(results: Iterable[Result], **fields: Any) -> Run:
    """A run of these results; the header's fields may be given otherwise."""
    results = tuple(results)
    given: dict[str, Any] = {
        "bgfetch": "0.1.0",
        "python": "3.11.7",
        "started": "2026-11-20T06:00:00+00:00",
        "seed": 0,
        "expected": len(results),
        "implementations": {result.implementation: "150.0" for result in results},
        "scenarios": [
            {"id": id, "text": f"text of {id}"} for id in dict.fromkeys(r.scenario for r in results)
        ],
        **fields,
    }
    return Run(RunHeader(**given), results, RunEnd(len(results), len(results), 1, 1))


def write_run(folder: Path, results: Iterable[Result], *, ended: bool = True, **fields: Any) -> Path:
    """Write such a run into a folder; without its end line it was cut short."""
    run = run_of(results, **fields)
    rows = [run.header.to_json(), *(result.to_json() for result in run.results)]
    if ended and run.end:
        rows.append(run.end.to_json())
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "results.jsonl").write_text(text, encoding="utf-8")
    return folder


def passing(*scenarios: str, on: str = "chromium") -> list[Result]:
    """A result of each scenario in which clause A passes."""
    return [judged(scenario, {A: PASS}, on=on) for scenario in scenarios]
