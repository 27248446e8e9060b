"""The rate of the link in front of real Chromium: how long bodies take on their way down and up."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from simulator.observation import Network, Observation, Request, Sent, Shortened, Stuck, Upload, select
from tests.chromium_runs import Seen, bodies, observed

pytestmark = pytest.mark.browser

SCENARIOS = {
    "down": """
network = { bandwidth = "512 kbit/s" }
[origin."/a"]
size = "128 KiB"
[[steps]]
fetch = "f"
requests = ["/a"]
[[steps]]
network = { bandwidth = "ample" }
when = { sent = "64 KiB" }
[[steps]]
until = "settled"
""",
    "up": """
network = { bandwidth = "1 Mbit/s" }
[origin."/up"]
size = "1 KiB"
[[steps]]
fetch = "f"
requests = [{ path = "/up", method = "POST", body = "250 KiB" }]
[[steps]]
until = "settled"
""",
    "after": """
[origin."/a"]
size = "1 MiB"
attempts = [{ stall = { after = "512 KiB", for = "2 h" } }]
[[steps]]
fetch = "f"
requests = ["/a"]
[[steps]]
until = "settled"
""",
}


@pytest.fixture(scope="module")
def seen() -> Seen:
    return observed(SCENARIOS)[1]


def asked(observations: Sequence[Observation]) -> int:
    return next(one.time for one, _ in select(observations, Request, witness="origin"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_step_waits_in_vain_and_no_byte_is_lost(name: str, seen: Seen) -> None:
    assert not list(select(seen[name], Stuck))
    assert len(bodies(seen[name])) == 1


def test_a_body_takes_its_time_down_until_the_link_is_ample_again(seen: Seen) -> None:
    sent = {data.sent: one.time for one, data in select(seen["down"], Sent, witness="origin")}
    assert sent[64 << 10] - asked(seen["down"]) >= 1_000_000_000
    assert sent[128 << 10] - sent[64 << 10] < sent[64 << 10] - asked(seen["down"])
    assert [data.bandwidth for _, data in select(seen["down"], Network)] == [512_000, None]


def test_a_body_takes_its_time_up(seen: Seen) -> None:
    (whole,) = (one.time for one, data in select(seen["up"], Upload, witness="origin") if data.complete)
    assert whole - asked(seen["up"]) >= 2_000_000_000 * 0.9


def test_the_next_scenario_has_an_ample_link_and_hours_of_standing_still_are_cut_short(seen: Seen) -> None:
    assert [data.asked for _, data in select(seen["after"], Shortened)] == [7200 * 10**9]
    sent = {data.sent: one.time for one, data in select(seen["after"], Sent, witness="origin")}
    assert sent[512 << 10] - asked(seen["after"]) < 2_000_000_000
    assert bodies(seen["after"]) == {"/a": "v1[0:1048576]"}
