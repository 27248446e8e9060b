"""Running scenarios in tests, and what is left of a run when all but its trace is taken away."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import trio

from conformance.checks import judge
from conformance.data import folder
from conformance.driver import drive
from conformance.implementations import find
from conformance.implementations.protocol import Implementation
from conformance.results import Check, verdict_of
from conformance.scenario.load import load_all, scenario_from_text
from conformance.scenario.model import Scenario
from simulator.observation import Observation

GOLDEN = Path(__file__).parent / "traces.json"


@cache
def catalogue() -> tuple[Scenario, ...]:
    root = folder("scenarios")
    return tuple(one for path in sorted(root.rglob("*.toml")) for one in load_all(path, root))


def scenario(text: str) -> Scenario:
    return scenario_from_text(text, "test.toml", "test")


def observe(
    scenario: Scenario, on: str | Implementation = "simulator", seed: int = 0
) -> Sequence[Observation]:
    """What one run of a scenario was seen to do."""
    implementation = find(on) if isinstance(on, str) else on

    async def main() -> Sequence[Observation]:
        async with implementation.start(scenario, seed) as session:
            await drive(scenario, session)
        return session.log.observations

    return trio.run(main)


def judged(scenario: Scenario, on: str = "simulator", seed: int = 0) -> tuple[str, list[Check]]:
    """The verdict of one run, and its checks."""
    checks = judge(scenario, observe(scenario, on, seed))
    return verdict_of(checks), checks


def digest(observations: Sequence[Observation]) -> str:
    """A trace in 16 letters: equal for equal traces only."""
    return hashlib.sha256("\n".join(seen.line() for seen in observations).encode()).hexdigest()[:16]


def digests() -> dict[str, list[str]]:
    """The traces of the whole catalogue, for two seeds each."""
    return {one.id: [digest(observe(one, seed=seed)) for seed in (0, 1)] for one in catalogue()}


if __name__ == "__main__":  # python -m tests.simulate [--write]: the traces of this Python
    text = json.dumps(digests(), indent=1, sort_keys=True)
    if "--write" in sys.argv:
        GOLDEN.write_text(text + "\n")
    else:
        print(text)
