"""The user's hand on a list of downloads that is made up: what it presses, what it takes for an effect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import trio
from attrs import define, field

from conformance.checks import judge
from conformance.driver import drive
from conformance.implementations.chromium.hand import OPENS_WITHIN_S, Act
from conformance.implementations.chromium.views import View, tree
from conformance.implementations.protocol import Trouble
from conformance.results import FAIL, INCONCLUSIVE, verdict_of
from conformance.scenario.load import scenario_from_text
from conformance.scenario.model import Scenario, Step
from simulator.observation import (
    Closed,
    Devtools,
    Display,
    Event,
    Kind,
    Log,
    Request,
    Sent,
    Unconfirmed,
    select,
)

ORIGIN = "https://s1.test"
SCENARIO = """
title = "For a test"
clauses = ["background-fetch-display-algorithm/9"]
[origin."/a"]
size = "300 KiB"
[[steps]]
fetch = "f"
requests = [REQUEST]
options = { title = "Ours" }
[[steps]]
user = "WORD"
"""
RUNNING, PAUSED = ("Pause", "Cancel"), ("Resume", "Cancel")


@define
class Browser:
    """What the browser shows, and the mouse on it. ``pressed`` is told what was pressed, and of which row."""

    pressed: Callable[[str], None] = lambda what: None
    titles: tuple[str, ...] = ("Ours",)
    origin: str = ORIGIN
    offers: tuple[str, ...] = RUNNING
    opens: bool = True
    is_open: bool = False
    shows_new_ones: bool = True
    presses: list[str] = field(factory=list)
    _told: dict[int, dict[str, str]] = field(factory=dict)
    _over: str = ""

    async def look(self) -> View:
        self._told = {}
        below = [self._node("ToolbarButton", {"what": "icon"}, [self._node("DownloadsImageBadge")])]
        if self.is_open:
            rows = [self._row(title) for title in self.titles] if self.shows_new_ones else []
            below.append(self._node("DownloadBubbleDialog", {}, rows))
        return tree(self._node("", {}, below))

    def _row(self, title: str) -> dict[str, Any]:
        texts = [self._node("Label", {"Text": text}) for text in (title, f"{self.origin} • now")]
        buttons = [
            self._node("ImageButton", {"TooltipText": name, "Visible": "true", "what": f"{name} {title}"})
            for name in self.offers
        ]
        return self._node("DownloadBubbleRowView", {"what": f"row {title}"}, [*texts, *buttons])

    def _node(
        self, name: str, told: dict[str, str] | None = None, below: list[dict[str, Any]] | None = None
    ) -> dict[str, Any]:
        number = len(self._told) + 1
        drawn = name != "ImageButton" or self._over.startswith("row")
        self._told[number] = {"IsDrawn": str(drawn).lower(), "what": "", **(told or {})}
        return {"nodeId": number, "nodeName": "View", "attributes": ["name", name], "children": below}

    async def told(self, view: View) -> dict[str, str]:
        return self._told[view.number]

    async def middle(self, view: View) -> tuple[int, int]:
        return view.number, 0

    async def mouse(self, *words: str | int) -> None:
        what = self._told[int(words[1])]["what"]
        if "click" not in words:
            self._over = what
            return
        self.presses.append(what)
        if what == "icon":
            self.is_open = self.opens and not self.is_open
            self.shows_new_ones = True
        else:
            self.pressed(what)


def scenario(word: str, request: str = '"/a"') -> Scenario:
    return scenario_from_text(SCENARIO.replace("WORD", word).replace("REQUEST", request), "x.toml", "x")


@pytest.fixture
def log() -> Log:
    """What was seen, at virtual times."""
    return Log(lambda: round(trio.current_time() * 1e9))


async def act(browser: Any, word: str, log: Log, request: str = '"/a"') -> None:
    one = scenario(word, request)
    await Act(browser, browser, one, ORIGIN, log, one.steps[1]).do()


def at_the_proxy(log: Log, *data: Kind) -> None:
    for one in data:
        log.see("proxy", "s1.test", "/a", one)


def ended(log: Log) -> None:
    log.see("devtools", "devtools", "f", Devtools("Background Fetch completed"))


def clicked(log: Log) -> None:
    log.see("worker", "/", "f", Event("backgroundfetchclick", "BackgroundFetchEvent", {}))


def of(kind: type[Kind], log: Log) -> list[Kind]:
    return [data for _, data in select(log.observations, kind)]


@pytest.mark.parametrize(
    ("word", "offers", "wanted"),
    [
        ("cancel", RUNNING, "Cancel Ours"),
        ("refuse", PAUSED, "Cancel Ours"),
        ("click", RUNNING, "row Ours"),
    ],
)
async def test_what_is_pressed_is_pressed_once_and_its_effect_seen(
    word: str, offers: tuple[str, ...], wanted: str, log: Log, autojump_clock: object
) -> None:
    browser = Browser(
        lambda what: (clicked if word == "click" else ended)(log), ("Theirs", "Ours"), offers=offers
    )
    await act(browser, word, log)
    assert browser.presses == ["icon", wanted]
    assert of(Unconfirmed, log) == []
    assert of(Display, log) == [Display("Ours", paused=offers is PAUSED)]


async def test_a_pause_counts_once_bytes_stop_and_it_is_shown(log: Log, autojump_clock: object) -> None:
    browser = Browser()
    at_the_proxy(log, Request(1, "GET"), Sent(1, 1000, False))

    def paused(what: str) -> None:
        browser.offers = PAUSED
        at_the_proxy(log, Sent(1, 2000, False))

    browser.pressed = paused
    await act(browser, "pause", log)
    assert of(Display, log) == [Display("Ours", paused=True)]
    shown = next(seen for seen, _ in select(log.observations, Display))
    last_byte = [seen for seen, _ in select(log.observations, Sent)][-1]
    assert shown.time - last_byte.time >= 500_000_000


@pytest.mark.parametrize("word", ["accept", "resume"])
async def test_what_is_resumed_is_shown_so_and_has_a_request_under_way(
    word: str, log: Log, autojump_clock: object
) -> None:
    browser = Browser(offers=PAUSED)
    at_the_proxy(log, Request(1, "GET"), Closed(1, "client"))

    def resumed(what: str) -> None:
        browser.offers = RUNNING
        at_the_proxy(log, Request(2, "GET"))

    browser.pressed = resumed
    await act(browser, word, log)
    assert browser.presses == ["icon", "Resume Ours"]
    assert of(Display, log) == [Display("Ours", paused=False)]
    assert of(Unconfirmed, log) == []


async def test_what_only_seems_to_be_resumed_is_not_confirmed(log: Log, autojump_clock: object) -> None:
    browser = Browser(offers=PAUSED)

    def resumed(what: str) -> None:
        browser.offers = RUNNING

    browser.pressed = resumed
    await act(browser, "resume", log)
    assert len(of(Unconfirmed, log)) == 1


async def test_an_open_list_that_shows_other_fetches_is_opened_again(
    log: Log, autojump_clock: object
) -> None:
    browser = Browser(lambda what: ended(log), is_open=True, shows_new_ones=False)
    await act(browser, "cancel", log)
    assert browser.presses == ["icon", "icon", "Cancel Ours"]


@pytest.mark.parametrize("word", ["accept", "refuse", "pause", "resume", "cancel", "click"])
async def test_what_has_no_effect_is_pressed_again_and_then_told_with_the_limit(
    word: str, log: Log, autojump_clock: object
) -> None:
    browser = Browser(offers=PAUSED if word in ("accept", "resume") else RUNNING)
    await act(browser, word, log)
    [unconfirmed] = of(Unconfirmed, log)
    assert isinstance(unconfirmed, Unconfirmed)
    assert 9e9 < unconfirmed.waited < 20e9
    assert len(browser.presses) > 2


async def test_what_is_not_offered_has_no_effect_whatever_happens(log: Log, autojump_clock: object) -> None:
    at_the_proxy(log, Request(1, "GET"))
    await act(Browser(offers=()), "accept", log)
    assert len(of(Unconfirmed, log)) == 1


async def test_a_pause_that_is_not_offered_is_nothing_to_press_where_a_request_is_no_get(
    log: Log, autojump_clock: object
) -> None:
    await act(Browser(offers=("Cancel",)), "pause", log, '{ path = "/a", method = "POST" }')
    assert of(Unconfirmed, log) == []
    assert of(Display, log) == [Display("Ours", paused=False)]


@pytest.mark.parametrize(
    "browser", [Browser(opens=False), Browser(titles=()), Browser(origin="https://s2.test")]
)
async def test_a_list_that_does_not_show_the_fetch_is_trouble_with_the_limit(
    browser: Browser, log: Log, autojump_clock: object
) -> None:
    with pytest.raises(Trouble, match=rf"has not shown f within {OPENS_WITHIN_S} s.*cannot cancel it"):
        await act(browser, "cancel", log)
    assert trio.current_time() >= OPENS_WITHIN_S


class Session:
    """A session whose every lever is done, and none of which is seen to take effect."""

    def __init__(self) -> None:
        self.log = Log(lambda: 0)
        self.done: list[str] = []

    async def do(self, step: Step) -> None:
        self.done.append(step.verb)
        if step.verb == "user":
            self.log.see("harness", "harness", str(step.number), Unconfirmed("it is shown as paused", 10**10))

    async def until(self, holds: Callable[[], bool], within: int | None = None) -> bool:
        return holds()

    async def sleep(self, duration: int) -> int:
        return duration


async def test_what_is_not_confirmed_ends_the_scenario_and_makes_it_inconclusive() -> None:
    text = SCENARIO.replace("WORD", "pause").replace("REQUEST", '"/a"')
    more = "[[steps]]\nabort = 'f'\n[expect]\nevents = [{ type = 'backgroundfetchsuccess' }]\n"
    one = scenario_from_text(text + more, "x.toml", "x")
    session = Session()
    at_the_proxy(session.log, Request(1, "GET"))
    await drive(one, session)
    checks = judge(one, session.log.observations)
    assert session.done == ["fetch", "user"]
    assert verdict_of(checks) == INCONCLUSIVE
    assert not [check for check in checks if check.verdict == FAIL]
    assert "step 2, user pause: it is shown as paused" in [check.expected for check in checks]
    assert "not seen within 10 s" in [check.actual for check in checks]
