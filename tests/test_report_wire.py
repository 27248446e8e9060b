"""HAR and trace: every request is there once, with its answer, its faults and its time."""

from __future__ import annotations

import json
from collections.abc import Callable

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from reports import Run, har, trace
from reports.machine import line
from simulator import observation as seen
from simulator.observation import Log
from tests import report_consumers as consumers
from tests.report_consumers import of
from tests.report_sample import MS


def test_har_has_a_page_for_each_result_and_its_requests_in_order(sample: Run) -> None:
    log = consumers.har(har.render(of(sample, "fetch/two-files", "simulator")))
    assert [page["title"] for page in log["pages"]] == ["fetch/two-files on simulator (pass)"]
    first, second = log["entries"]
    assert first["request"]["url"] == second["request"]["url"] == "https://podcast.test/ep-5.mp3"
    assert first["startedDateTime"] == "2026-11-20T22:10:04.002000Z"
    assert second["startedDateTime"] == "2026-11-21T06:10:04.008000Z"
    assert [one["response"]["status"] for one in (first, second)] == [200, 206]
    assert [one["response"]["content"]["size"] for one in (first, second)] == [102400, 204800]
    assert {"name": "Range", "value": "bytes=102400-"} in second["request"]["headers"]
    assert "fault: stall after 100 KiB; the connection was closed by the client (reset)" in first["comment"]
    assert second["response"]["content"]["comment"] == "stored: v1[0:102400] v1[102400:307200]"
    assert (first["timings"]["wait"], first["timings"]["receive"]) == (0, 4)


def _with(sample: Run, tell: Callable[[Log, list[int]], object]) -> Run:
    clock = [0]
    log = Log(lambda: clock[0])
    tell(log, clock)
    return evolve(
        of(sample, "fetch/two-files"),
        observations={of(sample, "fetch/two-files").results[0].observations: tuple(log.observations)},
    )


def _upload(log: Log, clock: list[int]) -> None:
    headers = (("Cookie", "a=1; b=2"), ("Content-Type", "text/plain"))
    for witness in ("proxy", "origin"):
        log.see(witness, "cdn.own.test", "//cdn/up?x=1&y=ä", seen.Request(1, "POST", "", headers))
        log.see(witness, "cdn.own.test", "//cdn/up?x=1&y=ä", seen.Upload(1, 42, True))
        clock[0] += 5 * MS
    log.see("origin", "cdn.own.test", "//cdn/up?x=1&y=ä", seen.Fault(1, "refuse", -1))


def test_har_shows_what_was_sent_where_no_answer_came(sample: Run) -> None:
    (entry,) = consumers.har(har.render(_with(sample, _upload)))["entries"]
    request = entry["request"]
    assert request["url"] == "https://cdn.own.test/up?x=1&y=%C3%A4"
    assert request["queryString"] == [{"name": "x", "value": "1"}, {"name": "y", "value": "ä"}]
    assert request["cookies"] == [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]
    assert (request["bodySize"], request["postData"]["comment"]) == (42, "42 bytes came")
    assert entry["response"]["status"] == 0
    assert entry["comment"] == (
        "seen by the proxy, request 1 for this URL; fault: refuse before the head; no answer was seen"
    )


def _side_by_side(log: Log, clock: list[int]) -> None:
    for path in ("/a", "/b", "/c"):
        log.see("origin", "own.test", path, seen.Request(1, "GET"))
        clock[0] += 10 * MS
    for path in ("/a", "/b"):
        log.see("origin", "own.test", path, seen.Sent(1, 5, True))
    log.see("origin", "own.test", "/d", seen.Request(1, "GET"))


def test_requests_that_overlap_get_threads_of_their_own(sample: Run) -> None:
    events = consumers.trace(trace.render(_with(sample, _side_by_side)))
    threads = {e["args"]["name"]: e["tid"] for e in events if e["name"] == "thread_name"}
    slices = {e["name"]: e["tid"] for e in events if e["ph"] == "X"}
    assert slices["GET /a"] == threads["origin own.test"] != slices["GET /b"]
    assert slices["GET /b"] == threads["origin own.test (2)"]
    assert slices["GET /d"] == slices["GET /a"]


def test_a_trace_has_a_process_for_each_result_with_steps_counters_and_the_verdict(sample: Run) -> None:
    events = consumers.trace(trace.render(of(sample, "fetch/not-found")))
    steps = [e for e in events if e.get("cat") == "step"]
    assert [e["ph"] for e in steps] == ["X"] * 5
    assert steps[2]["dur"] == 3_000_000
    counted = [e["args"]["bytes"] for e in events if e["ph"] == "C"]
    assert max(counted) == 307200
    (process,) = (e["args"]["name"] for e in events if e["name"] == "process_name")
    assert process == "✗ not-found on chromium"
    (verdict,) = (e for e in events if e.get("cat") == "check")
    assert verdict["name"] == "fail: perform-a-background-fetch-algorithm/5.3"
    assert verdict["args"]["actual"] == "requested whole, from the first byte (chromium)"
    requests = [e for e in events if e.get("cat") == "request"]
    assert verdict["ts"] == requests[-1]["ts"]


@given(st.text(st.characters(), max_size=20) | st.text('\\"nu/\U0001f600', max_size=12))
def test_what_perfetto_stumbles_over_is_written_otherwise_and_means_the_same(text: str) -> None:
    safe = line(text)
    written = trace._dump({safe: [safe]})
    assert json.loads(written) == {safe: [safe]}
    assert "\\ud" not in written
    assert "\\\\" not in written
