"""The user's hand on real Chromium: every action, and what is seen of it by those who watch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
import trio

from conformance.driver import drive
from conformance.implementations.chromium import Chromium, screen
from conformance.implementations.protocol import Description
from conformance.scenario.load import scenario_from_text
from simulator.observation import (
    Devtools,
    Display,
    Event,
    Observation,
    Request,
    Settled,
    Stuck,
    Unconfirmed,
    select,
)
from tests.chromium_runs import GATED, HEAD, Seen, bodies, observed

pytestmark = pytest.mark.browser
with_a_screen = pytest.mark.skipif(bool(screen.why_not()), reason=screen.why_not())

ASKED = """
permission = "prompt"
[origin."/a"]
size = "64 KiB"
[[steps]]
fetch = "f"
requests = ["/a"]
gives = { id = "f" }
"""
USER = '[[steps]]\nuser = "{}"\n'
MID_WAY = 'when = { downloaded = "100 KiB" }\n'
RELEASE = '[[steps]]\nrelease = "go"\n'
SETTLED = '[[steps]]\nuntil = "settled"\n'
CLICKED = '[[steps]]\nuntil = { ended = "backgroundfetchclick" }\n'
TWO = """
[origin."/a"]
size = "1 KiB"
[origin."/b"]
size = "300 KiB"
attempts = [{ stall = { after = "100 KiB", until = "go" } }]
[[steps]]
fetch = "done"
requests = ["/a"]
options = { title = "Done" }
[[steps]]
until = "settled"
[[steps]]
fetch = "running"
requests = ["/b"]
options = { title = "Running" }
gives = { id = "running" }
"""
SCENARIOS = {
    "accept": ASKED + USER.format("accept") + SETTLED,
    "refuse": ASKED + USER.format("refuse") + SETTLED,
    "pause": GATED
    + USER.format("pause")
    + MID_WAY
    + '[[steps]]\nuntil = { state = "paused" }\n'
    + USER.format("resume")
    + '[[steps]]\nuntil = { state = "active" }\n'
    + RELEASE
    + SETTLED,
    "cancel": GATED + USER.format("cancel") + MID_WAY + SETTLED,
    "click": GATED + USER.format("click") + MID_WAY + CLICKED + RELEASE + SETTLED,
    "by its title": TWO + USER.format("cancel") + 'of = "running"\n' + SETTLED,
    "webdriver": GATED
    + '[[steps]]\nwebdriver = { click = "f" }\ngives = { status = 200, error = "" }\n'
    + MID_WAY
    + RELEASE
    + SETTLED,
}


@pytest.fixture(scope="module")
def seen() -> Seen:
    description, seen = observed(SCENARIOS)
    assert description.levers["user"].available
    assert description.levers["prompt"].available
    return seen


def events(observations: Sequence[Observation]) -> list[tuple[str, str]]:
    return [(one.of, data.type) for one, data in select(observations, Event)]


def shown(observations: Sequence[Observation]) -> list[bool]:
    return [data.paused for _, data in select(observations, Display, witness="ui")]


@with_a_screen
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_action_is_confirmed_and_the_scenario_goes_on(name: str, seen: Seen) -> None:
    assert not list(select(seen[name], Unconfirmed))
    assert not list(select(seen[name], Stuck))


@with_a_screen
@pytest.mark.parametrize("name", ["accept", "refuse"])
def test_a_fetch_that_asks_first_starts_paused_and_sends_nothing(name: str, seen: Seen) -> None:
    registered = next(data for _, data in select(seen[name], Devtools))
    assert registered.details["Start Paused"] == "Yes"
    assert next(data.paused for _, data in select(seen[name], Display, witness="devtools"))
    before = [one for one in seen[name] if one.time < next(select(seen[name], Display, witness="ui"))[0].time]
    sent = list(select(before, Request))
    assert [data.number for _, data in sent] in ([], [1, 1])  # once accepted, the proxy and the origin see it
    if name == "refuse":
        assert not sent


@with_a_screen
def test_accepted_it_is_transferred_and_refused_it_is_aborted(seen: Seen) -> None:
    assert events(seen["accept"]) == [("f", "backgroundfetchsuccess")]
    assert bodies(seen["accept"]) == {"/a": "v1[0:65536]"}
    assert events(seen["refuse"]) == [("f", "backgroundfetchabort")]


@with_a_screen
def test_a_pause_is_shown_and_resumed_the_fetch_comes_to_its_end(seen: Seen) -> None:
    assert shown(seen["pause"]) == [True, False]
    assert events(seen["pause"]) == [("f", "backgroundfetchsuccess")]
    assert bodies(seen["pause"]) == {"/a": "v1[0:307200]"}


@with_a_screen
def test_cancelled_it_is_aborted_and_clicked_it_goes_on(seen: Seen) -> None:
    assert events(seen["cancel"]) == [("f", "backgroundfetchabort")]
    assert events(seen["click"]) == [("f", "backgroundfetchclick"), ("f", "backgroundfetchsuccess")]


@with_a_screen
def test_of_several_fetches_the_one_that_is_meant_is_found_by_its_title(seen: Seen) -> None:
    assert events(seen["by its title"]) == [
        ("done", "backgroundfetchsuccess"),
        ("running", "backgroundfetchabort"),
    ]


@with_a_screen
def test_the_driver_answers_a_command_that_it_does_not_know(seen: Seen) -> None:
    answer = next(data for _, data in select(seen["webdriver"], Settled, witness="harness"))
    assert answer.value == {"status": 404, "error": "unknown command"}


def test_without_xdotool_the_rest_goes_on_headless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PATH with all that there is, but for one program."""
    programs = [entry for folder in os.environ["PATH"].split(":") for entry in Path(folder).glob("*")]
    for program in programs:
        link = tmp_path / program.name
        if program.name != "xdotool" and not link.is_symlink():
            link.symlink_to(program)
    monkeypatch.setenv("PATH", str(tmp_path))
    scenario = scenario_from_text(HEAD + GATED + RELEASE + SETTLED, "x.toml", "x")

    async def run() -> tuple[Description, Sequence[Observation]]:
        chromium = Chromium()
        try:
            description = await chromium.open()
            async with chromium.start(scenario, 0) as session:
                await drive(scenario, session)
                return description, session.log.observations
        finally:
            await chromium.close()

    description, observations = trio.run(run)
    assert "apt-get install xvfb xdotool" in description.levers["user"].why
    assert not description.levers["user"].available
    assert not description.levers["prompt"].available
    assert events(observations) == [("f", "backgroundfetchsuccess")]
