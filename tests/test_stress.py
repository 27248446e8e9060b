"""Worlds that nobody thought of: random faults and hands, then healed; nothing that must hold may break."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.checks.evidence import evidence
from conformance.checks.fetches import unfinished
from conformance.checks.invariants import check_invariants
from conformance.implementations.simulator import SimulatorImplementation
from conformance.results import FAIL
from conformance.scenario.healing import healed
from conformance.scenario.load import scenario_from_document
from conformance.scenario.model import Scenario
from tests.simulate import observe

Raw = dict[str, Any]

PATHS = ("/a", "/b", "//cdn/c")
SIZES = st.sampled_from([0, 1000, 65_536, 300_000])
WHERE = st.sampled_from([0, 96, 992, 65_536, 100_000])  # where a splice shows to the byte

FAULTS = st.one_of(
    st.builds(
        lambda after, how: {"cut": {"after": after, "how": how}}, WHERE, st.sampled_from(["fin", "reset"])
    ),
    st.builds(lambda after: {"stall": {"after": after}}, WHERE),
    st.builds(lambda after: {"stall": {"after": after, "until": "go"}}, WHERE),
    st.builds(lambda after: {"stall": {"after": after, "for": "1 h"}}, WHERE),
    st.just({"refuse": True}),
    st.just({"latency": "30 s"}),
    st.just({"status": 404}),
    st.just({"status": 500}),
    st.just({"range": False}),
    st.just({"range": {"first": 7}}),
    st.just({"range": {"length": 5000}}),
    st.just({"version": "v2"}),
    st.just({"version": "v2", "etag": '"v1"'}),
    st.just({"redirect": "/b"}),
)


@st.composite
def resources(draw: st.DrawFn) -> Raw:
    size = draw(SIZES)
    attempts = []
    for fault in draw(st.lists(FAULTS, max_size=3)):
        reached = next(
            (one["after"] for one in fault.values() if isinstance(one, dict) and "after" in one), 0
        )
        attempts.append(fault if reached <= size and not (size == 0 and "stall" in fault) else {})
    return {"size": size, "attempts": attempts, "cors": {"origin": "*", "methods": ["PUT"]}}


def fetch(id: str) -> st.SearchStrategy[Raw]:
    one = st.one_of(
        st.sampled_from(PATHS),
        st.builds(
            lambda path, method: {"path": path, "method": method, "body": 70_000},
            st.sampled_from(PATHS),
            st.sampled_from(["POST", "PUT"]),
        ),
    )
    total = st.sampled_from([{}, {"options": {"downloadTotal": 300_000}}])
    return st.builds(
        lambda requests, more: {"fetch": id, "as": f"{id}1", "requests": requests, **more},
        st.lists(one, min_size=1, max_size=3),
        total,
    )


def hands(fetches: list[str]) -> st.SearchStrategy[Raw]:
    """One thing that somebody does while the fetches run."""
    of = st.sampled_from(fetches)
    return st.one_of(
        st.just({"network": "offline"}),
        st.just({"network": "online"}),
        st.just({"network": "captive"}),
        st.just({"network": {"metered": True}}),
        st.just({"network": {"bandwidth": "64 kbit/s"}}),
        st.sampled_from([{"wait": "1 ms"}, {"wait": "25 ms"}, {"wait": "100 ms"}, {"wait": "2 h"}]),
        st.builds(lambda name, does: {"user": does, "of": name}, of, st.sampled_from(["pause", "resume"])),
        st.builds(lambda name, does: {"user": does, "of": name}, of, st.sampled_from(["cancel", "click"])),
        st.builds(lambda name: {"abort": name}, of),
        st.builds(lambda name: {"get": name[0]}, of),
        st.just({"getIds": True}),
        st.builds(lambda name: {"matchAll": name}, of),
        st.sampled_from([{"storage": {"quota": 150_000}}, {"storage": "ample"}]),
        st.just({"release": "go"}),
        st.sampled_from([{"worker": "stop", "on": "worker"}, {"worker": "update", "on": "worker"}]),
        st.sampled_from([{"browser": "kill"}, {"browser": "kill", "torn": 40_000}, {"browser": "quit"}]),
    )


POLICY = st.fixed_dictionaries(
    {},
    optional={
        "cut_while_online": st.sampled_from(["retry"]),
        "pause_on_metered": st.just(True),
        "kill_keeps": st.just("none"),
        "portal": st.just("unknown"),
    },
)


@st.composite
def worlds(draw: st.DrawFn) -> Scenario:
    origin = {path: draw(resources()) for path in PATHS}
    origin["/b"]["attempts"] = [one for one in origin["/b"]["attempts"] if "redirect" not in one]
    steps: list[Raw] = [draw(fetch("f"))]
    names = ["f1"]
    if draw(st.booleans()):
        steps.append(draw(fetch("g")))
        names.append("g1")
    gates = any("until" in one.get("stall", {}) for row in origin.values() for one in row["attempts"])
    alive = True
    for hand in draw(st.lists(hands(names), max_size=8)):
        if "release" in hand and not gates:
            continue
        if "browser" in hand:
            # After a restart the page has no objects any more: only what needs none goes on.
            steps += [hand, {"browser": "start"}]
            alive = False
        elif alive or not {"abort", "matchAll"} & set(hand):
            steps.append(hand)
    document = {
        "title": "Whatever",
        "clauses": ["perform-a-background-fetch-algorithm/8.13a"],
        "policy": draw(POLICY),
        "origin": origin,
        "steps": steps,
    }
    return healed(scenario_from_document(document, "whatever"))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), st.integers(0, 1000))
def test_whatever_happens_it_ends_and_keeps_every_invariant(one: Scenario, seed: int) -> None:
    observations = observe(one, seed=seed)
    seen = evidence(one, observations)
    assert not unfinished(seen)
    broken = [check for check in check_invariants(seen) if check.verdict == FAIL]
    assert not broken
    written = observe(one, SimulatorImplementation("simulator", (), written_out=True), seed)
    assert [seen.line() for seen in written] == [seen.line() for seen in observations]
