"""The end of the user agent's process: nothing of it is seen afterwards, and what was stored goes on."""

from __future__ import annotations

import pytest

from conformance.scenario.model import Scenario
from simulator.observation import Browser, Display, Observation, Request
from tests.simulate import catalogue, judged, observe, scenario

RESTARTED = [one for one in catalogue() if any(step.verb == "browser" for step in one.steps)]


def while_down(observations: list[Observation]) -> list[Observation]:
    """What was seen between each end of the browser and its next start."""
    seen, down = [], False
    for one in observations:
        if isinstance(one.data, Browser):
            down = one.data.state != "started"
        elif down:
            seen.append(one)
    return seen


@pytest.mark.parametrize("one", RESTARTED, ids=lambda one: one.id)
def test_a_browser_that_is_down_shows_and_asks_for_nothing(one: Scenario) -> None:
    for seed in range(10):
        seen = while_down(list(observe(one, seed=seed)))
        assert not [each for each in seen if each.witness in ("page", "worker", "ui")]
        assert not [each for each in seen if isinstance(each.data, Request)]


def killed(policy: str = "", step: str = "", body: str = "", torn: str = "") -> Scenario:
    """A fetch of 300 KiB, killed at 100 KiB and started again."""
    return scenario(
        f"""
        title = "Killed at 100 KiB"
        clauses = ["mdn/Background_Fetch_API/5"]
        policy = {{ {policy} }}
        origin."/a" = {{ size = "300 KiB", attempts = [{{ stall = {{ after = "100 KiB" }} }}] }}
        steps = [
            {{ fetch = "f", requests = [{{ path = "/a" {body} }}], gives = {{ id = "f" }} }},
            {{ until = {{ downloaded = "100 KiB" }} }},
            {step}
            {{ browser = "kill" {torn} }},
            {{ wait = "1 d" }},
            {{ browser = "start" }},
            {{ until = "settled" }},
        ]
        """
    )


@pytest.mark.parametrize(
    ("one", "ranges"),
    [
        (killed(), ["", "bytes=102400-"]),
        (killed('kill_keeps = "none"'), ["", ""]),
        (killed(step='{ abort = "f", gives = true },'), [""]),
        (killed(body=', method = "POST", body = 9'), [""]),
        (killed(torn=", torn = 1"), ["", "bytes=102399-"]),
        (killed(torn=', torn = "100 KiB"'), ["", ""]),
        (killed('kill_keeps = "none"', torn=', torn = "30 KiB"'), ["", ""]),
    ],
    ids=["all kept", "nothing kept", "aborted", "a POST", "a byte torn", "all torn", "nothing kept or torn"],
)
def test_what_is_asked_for_after_a_kill(one: Scenario, ranges: list[str]) -> None:
    for seed in range(10):
        asked = [each.data.range for each in observe(one, seed=seed) if isinstance(each.data, Request)]
        assert asked == ranges


def test_a_paused_fetch_is_still_paused_and_shown_so() -> None:
    one = scenario(
        """
        title = "Killed while paused"
        clauses = ["mdn/Background_Fetch_API/5"]
        origin."/a" = { size = "300 KiB", attempts = [{ stall = { after = "100 KiB" } }] }
        steps = [
            { fetch = "f", requests = ["/a"], gives = { id = "f" } },
            { user = "pause", when = { downloaded = "100 KiB" } },
            { browser = "kill" },
            { browser = "start" },
            { never = { path = "/a", attempt = 2 }, for = "1 h" },
            { user = "resume" },
            { until = "settled" },
        ]
        """
    )
    assert judged(one)[0] == "pass"
    shown = [each.data for each in observe(one) if isinstance(each.data, Display)]
    assert [data.paused for data in shown] == [False, True, True, False, False]


@pytest.mark.parametrize("mutant", ["noted-length-believed", "torn-tail-is-garbage"])
@pytest.mark.parametrize("torn", [1, 32, 1000, 102_399])
def test_a_torn_write_that_is_not_noticed_shows_in_the_body(mutant: str, torn: int) -> None:
    """Told by what holds in every run, without a word of the scenario."""
    one = killed(torn=f", torn = {torn}")
    assert judged(one)[0] == "pass"
    failed = {check.clause for check in judged(one, f"mutant:{mutant}")[1] if check.verdict == "fail"}
    assert "create-settled-fetches-algorithm/2.8.3" in failed
