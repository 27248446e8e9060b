"""The interface for site authors: each lever does what it says, and every mistake is told with its mend."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import (
    background_fetch_event,
    background_fetch_manager,
    background_fetch_record,
    background_fetch_registration,
    browser,
    environment,
    observation,
    request,
    script_errors,
)
from simulator.background_fetch_event import BackgroundFetchUpdateUIEvent
from simulator.background_fetch_registration import BackgroundFetchRegistration
from simulator.browser import (
    DAY,
    GIB,
    HOUR,
    KIB,
    MIB,
    SECOND,
    Browser,
    NeverHappened,
    cut,
    refused,
    simulate,
    simulated,
    stall,
    trickle,
)
from simulator.environment import Page, WorkerGlobal
from simulator.origin.behaviour import Cors, Fault
from simulator.outside_the_turns import OutsideTheTurns
from simulator.policies import UnknownPolicy
from simulator.script_errors import ScriptError

Story = Callable[[Browser], Awaitable[None]]


class Ended:
    """A worker that writes down each end event, and the first body."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.reasons: list[str] = []
        self.bodies: list[str] = []

    def script(self, worker: WorkerGlobal) -> None:
        for type in ("success", "fail", "abort"):
            worker.addEventListener(
                f"backgroundfetch{type}", lambda event: event.waitUntil(self._handle(event))
            )

    async def _handle(self, event: BackgroundFetchUpdateUIEvent) -> None:
        self.reasons.append(event.registration.failureReason)
        if event.type == "backgroundfetchsuccess":
            record = (await event.registration.matchAll())[0]
            blob = await (await record.responseReady).blob()
            assert len(bytes(blob)) == blob.size
            self.bodies.append(str(blob))
        self.events.append(event.type)


async def begun(browser: Browser, ended: Ended) -> tuple[Page, BackgroundFetchRegistration]:
    browser.register("/", ended.script)
    page = browser.open("/")
    return page, await page.backgroundFetch.fetch("f", "/a")


@simulated()
async def test_an_outage_of_hours_costs_no_byte(browser: Browser) -> None:
    browser.serve("/a", 300 * KIB, stall(after=100 * KIB))
    ended = Ended()
    _, registration = await begun(browser, ended)
    await browser.until(lambda: registration.downloaded == 100 * KIB)
    browser.go_offline()
    await browser.sleep(8 * HOUR)
    browser.go_online()
    await browser.until(lambda: bool(ended.events))
    assert (ended.events, ended.bodies) == (["backgroundfetchsuccess"], ["v1[0:307200]"])
    await browser.until(lambda: registration.result == "success", within=SECOND)
    assert [one.range for one in browser.seen(observation.Request, "/a")] == ["", "bytes=102400-"]
    assert browser.now >= 8 * HOUR
    await browser.until(lambda: not registration.recordsAvailable, within=SECOND)


@simulated()
async def test_the_user_pauses_and_resumes(browser: Browser) -> None:
    browser.serve("/a", 300 * KIB, stall(after=100 * KIB))
    ended = Ended()
    _, registration = await begun(browser, ended)
    await browser.until(lambda: registration.downloaded == 100 * KIB)
    await browser.user("pause", "f")
    await browser.sleep(DAY)
    assert len(browser.seen(observation.Request)) == 1
    await browser.user("resume", "f")
    await browser.until(lambda: bool(ended.events))
    assert len(browser.seen(observation.Request)) == 2


@simulated()
async def test_killed_and_started_again_without_a_page(browser: Browser) -> None:
    browser.serve("/a", 1 * MIB, stall(after=100 * KIB))
    ended = Ended()
    page, registration = await begun(browser, ended)
    await browser.until(lambda: registration.downloaded == 100 * KIB)
    browser.kill()
    assert page.closed
    await browser.sleep(HOUR)
    assert not ended.events
    browser.start()
    await browser.until(lambda: bool(ended.events))
    assert ended.bodies == ["v1[0:1048576]"]


@simulated()
async def test_quit_unregister_and_stop(browser: Browser) -> None:
    browser.serve("/a", 1 * MIB, stall(after=100 * KIB, until="go"))
    ended = Ended()
    await begun(browser, ended)
    browser.stop_worker()
    browser.quit()
    browser.start()
    page = browser.open("/")
    assert await page.backgroundFetch.getIds() == ["f"]
    browser.unregister("/")
    browser.release("go")
    await browser.sleep(HOUR)
    assert ended.events == []


@simulated()
async def test_a_captive_portal_is_waited_out(browser: Browser) -> None:
    browser.serve("/a", 300 * KIB, stall(after=100 * KIB))
    ended = Ended()
    _, registration = await begun(browser, ended)
    await browser.until(lambda: registration.downloaded == 100 * KIB)
    browser.go_captive()
    await browser.sleep(DAY)
    assert len(browser.seen(observation.Request)) == 1
    browser.go_online()
    await browser.until(lambda: bool(ended.events))
    assert ended.bodies == ["v1[0:307200]"]


@simulated(policy={"portal": "unknown"})
async def test_or_breaks_the_fetch_of_who_cannot_know_it(browser: Browser) -> None:
    browser.serve("/a", 1 * MIB)
    ended = Ended()
    browser.go_captive()
    await begun(browser, ended)
    await browser.until(lambda: bool(ended.events))
    assert ended.reasons == ["fetch-error"]
    assert not browser.seen(observation.Request)


@simulated()
async def test_torn_bytes_are_fetched_again(browser: Browser) -> None:
    browser.serve("/a", 1 * MIB, stall(after=100 * KIB))
    ended = Ended()
    _, registration = await begun(browser, ended)
    await browser.until(lambda: registration.downloaded == 100 * KIB)
    browser.kill(torn=40 * KIB)
    browser.start()
    await browser.until(lambda: bool(ended.events))
    assert [one.range for one in browser.seen(observation.Request)] == ["", f"bytes={60 * KIB}-"]
    assert ended.bodies == ["v1[0:1048576]"]


@simulated()
async def test_evicted_and_visited_again(browser: Browser) -> None:
    browser.serve("/a", 1 * MIB, stall(after=100 * KIB))
    ended = Ended()
    page, registration = await begun(browser, ended)
    await browser.until(lambda: registration.downloaded == 100 * KIB)
    browser.evict()
    await browser.until(lambda: not registration.recordsAvailable)
    assert not page.closed
    with pytest.raises(ScriptError, match="TypeError"):
        await page.backgroundFetch.fetch("g", "/a")
    with pytest.raises(LookupError):
        browser.open("/")
    assert not ended.events
    await begun(browser, ended)  # what a new visit does
    await browser.until(lambda: bool(ended.events))
    assert ended.bodies == ["v1[0:1048576]"]


@simulated(policy={"pause_on_metered": True})
async def test_a_metered_link_is_waited_out(browser: Browser) -> None:
    browser.serve("/a", 1 * MIB)
    ended = Ended()
    browser.set_link(bandwidth=1_000_000, latency=SECOND, metered=True)
    await begun(browser, ended)
    await browser.sleep(DAY)
    assert not browser.seen(observation.Request)
    browser.set_link(bandwidth=1_000_000)
    await browser.until(lambda: bool(ended.events))
    assert browser.now > DAY + 8 * SECOND


@simulated()
async def test_quota_permission_and_other_refusals(browser: Browser) -> None:
    browser.register("/", Ended().script)
    page = browser.open("/")
    two_bytes = background_fetch_manager.BackgroundFetchOptions(downloadTotal=2)
    browser.set_quota(1)
    with pytest.raises(ScriptError, match="QuotaExceededError"):
        await page.backgroundFetch.fetch("f", "/a", two_bytes)
    browser.set_quota(None)
    browser.set_permission("denied")
    with pytest.raises(ScriptError, match="NotAllowedError"):
        await page.backgroundFetch.fetch("f", "/a", two_bytes)


@pytest.mark.parametrize("trouble", [cut(-1), cut(10, "reset"), refused()], ids=["cut", "reset", "refused"])
@simulated()
async def test_a_broken_link_fails_the_fetch(browser: Browser, trouble: Fault) -> None:
    browser.serve("/a", 1 * MIB, trouble)
    ended = Ended()
    await begun(browser, ended)
    await browser.until(lambda: bool(ended.events))
    assert ended.reasons == ["fetch-error"]


@simulated(policy={"cut_while_online": "retry"})
async def test_or_is_tried_again_where_that_is_the_policy(browser: Browser) -> None:
    browser.serve("/a", 1 * MIB, [trickle(64 * KIB, SECOND), cut(512 * KIB)], None)
    ended = Ended()
    await begun(browser, ended)
    await browser.until(lambda: bool(ended.events))
    assert ended.bodies == ["v1[0:1048576]"]
    assert browser.now > 8 * SECOND


@simulated()
async def test_another_origin(browser: Browser) -> None:
    browser.serve("//cdn/a", 10, cors=Cors(origin="*"))
    page_worker = Ended()
    browser.register("/", page_worker.script)
    page = browser.open("/")
    registration = await page.backgroundFetch.fetch("f", browser.url("//cdn/a"))
    await browser.until(lambda: registration.result != "")
    assert registration.result == "success"


@simulated(seeds=[0])
async def test_a_hundred_gigabytes_cost_next_to_nothing(browser: Browser) -> None:
    browser.serve("/a", 100 * GIB)
    _, registration = await begun(browser, Ended())
    await browser.until(lambda: registration.result == "success")
    assert registration.downloaded == 100 * GIB


# -- the same every time --------------------------------------------------------------------


async def busy(browser: Browser) -> list[str]:
    for path in "abc":
        browser.serve(f"/{path}", 300 * KIB)
    browser.register("/", Ended().script)
    page = browser.open("/")
    async with browser.nursery() as nursery:
        for path in "abc":
            nursery.start_soon(page.backgroundFetch.fetch, path, f"/{path}")
    await browser.sleep(10 * SECOND)
    return [one.line() for one in browser.log.observations]


def test_a_seed_is_a_run() -> None:
    assert len({tuple(simulate(busy, seed=1)) for _ in range(20)}) == 1
    assert len({tuple(simulate(busy, seed=seed)) for seed in range(20)}) > 10


def test_a_failure_says_with_which_seed() -> None:
    @simulated(seeds=[3, 4])
    async def test(browser: Browser) -> None:
        raise AssertionError("no")

    with pytest.raises(AssertionError) as failure:
        test()
    assert failure.value.__notes__ == ["with seed 3; to see this run alone: @simulated(seeds=[3])"]


@settings(deadline=None)  # a run takes as long as the machine is busy
@given(hours=st.integers(1, 100))
@simulated(seeds=[0])
async def test_hypothesis_gives_what_it_is_asked_for(browser: Browser, hours: int) -> None:
    await browser.sleep(hours * HOUR)
    assert browser.now == hours * HOUR


@simulated(seeds=[0])
async def test_fixtures_are_given_too(browser: Browser, tmp_path: Path) -> None:
    assert tmp_path.name


# -- mistakes -------------------------------------------------------------------------------


async def sleeps_in_real_time(browser: Browser) -> None:
    await trio.sleep(1)


async def has_a_real_timeout(browser: Browser) -> None:
    with trio.move_on_after(5):
        await browser.sleep(SECOND)


async def has_a_nursery_of_trios(browser: Browser) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(browser.sleep, SECOND)


async def sleeps_in_a_task(browser: Browser) -> None:
    async with browser.nursery() as nursery:
        nursery.start_soon(trio.sleep, 1)


@pytest.mark.parametrize(
    ("story", "mend"),
    [
        (sleeps_in_real_time, "browser.sleep"),
        (has_a_real_timeout, "within="),
        (has_a_nursery_of_trios, "browser.nursery"),
        (sleeps_in_a_task, "browser.sleep"),
    ],
)
def test_trios_own_waits_are_refused(story: Story, mend: str) -> None:
    with pytest.raises(OutsideTheTurns, match=mend):
        simulate(story)


async def waits_for_nothing(browser: Browser) -> None:
    browser.serve("/a", 1 * MIB, stall(after=10))
    _, registration = await begun(browser, Ended())
    await browser.until(lambda: registration.result != "", within=HOUR)


async def wants_half_a_second(browser: Browser) -> None:
    await browser.sleep(0.5)  # type: ignore[arg-type]


async def has_no_worker(browser: Browser) -> None:
    browser.open("/")


async def has_a_strange_user(browser: Browser) -> None:
    await browser.user("press", "f")


@pytest.mark.parametrize(
    ("story", "error", "told"),
    [
        (waits_for_nothing, NeverHappened, r"test_browser\.py, line \d+, did not come true within 1 h"),
        (waits_for_nothing, NeverHappened, "origin: fault of /a"),
        (waits_for_nothing, NeverHappened, "the connection of /a to end"),
        (wants_half_a_second, TypeError, r"500 \* MILLISECOND"),
        (has_no_worker, LookupError, "register one first"),
        (has_a_strange_user, ValueError, "what a user can do: accept"),
    ],
)
def test_a_mistake_is_told_with_what_mends_it(story: Story, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        simulate(story)


def test_a_policy_that_there_is_not() -> None:
    with pytest.raises(UnknownPolicy, match="did you mean 'cut_while_online'"):
        simulate(busy, policy={"cut_while_onlin": "retry"})


# -- what is told of it ---------------------------------------------------------------------

TOLD = {
    browser: (),
    background_fetch_manager: ("BackgroundFetchManager", "BackgroundFetchOptions"),
    background_fetch_registration: ("BackgroundFetchRegistration",),
    background_fetch_record: ("BackgroundFetchRecord", "ScriptResponse", "BodyStream", "Blob"),
    background_fetch_event: ("BackgroundFetchEvent", "BackgroundFetchUpdateUIEvent"),
    environment: ("Page", "WorkerGlobal"),
    request: ("Request",),
    script_errors: ("ScriptError",),
}
"""The modules that a site author reads, and what of them; nothing named: all that is theirs."""


def public_things() -> list[tuple[str, object]]:
    """Every public class and function that a site author meets, and each public method."""
    found: list[tuple[str, object]] = []
    for module, names in TOLD.items():
        for name, thing in vars(module).items():
            own = getattr(thing, "__module__", "") == module.__name__ and callable(thing)
            if (name in names or (own and not names)) and not name.startswith("_") and name not in "TPK":
                found.append((name, thing))
                members = vars(thing).items() if inspect.isclass(thing) else ()
                found += [
                    (f"{name}.{of}", one)
                    for of, one in members
                    if not of.startswith("_") and (inspect.isfunction(one) or isinstance(one, property))
                ]
    return found


@pytest.mark.parametrize(
    ("name", "thing"), public_things(), ids=lambda one: one if isinstance(one, str) else ""
)
def test_every_public_name_says_what_it_is_for(name: str, thing: object) -> None:
    assert thing.__doc__, f"{name} has no docstring"
