"""Observations in sentences: every kind has its own, none breaks, none is without bound."""

from __future__ import annotations

import inspect
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.telling import SHORT, tell
from simulator import observation as seen
from simulator.observation import KINDS, Kind, Observation

ATTRIBUTES = seen.Attributes("f", 10, 10, 307_200, 102_400, "", "", True)
RECORD = seen.Record(
    0, "f", "GET", 200, "basic", size=2048, runs=(seen.Run("v1", 0, 1024), seen.Run("v2", 1024, 2048))
)

SENTENCES: list[tuple[Kind, str, str]] = [
    (seen.Request(1, "GET"), "/a", "GET /a"),
    (seen.Request(2, "GET", "bytes=1-", (("Range", "bytes=1-"),)), "/a", "GET /a, Range bytes=1-, request 2"),
    (
        seen.Request(1, "GET", "", (("If-Range", '"v1"'), ("A", "b"))),
        "/a",
        'GET /a (If-Range: "v1"; 1 other header)',
    ),
    (seen.Request(0, "OPTIONS"), "/a", "preflight OPTIONS /a"),
    (seen.Upload(1, 1024, True), "/a", "1 KiB of the body sent to /a arrived, all of it"),
    (seen.Response(1, 206, (("ETag", "x"),)), "/a", "answer 206 to /a (ETag: x)"),
    (seen.Sent(2, 1000, False), "/a", "1,000 bytes of the answer to /a sent, request 2"),
    (seen.Fault(1, "cut", -1), "/a", "fault: cut before the head of /a"),
    (seen.Fault(1, "stall", 1024), "/a", "fault: stall after 1 KiB of /a"),
    (seen.Closed(1, "client", "reset"), "/a", "connection of /a closed by the client (reset)"),
    (seen.Released(), "go", "gate go opened"),
    (seen.Step("wait", "wait 8 h"), "3", "step 3 begun: wait 8 h"),
    (seen.Step("wait", "wait 8 h", "sent = 1"), "3", "step 3 begun: wait 8 h, once sent = 1"),
    (seen.Network(online=False), "", "network offline"),
    (seen.Network(online=True, metered=True, bandwidth=64_000), "", "network online, metered, 64,000 bit/s"),
    (seen.Network(online=True, captive=True), "", "network captive"),
    (seen.Permission("denied"), "", "permission denied"),
    (seen.Storage(1 << 20), "", "quota set to 1 MiB"),
    (seen.Storage(None), "", "storage ample"),
    (seen.Storage(None, evicted=True), "", "all that was stored is evicted"),
    (seen.Shortened(7_200 * 10**9, 10**9), "", "a wait of 2 h shortened to 1 s, because time is real here"),
    (seen.Stuck("sent 1 KiB", 10**9), "2", "step 2 waited 1 s for what never came: sent 1 KiB"),
    (
        seen.Unconfirmed("the fetch ends", 10**10),
        "2",
        "step 2 has not been seen to take effect in 10 s: the fetch ends",
    ),
    (seen.Never(False, 2 * 10**9), "2", "step 2 watched for 2 s and saw nothing"),
    (seen.Never(True, 10**6), "2", "step 2 watched for 1 ms and saw what must not happen"),
    (seen.Browser("killed"), "", "user agent killed"),
    (seen.Browser("killed", torn=1024), "", "user agent killed, 1 KiB of each unfinished body lost"),
    (seen.Called("abort"), "2", "step 2: abort called"),
    (seen.Settled("fulfilled"), "2", "step 2: fulfilled with undefined"),
    (seen.Settled("rejected", None, "TypeError"), "2", "step 2: rejected with TypeError"),
    (ATTRIBUTES, "f", "attributes of f: downloaded 100 KiB of 300 KiB, uploaded 10 bytes"),
    (
        seen.Progress(0, 0, "failure", "aborted", False),
        "f",
        "progress of f: downloaded 0 bytes, result failure, failureReason aborted, records not available",
    ),
    (
        seen.Event("backgroundfetchfail", "E", {"result": "failure"}),
        "f",
        'backgroundfetchfail (E) for f, result "failure"',
    ),
    (seen.EventDone("backgroundfetchfail"), "f", "lifetime of backgroundfetchfail for f over"),
    (RECORD, "/a", "record 0 of f: GET /a, status 200, basic, 2 KiB, v1[0:1024] v2[1024:2048]"),
    (
        seen.Record(1, "f", "GET", exception="AbortError", at="body"),
        "/a",
        "record 1 of f: GET /a, body rejected with AbortError",
    ),
    (seen.Page("open", "/b"), "page", "page open at /b"),
    (seen.Page("closed"), "second", "page second closed at /"),
    (seen.Worker("stopped"), "", "service worker stopped"),
    (seen.Display("T", paused=True), "f", 'shown for f: title "T", downloaded 0 bytes, paused'),
    (
        seen.Display("T", ("/i",), icon="/i", offers=("cancel", "click"), shown=False),
        "f",
        'shown for f: title "T", downloaded 0 bytes, 1 icon, icon /i, offers cancel, click, gone from view',
    ),
    (seen.Devtools("started", {"a": "b"}), "f", "DevTools told of started for f, a b"),
]


def _observation(data: Kind, of: str = "x") -> Observation:
    return Observation(0, 1, "page", "page", of, data)


@pytest.mark.parametrize(
    ("data", "of", "sentence"), SENTENCES, ids=lambda value: getattr(value, "name", None)
)
def test_a_kind_is_told_in_a_sentence(data: Kind, of: str, sentence: str) -> None:
    assert tell(_observation(data, of)) == sentence


def test_every_kind_has_a_sentence_of_its_own() -> None:
    told = {type(data) for data, _, _ in SENTENCES}
    assert {name for name, cls in KINDS.items() if cls not in told} == {"run"}


def test_a_kind_of_a_later_version_is_told_by_its_fields() -> None:
    assert tell(_observation(seen.Run("v1", 0, 7), "/a")) == 'run /a, version "v1", start 0, stop 7'


_VALUE = st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.dictionaries(st.text(), inner))


def _kinds(name: str) -> st.SearchStrategy[Kind]:
    fields = inspect.signature(KINDS[name]).parameters
    hints = {field: typing.get_type_hints(KINDS[name])[field] for field in fields}
    given = {field: st.integers() if hint is int else st.from_type(hint) for field, hint in hints.items()}
    loose = {field: st.dictionaries(st.text(), _VALUE) for field, hint in hints.items() if "Any" in str(hint)}
    return st.builds(KINDS[name], **{**given, **loose})


@given(st.sampled_from(sorted(KINDS)).flatmap(_kinds), st.text())
def test_whatever_was_seen_can_be_told(data: Kind, of: str) -> None:
    assert tell(_observation(data, of))


def test_a_megabyte_is_told_in_a_line() -> None:
    flood = "x" * 1_000_000
    kinds = [
        seen.Request(1, flood, flood, ((flood, flood), ("etag", flood))),
        seen.Settled(flood, [flood] * 3),
        seen.Devtools(flood, dict.fromkeys(map(str, range(1_000)), flood)),
        seen.Record(0, flood, flood, runs=(seen.Run(flood, 0, 1),) * 500),
    ]
    for data in kinds:
        assert len(tell(_observation(data, flood))) < 16 * SHORT
