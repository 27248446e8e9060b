"""The model of the user interface: what it shows and offers, whatever the user presses; how it is judged."""

from __future__ import annotations

from typing import Any, cast

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.checks import judge
from conformance.results import FAIL
from conformance.scenario.grammar.vocabulary import HAND
from conformance.scenario.load import scenario_from_text
from conformance.scenario.model import Scenario
from simulator.background_fetch_display import USER
from simulator.observation import Display, Event, Observation, Progress, Request, select
from tests.simulate import judged, observe, scenario

CLAUSE = 'title = "t"\nclauses = ["background-fetch-display-algorithm/3"]\n'
STALLED = 'origin."/a" = { size = "300 KiB", attempts = [{ stall = { after = "100 KiB", until = "go" } }] }\n'


def steps(*each: str, top: str = "") -> Scenario:
    return scenario(f"{CLAUSE}{STALLED}{top}\nsteps = [{', '.join(f'{{ {one} }}' for one in each)}]\n")


def pressed(words: list[str], permission: str) -> Scenario:
    """A fetch that stands still mid-way, where the user presses this and that, and is then let go on."""
    return steps(
        'fetch = "f", requests = ["/a"], gives = { id = "f" }',
        *(f'user = "{word}"' for word in words),
        'release = "go"',
        'user = "accept"',
        'user = "resume"',
        'until = "settled"',
        'user = "dismiss"',
        top=f'permission = "{permission}"\npolicy = {{ prompt_starts_paused = true }}',
    )


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(HAND), max_size=6), st.sampled_from(["granted", "prompt"]), st.integers(0, 99)
)
def test_whatever_the_user_presses(words: list[str], permission: str, seed: int) -> None:
    one = pressed(words, permission)
    observations = observe(one, seed=seed)
    assert [check for check in judge(one, observations) if check.verdict == FAIL] == []

    shown = [data for _, data in select(observations, Display)]
    running = [data for data in shown if data.result == ""]
    assert all(data.shown for data in running)
    assert all(("pause" in (data.offers or ())) + ("resume" in (data.offers or ())) == 1 for data in running)
    assert not shown[-1].shown
    assert shown[-1].offers == ()

    given_up = {"cancel", "refuse", "always-deny"} if permission == "prompt" else {"cancel"}
    ends = [data.type for _, data in select(observations, Event) if data.type != "backgroundfetchclick"]
    asked = [word for word in words if word != "dismiss"]
    if "cancel" in words:
        assert ends == ["backgroundfetchabort"]
    elif not given_up & set(asked):
        assert ends == ["backgroundfetchsuccess"]
    assert len(ends) == 1


def test_the_grammar_has_the_words_of_the_user_s_hand() -> None:
    assert sorted(HAND) == sorted(USER)


@pytest.mark.parametrize(
    ("word", "changes"),
    [("accept", 0), ("refuse", 0), ("dismiss", 0), ("resume", 0), ("always-deny", 0), ("pause", 1)],
)
def test_what_is_not_offered_cannot_be_pressed(word: str, changes: int) -> None:
    before = ['fetch = "f", requests = ["/a"]', 'until = { downloaded = "100 KiB" }']

    def shown(*presses: str) -> int:
        return sum(1 for _ in select(observe(steps(*before, *presses)), Display))

    assert shown(f'user = "{word}"') - shown() == changes


def test_nothing_is_seen_of_what_is_never_displayed() -> None:
    one = steps(
        'fetch = "f", requests = ["/a"]',
        'look = "f", gives = "undefined"',
        top='permission = "denied"',
    )
    assert [check.verdict for check in judged(one)[1] if check.line or "look" in check.expected][-1] == "pass"


LOOKED_AT = steps('fetch = "f", requests = ["/a"]', 'release = "go"', 'until = "settled"')
SOUND = observe(LOOKED_AT)


@pytest.mark.parametrize(
    ("changed", "clause"),
    [
        ({"origin": "//cdn"}, "background-fetch-display-algorithm/1"),
        ({"origin": ""}, "background-fetch-display-algorithm/1"),
        ({"bandwidth": True}, "background-fetch-display-algorithm/2"),
        ({"bandwidth": False}, "background-fetch-display-algorithm/2"),
        ({"paused": True}, "background-fetch-display-algorithm/2"),
        ({"offers": ("pause",)}, "background-fetch-display-algorithm/8"),
        ({"offers": ()}, "background-fetch-display-algorithm/8"),
    ],
)
def test_what_is_shown_wrongly_is_found(changed: dict[str, Any], clause: str) -> None:
    assert _failing(SOUND) == set()
    assert _failing([_with(seen, **changed) for seen in SOUND]) == {clause}


def test_of_what_a_witness_cannot_see_nothing_is_said() -> None:
    blind = [_with(seen, origin=None, bandwidth=None, offers=None) for seen in SOUND]
    clauses = {check.clause for check in judge(LOOKED_AT, blind)}
    assert not any(clause.startswith("background-fetch-display-algorithm/1") for clause in clauses)
    assert "background-fetch-display-algorithm/8" not in clauses


def _with(seen: Observation, **values: Any) -> Observation:
    if not isinstance(seen.data, Display):
        return seen
    return evolve(seen, data=evolve(cast("Any", seen.data), **values))


def _failing(observations: Any) -> set[str]:
    return {check.clause for check in judge(LOOKED_AT, observations) if check.verdict == FAIL}


@pytest.mark.parametrize(
    ("destination", "verdict"), [("image", "pass"), ("", "fail"), ("empty", "fail")], ids=str
)
def test_only_requests_for_an_image_are_the_interface_s_own(destination: str, verdict: str) -> None:
    text = (
        f'{CLAUSE}{STALLED}origin."/icon.png" = {{ size = 9 }}\n'
        'steps = [{ fetch = "f", requests = ["/a"], options = { icons = ["/icon.png"] } }, '
        '{ release = "go", when = { path = "/icon.png", attempt = 1 } }, { until = "settled" }]\n'
        'expect.requests = [{ path = "/a" }]\n'
    )
    one = scenario_from_text(text, "x.toml", "x")

    def otherwise(seen: Observation) -> Observation:
        if not isinstance(seen.data, Request) or seen.of != "/icon.png":
            return seen
        return evolve(seen, data=evolve(seen.data, headers=(("sec-fetch-dest", destination),)))

    failed = [check for check in judge(one, [*map(otherwise, observe(one))]) if check.verdict == FAIL]
    assert bool(failed) == (verdict == "fail")


@pytest.mark.parametrize(
    ("expected", "holds"),
    [
        ("first = [1, 102400]", True),
        ('first = "64 KiB"', True),
        ("first = [65537, 307200]", False),
        ("first = 1", False),
        ('result = "success"', True),
        ('result = "failure"', False),
        ('failureReason = ""', True),
        ('failureReason = "aborted"', False),
    ],
)
def test_progress_is_compared(expected: str, holds: bool) -> None:
    one = scenario(
        f'{CLAUSE}{STALLED}steps = [{{ fetch = "f", requests = ["/a"] }}, {{ release = "go" }}, '
        f'{{ until = "settled" }}]\nexpect.progress = [{{ {expected} }}]\n'
    )
    observations = observe(one)
    assert any(isinstance(seen.data, Progress) for seen in observations)
    assert any(check.verdict == FAIL for check in judge(one, observations)) != holds
