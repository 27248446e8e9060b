"""The life of a download in real Chromium: several workers, what they do, and the browser killed and quit.

What is held here is that each lever has its effect and that the witnesses go on telling; whether
what Chromium then does is right is for the catalogue to say.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from simulator.observation import (
    Browser,
    Closed,
    Devtools,
    Event,
    EventDone,
    Observation,
    Page,
    Permission,
    Record,
    Request,
    Settled,
    Stuck,
    Worker,
    select,
)
from tests.chromium_runs import GATED, Seen, bodies, observed

pytestmark = pytest.mark.browser

SCENARIOS = {
    "two scopes": """
[workers."/a/"]
[workers."/b/"]
[origin."/x"]
size = "1 KiB"
[[steps]]
open = "pa"
at = "/a/"
[[steps]]
open = "pb"
at = "/b/page"
[[steps]]
on = "pa"
fetch = "same"
as = "fa"
requests = ["/x?a"]
[[steps]]
on = "pb"
fetch = "same"
as = "fb"
requests = ["/x?b"]
[[steps]]
until = "settled"
[[steps]]
fetch = "nobody"
requests = ["/x"]
throws = "TypeError"
""",
    "worker steps": """
[origin."/a"]
size = "1 KiB"
[[workers."/".backgroundfetchsuccess]]
updateUI = { title = "Done" }
gives = "undefined"
[[workers."/".backgroundfetchsuccess]]
updateUI = { title = "Again" }
[[workers."/".backgroundfetchsuccess]]
waitUntil = "300 ms"
[[steps]]
fetch = "f"
requests = ["/a"]
[[steps]]
until = { ended = "backgroundfetchsuccess" }
[[steps]]
on = "worker"
updateUI = { title = "Late" }
throws = "InvalidStateError"
[[steps]]
on = "worker"
attributes = "f"
gives = { id = "f" }
[[steps]]
on = "worker"
getIds = true
gives = []
[[steps]]
close = "page"
[[steps]]
on = "worker"
get = "f"
gives = "undefined"
""",
    "worker life": GATED
    + """
[[steps]]
worker = "stop"
when = { sent = "100 KiB" }
[[steps]]
worker = "update"
[[steps]]
release = "go"
[[steps]]
until = "settled"
[[steps]]
worker = "unregister"
""",
    "permission": GATED
    + """
[[steps]]
permission = "denied"
when = { downloaded = "100 KiB" }
[[steps]]
fetch = "g"
requests = ["/a"]
throws = "NotAllowedError"
[[steps]]
get = "f"
gives = { id = "f" }
[[steps]]
release = "go"
[[steps]]
until = "settled"
""",
    "refused post": """
[origin."/up"]
size = "1 KiB"
attempts = [{ refuse = true }]
[[steps]]
fetch = "f"
requests = [{ path = "/up", method = "POST", body = "1 KiB" }]
[[steps]]
until = "settled"
""",
    "kill": """
[origin."/a"]
size = "1 MiB"
attempts = [{ stall = { after = "100 KiB" } }]
[[steps]]
fetch = "f"
requests = ["/a"]
[[steps]]
browser = "kill"
when = { downloaded = "100 KiB" }
[[steps]]
browser = "start"
pages = []
[[steps]]
until = "settled"
""",
    "after a kill": GATED
    + """
[[steps]]
release = "go"
when = { downloaded = "100 KiB" }
[[steps]]
until = "settled"
""",
    "quit": GATED
    + """
[[steps]]
browser = "quit"
when = { downloaded = "100 KiB" }
[[steps]]
release = "go"
[[steps]]
browser = "start"
[[steps]]
until = "settled"
""",
}


@pytest.fixture(scope="module")
def seen() -> Seen:
    """Every scenario above, one after another."""
    return observed(SCENARIOS)[1]


def settled(observations: Sequence[Observation]) -> dict[str, str]:
    """How each step settled, by its number or its place in a handler."""
    return {one.of: data.exception or "fulfilled" for one, data in select(observations, Settled)}


def events(observations: Sequence[Observation]) -> list[tuple[str, str, str]]:
    return [(one.actor, one.of, data.type) for one, data in select(observations, Event)]


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_step_waits_in_vain(name: str, seen: Seen) -> None:
    assert not list(select(seen[name], Stuck))


def test_an_id_in_two_scopes_is_two_fetches_with_an_event_for_each_worker(seen: Seen) -> None:
    observations = seen["two scopes"]
    success = "backgroundfetchsuccess"
    assert sorted(events(observations)) == [("/a/", "fa", success), ("/b/", "fb", success)]
    assert [data.fetch for _, data in select(observations, Record, of="/x?b")] == ["fb"]
    assert {one.of for one, _ in select(observations, Devtools)} == {"fa", "fb"}
    assert settled(observations)["6"] == "TypeError"


def test_a_worker_does_what_the_scenario_says_and_says_how_it_went(seen: Seen) -> None:
    observations = seen["worker steps"]
    found = settled(observations)
    assert found["backgroundfetchsuccess 1"] == "fulfilled"
    assert "backgroundfetchsuccess 2" in found
    begun = next(one for one, _ in select(observations, Settled, of="backgroundfetchsuccess 2"))
    done = next(one for one, _ in select(observations, EventDone))
    assert begun.actor == "/"
    assert done.time - begun.time >= 250_000_000


def test_a_worker_carries_out_steps_with_and_without_a_page(seen: Seen) -> None:
    observations = seen["worker steps"]
    found = settled(observations)
    assert [found[step] for step in ("4", "5", "7")] == ["fulfilled"] * 3
    assert found["3"] != ""
    late = [one for one, _ in select(observations, Settled, witness="worker") if one.of.isdigit()]
    assert [one.of for one in late] == ["3", "4", "5", "7"]


def test_a_worker_is_stopped_updated_and_unregistered(seen: Seen) -> None:
    observations = seen["worker life"]
    states = [(one.witness, data.state) for one, data in select(observations, Worker)]
    assert states == [
        ("worker", "activated"),
        ("devtools", "stopped"),
        ("worker", "activated"),
        ("harness", "unregistered"),
    ]
    assert bodies(observations) == {"/a": "v1[0:307200]"}


def test_a_permission_changes_while_a_fetch_runs(seen: Seen) -> None:
    observations = seen["permission"]
    assert [data.state for _, data in select(observations, Permission)] == ["denied"]
    assert settled(observations)["3"] != "fulfilled"
    assert bodies(observations) == {"/a": "v1[0:307200]"}


@pytest.mark.parametrize(("name", "state"), [("kill", "killed"), ("quit", "quit")])
def test_a_browser_that_is_gone_lets_go_of_its_connections_and_comes_back(
    name: str, state: str, seen: Seen
) -> None:
    observations = seen[name]
    started, gone, back = (one for one, _ in select(observations, Browser))
    assert [data.state for _, data in select(observations, Browser)] == ["started", state, "started"]
    closed = next(one for one, _ in select(observations, Closed, witness="origin", of="/a"))
    assert closed.time < back.time
    assert started.time < gone.time < back.time
    assert not any(gone.time < one.time < back.time for one, _ in select(observations, Request))


@pytest.mark.parametrize(("name", "pages"), [("kill", []), ("quit", ["page"])])
def test_the_profile_outlives_the_browser_and_the_witnesses_go_on_telling(
    name: str, pages: list[str], seen: Seen
) -> None:
    observations = seen[name]
    back = [one for one, _ in select(observations, Browser)][-1]
    opened = [one.actor for one, data in select(observations, Page) if data.state == "opened"]
    assert opened == ["page", *pages]
    assert [one.of for one, _ in select(observations, EventDone) if one.time > back.time] == ["f"]


def test_the_next_scenario_finds_a_browser_that_nothing_has_happened_to(seen: Seen) -> None:
    observations = seen["after a kill"]
    assert [data.state for _, data in select(observations, Browser)] == ["started"]
    assert events(observations) == [("/", "f", "backgroundfetchsuccess")]
    assert bodies(observations) == {"/a": "v1[0:307200]"}


def test_what_a_browser_told_before_it_was_killed_counts_once(seen: Seen) -> None:
    told_of = [data.event for _, data in select(seen["kill"], Devtools)]
    assert told_of.count("Background Fetch registered") == 1


def test_no_connection_of_the_harness_makes_a_browser_send_a_post_twice(seen: Seen) -> None:
    """It does so by itself where a connection breaks that was used before."""
    posts = [data.number for _, data in select(seen["refused post"], Request, witness="proxy")]
    assert posts == [1]
