"""Scenarios of the tests on one warm Chromium, one after another, and what was seen of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import trio

from conformance.driver import drive
from conformance.implementations.chromium import Chromium
from conformance.implementations.protocol import Description
from conformance.scenario.load import scenario_from_text
from simulator.content import told
from simulator.observation import Observation, Record, select

Seen = Mapping[str, Sequence[Observation]]
"""What was seen, by the name of the scenario."""

HEAD = """
title = "For a test"
clauses = ["perform-a-background-fetch-algorithm/5"]
"""

GATED = """
[origin."/a"]
size = "300 KiB"
attempts = [{ stall = { after = "100 KiB", until = "go" } }]
[[steps]]
fetch = "f"
requests = ["/a"]
"""


def observed(scenarios: Mapping[str, str]) -> tuple[Description, Seen]:
    """Run the scenarios (by name, their text without title and clauses), in order."""

    async def all_of_them() -> tuple[Description, Seen]:
        chromium = Chromium()
        try:
            description = await chromium.open()
            return description, {name: await one(chromium, name) for name in scenarios}
        finally:
            await chromium.close()

    async def one(chromium: Chromium, name: str) -> Sequence[Observation]:
        scenario = scenario_from_text(HEAD + scenarios[name], name, name)
        async with chromium.start(scenario, 0) as session:
            await drive(scenario, session)
            return session.log.observations

    return trio.run(all_of_them)


def bodies(observations: Sequence[Observation]) -> dict[str, str]:
    """What each record's body holds, in words."""
    return {one.of: told(data.runs) for one, data in select(observations, Record)}
