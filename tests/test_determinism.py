"""Same scenario, policy and seed: same trace, byte for byte, on every Python and under every hash seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from conformance.scenario.model import Scenario
from tests.simulate import GOLDEN, catalogue, digest, digests, observe, scenario

BUSY = scenario(
    """
    title = "Three files, an outage in the middle"
    clauses = ["complete-a-record-algorithm/11.r8.1"]
    origin."/a" = { size = "100 KiB", attempts = [{ stall = { after = "50 KiB" } }] }
    origin."/b" = { size = "200 KiB" }
    origin."/c" = { size = "64 KiB" }
    steps = [
        { fetch = "f", requests = ["/a", "/b", "/c"] },
        { network = "offline", when = { downloaded = "50 KiB" } },
        { network = "online" },
        { until = "settled" },
    ]
    """
)


def test_one_trace_in_a_thousand_runs() -> None:
    assert len({digest(observe(BUSY, seed=7)) for _ in range(1000)}) == 1


def test_another_seed_gives_another_trace() -> None:
    assert len({digest(observe(BUSY, seed=seed)) for seed in range(50)}) > 25


@pytest.mark.parametrize("one", catalogue(), ids=lambda one: one.id)
def test_every_scenario_gives_one_trace(one: Scenario) -> None:
    runs = 2 if len(one.origin) > 100 else 10
    assert len({digest(observe(one, seed=3)) for _ in range(runs)}) == 1


def test_the_traces_are_those_of_every_python() -> None:
    """The file is the same for all: whatever Python runs this test must give just these traces.

    After a change of scenarios or simulator: python -m tests.simulate --write
    """
    assert digests() == json.loads(GOLDEN.read_text())


@pytest.mark.parametrize("hash_seed", ["0", "1", "4711"])
def test_the_hash_seed_changes_nothing(hash_seed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulate"],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == json.loads(GOLDEN.read_text())
