"""A model of four gigabytes over a bad link: what has arrived is kept, and only the rest asked for again.

``worker`` is the site. ``worker_that_begins_anew`` is its twin, which forgets that the records that
succeeded can be read in a fetch that failed. Run me with pytest.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator import observation
from simulator.browser import (
    DAY,
    MIB,
    MINUTE,
    BackgroundFetchEvent,
    BackgroundFetchOptions,
    BackgroundFetchRecord,
    Blob,
    Browser,
    ScriptError,
    WorkerGlobal,
    cut,
    simulate,
    simulated,
)

SHARD = 512 * MIB
SHARDS = [f"/model/{number}.bin" for number in range(8)]

Cache = dict[str, Blob]

# -- the site -------------------------------------------------------------------------------


async def body_of(record: BackgroundFetchRecord) -> Blob | None:
    """What a record holds, None where it failed."""
    try:
        response = await record.responseReady
        return await response.blob() if response.ok else None
    except ScriptError:
        return None


def worker(cache: Cache, *, anew: bool = False) -> Callable[[WorkerGlobal], None]:
    """The service worker: it keeps what has arrived, and asks again for the rest, if that may help."""

    def script(worker: WorkerGlobal) -> None:
        async def keep(event: BackgroundFetchEvent) -> None:
            records = await event.registration.matchAll()
            arrived = {record.request.url: await body_of(record) for record in records}
            missing = [url for url, body in arrived.items() if body is None]
            if anew and missing:
                missing = list(arrived)
            else:
                cache.update({url: body for url, body in arrived.items() if body is not None})
            # Asking again helps against a broken link; not against a full disk, nor a missing file.
            if missing and event.registration.failureReason == "fetch-error":
                options = BackgroundFetchOptions(title="The model", downloadTotal=len(missing) * SHARD)
                await worker.backgroundFetch.fetch(event.registration.id, missing, options)

        for type in ("backgroundfetchsuccess", "backgroundfetchfail"):
            worker.addEventListener(type, lambda event: event.waitUntil(keep(event)))

    return script


def worker_that_begins_anew(cache: Cache) -> Callable[[WorkerGlobal], None]:
    """The twin: what failed is thrown away whole, and asked for whole."""
    return worker(cache, anew=True)


# -- what happens to them -------------------------------------------------------------------


async def story(browser: Browser, site: Callable[[Cache], Callable[[WorkerGlobal], None]]) -> None:
    """Two of eight shards break off, one of them twice, over a link of 20 Mbit/s that goes away at night."""
    cache: Cache = {}
    for shard in SHARDS:
        browser.serve(shard, SHARD)
    browser.serve(SHARDS[2], SHARD, cut(after=100 * MIB))
    browser.serve(SHARDS[5], SHARD, cut(after=1 * MIB, how="reset"), cut(after=-1))
    browser.set_link(bandwidth=20_000_000)
    browser.register("/", site(cache))
    page = browser.open("/")
    options = BackgroundFetchOptions(title="The model", downloadTotal=len(SHARDS) * SHARD)
    await page.backgroundFetch.fetch("model", SHARDS, options)
    page.close()
    await browser.sleep(2 * MINUTE)
    browser.go_offline()
    await browser.sleep(DAY)
    browser.go_online()
    await browser.until(lambda: len(cache) == len(SHARDS), why="every shard to be kept")
    assert {blob.size for blob in cache.values()} == {SHARD}
    for shard in SHARDS:
        begun = [request for request in browser.seen(observation.Request, shard) if not request.range]
        wanted = {SHARDS[2]: 2, SHARDS[5]: 3}.get(shard, 1)
        assert len(begun) == wanted, f"{shard} was downloaded from its first byte {len(begun)} times"


@simulated()
async def test_a_bad_link_costs_only_what_it_broke(browser: Browser) -> None:
    await story(browser, worker)


def test_the_twin_downloads_twice_what_it_had() -> None:
    with pytest.raises(AssertionError, match="from its first byte"):
        simulate(lambda browser: story(browser, worker_that_begins_anew))
