"""Eviction may come at any moment: after it nothing is sent, no event comes, nothing is stored."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.checks import judge
from conformance.results import FAIL
from conformance.scenario.load import scenario_from_document
from conformance.scenario.model import Scenario
from simulator.observation import Event, Observation, Request, Settled, Storage, select
from tests.simulate import observe

MOMENTS = [{"wait": f"{ms} ms"} for ms in (1, 19, 20, 21, 30, 45, 60, 80, 100)]
"""A connection takes 20 ms, the bodies some 50: before, while and after they arrive, and in the end event."""


def evicted(before: list[dict[str, Any]], handler: list[dict[str, Any]], path: str, **fetch: Any) -> Scenario:
    return scenario_from_document(
        {
            "title": "Evicted at some moment",
            "clauses": ["privacy-and-bandwidth-use/5"],
            "origin": {"/a": {"size": 300_000}, "/b": {"status": 404}},
            "workers": {"/": {"backgroundfetchsuccess": handler, "backgroundfetchfail": handler}},
            "steps": [
                {"fetch": "f", "requests": [path, "/a"], **fetch},
                *before,
                {"storage": "evict"},
                {"wait": "1 min"},
                {"getIds": True, "gives": []},
                {"usage": 1, "gives": False},
                {"until": "settled"},
            ],
        },
        "evicted",
    )


def afterwards(seen: list[Observation]) -> list[Observation]:
    """The events after the eviction, and the requests that were not on their way by then."""
    (at,) = (one for one, data in select(seen, Storage) if data.evicted)
    late = [one for one in seen if one.sequence > at.sequence]
    sent = [one for one in late if isinstance(one.data, Request) and one.time > at.time]
    return [*sent, *(one for one in late if isinstance(one.data, Event))]


@settings(deadline=None)  # a run takes as long as the machine is busy
@given(
    st.lists(st.sampled_from(MOMENTS), max_size=4),
    st.sampled_from([[], [{"waitUntil": "50 ms"}], [{"waitUntil": "never"}], [{"cache": "all"}]]),
    st.sampled_from(["/a", "/b"]),
    st.integers(0, 1000),
)
def test_whenever_it_comes_nothing_is_left(
    before: list[dict[str, Any]], handler: list[dict[str, Any]], path: str, seed: int
) -> None:
    one = evicted(before, handler, path, gives={"id": "f"})
    seen = list(observe(one, seed=seed))
    assert not [check for check in judge(one, seen) if check.verdict == FAIL]
    assert not afterwards(seen)


@pytest.mark.parametrize("seed", range(20))
def test_a_fetch_that_is_only_just_called_is_refused_or_ends(seed: int) -> None:
    seen = list(observe(evicted([], [], "/a"), seed=seed))
    outcomes = {data.exception for _, data in select(seen, Settled, of="1")}
    assert outcomes <= {"", "TypeError"}
    assert not [each for each in seen if isinstance(each.data, Event)]


@pytest.mark.parametrize("seed", range(20))
def test_a_handler_that_goes_with_its_worker_caches_nothing_more(seed: int) -> None:
    until = [{"until": {"event": "backgroundfetchsuccess"}}]
    one = evicted(until, [{"cache": "all"}], "/a", gives={"id": "f"})
    assert not [check for check in judge(one, observe(one, seed=seed)) if check.verdict == FAIL]


@pytest.mark.parametrize("clearing", [{"storage": "evict"}, {"worker": "unregister"}])
@pytest.mark.parametrize("seed", range(10))
def test_what_is_still_being_read_when_it_comes_is_never_sent(seed: int, clearing: dict[str, str]) -> None:
    body = {"path": "/up", "method": "POST", "body": 1000, "stream": {"until": "read"}}
    one = scenario_from_document(
        {
            "title": "The body of a fetch() that has passed its checks is still being read",
            "clauses": ["privacy-and-bandwidth-use/5"],
            "origin": {"/up": {"size": 1000}},
            "steps": [
                {"fetch": "f", "requests": [body]},
                {"wait": "1 s"},
                clearing,
                {"release": "read"},
                {"until": "settled"},
                {"getIds": True, "gives": []},
                {"usage": 1, "gives": False},
            ],
        },
        "read",
    )
    seen = observe(one, seed=seed)
    assert not [check for check in judge(one, seen) if check.verdict == FAIL]
    assert not [each for each in seen if isinstance(each.data, Event | Request)]
