"""A first fetch in a fresh browser, before any scenario.

The part of Chromium that runs background fetches wakes at the first one, which takes more than
a second, and until then it misses changes of the network. No scenario should meet it half awake:
what a verdict says would depend on which scenario came first.
"""

from __future__ import annotations

from typing import Any

import trio

from conformance.implementations.chromium.machine import Machine
from conformance.implementations.chromium.stage import Stage
from conformance.implementations.protocol import Trouble
from conformance.network.real_time import RealTime
from conformance.scenario.load import scenario_from_document
from simulator.observation import EventDone, Log, select
from simulator.turns import Watched

_LIMIT_S = 30

_DOCUMENT: dict[str, Any] = {
    "title": "A first fetch wakes what runs them",
    "clauses": ["background-fetch-manager-fetch/8.16"],
    "origin": {"/first": {"size": 1}},
    "steps": [{"fetch": "first", "requests": ["/first"]}],
}


async def warm_up(machine: Machine, nursery: trio.Nursery) -> None:
    """Fetch one byte and wait for its end event. Raises Trouble when that does not come."""
    waits, news = RealTime(), Watched()
    log = Log(waits.now, lambda seen: news.changed())
    scenario = scenario_from_document(_DOCUMENT, "warm-up")
    stage = Stage(machine, scenario, 0, log, waits)
    await stage.start(nursery)
    await stage.do(scenario.steps[0])
    with trio.move_on_after(_LIMIT_S) as limit:
        await waits.until(lambda: any(True for _ in select(log.observations, EventDone)), news)
    if limit.cancelled_caught:
        raise Trouble(f"a fresh Chromium did not finish a background fetch of one byte within {_LIMIT_S} s")
    log.close()
    await stage.stop()
