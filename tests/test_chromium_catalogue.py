"""The catalogue on real Chromium: every scenario is judged, whatever the judgement is.

All files without rows, and of each table of rows a sample: its rows differ in a line, and all of
them take an hour. ``bgfetch run --on chromium`` is the whole.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve

from conformance.results import ERROR, INCONCLUSIVE, UNSUPPORTED
from conformance.scenario.levers import required_levers
from reports import Run, read_run
from tests.simulate import catalogue

pytestmark = pytest.mark.browser

MOST_AGAIN = 3
"""So often what ended its browser is asked again."""

ROWS, ROWS_BY_HAND = 8, 32
"""Of a table every so many-th row is taken; of what needs the user's hand, which is slow, fewer."""


def shares() -> list[list[str]]:
    """The ids of the sample, for three browsers at once, which mostly wait: one has windows for the hand."""
    tables: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for one in catalogue():
        windows = not {"user", "prompt"}.isdisjoint(required_levers(one))
        tables[one.id.partition("#")[0], windows].append(one.id)
    plain, by_hand = (
        [id for (_, windows), ids in tables.items() if windows is wanted for id in ids[::step]]
        for wanted, step in ((False, ROWS), (True, ROWS_BY_HAND))
    )
    return [plain[::2], plain[1::2], by_hand]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """The sample, as each browser was judged."""
    found = _run(shares(), tmp_path_factory)
    # One scenario ends the browser at times (quota-for-the-requests, docs/findings.md), others hardly
    # ever. What ends it each time is trouble.
    for _ in range(MOST_AGAIN):
        broken = [one.scenario for run in found for one in run.results if one.verdict == ERROR]
        if not broken:
            break
        found = [*(_without(run, broken) for run in found), *_run([broken], tmp_path_factory)]
    return found


def _without(run: Run, scenarios: list[str]) -> Run:
    return evolve(run, results=tuple(one for one in run.results if one.scenario not in scenarios))


def _run(shares: list[list[str]], tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """Run each share in a browser of its own, all at once."""
    folders = [tmp_path_factory.mktemp("chromium") / "run" for _ in shares]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "conformance", "run", "--on", "chromium", "--out", folder, *share],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for folder, share in zip(folders, shares, strict=True)
    ]
    for process in processes:
        output, _ = process.communicate()
        assert process.returncode in (0, 1, 3, 4), output  # what broke is looked at below
    return [read_run(folder) for folder in folders]


def test_every_scenario_comes_to_a_verdict(runs: list[Run]) -> None:
    """Pass or fail is Chromium's affair; not being able to say is ours.

    It is not where a note says that it chose otherwise than presupposed, or took no notice of its user.
    """
    assert not [run.missing for run in runs if run.missing]
    untold = Counter(
        (result.scenario, result.verdict, result.note)
        for run in runs
        for result in run.results
        if result.verdict == ERROR
        or (result.verdict == INCONCLUSIVE and not result.note)
        or (result.verdict == UNSUPPORTED and _has_all(result.note, run.header.levers["chromium"]))
    )
    assert not untold


def _has_all(note: str, levers: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether every lever that a scenario was refused for is there after all, as doctor tells it."""
    named = [part.partition(":")[0] for part in note.split("; ")]
    return all(levers[name]["available"] for name in named if name in levers)
