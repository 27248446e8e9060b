"""An upload: a recording is sent, and sent again where its answer was lost, but stored once.

``worker`` is the site. ``worker_that_names_it_anew`` is its twin, which forgets that a fetch may fail
after the server has got everything: it sends the recording again as if it were another one. Run me
with pytest.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator import observation
from simulator.browser import (
    MIB,
    BackgroundFetchEvent,
    BackgroundFetchOptions,
    Browser,
    Fault,
    Request,
    WorkerGlobal,
    cut,
    cut_upload,
    simulate,
    simulated,
)

RECORDING = 200 * MIB

# -- the site -------------------------------------------------------------------------------


def recording(key: str) -> Request:
    """The request that brings a recording; the server stores one recording for each key."""
    return Request("/recordings", "POST", {"Idempotency-Key": key}, body=RECORDING)


def worker(sent: list[str]) -> Callable[[WorkerGlobal], None]:
    """The service worker: it tells of what was stored, and sends what failed again, just as it was."""

    def script(worker: WorkerGlobal) -> None:
        async def again(event: BackgroundFetchEvent) -> None:
            if event.registration.failureReason == "fetch-error":
                lost = [record.request for record in await event.registration.matchAll()]
                await worker.backgroundFetch.fetch(event.registration.id, lost)

        worker.addEventListener("backgroundfetchsuccess", lambda event: sent.append(event.registration.id))
        worker.addEventListener("backgroundfetchfail", lambda event: event.waitUntil(again(event)))

    return script


# -- its twin -------------------------------------------------------------------------------


def worker_that_names_it_anew(sent: list[str]) -> Callable[[WorkerGlobal], None]:
    """The twin: it makes another request, with another key."""

    def script(worker: WorkerGlobal) -> None:
        async def again(event: BackgroundFetchEvent) -> None:
            await worker.backgroundFetch.fetch(event.registration.id, recording("another key"))

        worker.addEventListener("backgroundfetchsuccess", lambda event: sent.append(event.registration.id))
        worker.addEventListener("backgroundfetchfail", lambda event: event.waitUntil(again(event)))

    return script


# -- what happens to them -------------------------------------------------------------------


def stored(browser: Browser) -> set[str]:
    """The keys of the recordings that reached the server whole."""
    whole = {one.number for one in browser.seen(observation.Upload, "/recordings") if one.complete}
    requests = browser.seen(observation.Request, "/recordings")
    return {dict(one.headers)["idempotency-key"] for one in requests if one.number in whole}


async def story(
    browser: Browser, site: Callable[[list[str]], Callable[[WorkerGlobal], None]], trouble: Fault
) -> None:
    """The first attempt goes wrong; in the end the server has the recording, once."""
    sent: list[str] = []
    browser.serve("/recordings", 0, trouble, status=201)
    browser.register("/", site(sent))
    page = browser.open("/")
    registration = await page.backgroundFetch.fetch(
        "recording", recording("key 1"), BackgroundFetchOptions(title="Your recording")
    )
    assert registration.uploadTotal == RECORDING
    page.close()
    await browser.until(lambda: bool(sent), why="the recording to be sent")
    assert len(stored(browser)) == 1, f"the server has {len(stored(browser))} recordings"


@pytest.mark.parametrize(
    "trouble",
    [cut_upload(after=50 * MIB), cut_upload(after=RECORDING), cut(after=-1), cut(after=-1, how="reset")],
    ids=["mid-way", "at the last byte", "before the answer", "reset before the answer"],
)
@simulated()
async def test_a_lost_answer_does_not_store_it_twice(browser: Browser, trouble: Fault) -> None:
    await story(browser, worker, trouble)


def test_the_twin_stores_it_twice() -> None:
    with pytest.raises(AssertionError, match="2 recordings"):
        simulate(lambda browser: story(browser, worker_that_names_it_anew, cut(after=-1)))


def test_but_not_where_the_upload_itself_broke() -> None:
    """Which is how the twin got through its own tests."""
    simulate(lambda browser: story(browser, worker_that_names_it_anew, cut_upload(after=50 * MIB)))
