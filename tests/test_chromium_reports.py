"""What page and worker report becomes observations, and what steps become calls: without a browser."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.implementations.chromium import calls
from conformance.implementations.chromium.names import Names
from conformance.implementations.chromium.reports import Reports
from conformance.scenario.load import scenario_from_text
from simulator.content import content, told
from simulator.observation import Event, EventDone, Log, Observation, Record, Settled
from simulator.origin.hosts import Hosts

TEXT = """
title = "For a test"
clauses = ["perform-a-background-fetch-algorithm/5"]
[origin."/a"]
size = 3000
[origin."/old"]
redirect = "/older"
[origin."/older"]
redirect = "/old"
attempts = [{ redirect = "/new" }]
[origin."/new"]
size = 100
[origin."//cdn/x"]
size = 10
[[steps]]
fetch = "f"
as = "first"
requests = ["/a", { path = "//cdn/x", method = "POST", body = 10, headers = { X-A = "1" } }]
options = { title = "T", icons = ["/icon.png", { src = "/b.png", sizes = "48x48" }] }
[[steps]]
fetch = "f"
as = "second"
requests = "/a"
[[steps]]
get = "f"
[[steps]]
match = { path = "/a", method = "POST", body = 1 }
of = "first"
as = "record"
[[steps]]
read = "record"
bytes = 100
[[steps]]
matchAll = "first"
requests = "/a"
options = { ignoreSearch = true }
[[steps]]
abort = "first"
"""

SCENARIO = scenario_from_text(TEXT, "reports.toml", "reports")
HOSTS = Hosts("s7.test")
ATTRIBUTES = dict.fromkeys(("uploadTotal", "uploaded", "downloadTotal", "downloaded"), 0) | {
    "result": "success",
    "failureReason": "",
    "recordsAvailable": True,
}


class Desk:
    """Where reports come in."""

    def __init__(self) -> None:
        self.log, self.names = Log(lambda: 0), Names()
        self.reports = Reports(SCENARIO, HOSTS, self.names, self.log)
        self.sent = 0

    def take(self, *rows: tuple[str, str, dict[str, Any], bytes], number: int = 0) -> list[Observation]:
        """Have one report taken; gives what it added to the log."""
        self.sent = number or self.sent + 1
        told = [{"kind": kind, "of": of, "data": data, "bytes": len(body)} for kind, of, data, body in rows]
        head = {"witness": "worker", "actor": "/", "sender": "s", "number": self.sent, "rows": told}
        before = len(self.log.observations)
        self.reports.take(json.dumps(head).encode() + b"\n" + b"".join(body for *_, body in rows))
        return self.log.observations[before:]

    def event(self, id: str, key: str) -> Observation:
        data = {"type": "backgroundfetchsuccess", "interface": "E", "registration": {"id": id, **ATTRIBUTES}}
        return self.take(("event", key, data, b""))[0]

    def record(self, path: str, body: bytes) -> Observation:
        self.names.begin("/", "f", "first", 1)
        self.event("f", "k")
        row = {"index": 0, "method": "GET", "request": HOSTS.url(path), "status": 200, "url": HOSTS.url(path)}
        return self.take(("record", "k", row, body))[0]


def test_a_report_that_comes_twice_counts_once() -> None:
    desk = Desk()
    row = ("worker", "", {"state": "activated"}, b"")
    assert len(desk.take(row, number=1)) == 1
    assert not desk.take(row, number=1)
    assert len(desk.take(row, row, number=2)) == 2


def test_bodies_are_told_apart_by_their_lengths() -> None:
    desk = Desk()
    desk.names.begin("/", "f", "first", 1)
    desk.event("f", "k")
    a, cdn = content("/a", "v1", 0, 3000), content("//cdn/x", "v2", 0, 64)
    rows = [
        ("record", "k", {"index": i, "method": "GET", "request": HOSTS.url(path)}, body)
        for i, (path, body) in enumerate([("/a", a), ("//cdn/x", cdn)])
    ]
    seen = desk.take(*rows)
    assert [one.of for one in seen] == ["/a", "//cdn/x"]
    assert [told(one.data.runs) for one in seen if isinstance(one.data, Record)] == ["v1[0:3000]", "v2[0:64]"]


@pytest.mark.parametrize(
    ("path", "body", "runs"),
    [
        ("/a", content("/a", "v1", 0, 3000), "v1[0:3000]"),
        ("/a", content("/new", "v1", 0, 100), "?[0:100]"),
        ("/old", content("/new", "v1", 0, 100), "v1[0:100]"),
        ("/old", b"!" * 40, "?[0:40]"),
        ("/unknown", b"", "empty"),
    ],
)
def test_a_body_is_its_own_resource_or_where_the_scenario_redirects_it(
    path: str, body: bytes, runs: str
) -> None:
    seen = Desk().record(path, body).data
    assert isinstance(seen, Record)
    assert (told(seen.runs), seen.size, seen.fetch, seen.url) == (runs, len(body), "first", path)


def test_an_id_is_used_again_while_the_first_event_is_still_handled() -> None:
    desk = Desk()
    desk.names.begin("/", "f", "first", 1)
    assert desk.event("f", "1").of == "first"
    desk.names.begin("/", "f", "second", 2)
    assert desk.event("f", "2").of == "second"
    done = [desk.take(("event_done", key, {"type": "t"}, b""))[0] for key in ("1", "2")]
    assert [(one.of, one.data) for one in done] == [("first", EventDone("t")), ("second", EventDone("t"))]


def test_a_rejected_fetch_never_bore_its_id() -> None:
    desk = Desk()
    desk.names.begin("/", "f", "refused", 1)
    desk.take(("settled", "1", {"outcome": "rejected", "value": None, "exception": "TypeError"}, b""))
    desk.names.begin("/", "f", "accepted", 2)
    assert desk.event("f", "1").of == "accepted"


THROWN = {"throws": "NotAllowedError"}


@pytest.mark.parametrize(
    ("value", "of"),
    [([THROWN, THROWN], "accepted"), ([THROWN, {"id": "f"}], "several"), ([], "several")],
)
def test_of_several_calls_at_once_none_bears_the_id_only_where_all_were_refused(value: Any, of: str) -> None:
    desk = Desk()
    desk.names.begin("/", "f", "several", 1)
    desk.names.begin("/", "f", "accepted", 2)
    desk.take(("settled", "1", {"outcome": "fulfilled", "value": value, "exception": ""}, b""))
    assert desk.event("f", "1").of == of


def test_a_fetch_refused_for_its_id_leaves_it_to_the_one_that_has_it() -> None:
    names = Names()
    names.begin("/", "f", "first", 1)
    names.begin("/", "f", "second", 2)
    names.refuse(2)
    assert names.of("/", "f") == "first"
    names.end("/", "f")
    assert names.of("/", "f") == "first"
    assert names.of("/", "unknown") == "unknown"


def test_an_id_belongs_to_one_scope() -> None:
    names = Names()
    names.begin("/a/", "f", "a", 1)
    names.begin("/b/", "f", "b", 2)
    names.end("/a/", "f")
    names.begin("/a/", "f", "again", 3)
    assert (names.of("/a/", "f"), names.of("/b/", "f"), names.of("/c/", "f")) == ("again", "b", "f")
    assert (names.id("a"), names.id("b"), names.id("unknown")) == ("f", "f", "unknown")


def test_a_step_of_a_handler_settles_without_touching_any_fetch() -> None:
    desk = Desk()
    desk.names.begin("/", "f", "first", 1)
    row = {"outcome": "rejected", "value": None, "exception": "InvalidStateError"}
    (seen,) = desk.take(("settled", "backgroundfetchsuccess 1", row, b""))
    assert (seen.actor, seen.of) == ("/", "backgroundfetchsuccess 1")
    assert desk.names.of("/", "f") == "first"


@pytest.mark.parametrize(
    ("value", "body", "wanted"),
    [
        (None, b"", None),
        (["f"], b"", ["f"]),
        (True, b"", True),
        ({"path": "https://s7.test/a?b", "url": ""}, b"", {"path": "/a?b", "url": ""}),
        (
            {"count": 1, "records": [{"path": "https://cdn.s7.test/x", "method": "GET"}]},
            b"",
            {"count": 1, "records": [{"path": "//cdn/x", "method": "GET"}]},
        ),
        (
            {"closed": False, "exception": "", "path": "https://s7.test/a"},
            content("/a", "v1", 0, 50),
            {"body": "prefix", "size": 50, "runs": "v1[0:50]", "closed": False, "exception": ""},
        ),
    ],
)
def test_a_settled_value_is_told_in_the_scenarios_words(value: Any, body: bytes, wanted: Any) -> None:
    row = {"outcome": "fulfilled", "value": value, "exception": ""}
    (seen,) = Desk().take(("settled", "3", row, body))
    assert (seen.of, seen.data) == ("3", Settled("fulfilled", wanted))


def test_what_no_fixture_reports_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind 'gossip'"):
        Desk().take(("gossip", "", {}, b""))


def test_event_attributes_are_kept() -> None:
    seen = Desk().event("f", "1").data
    assert isinstance(seen, Event)
    assert seen.registration["id"] == "f"


def test_steps_become_calls() -> None:
    names = Names()
    fetch, again, get, match, read, match_all, abort = (
        calls.told(one, "/", HOSTS, names) for one in SCENARIO.steps
    )
    assert fetch["requests"] == [
        {"url": "/a", "init": None},
        {
            "url": "https://cdn.s7.test/x",
            "init": {"method": "POST", "headers": {"X-A": "1"}, "body": 10},
            "path": "//cdn/x",
            "stream": None,
            "spoiled": "",
        },
    ]
    assert fetch["options"]["icons"] == [{"src": "/icon.png"}, {"src": "/b.png", "sizes": "48x48"}]
    assert (fetch["id"], fetch["name"], fetch["lone"], again["lone"]) == ("f", "first", False, True)
    assert (get["id"], get["name"]) == ("f", "first")
    assert (match["fetch"], match["name"], match["options"]) == ("first", "record", None)
    assert match["requests"][0]["init"] == {"method": "POST", "body": 1}
    assert (read["record"], read["bytes"]) == ("record", 100)
    assert (match_all["fetch"], len(match_all["requests"]), match_all["options"]["ignoreSearch"]) == (
        "first",
        1,
        True,
    )
    assert abort["fetch"] == "first"
    assert json.dumps([fetch, again, get, match, read, match_all, abort])


HANDLERS = """
title = "For a test"
clauses = ["perform-a-background-fetch-algorithm/5"]
[origin."/a"]
[[workers."/x/".backgroundfetchfail]]
updateUI = { title = "T", icons = ["/i.png"] }
[[workers."/x/".backgroundfetchfail]]
waitUntil = "1500 us"
[[workers."/x/".backgroundfetchfail]]
waitUntil = "never"
[[workers."/x/".backgroundfetchfail]]
cache = "episodes"
[[workers."/x/".backgroundfetchfail]]
openWindow = "/w"
[[workers."/x/".backgroundfetchfail]]
download = "/a"
"""


def test_the_workers_are_told_what_their_handlers_do() -> None:
    first, second = (
        calls.worker_steps(scenario_from_text(HANDLERS, "handlers.toml", "handlers"), version)
        for version in (1, 2)
    )
    told = json.loads(first.removeprefix(b"const scenario = ").rstrip(b";\n"))
    assert told["handlers"]["/x/"]["backgroundfetchfail"] == [
        {"verb": "updateUI", "options": {"title": "T", "icons": [{"src": "/i.png"}]}},
        {"verb": "waitUntil", "milliseconds": 1.5},
        {"verb": "waitUntil", "milliseconds": None},
        {"verb": "cache", "object": "episodes"},
        {"verb": "openWindow", "object": "/w"},
        {"verb": "download", "object": "/a"},
    ]
    assert first != second
