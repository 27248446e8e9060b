"""The fourteen cases that are the yardstick of the grammar: the simulator runs and passes every one."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.scenario.load import load
from tests.simulate import judged

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("letter", "abcdefghijklmn")
def test_the_simulator_passes_under_every_order(letter: str) -> None:
    one = load(CASES / f"{letter}.toml", CASES)
    for seed in range(2 if len(one.origin) > 100 else 25):
        verdict, checks = judged(one, seed=seed)
        assert verdict == "pass", [check for check in checks if check.verdict != "pass"]
