"""The remote end of the WebDriver click: what it makes of a method, a path and a window."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.scenario.errors import ScenarioError
from conformance.scenario.load import scenario_from_text
from simulator.automation_click import Answer, remote_end
from simulator.observation import Log
from simulator.turns import Turns
from simulator.user_agent import UserAgent

PAGE = "https://own.test/app/page"
HEAD = """
title = "For a test"
clauses = ["automation-click/7"]
[origin."/a"]
size = 1
[[steps]]
fetch = "f"
requests = ["/a"]
"""


def answered(method: str, path: str, page_url: str | None = PAGE, *scopes: str) -> Answer:
    """What an agent that has fetched nothing answers."""

    async def never(stream: object) -> None: ...

    ua = UserAgent(Turns(), never, Log(lambda: 0))
    for scope in scopes:
        ua.register(scope, lambda worker: None)
    return remote_end(ua, method, path, page_url)


UNKNOWN = Answer(404, "unknown command")
NO_WINDOW = Answer(404, "no such window")
NO_REGISTRATION = Answer(400, "invalid service worker state")
NOT_FOUND = Answer(404, "background fetch not found")
CLICK = "/session/1/backgroundfetch/f/click"


@pytest.mark.parametrize(
    ("method", "path", "page_url", "scopes", "answer"),
    [
        ("GET", CLICK, PAGE, ("/app/",), UNKNOWN),
        ("POST", "/session/1/backgroundfetch/f", PAGE, ("/app/",), UNKNOWN),
        ("POST", "/session/1/backgroundfetch/f/g/click", PAGE, ("/app/",), UNKNOWN),
        ("POST", "/session/1/backgroundfetch//click", PAGE, ("/app/",), UNKNOWN),
        ("POST", CLICK, None, ("/app/",), NO_WINDOW),
        ("POST", CLICK, PAGE, (), NO_REGISTRATION),
        ("POST", CLICK, PAGE, ("/apple/",), NO_REGISTRATION),
        ("POST", CLICK, PAGE, ("/", "/apple/"), NOT_FOUND),
        ("POST", CLICK, PAGE, ("/app/",), NOT_FOUND),
    ],
)
def test_what_comes_first_is_answered(
    method: str, path: str, page_url: str | None, scopes: tuple[str, ...], answer: Answer
) -> None:
    assert answered(method, path, page_url, *scopes) == answer


@given(st.text(st.characters(codec="ascii"), max_size=60), st.sampled_from(["GET", "POST", "DELETE"]))
def test_every_other_command_is_unknown(path: str, method: str) -> None:
    assert answered(method, path, PAGE, "/app/") == UNKNOWN


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ('webdriver = { click = "f" }', "gives"),
        ('webdriver = { press = "f" }\ngives = {}', "click"),
        ('webdriver = { click = "f" }\ngives = {}\non = "worker"', "is no page"),
        ('webdriver = { click = "f" }\ngives = {}\non = "nobody"', "is no page"),
        ('webdriver = { click = "f" }\nthrows = "TypeError"', "throws"),
    ],
)
def test_a_command_that_means_nothing_is_told(step: str, told: str) -> None:
    with pytest.raises(ScenarioError, match=told):
        scenario_from_text(f"{HEAD}[[steps]]\n{step}\n", "x.toml", "x")


def test_a_command_may_come_from_a_window_that_was_closed() -> None:
    closed = '[[steps]]\nclose = "page"\n[[steps]]\nwebdriver = { click = "f" }\ngives = { status = 404 }\n'
    assert scenario_from_text(HEAD + closed, "x.toml", "x").steps[-1].settles
