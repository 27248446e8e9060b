"""An offline podcast: the service worker stores the episodes, whether or not a page is open.

``subscribe`` and ``worker`` are the site. ``worker_that_only_listens`` and ``subscribe_and_wait`` are
its twin, which forgets that the page may be closed before the last byte is here. Run me with pytest.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from simulator.browser import (
    HOUR,
    MIB,
    MINUTE,
    SECOND,
    BackgroundFetchEvent,
    BackgroundFetchOptions,
    BackgroundFetchRegistration,
    Blob,
    Browser,
    NeverHappened,
    Page,
    WorkerGlobal,
    simulate,
    simulated,
)

EPISODES = {"/ep-1.mp3": 30 * MIB, "/ep-2.mp3": 45 * MIB}

Library = dict[str, Blob]
"""What the site has stored, by URL: its stand-in for the Cache interface."""

# -- the site -------------------------------------------------------------------------------


async def store(registration: BackgroundFetchRegistration, library: Library) -> None:
    for record in await registration.matchAll():
        response = await record.responseReady
        library[record.request.url] = await response.blob()


def worker(library: Library) -> Callable[[WorkerGlobal], None]:
    """The service worker: it stores what has arrived, and keeps the event alive until then."""

    def script(worker: WorkerGlobal) -> None:
        def arrived(event: BackgroundFetchEvent) -> None:
            event.waitUntil(store(event.registration, library))

        worker.addEventListener("backgroundfetchsuccess", arrived)

    return script


async def begin(page: Page) -> BackgroundFetchRegistration:
    options = BackgroundFetchOptions(title="Two episodes", downloadTotal=sum(EPISODES.values()))
    return await page.backgroundFetch.fetch("podcast", list(EPISODES), options)


async def subscribe(browser: Browser, page: Page, library: Library) -> None:
    """The page: it begins the fetch, and that is all."""
    await begin(page)


# -- its twin -------------------------------------------------------------------------------


def worker_that_only_listens(library: Library) -> Callable[[WorkerGlobal], None]:
    return lambda worker: None


async def subscribe_and_wait(browser: Browser, page: Page, library: Library) -> None:
    """The page waits for the result and stores it: which nobody does once it is closed."""
    registration = await begin(page)
    await browser.until(lambda: registration.result != "" or page.closed)
    if not page.closed:
        await store(registration, library)


# -- what happens to them -------------------------------------------------------------------

Script = Callable[[Library], Callable[[WorkerGlobal], None]]
Press = Callable[[Browser, Page, Library], Awaitable[None]]


async def story(
    browser: Browser, script: Script, press: Press, outages: list[tuple[int, int]], closed: bool
) -> None:
    """The user presses the button; the network goes and comes, and the tab may be closed."""
    library: Library = {}
    for path, size in EPISODES.items():
        browser.serve(path, size)
    browser.register("/", script(library))
    page = browser.open("/podcast")
    async with browser.nursery() as nursery:
        nursery.start_soon(press, browser, page, library)
        await browser.sleep(1 * SECOND)
        if closed:
            page.close()
        for seconds_online, minutes_offline in outages:
            await browser.sleep(seconds_online * SECOND)
            browser.go_offline()
            await browser.sleep(minutes_offline * MINUTE)
            browser.go_online()
        await browser.until(lambda: len(library) == len(EPISODES), why="both episodes to be stored")
    held = {url: str(blob) for url, blob in library.items()}
    assert held == {browser.url(path): f"v1[0:{size}]" for path, size in EPISODES.items()}


@simulated()
async def test_a_night_without_a_network(browser: Browser) -> None:
    await story(browser, worker, subscribe, [(3, 8 * 60)], closed=True)
    assert browser.now > 8 * HOUR


OUTAGES = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 24 * 60)), max_size=3)


@settings(deadline=None)
@given(outages=OUTAGES, closed=st.booleans())
@simulated(seeds=[0])
async def test_whenever_the_network_goes_away(
    browser: Browser, outages: list[tuple[int, int]], closed: bool
) -> None:
    """Hypothesis picks when the network goes away, for how long, and whether the tab is closed."""
    await story(browser, worker, subscribe, outages, closed)


def test_the_adversary_finds_what_the_twin_forgot() -> None:
    @settings(deadline=None, database=None, phases=[Phase.generate])  # the first find will do here
    @given(outages=OUTAGES, closed=st.booleans())
    @simulated(seeds=[0])
    async def search(browser: Browser, outages: list[tuple[int, int]], closed: bool) -> None:
        await story(browser, worker_that_only_listens, subscribe_and_wait, outages, closed)

    with pytest.raises(NeverHappened, match="both episodes to be stored"):
        search()


def test_the_twin_loses_everything_with_its_tab() -> None:
    with pytest.raises(NeverHappened, match="both episodes to be stored"):
        simulate(
            lambda browser: story(browser, worker_that_only_listens, subscribe_and_wait, [], closed=True)
        )
