"""When a scenario has settled: at the last end event, or, where there can be none, once all is still."""

from __future__ import annotations

import pytest

from conformance.driver import LONGEST_UNREST
from conformance.facts import QUIET
from simulator.observation import EventDone, Sent, Step, Stuck, select
from tests.simulate import observe, scenario

UNREGISTERED = """
title = "A worker is unregistered while a fetch runs"
clauses = ["privacy-and-bandwidth-use/5"]
[origin."/a"]
size = "300 KiB"
attempts = [{{ {fault} }}]
[[steps]]
fetch = "f"
requests = ["/a"]
gives = {{ id = "f" }}
[[steps]]
worker = "unregister"
when = {{ sent = "100 KiB" }}
[[steps]]
until = "settled"
[[steps]]
getIds = true
"""

MID_WAY = 'stall = { after = "100 KiB", until = "go" }'
TRICKLED = 'trickle = { bytes = "10 KiB", every = "1 s" }'
FOR_EVER = 'trickle = { bytes = "1 KiB", every = "1 s" }'

TWO_SCOPES = """
title = "One of two workers is unregistered"
clauses = ["privacy-and-bandwidth-use/5"]
[workers."/a/"]
[workers."/b/"]
[origin."/x"]
size = "1 KiB"
attempts = [{ latency = "1 h" }]
[[steps]]
open = "pa"
at = "/a/"
[[steps]]
open = "pb"
at = "/b/"
[[steps]]
on = "pa"
fetch = "f"
requests = ["/x?a"]
gives = { id = "f" }
[[steps]]
on = "pb"
fetch = "g"
requests = ["/x?b"]
gives = { id = "g" }
[[steps]]
on = "worker /a/"
worker = "unregister"
[[steps]]
until = "settled"
"""


@pytest.mark.parametrize(
    ("on", "fault", "over"),
    [
        ("simulator", MID_WAY, False),
        ("simulator", TRICKLED, False),
        ("mutant:unregistering-stops-nothing", MID_WAY, False),
        ("mutant:unregistering-stops-nothing", TRICKLED, True),
    ],
)
def test_without_an_event_it_is_settled_once_nothing_is_seen_for_a_while(
    on: str, fault: str, over: bool
) -> None:
    observations = observe(scenario(UNREGISTERED.format(fault=fault)), on)
    assert not list(select(observations, Stuck))
    assert any(data.complete for _, data in select(observations, Sent)) is over
    (after,) = [
        place for place, one in enumerate(observations) if isinstance(one.data, Step) and one.of == "4"
    ]
    assert observations[after].time - observations[after - 1].time >= QUIET


def test_what_never_comes_to_rest_is_given_up() -> None:
    text = UNREGISTERED.format(fault=FOR_EVER).replace("300 KiB", "9 MiB")
    observations = observe(scenario(text), "mutant:unregistering-stops-nothing")
    ((_, stuck),) = select(observations, Stuck)
    assert stuck.waited > LONGEST_UNREST


def test_the_fetches_of_other_workers_are_waited_for() -> None:
    observations = observe(scenario(TWO_SCOPES))
    assert not list(select(observations, Stuck))
    assert [one.of for one, _ in select(observations, EventDone)] == ["g"]
