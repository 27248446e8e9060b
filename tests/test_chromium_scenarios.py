"""Real Chromium, end to end: one warm browser runs a few scenarios, and every witness tells of them.

What is held here is the harness, not Chromium: that levers have their effect and that what was
on the wire is seen. Whether Chromium is right is for the catalogue to say.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from conformance.implementations.protocol import LEVERS, Description
from conformance.network import namespace
from simulator.observation import (
    Attributes,
    Browser,
    Closed,
    Devtools,
    Event,
    EventDone,
    Fault,
    Network,
    Observation,
    Page,
    Permission,
    Progress,
    Record,
    Released,
    Request,
    Sent,
    Settled,
    Storage,
    Stuck,
    Upload,
    Worker,
    select,
)
from tests.chromium_runs import GATED, Seen, bodies, observed

pytestmark = pytest.mark.browser

SCENARIOS = {
    "left running": GATED
    + """
[[steps]]
until = { sent = "100 KiB", path = "/a" }
""",
    "two files": """
[origin."/a"]
size = "10 KiB"
[origin."/b?x=1"]
size = "20 KiB"
[[steps]]
fetch = "f"
as = "job"
requests = ["/a", "/b?x=1"]
options = { title = "Two", downloadTotal = 30720, icons = ["/.bgfetch/icon.png"] }
gives = { id = "f", downloadTotal = 30720 }
[[steps]]
until = "settled"
[[steps]]
until = { state = "gone", of = "job" }
""",
    "offline": """
[origin."/a"]
size = "300 KiB"
attempts = [{ stall = { after = "100 KiB" } }]
[[steps]]
fetch = "f"
requests = ["/a"]
[[steps]]
network = "offline"
when = { downloaded = "100 KiB" }
[[steps]]
wait = "1 s"
[[steps]]
network = "online"
[[steps]]
until = "settled"
""",
    # One fetch each: of two downloads that break at the same moment Chromium may resume only one.
    "faults": """
[origin."/fin"]
size = "10 KiB"
attempts = [{ cut = { after = "1 KiB", how = "fin" } }]
[origin."/reset"]
size = "10 KiB"
attempts = [{ cut = { after = "1 KiB", how = "reset" } }]
[origin."/refused"]
size = "10 KiB"
attempts = [{ refuse = true }]
[[steps]]
fetch = "fin"
requests = ["/fin"]
[[steps]]
fetch = "reset"
requests = ["/reset"]
[[steps]]
fetch = "refused"
requests = ["/refused"]
[[steps]]
until = "settled"
""",
    "post": """
[origin."/up"]
size = "1 KiB"
[[steps]]
fetch = "f"
requests = [{ path = "/up", method = "POST", body = "200 KiB", headers = { X-A = "1" } }]
[[steps]]
until = "settled"
""",
    "quota": """
storage = { quota = "50 KiB" }
[origin."/a"]
size = "100 KiB"
[[steps]]
fetch = "f"
requests = ["/a"]
options = { downloadTotal = 102400 }
throws = "QuotaExceededError"
[[steps]]
storage = "ample"
[[steps]]
fetch = "f"
requests = ["/a"]
options = { downloadTotal = 102400 }
[[steps]]
until = "settled"
""",
    "denied": """
permission = "denied"
[origin."/a"]
size = "1 KiB"
[[steps]]
fetch = "f"
requests = ["/a"]
throws = "NotAllowedError"
[[steps]]
permission = "granted"
[[steps]]
fetch = "g"
requests = ["/a"]
gives = { id = "g" }
[[steps]]
until = "settled"
""",
    "second page": """
[origin."/a"]
size = "300 KiB"
attempts = [{ stall = { after = "100 KiB", until = "go" } }]
[[steps]]
open = "second"
at = "/elsewhere?x"
[[steps]]
fetch = "f"
requests = ["/a"]
[[steps]]
on = "second"
get = "f"
gives = { id = "f" }
[[steps]]
close = "page"
when = { downloaded = "100 KiB", on = "second" }
[[steps]]
release = "go"
[[steps]]
until = "settled"
""",
    "calls": GATED
    + """
[[steps]]
getIds = true
gives = ["f"]
[[steps]]
matchAll = "f"
gives = { count = 1, records = [{ path = "/a", method = "GET" }] }
[[steps]]
match = "/a"
as = "record"
[[steps]]
read = "record"
bytes = "1 KiB"
[[steps]]
get = "nobody"
gives = "undefined"
[[steps]]
release = "go"
[[steps]]
read = "record"
gives = { body = "intact", size = 307200, runs = "v1[0:307200]", closed = true, exception = "" }
[[steps]]
abort = "f"
when = { ended = "backgroundfetchsuccess" }
gives = false
[[steps]]
attributes = "f"
gives = { result = "success" }
""",
    "another origin": """
[origin."//cdn/a"]
size = "1 KiB"
cors = { origin = "*" }
[origin."/away"]
redirect = "/home"
[origin."/home"]
size = "2 KiB"
[[steps]]
fetch = "f"
requests = ["//cdn/a", "/away"]
[[steps]]
until = "settled"
""",
}

OFFLINE = namespace.why_not() == ""


@pytest.fixture(scope="module")
def run() -> tuple[Description, Seen]:
    """Every scenario above, one after another."""
    return observed({name: text for name, text in SCENARIOS.items() if OFFLINE or name != "offline"})


@pytest.fixture(scope="module")
def seen(run: tuple[Description, Seen]) -> Seen:
    return run[1]


def paths(observations: Sequence[Observation], witness: str) -> list[tuple[str, int]]:
    return sorted((one.of, data.number) for one, data in select(observations, Request, witness=witness))


def values(observations: Sequence[Observation], step: int) -> list[object]:
    return [data.value for _, data in select(observations, Settled, of=str(step))]


def test_it_tells_its_version_and_every_lever_with_a_reason_where_one_is_missing(
    run: tuple[Description, Seen],
) -> None:
    description, _ = run
    assert description.version[0].isdigit()
    assert set(description.levers) == set(LEVERS)
    assert all(lever.available or lever.why for lever in description.levers.values())
    assert description.levers["offline"].available is OFFLINE


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name != "denied"])
def test_no_step_waits_in_vain(name: str, seen: Seen) -> None:
    if name == "offline" and not OFFLINE:
        pytest.skip(namespace.why_not())
    assert not list(select(seen[name], Stuck))


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_sees_only_its_own(name: str, seen: Seen) -> None:
    """The first one is left running, and none of it may reach the next."""
    if name == "offline" and not OFFLINE:
        pytest.skip(namespace.why_not())
    hosts = {one.actor.split(".")[-2] for one in seen[name] if one.witness in ("origin", "proxy")}
    assert len(hosts) <= 1
    assert all(one.time >= 0 for one in seen[name])
    if name != "left running":
        assert not any(data.type == "backgroundfetchabort" for _, data in select(seen[name], Event))


def test_every_witness_tells_of_a_plain_success(seen: Seen) -> None:
    observations = seen["two files"]
    assert paths(observations, "origin") == paths(observations, "proxy") == [("/a", 1), ("/b?x=1", 1)]
    assert [data.state for _, data in select(observations, Browser)] == ["started"]
    assert [data.state for _, data in select(observations, Worker, actor="/")] == ["activated"]
    assert [(one.actor, data) for one, data in select(observations, Page)] == [("page", Page("opened", "/"))]
    assert bodies(observations) == {"/a": "v1[0:10240]", "/b?x=1": "v1[0:20480]"}
    assert [data.fetch for _, data in select(observations, Record)] == ["job", "job"]
    assert max(data.downloaded for _, data in select(observations, Progress, of="job")) == 30720
    assert [data.recordsAvailable for _, data in select(observations, Attributes, of="job")][-1] is False
    for witness, kind in (("worker", Event), ("worker", EventDone), ("devtools", Devtools)):
        assert {one.of for one, _ in select(observations, kind, witness=witness)} == {"job"}
    complete = [one.of for one, data in select(observations, Sent, witness="proxy") if data.complete]
    assert sorted(complete) == ["/a", "/b?x=1"]


def test_the_event_ends_after_all_that_its_handler_saw(seen: Seen) -> None:
    worker = [one.kind for one in seen["two files"] if one.witness == "worker"]
    assert worker[:2] == ["worker", "event"]
    assert worker.count("record") == 2
    assert worker.index("event_done") == len(worker) - 1


@pytest.mark.skipif(not OFFLINE, reason=namespace.why_not() or "there is a network")
def test_offline_ends_the_transfer_and_online_lets_it_go_on_from_where_it_was(seen: Seen) -> None:
    observations = seen["offline"]
    gone, back = (one for one, _ in select(observations, Network))
    closed = next(one for one, _ in select(observations, Closed, witness="origin"))
    second = [one for one, data in select(observations, Request, witness="proxy") if data.number == 2]
    assert closed.time < back.time
    assert gone.time < back.time < second[0].time
    assert [data.range for _, data in select(observations, Request, witness="origin")][1] == "bytes=102400-"
    assert bodies(observations) == {"/a": "v1[0:307200]"}


@pytest.mark.parametrize(
    ("path", "fault", "after", "how"),
    [("/fin", "cut", 1024, ""), ("/reset", "cut", 1024, "reset"), ("/refused", "refuse", -1, "reset")],
)
def test_a_fault_reaches_the_browser_at_its_byte(
    path: str, fault: str, after: int, how: str, seen: Seen
) -> None:
    observations = seen["faults"]
    struck = [data for _, data in select(observations, Fault, of=path)]
    assert [(one.fault, one.after) for one in struck] == [(fault, after)]
    assert [data for _, data in select(observations, Closed, witness="proxy", of=path)] == [
        Closed(1, "origin", how)
    ]
    first = [
        data.sent for _, data in select(observations, Sent, witness="proxy", of=path) if data.number == 1
    ]
    assert max(first, default=-1) == after
    assert (path, 2) in paths(observations, "origin")


def test_an_upload_arrives_whole(seen: Seen) -> None:
    uploads = [data for _, data in select(seen["post"], Upload)]
    assert uploads[-1] == Upload(1, 204800, True)
    head = next(data for _, data in select(seen["post"], Request, witness="origin"))
    assert (head.method, dict(head.headers)["x-a"]) == ("POST", "1")


def test_a_quota_is_in_force_until_it_is_lifted(seen: Seen) -> None:
    observations = seen["quota"]
    assert [data.quota for _, data in select(observations, Storage)] == [51200, None]
    first, second = (data for _, data in select(observations, Settled))
    assert (first.outcome, first.exception) == ("rejected", "QuotaExceededError")
    assert second.outcome == "fulfilled"
    assert bodies(observations) == {"/a": "v1[0:102400]"}


def test_a_denied_permission_is_in_force_until_it_is_granted(seen: Seen) -> None:
    observations = seen["denied"]
    assert [data.state for _, data in select(observations, Permission)] == ["denied", "granted"]
    assert [data.outcome for _, data in select(observations, Settled)] == ["rejected", "fulfilled"]
    assert paths(observations, "origin") == [("/a", 1)]


def test_a_second_page_sees_what_the_first_began_and_outlives_it(seen: Seen) -> None:
    observations = seen["second page"]
    pages = [(one.actor, data.state, data.at) for one, data in select(observations, Page)]
    assert pages == [("page", "opened", "/"), ("second", "opened", "/elsewhere?x"), ("page", "closed", "/")]
    assert [data.downloaded for _, data in select(observations, Progress, actor="second")][-1] == 307200
    assert [one.of for one, _ in select(observations, Released)] == ["go"]
    assert bodies(observations) == {"/a": "v1[0:307200]"}


def test_every_call_says_how_its_promise_settled(seen: Seen) -> None:
    observations = seen["calls"]
    matched = {"path": "/a", "method": "GET", "status": 200, "url": "/a", "responseReady": "fulfilled"}
    (value,) = values(observations, 4)
    assert isinstance(value, dict)
    assert value.items() >= matched.items()
    assert values(observations, 5) == [
        {"body": "prefix", "size": 1024, "runs": "v1[0:1024]", "closed": False, "exception": ""}
    ]
    steps = [int(one.of) for one, _ in select(observations, Settled)]
    assert sorted(steps) == [1, 2, 3, 4, 5, 6, 8, 9, 10]


def test_other_origins_and_redirects_keep_the_scenarios_names(seen: Seen) -> None:
    observations = seen["another origin"]
    assert paths(observations, "origin") == [("//cdn/a", 1), ("/away", 1), ("/home", 1)]
    assert bodies(observations) == {"//cdn/a": "v1[0:1024]", "/away": "v1[0:2048]"}
    assert [data.url for _, data in select(observations, Record, of="/away")] == ["/home"]


def test_the_log_is_kept_by_the_harness_in_its_own_numbers(seen: Seen) -> None:
    for observations in seen.values():
        assert [one.sequence for one in observations] == list(range(1, len(observations) + 1))
