"""The judge: what was tampered with is found, what cannot be told never passes, nothing makes it stumble."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from conformance.checks import judge, untold
from conformance.checks.matching import agrees, in_order
from conformance.results import FAIL, INCONCLUSIVE, PASS, Check, verdict_of
from simulator.observation import (
    Event,
    EventDone,
    Kind,
    Network,
    Observation,
    Progress,
    Record,
    Request,
    Run,
    Settled,
    Stuck,
)
from tests.simulate import observe, scenario

RESUMED = scenario(
    """
    title = "Resumed once, and a registration looked at"
    clauses = ["complete-a-record-algorithm/8a", "background-fetch-manager-get/4.1"]
    [origin."/a"]
    size = 3000
    attempts = [{ stall = { after = 1000 } }]
    [[steps]]
    fetch = "f"
    requests = ["/a"]
    options = { downloadTotal = 3000 }
    [[steps]]
    get = "f"
    gives = { id = "f" }
    clause = "background-fetch-manager-get/4.1"
    [[steps]]
    network = "offline"
    when = { downloaded = 1000 }
    [[steps]]
    network = "online"
    [[steps]]
    until = "settled"
    [expect]
    requests = [
        { path = "/a" },
        { path = "/a", range = "bytes=1000-", headers = { accept-encoding = "identity" } },
    ]
    events = [{ type = "backgroundfetchsuccess", result = "success" }]
    records = [{ path = "/a", status = 200, body = "intact" }]
    progress = [{ monotone = true, last = 3000 }]
    """
)
SOUND = observe(RESUMED)
SPLICED = (Run("v1", 0, 1000), Run("v2", 1000, 3000))
Change = Callable[[Observation], Observation | None]


def tampered(change: Change) -> list[Observation]:
    return [changed for seen in SOUND if (changed := change(seen)) is not None]


def on(kind: type[Kind], **values: Any) -> Change:
    """Change these fields wherever this kind was seen."""
    return lambda seen: (
        evolve(seen, data=evolve(cast("Any", seen.data), **values)) if isinstance(seen.data, kind) else seen
    )


def without(*kinds: type[Kind]) -> Change:
    return lambda seen: None if isinstance(seen.data, kinds) else seen


def ranged(**values: Any) -> Change:
    """Change the ranged request only."""

    def change(seen: Observation) -> Observation:
        if isinstance(seen.data, Request) and seen.data.range:
            return evolve(seen, data=evolve(seen.data, **values))
        return seen

    return change


def failing(observations: Sequence[Observation]) -> set[str]:
    return {check.clause for check in judge(RESUMED, observations) if check.verdict == FAIL}


def test_untouched_it_passes() -> None:
    assert verdict_of(judge(RESUMED, SOUND)) == PASS


@pytest.mark.parametrize(
    ("change", "clause"),
    [
        (ranged(range=""), "complete-a-record-algorithm/8a"),
        (ranged(range="bytes=999-"), "complete-a-record-algorithm/8a"),
        (ranged(headers=()), "complete-a-record-algorithm/8a"),
        (on(Request, method="POST"), "complete-a-record-algorithm/11.r1.1a"),
        (on(Record, status=206), "complete-a-record-algorithm/8a"),
        (on(Record, runs=(Run("v1", 0, 2999),)), "complete-a-record-algorithm/8a"),
        (on(Record, runs=SPLICED), "create-settled-fetches-algorithm/2.8.3"),
        (on(Record, runs=(Run("?", 0, 3000),)), "create-settled-fetches-algorithm/2.8.3"),
        (on(Record, exception="TypeError", at="body"), "complete-a-record-algorithm/8a"),
        (on(Event, type="backgroundfetchfail"), "perform-a-background-fetch-algorithm/8.5"),
        (on(Event, interface="BackgroundFetchEvent"), "service-worker-global-events/1"),
        (on(Event, isTrusted=False), "perform-a-background-fetch-algorithm/8.13c"),
        (on(Event, bubbles=True), "perform-a-background-fetch-algorithm/8.13c"),
        (on(Progress, downloaded=3001), "complete-a-record-algorithm/11.r6.1"),
        (on(Progress, downloaded=5), "update-background-fetch-instance-algorithm/6.5"),
        (on(Progress, recordsAvailable=False), "perform-a-background-fetch-algorithm/8.7"),
        (on(Network, online=False), "mdn/Background_Fetch_API/3"),
        (on(Settled, outcome="rejected", exception="TypeError"), "background-fetch-manager-get/4.1"),
        (on(Settled, value={"id": "g"}), "background-fetch-manager-get/4.1"),
        (without(Event), "complete-a-record-algorithm/8a"),
        (without(Record), "complete-a-record-algorithm/8a"),
        (without(Progress), "complete-a-record-algorithm/8a"),
    ],
)  # fmt: skip
def test_what_was_tampered_with_is_found(change: Change, clause: str) -> None:
    assert clause in failing(tampered(change))


@pytest.mark.parametrize(
    ("kind", "clause"),
    [
        (Event, "perform-a-background-fetch-algorithm/8.13a"),
        (Progress, "update-background-fetch-instance-algorithm/6.5"),
    ],
)
def test_what_is_seen_twice_is_found(kind: type[Kind], clause: str) -> None:
    doubled = [twice for seen in SOUND for twice in ([seen, seen] if isinstance(seen.data, kind) else [seen])]
    assert clause in failing(doubled)


def test_a_request_for_something_else_is_found() -> None:
    strange = evolve(SOUND[0], witness="origin", of="/b", data=Request(1, "GET"))
    checks = judge(RESUMED, [*SOUND, strange])
    assert any("/b" in check.actual and check.verdict == FAIL for check in checks)


def test_with_no_request_seen_nothing_that_was_expected_is_a_failure() -> None:
    """A wire without a witness: the scenario is inconclusive, whatever else was seen."""
    checks = judge(RESUMED, tampered(without(Request, Event, EventDone)))
    assert verdict_of(checks) == INCONCLUSIVE
    assert any("neither proxy nor origin" in check.actual for check in checks)


@pytest.mark.parametrize(
    ("waited", "told"),
    [(48 * 3600 * 10**9, "48 h"), (10**10, "10 s"), (10_003_000_000, "10 s")],
)
def test_where_the_scenario_stood_still_only_that_fails(waited: int, told: str) -> None:
    stuck = evolve(
        SOUND[-1], sequence=len(SOUND) + 1, witness="harness", of="5", data=Stuck("settled", waited)
    )
    checks = judge(RESUMED, [*tampered(without(Event, Record, EventDone)), stuck])
    failed = [check for check in checks if check.verdict == FAIL]
    assert [check.expected for check in failed] == ["step 5, until settled: settled"]
    assert [check.actual.partition(";")[0] for check in failed] == [f"not within {told}"]
    assert any(check.verdict == INCONCLUSIVE for check in checks)


def test_of_nothing_seen_nothing_is_said() -> None:
    assert verdict_of(judge(RESUMED, [])) == INCONCLUSIVE


@given(st.lists(st.sampled_from(SOUND), max_size=40))
def test_the_judge_never_stumbles_and_proves_by_what_was_seen(observations: list[Observation]) -> None:
    known = {seen.sequence for seen in observations}
    for check in judge(RESUMED, observations):
        assert set(check.proof) <= known


CHECKS = st.builds(
    Check,
    clause=st.just("x/1"),
    level=st.sampled_from(["must", "should", "may", "observe"]),
    authority=st.just("text"),
    verdict=st.sampled_from([PASS, FAIL, INCONCLUSIVE]),
    expected=st.just(""),
    actual=st.just(""),
)


@given(st.lists(CHECKS))
def test_only_a_must_decides_and_failure_outweighs_doubt(checks: list[Check]) -> None:
    musts = {check.verdict for check in checks if check.level == "must"}
    expected = FAIL if FAIL in musts else INCONCLUSIVE if INCONCLUSIVE in musts or not checks else PASS
    assert verdict_of(checks) == expected


@pytest.mark.parametrize(
    "observations",
    [(), tampered(without(Request, Event, EventDone)), SOUND[:-1]],
    ids=["nothing", "no wire", "no end"],
)
def test_doubt_has_a_reason(observations: Sequence[Observation]) -> None:
    checks = judge(RESUMED, observations)
    told = untold(checks)
    if doubtful := [check for check in checks if check.verdict == INCONCLUSIVE]:
        assert told == f"{doubtful[0].expected}: {doubtful[0].actual}"
    else:
        assert told == "nothing was seen that could be checked"


# -- the clause that a check is of -----------------------------------------------------------


def test_each_clause_of_what_is_judged_together_has_its_check() -> None:
    """Neither a second request's clause nor that of a wait that came to its end is lost."""
    text = RESUMED.text.replace('"identity" } }', '"identity" }, clause = "complete-a-record-algorithm/8b" }')
    text = text.replace('until = "settled"', 'until = "settled"\n    clause = "mdn/Background_Fetch_API/3"')
    one = scenario(text)
    checks = judge(one, observe(one))
    for clause in ("complete-a-record-algorithm/8a", "complete-a-record-algorithm/8b"):
        assert [c.verdict for c in checks if c.clause == clause and "bytes=1000" in c.expected] == [PASS]
    (waited,) = [check for check in checks if check.expected == "step 5, until settled: settled"]
    assert (waited.clause, waited.verdict) == ("mdn/Background_Fetch_API/3", PASS)
    assert waited.proof


# -- alternatives ---------------------------------------------------------------------------

EITHER = """
    title = "Either way"
    clauses = ["complete-a-record-algorithm/11.r8.2"]
    [origin."/a"]
    size = 3000
    attempts = [{ cut = { after = 1000 } }]
    [[steps]]
    fetch = "f"
    requests = ["/a"]
    [[steps]]
    until = "settled"
    [[expect.any]]
    events = [{ type = "backgroundfetchsuccess" }]
    [[expect.any]]
    events = [{ type = "backgroundfetchfail" }]
    """


def either(**last: str) -> list[Check]:
    one = scenario(EITHER + "\n    ".join(f"{key} = {value}" for key, value in last.items()))
    return of_the_alternatives(judge(one, observe(one)))


def of_the_alternatives(checks: list[Check]) -> list[Check]:
    return [one for one in checks if one.source == "expectation" and not one.expected.startswith("step")]


def test_the_alternative_that_holds_is_the_one_that_is_judged() -> None:
    assert [(check.verdict, check.expected) for check in either()] == [(PASS, "backgroundfetchfail")]


def test_an_alternative_whose_cause_never_came_does_not_count() -> None:
    assert [check.verdict for check in either(needs='{ path = "/a", attempt = 2 }')] == [INCONCLUSIVE]
    assert [check.verdict for check in either(needs='{ path = "/a", attempt = 1 }')] == [PASS]


def test_the_authority_of_an_alternative_is_that_of_its_checks() -> None:
    assert [check.authority for check in either(authority='"erratum 14"')] == ["erratum 14"]


def test_where_no_alternative_holds_one_check_says_how_each_fails() -> None:
    one = scenario(EITHER.replace("backgroundfetchfail", "backgroundfetchabort"))
    (check,) = of_the_alternatives(judge(one, observe(one)))
    assert check.verdict == FAIL
    assert "backgroundfetchsuccess OR backgroundfetchabort" in check.expected
    assert "backgroundfetchfail" in check.actual


# -- comparing ------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON.filter(lambda value: value != "undefined"))
def test_a_value_agrees_with_itself_and_a_table_with_a_larger_one(value: object) -> None:
    assert agrees(value, value)
    assert agrees({"a": value}, {"a": value, "b": 1})
    assert not agrees({"a": value, "b": 1}, {"a": value})


@pytest.mark.parametrize(("expected", "actual"), [(1, True), (0, False), ("1", 1), ([1], [1, 2]), ({}, None)])
def test_what_only_looks_alike_does_not_agree(expected: object, actual: object) -> None:
    assert not agrees(expected, actual)


COUNTED = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 2), st.integers(0, 2)), max_size=4)


@given(COUNTED, st.text("ab", max_size=6))
def test_a_sequence_with_counts_is_matched_as_a_regular_expression_would(
    expected: list[tuple[str, int, int]], seen: str
) -> None:

    entries = [(letter, low, low + more) for letter, low, more in expected]
    pattern = "".join(f"{letter}{{{low},{high}}}" for letter, low, high in entries)
    matched = in_order(entries, seen, lambda one, got: one[0] == got, lambda one: (one[1], one[2]))
    assert matched is (re.fullmatch(pattern, seen) is not None)
