"""A page that crashes under a call: the call never settles, the page is gone, the browser is worn."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("selenium", reason='pip install "bgfetch-conformance[browsers]"')

from conformance.checks import judge
from conformance.implementations.chromium.browser import TabCrashed
from conformance.implementations.chromium.pages import Pages
from conformance.implementations.protocol import Trouble
from simulator.observation import Log, Observation, Page, Stuck
from simulator.origin.hosts import Hosts
from tests.simulate import scenario

HEAD = 'title = "t"\nclauses = ["perform-a-background-fetch-algorithm/5"]\n'
ONE = scenario(HEAD)


class FakeBrowser:
    """Opens every page; of scripts, those that ``fails`` names raise ``error``."""

    def __init__(self, fails: str, error: Trouble) -> None:
        self.fails, self.error = fails, error

    def open(self, url: str) -> str:
        return url

    def call(self, window: str, script: str, *arguments: Any) -> None:
        if self.fails in script:
            raise self.error


class FakeMachine:
    worn = False

    def __init__(self, fails: str, error: Trouble) -> None:
        self.browser = FakeBrowser(fails, error)


def pages(fails: str, error: Trouble) -> tuple[Any, Pages, Log]:
    machine: Any = FakeMachine(fails, error)
    log = Log(lambda: 0)
    return machine, Pages(machine, ONE, Hosts("s1.test"), log), log


async def test_a_call_that_crashes_its_page_is_left_unsettled() -> None:
    machine, opened, log = pages("begin", TabCrashed("tab crashed"))
    await opened.open("page", "/")
    await opened.begin("page", {"verb": "getIds"})
    assert [seen.data for seen in log.observations] == [Page("crashed")]
    assert opened.open_ones == ()
    assert machine.worn


async def test_a_page_that_crashed_is_not_tidied_up() -> None:
    machine, opened, _ = pages("clear", TabCrashed("tab crashed"))
    await opened.open("page", "/")
    await opened.leave()
    assert machine.worn


async def test_any_other_trouble_stays_trouble() -> None:
    machine, opened, _ = pages("begin", Trouble("no answer"))
    await opened.open("page", "/")
    with pytest.raises(Trouble, match="no answer"):
        await opened.begin("page", {"verb": "getIds"})
    assert not machine.worn


def test_what_was_seen_last_is_told_as_what_it_was() -> None:
    """Also where nothing was asked for at all: of that, the crash is reason enough."""
    one = scenario(
        HEAD
        + "[origin.'/a']\nsize = 1\n[[steps]]\nfetch = 'f'\nrequests = ['/a']\ngives = { id = 'f' }\n"
        + "[expect]\nrequests = [{ path = '/a' }]"
    )
    crashed = Observation(1, 1, "page", "page", "page", Page("crashed"))
    stuck = Observation(2, 2, "harness", "harness", "1", Stuck("its promise settles", 10**9))
    (check,) = (found for found in judge(one, [crashed, stuck]) if found.verdict == "fail")
    assert check.actual == "not within 1 s; the last thing seen was that the page page crashed"
