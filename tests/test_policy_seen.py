"""Whether a choice that a scenario presupposes was seen to be made: judged on what each choice looks like.

The simulator makes a choice, and is then judged as a browser is, which cannot be set to it.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from attrs import evolve

from conformance.checks import judge, unseen_choices, where_unseen
from conformance.checks.policy import RULES
from conformance.implementations.protocol import POLICY, Description, Lever, Session
from conformance.implementations.simulator import SimulatorImplementation
from conformance.results import INCONCLUSIVE, PASS, UNSUPPORTED
from conformance.runner import Candidate
from conformance.scenario.model import Scenario
from simulator.policies import DEFAULTS
from tests.simulate import catalogue, observe

MINUTES = 60_000_000_000


def one(identifier: str) -> Scenario:
    return next(each for each in catalogue() if each.id == identifier)


CUT = one("complete-a-record-algorithm/cut-while-online")
REFUSED = one("complete-a-record-algorithm/refused-while-online")
UNBROKEN = one("perform-a-background-fetch-algorithm/two-files-succeed")
PROMPT = one("background-fetch-display-algorithm/prompt-accepted")
BACK_TO_PROMPT = one("background-fetch-display-algorithm/permission-back-to-prompt")
UNWAITED = evolve(PROMPT, steps=tuple(step for step in PROMPT.steps if step.verb != "never"))
METERED = one("background-fetch-display-algorithm/metered")
ENDLESS = one("perform-a-background-fetch-algorithm/wait-until-without-end")
KILLED = one("mdn-background-fetch-api/killed-with-nothing-kept")
KILLED_WHEN_OVER = one("mdn-background-fetch-api/over-before-the-kill")
TORN = one("mdn-background-fetch-api/torn-write#the-tail")
PORTAL = one("infrastructure/captive-portal#mid-way")
TAKEN = one("infrastructure/captive-portal#taken-for-the-server")
WITH_A_POST = one("infrastructure/captive-portal#a-post-is-not-sent-again")

ONE_AT_A_TIME = one("perform-a-background-fetch-algorithm/one-at-a-time")
ONCE_A_SECOND = one("update-background-fetch-instance-algorithm/once-a-second")

CHOICES: list[tuple[Scenario, str, Any, Any, str]] = [
    # the scenario, the field, what it presupposes, what is chosen, and why that cannot be said to agree
    (CUT, "cut_while_online", "fail", "fail", ""),
    (CUT, "cut_while_online", "retry", "retry", ""),
    (CUT, "cut_while_online", "fail", "retry", "/a was asked for once more"),
    (CUT, "cut_while_online", "retry", "fail", "/a was not asked for again"),
    (REFUSED, "cut_while_online", "fail", "fail", ""),
    (REFUSED, "cut_while_online", "fail", "retry", "/a was asked for once more"),
    (UNBROKEN, "cut_while_online", "fail", "fail", "no connection was seen to break"),
    (PROMPT, "prompt_starts_paused", True, True, ""),
    (PROMPT, "prompt_starts_paused", False, False, ""),
    (PROMPT, "prompt_starts_paused", True, False, "f was sent before the user"),
    (PROMPT, "prompt_starts_paused", False, True, "f was not sent before the user"),
    (BACK_TO_PROMPT, "prompt_starts_paused", True, True, ""),
    (UNBROKEN, "prompt_starts_paused", True, True, "no fetch began while the permission was at prompt"),
    (METERED, "pause_on_metered", True, True, ""),
    (METERED, "pause_on_metered", True, False, "no fetch was shown paused"),
    (METERED, "pause_on_metered", False, True, "no fetch was seen to go on"),
    (ENDLESS, "event_lifetime_max", 5 * MINUTES, 5 * MINUTES, ""),
    (ENDLESS, "event_lifetime_max", 5 * MINUTES, 1 * MINUTES, ""),
    (ENDLESS, "event_lifetime_max", 4 * MINUTES, 5 * MINUTES, "was ended only after 300 s"),
    (ENDLESS, "event_lifetime_max", 5 * MINUTES, "never", "the worker was not seen to be ended"),
    (ENDLESS, "event_lifetime_max", "never", 5 * MINUTES, "was not seen to end by itself"),
    (UNBROKEN, "event_lifetime_max", "never", "never", ""),
    (KILLED, "kill_keeps", "none", "none", ""),
    (KILLED, "kill_keeps", "all", "all", ""),
    (KILLED, "kill_keeps", "none", "all", "/a was asked for from byte 102400 on"),
    (KILLED, "kill_keeps", "all", "none", "/a was asked for from byte 0 on"),
    (KILLED_WHEN_OVER, "kill_keeps", "none", "none", "no body that was unfinished"),
    (TORN, "kill_keeps", "all", "all", ""),
    (TORN, "kill_keeps", "all", "none", "from byte 0 on"),
    (TORN, "kill_keeps", "none", "all", "from byte 71680 on"),
    (PORTAL, "portal", "known", "known", ""),
    (PORTAL, "portal", "known", "unknown", "f failed behind it"),
    (PORTAL, "portal", "unknown", "known", "/a was asked for once it was left"),
    (TAKEN, "portal", "unknown", "unknown", ""),
    (TAKEN, "portal", "unknown", "known", "nothing failed behind one"),
    (WITH_A_POST, "portal", "known", "known", ""),
    (UNBROKEN, "portal", "known", "known", "nothing was seen to outlast one"),
    (ONE_AT_A_TIME, "downloads_at_once", 1, 1, ""),
    (ONE_AT_A_TIME, "downloads_at_once", 2, 2, ""),
    (ONE_AT_A_TIME, "downloads_at_once", "all", "all", ""),
    (ONE_AT_A_TIME, "downloads_at_once", 1, 2, "2 requests of f were open at once"),
    (ONE_AT_A_TIME, "downloads_at_once", 2, 1, "of no fetch of several requests"),
    (ONE_AT_A_TIME, "downloads_at_once", "all", 2, "of no fetch of several requests"),
    (CUT, "downloads_at_once", 1, 1, "of no fetch of several requests"),
    (ONCE_A_SECOND, "progress_every", MINUTES // 60, MINUTES // 60, ""),
    (ONCE_A_SECOND, "progress_every", MINUTES // 60, "slice", r"0\.30\d* s lay between two events"),
    (ONCE_A_SECOND, "progress_every", MINUTES, MINUTES, "no object was told of progress twice"),
    (ONCE_A_SECOND, "progress_every", "slice", "slice", "nothing that a witness can see"),
]


@pytest.mark.parametrize(("scenario", "field", "presupposed", "chosen", "reason"), CHOICES)
def test_a_choice_is_seen_for_what_it_is(
    scenario: Scenario, field: str, presupposed: Any, chosen: Any, reason: str
) -> None:
    for seed in range(5):
        seen = observe(evolve(scenario, policy={field: chosen}), seed=seed)
        told = unseen_choices(evolve(scenario, policy={field: presupposed}), seen)
        assert bool(told) == bool(reason)
        assert re.search(reason, told), told
        assert not told or field in told


def test_nothing_shown_is_not_a_choice_made() -> None:
    """A display, or a window that was waited for, tells that a fetch waits; silence alone does not."""
    policy = {"prompt_starts_paused": True}
    seen = [each for each in observe(evolve(UNWAITED, policy=policy)) if each.witness != "ui"]
    assert "no display shows f paused" in unseen_choices(evolve(UNWAITED, policy=policy), seen)


def test_every_choice_of_the_simulator_has_a_rule() -> None:
    assert RULES.keys() == DEFAULTS.keys()


def test_a_choice_that_no_witness_knows_of_cannot_be_told() -> None:
    one = evolve(UNBROKEN, policy={"colour": "green"})
    assert "nothing that a witness can see" in unseen_choices(one, observe(UNBROKEN))


def test_no_expectation_tells_anything_where_the_choice_was_another() -> None:
    checks = where_unseen(judge(CUT, observe(CUT)), "it chose otherwise")
    told = {(check.source, check.verdict) for check in checks}
    assert told == {("expectation", INCONCLUSIVE), ("clause", PASS), ("invariant", PASS)}
    assert all("it chose otherwise" in check.actual for check in checks if check.source == "expectation")


class Chooser(SimulatorImplementation):
    """A user agent that chooses by itself, whatever a scenario presupposes, and lacks some levers."""

    def __init__(self, choice: dict[str, Any], without: tuple[str, ...] = (POLICY,)) -> None:
        super().__init__("chooser")
        self.choice, self.without = choice, without

    async def open(self) -> Description:
        known = await super().open()
        lacking = {name: Lever(False, "it has a will of its own") for name in self.without}
        return evolve(known, levers={**known.levers, **lacking})

    @asynccontextmanager
    async def start(self, scenario: Scenario, seed: int) -> AsyncIterator[Session]:
        async with super().start(evolve(scenario, policy=self.choice), seed) as session:
            yield session


@pytest.mark.parametrize(
    ("chooser", "verdict", "note"),
    [
        (Chooser({"kill_keeps": "none"}), PASS, ""),
        (Chooser({"kill_keeps": "all"}), INCONCLUSIVE, "kill_keeps = none"),
        (Chooser({"kill_keeps": "none"}, (POLICY, "restart")), UNSUPPORTED, "restart: it has a will"),
        (SimulatorImplementation(), PASS, ""),
    ],
)
async def test_a_run_tells_what_was_chosen_otherwise(
    chooser: SimulatorImplementation, verdict: str, note: str
) -> None:
    outcome = await Candidate(chooser).judged(KILLED, 0)
    assert outcome.verdict == verdict
    assert note in outcome.note
    assert bool(note) == bool(outcome.note)
