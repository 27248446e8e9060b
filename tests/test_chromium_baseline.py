"""Chromium against the baseline that is committed: nothing fails or passes that it does not expect.

What needs no outage, no restart and no hand, all files without rows and of each table of rows a
sample: the calm share, in which one run is like the next. ``bgfetch run --on chromium --baseline
baselines/chromium.toml`` is the whole.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from conformance.baseline.file import read
from conformance.data import folder
from conformance.scenario.levers import required_levers
from tests.simulate import catalogue
from tests.test_docs import FINDINGS

CALM = {"fetch", "wire faults", "worker steps", "cross origin"}
ROWS = 8
"""Of a table every so many-th row is taken."""

FILE = folder("baselines") / "chromium.toml"


def share() -> list[str]:
    """The ids of the calm share, every other one of them, to stay within two minutes."""
    tables: dict[str, list[str]] = {}
    for one in catalogue():
        if CALM.issuperset(required_levers(one)):
            tables.setdefault(one.id.partition("#")[0], []).append(one.id)
    return [id for ids in tables.values() for id in ids[::ROWS]][::2]


@pytest.mark.browser
def test_chromium_is_as_its_baseline_says(tmp_path: Path) -> None:
    """Two browsers, a share each: most of their time is waiting."""
    command = [
        sys.executable,
        "-m",
        "conformance",
        "run",
        *share(),
        "--on",
        "chromium",
        "--baseline",
        str(FILE),
    ]
    processes = [
        subprocess.Popen(
            [*command, "--shard", f"{number}/2", "--out", tmp_path / f"share{number}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for number in (1, 2)
    ]
    outputs = [process.communicate()[0] for process in processes]
    for process, output in zip(processes, outputs, strict=True):
        assert process.returncode == 0, output[output.find("\n\n") :]
        assert "as expected, 0 new failures, 0 expected to fail that pass" in output


def test_every_entry_is_argued_and_speaks_of_the_catalogue() -> None:
    baseline = read(FILE)
    assert [one.clause for one in baseline.entries if not one.argued] == []
    assert {scenario for scenario, _ in baseline.pairs} <= {one.id for one in catalogue()}
    assert len({one.version for one in baseline.entries}) == 1


@pytest.mark.parametrize(("clause", "scenarios"), FINDINGS)
def test_every_finding_is_an_entry(clause: str, scenarios: str) -> None:
    known = read(FILE).pairs
    named = [id for id in scenarios.split("`") if "/" in id]
    assert named
    assert [id for id in named if (id, clause) not in known] == []
