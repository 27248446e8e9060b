"""A run of 250 scenarios on four implementations, made from real runs of the simulator.

A quarter of the scenarios is run and each is told four times under another id: what the limits on
size and time are about is how much there is to show, and not how long it takes to come about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import evolve

from conformance.checks import judge
from conformance.results import Check, Result, RunEnd, RunHeader, verdict_of
from conformance.run_folder import RunFolder
from conformance.scenario.model import MARK, Scenario
from conformance.selectors import faults
from conformance.tokens import text_of, token_of
from simulator.observation import Observation
from tests.simulate import catalogue, observe

SCENARIOS, COPIES = 250, 4
IMPLEMENTATIONS = ("simulator", "simulator:literal=E3", "simulator:literal=E61", "mutant:no-range-header")


def write_synthetic(folder: Path, scenarios: int = SCENARIOS) -> Path:
    """Write the run, or one of fewer scenarios, into a folder that is not there yet; gives the folder."""
    told = [(one, on, _told(one, on)) for one in _chosen(scenarios) for on in IMPLEMENTATIONS]
    copies = list(_copies(told, scenarios))
    run = RunFolder.create(folder)
    run.begin(_header([one for one, on, _ in copies if on == IMPLEMENTATIONS[0]]))
    for one, on, (checks, seen) in copies:
        trace = text_of(seen)
        token = str(token_of(one, on, 0, trace))
        result = Result(one.id, on, verdict_of(checks), checks, wall=20_000_000, virtual=_virtual(seen))
        run.add(evolve(result, token=token), trace)
    run.end(
        RunEnd(len(copies), len(copies), 20_000_000 * len(copies), sum(_virtual(s) for *_, (_, s) in copies))
    )
    run.close()
    return folder


def _chosen(scenarios: int) -> Sequence[Scenario]:
    """Scenarios from all over the catalogue."""
    every = len(catalogue()) * COPIES / scenarios
    return [catalogue()[int(number * every)] for number in range(-(-scenarios // COPIES))]


Told = tuple[tuple[Check, ...], Sequence[Observation]]


def _told(one: Scenario, on: str) -> Told:
    seen = observe(one, on)
    return tuple(judge(one, seen)), seen


def _copies(
    told: Sequence[tuple[Scenario, str, Told]], scenarios: int
) -> Iterator[tuple[Scenario, str, Told]]:
    """Each scenario some more times under another id, until there are as many as are wanted."""
    kept: set[str] = set()
    for copy in range(COPIES):
        for one, on, result in told:
            named = evolve(one, id=f"{one.id}-{copy}") if copy else one
            if named.id in kept or len(kept) < scenarios:
                kept.add(named.id)
                yield named, on, result


def _virtual(seen: Sequence[Observation]) -> int:
    return seen[-1].time if seen else 0


def _header(scenarios: Sequence[Scenario]) -> RunHeader:
    return RunHeader(
        bgfetch="0.1.0",
        python="3.11.7",
        started="2026-11-20T22:10:04Z",
        seed=0,
        expected=len(scenarios) * len(IMPLEMENTATIONS),
        implementations=dict.fromkeys(IMPLEMENTATIONS, "0.1.0"),
        scenarios=[
            {
                "id": s.id,
                "title": s.title,
                "clauses": list(s.clauses),
                "faults": sorted(faults(s)),
                "file": f"scenarios/{s.id.partition(MARK)[0]}.toml",
                "line": s.line,
                "text": s.text,
            }
            for s in scenarios
        ],
    )
