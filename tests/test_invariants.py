"""The invariants: each can fail, each keeps silent where its witness is missing, each names its clause."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.checks.evidence import evidence
from conformance.checks.invariants import INVARIANTS, Invariant
from conformance.clauses import clauses
from conformance.results import FAIL, PASS, Check
from conformance.scenario.model import Scenario
from simulator.content import SHORTEST_KNOWN
from simulator.observation import WITNESSES, Called, Observation, Record, Response, Run, Settled, select
from tests.simulate import catalogue, observe, scenario

RED = {
    "one end event": ("event-twice", "background-fetch-display-algorithm/abort-is-always-offered"),
    "the event fits the result": (
        "fail-fires-success",
        "complete-a-record-algorithm/not-found-is-bad-status",
    ),
    "its own worker": (
        "event-at-another-worker",
        "extensions-to-service-worker-registration/aborting-one-of-two",
    ),
    "kept while active": (
        "records-dropped-early",
        "background-fetch-display-algorithm/a-pause-outlasts-an-outage",
    ),
    "gone for good": (
        "records-for-ever",
        "background-fetch-registration/records-gone-after-the-event",
    ),
    "every page learns of the loss": (
        "records-kept",
        "background-fetch-registration/records-gone-after-the-event",
    ),
    "aborted is aborted": ("abort-forgotten", "background-fetch-registration-abort/by-the-page"),
    "aborted once": ("abort-true-again", "background-fetch-registration-abort/twice"),
    "no progress after the result": (
        "progress-after-the-result",
        "perform-a-background-fetch-algorithm/two-files-succeed",
    ),
    "result before the end": (
        "no-last-progress",
        "background-fetch-display-algorithm/a-pause-outlasts-an-outage",
    ),
    "something changed": (
        "progress-without-change",
        "background-fetch-registration-match-all/query-options",
    ),
    "uploaded never falls": (
        "uploaded-is-the-last-piece",
        "background-fetch-manager-fetch/post-with-a-body",
    ),
    "downloaded falls only to start over": (
        "progress-runs-backwards",
        "complete-a-record-algorithm/download-total-exceeded",
    ),
    "result is of the list": (
        "another-word-for-success",
        "perform-a-background-fetch-algorithm/two-files-succeed",
    ),
    "reason is of the list": ("another-word-for-the-limit", "background-fetch-registration/words"),
    "never above the total": ("no-limit", "complete-a-record-algorithm/download-total-exceeded"),
    "totals stay": ("totals-shrink", "background-fetch-display-algorithm/no-pause-with-a-post"),
    "final for all": ("ends-with-the-first-record", "background-fetch-registration-match-all/fragments"),
    "upload total is the sum": ("bodies-not-counted", "background-fetch-manager-fetch/post-with-a-body"),
    "all was uploaded": ("uploaded-stays-zero", "background-fetch-manager-fetch/post-with-a-body"),
    "downloaded is what is held": (
        "counts-more-than-it-holds",
        "perform-a-background-fetch-algorithm/two-files-succeed",
    ),
    "one version without gap or repeat": (
        "validators-ignored",
        "validate-partial-response-algorithm/changed-etag",
    ),
    "success is whole": ("break-is-success", "complete-a-record-algorithm/cut-while-online"),
    "only get twice": ("post-sent-again", "complete-a-record-algorithm/post-answered-while-offline"),
    "ranges leave no gap": (
        "resumes-a-byte-late",
        "complete-a-record-algorithm/offline-resumes-by-range",
    ),
    "ranges begin where the bytes end": (
        "resumes-a-byte-early",
        "complete-a-record-algorithm/offline-resumes-by-range",
    ),
    "no range at first": (
        "range-from-the-first-byte",
        "complete-a-record-algorithm/quota-met-mid-body",
    ),
    "identity for a part": ("coding-accepted", "complete-a-record-algorithm/offline-resumes-by-range"),
    "nothing while offline": (
        "link-switched-on",
        "complete-a-record-algorithm/offline-resumes-by-range",
    ),
    "nothing while paused": ("pause-runs-out", "background-fetch-display-algorithm/pause-and-resume"),
    "nothing once over": ("abort-stops-nothing", "background-fetch-registration-abort/while-offline"),
    "known only while active": ("listed-until-the-end", "background-fetch-manager-get/before-during-after"),
    "known while active": ("never-listed", "background-fetch-manager-get/before-during-after"),
    "in the order of the calls": (
        "ids-newest-first",
        "background-fetch-manager-get-ids/in-the-order-of-insertion",
    ),
    "one object a realm": ("new-object-each-time", "background-fetch-manager-get/before-during-after"),
    "loss of records is no progress": (
        "loss-is-progress",
        "update-background-fetch-instance-algorithm/the-loss-of-the-records-is-no-progress",
    ),
    "without its origin": (
        "shows-where-it-loads-from",
        "background-fetch-display-algorithm/the-site-s-origin-and-not-the-server-s",
    ),
    "bandwidth told wrongly": (
        "bandwidth-hidden",
        "background-fetch-display-algorithm/abort-is-always-offered",
    ),
    "no way to abort": ("no-way-to-abort", "background-fetch-display-algorithm/abort-is-always-offered"),
}
"""For each invariant a mutant that breaks it, and a scenario in which that shows."""


def by_id(id: str) -> Scenario:
    return next(one for one in catalogue() if one.id == id)


def checked(rule: Invariant, one: Scenario, observations: Sequence[Observation]) -> list[Check]:
    return list(rule.check(evidence(one, observations)))


@pytest.mark.parametrize("rule", INVARIANTS, ids=lambda rule: rule.name)
def test_a_mutant_breaks_it_and_the_reference_does_not(rule: Invariant) -> None:
    mutant, id = RED[rule.name]
    (broken,) = checked(rule, by_id(id), observe(by_id(id), f"mutant:{mutant}"))
    assert broken.verdict == FAIL
    assert broken.proof
    assert broken.actual != "so it was"
    assert all(check.verdict != FAIL for check in checked(rule, by_id(id), observe(by_id(id))))


@pytest.mark.parametrize("rule", INVARIANTS, ids=lambda rule: rule.name)
def test_it_says_which_clause_it_is_about(rule: Invariant) -> None:
    assert rule.clause in clauses()
    assert (rule.authority == "practice") == (clauses()[rule.clause].level == "mdn")


def test_each_has_a_name_and_one_way_to_fail() -> None:
    assert sorted(RED) == sorted(rule.name for rule in INVARIANTS)


SMALL = [one for one in catalogue() if len(one.origin) < 100]


@cache
def seen_of(id: str, seed: int) -> Sequence[Observation]:
    return observe(by_id(id), seed=seed)


@settings(deadline=None)  # a run takes as long as the machine is busy
@given(
    one=st.sampled_from(SMALL),
    seed=st.integers(0, 3),
    silent=st.sets(st.sampled_from(WITNESSES)),
    part=st.just(1.0) | st.floats(0, 1),
)
def test_a_missing_witness_or_an_early_end_breaks_nothing(
    one: Scenario, seed: int, silent: set[str], part: float
) -> None:
    """What was not seen is no reason to fail: neither a whole witness, nor all that came after some time."""
    whole = seen_of(one.id, seed)
    left = [seen for seen in whole[: round(part * len(whole))] if seen.witness not in silent]
    for rule in INVARIANTS:
        for check in checked(rule, one, left):
            assert check.verdict != FAIL, (check, silent)


@settings(deadline=None)  # a run takes as long as the machine is busy
@given(one=st.sampled_from(SMALL), seed=st.integers(0, 1000))
def test_the_reference_keeps_every_invariant_under_any_order(one: Scenario, seed: int) -> None:
    seen = evidence(one, observe(one, seed=seed))
    checks = [check for rule in INVARIANTS for check in rule.check(seen)]
    assert not [check for check in checks if check.verdict == FAIL]
    assert all(check.proof for check in checks)


@pytest.mark.parametrize(("size", "told"), [(SHORTEST_KNOWN - 1, False), (SHORTEST_KNOWN, True)])
def test_a_body_with_no_room_for_what_it_is_of_tells_nothing(size: int, told: bool) -> None:
    """Read from its bytes, as a browser's is, a body of one byte is of no known content."""
    one = by_id("perform-a-background-fetch-algorithm/two-files-succeed")
    seen = [
        evolve(seen, data=evolve(seen.data, runs=(Run("?", 0, size),)))
        if isinstance(seen.data, Record)
        else seen
        for seen in observe(one)
    ]
    (rule,) = (rule for rule in INVARIANTS if rule.name == "one version without gap or repeat")
    assert [check.verdict for check in checked(rule, one, seen)] == [FAIL] * told


REDIRECTED = """
title = "For a test"
clauses = ["complete-a-record-algorithm/11.r3a"]
[origin."/a"]
size = "300 KiB"
etag = ""
attempts = [{ stall = { after = "100 KiB" } }]
[origin."/moved"]
attempts = [{ redirect = "/a", status = 302 }]
[[steps]]
fetch = "f"
requests = ["/moved"]
[[steps]]
network = "offline"
when = { sent = "100 KiB", path = "/a" }
[[steps]]
network = "online"
[[steps]]
until = "settled"
"""


def test_bytes_start_over_also_where_only_what_a_redirect_leads_to_is_asked_for_again() -> None:
    """A browser may remember where it was led, and ask there."""
    one = scenario(REDIRECTED)
    (rule,) = (rule for rule in INVARIANTS if rule.name == "downloaded falls only to start over")
    seen = observe(one)
    again = next(at for at in seen if isinstance(at.data, Response) and at.data.number == 2)
    assert again.of == "/moved"
    whole = evolve(again, of="/a", data=Response(number=2, status=200))
    elsewhere = [whole if at is again else at for at in seen]
    assert [check.verdict for check in checked(rule, one, elsewhere)] == [PASS]
    assert [check.verdict for check in checked(rule, one, [at for at in seen if at is not again])] == [FAIL]


def test_a_page_may_report_late_what_it_was_told_while_a_fetch_was_active() -> None:
    """The call was due before the end event: that its report came later says nothing of when it was made."""
    one = by_id("background-fetch-manager-get/before-during-after")
    whole = observe(one)
    step = next(seen.of for seen, data in select(whole, Settled) if data.value == ["f"])
    late = [seen for seen in whole if seen.of == step and isinstance(seen.data, (Called, Settled))]
    order = [*(seen for seen in whole if seen not in late), *late]
    seen = [evolve(seen, sequence=place) for place, seen in enumerate(order, 1)]
    (rule,) = (rule for rule in INVARIANTS if rule.name == "known only while active")
    assert all(check.verdict != FAIL for check in checked(rule, one, seen))
