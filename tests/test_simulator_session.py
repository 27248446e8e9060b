"""What a scenario may ask of the simulator that cannot be done, and what it is told then."""

from __future__ import annotations

import pytest

from conformance.implementations.protocol import LEVERS, Unsupported
from conformance.implementations.simulator import SimulatorImplementation
from conformance.scenario.model import Scenario
from tests.simulate import judged, observe, scenario

HEAD = 'title = "t"\nclauses = ["background-fetch-manager-fetch/8.4"]\norigin."/a" = { size = "1 KiB" }\n'


def steps(*each: str, top: str = "") -> Scenario:
    return scenario(f"{HEAD}{top}\nsteps = [{', '.join(f'{{ {one} }}' for one in each)}]\n")


async def test_every_lever_can_be_pulled() -> None:
    levers = (await SimulatorImplementation().open()).levers
    assert set(levers) == set(LEVERS)
    assert all(lever.available for lever in levers.values())


def test_a_page_outside_every_scope_has_nothing_to_call() -> None:
    one = steps('fetch = "f", requests = ["/a"], throws = "TypeError"', top='workers."/b/" = {}')
    assert judged(one)[0] == "pass"


@pytest.mark.parametrize("then", ['worker = "stop"', 'on = "worker", getIds = true'])
def test_a_worker_that_is_gone_cannot_be_used(then: str) -> None:
    with pytest.raises(Unsupported, match="no longer registered"):
        observe(steps('worker = "unregister"', then))


def test_a_user_finds_nothing_to_press_where_nothing_is_shown() -> None:
    one = steps('fetch = "f", requests = ["/a"]', 'user = "click"', top='permission = "denied"')
    kinds = [each.kind for each in observe(one)]
    assert "display" not in kinds
    assert "event" not in kinds


def test_a_worker_makes_calls_of_its_own() -> None:
    one = steps(
        'fetch = "f", requests = ["/a"]',
        'until = { ended = "backgroundfetchsuccess" }',
        'on = "worker", getIds = true, gives = []',
        'on = "worker", get = "f", as = "none", gives = "undefined"',
        'on = "worker", attributes = "f", gives = { result = "success" }',
    )
    assert judged(one)[0] == "pass"


def test_a_worker_that_was_stopped_has_lost_its_events() -> None:
    one = steps(
        'fetch = "f", requests = ["/a"]',
        'until = { ended = "backgroundfetchsuccess" }',
        'worker = "stop"',
        'on = "worker", attributes = "f", throws = "TypeError"',
    )
    verdict, checks = judged(one)
    assert verdict == "fail"
    assert [check.actual for check in checks if check.verdict == "fail"] == ["rejects with ReferenceError"]
