"""Perform a background fetch (perform-a-background-fetch-algorithm): one job, up to its end event."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from attrs import define

from simulator.background_fetch_display import show
from simulator.background_fetch_event import BackgroundFetchEvent, BackgroundFetchUpdateUIEvent
from simulator.complete_a_record import complete_a_record
from simulator.concepts import BackgroundFetch, BackgroundFetchRecord
from simulator.contains_background_fetch import contains_background_fetch
from simulator.environment import WorkerGlobal
from simulator.get_a_background_fetch_registration_instance import (
    get_a_background_fetch_registration_instance,
)
from simulator.overrides import point
from simulator.service_worker import ExtendableEvent, fire_a_functional_event
from simulator.turns import Cell, Watched
from simulator.update_background_fetch_instances import update_background_fetch_instances

if TYPE_CHECKING:
    from simulator.user_agent import UserAgent


@define(eq=False)
class Progress:
    """Steps 2 to 4: what the records have come to so far."""

    changed: Watched
    settled_fetches: int = 0
    immediate_failure: bool = False
    failure_reason: str = ""


# -- points ---------------------------------------------------------------------------------


@point("perform-a-background-fetch-algorithm/5")
async def one_record(ua: UserAgent, bg_fetch: BackgroundFetch, record: BackgroundFetchRecord) -> None:
    """Records are fetched in parallel: none waits for another."""
    await complete_a_record(ua, bg_fetch, record)


@point("perform-a-background-fetch-algorithm/5.3")
def failure_reason(ua: UserAgent, reason: str, result: str) -> str:
    """The first result that is no success gives the reason (errata 2, 3); a passed total overrides it."""
    if result == "download-total-exceeded" or (reason == "" and result != "success"):
        return result
    return reason


@point("perform-a-background-fetch-algorithm/5.5")
def fails_at_once(ua: UserAgent, result: str) -> bool:
    """Only a passed downloadTotal ends the job before its other records are done."""
    return result == "download-total-exceeded"


@point("perform-a-background-fetch-algorithm/5")
def settle_all(
    ua: UserAgent,
    settle: Callable[[BackgroundFetchRecord], Awaitable[None]],
    records: Sequence[BackgroundFetchRecord],
) -> None:
    """Every record is fetched beside the others; here, without a limit to how many at a time."""
    for record in records:
        ua.turns.start_soon(settle, record)


@point("perform-a-background-fetch-algorithm/6")
def is_over(ua: UserAgent, progress: Progress, records: int) -> bool:
    """Other failures let the remaining records finish."""
    return progress.settled_fetches == records or progress.immediate_failure


@point("perform-a-background-fetch-algorithm/8.3")
def remove_from_active(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """A settled fetch is no longer listed when its event fires."""
    del bg_fetch.service_worker_registration.active_background_fetches[bg_fetch.id]


@point("perform-a-background-fetch-algorithm/8.4")
def reason_once_removed(ua: UserAgent, reason: str) -> str:
    """A fetch that abort() took from the list was aborted, whatever its records did."""
    return "aborted"


@point("perform-a-background-fetch-algorithm/8.5")
def set_result(ua: UserAgent, bg_fetch: BackgroundFetch, reason: str) -> None:
    """Any reason is a failure for that reason, none is success (8.6)."""
    bg_fetch.result = "failure" if reason else "success"
    bg_fetch.failure_reason = reason


@point("perform-a-background-fetch-algorithm/8.7")
def update_before_the_event(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """Open instances learn the result before the event is fired."""
    update_background_fetch_instances(ua, bg_fetch)


@point("perform-a-background-fetch-algorithm/8.10")
def abort_event(ua: UserAgent) -> tuple[str, type[BackgroundFetchEvent]]:
    """The event of an aborted fetch, and its class."""
    return "backgroundfetchabort", BackgroundFetchEvent


@point("perform-a-background-fetch-algorithm/8.11")
def fail_event(ua: UserAgent) -> tuple[str, type[BackgroundFetchEvent]]:
    """The event of a failed fetch, and its class."""
    return "backgroundfetchfail", BackgroundFetchUpdateUIEvent


@point("perform-a-background-fetch-algorithm/8.12")
def success_event(ua: UserAgent) -> tuple[str, type[BackgroundFetchEvent]]:
    """The event of a successful fetch, and its class."""
    return "backgroundfetchsuccess", BackgroundFetchUpdateUIEvent


@point("perform-a-background-fetch-algorithm/8.13b")
async def updates_come_first(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """The event waits for the updates queued before it.

    The worker may hold an instance already, from a click; it must have its final values by then.
    """
    told = Cell(False)

    async def mark() -> None:
        told.value = True

    bg_fetch.update_handling_queue.enqueue(mark)
    await ua.turns.until(lambda: told.value, told, why=f"the instances of {bg_fetch.id!r} to be told")


@point("perform-a-background-fetch-algorithm/8.13")
async def fire_the_event(
    ua: UserAgent, bg_fetch: BackgroundFetch, name: str, constructor: type[BackgroundFetchEvent]
) -> ExtendableEvent | None:
    """Fire the end event, starting the worker if it is not running. None: no active worker (erratum 56)."""

    def make(worker: WorkerGlobal) -> ExtendableEvent:
        instance = get_a_background_fetch_registration_instance(ua, bg_fetch, worker)
        bg_fetch.event_was_dispatched = True
        return constructor(name, instance)

    return await fire_a_functional_event(ua, bg_fetch.service_worker_registration, make)


@point("perform-a-background-fetch-algorithm/8.13.1")
async def lifetime_over(ua: UserAgent, event: ExtendableEvent | None) -> None:
    """The records stay until everything given to waitUntil has settled."""
    if event is not None:
        await ua.turns.until(lambda: not event.active, event.pending, why=f"the lifetime of {event.type}")


@point("perform-a-background-fetch-algorithm/8.13.2")
def drop_the_records(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """Then they are available nowhere any more."""
    bg_fetch.records_available_flag = False
    bg_fetch.service_worker_registration.stored_background_fetches.pop(bg_fetch, None)
    ua.storage.give_back(bg_fetch.stored_body_bytes_total)
    update_background_fetch_instances(ua, bg_fetch)


# -- the algorithm --------------------------------------------------------------------------


async def perform_a_background_fetch(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """Fetch every record in parallel, then end the job."""
    progress = Progress(Watched())
    settle_all(ua, lambda record: _settle(ua, bg_fetch, record, progress), bg_fetch.records)  # 5
    count = len(bg_fetch.records)
    over, name = progress.changed, repr(bg_fetch.id)
    await ua.turns.until(lambda: is_over(ua, progress, count), over, why=f"the records of {name}")  # 6
    if progress.immediate_failure:  # 7
        bg_fetch.abort_all_flag.value = True
        # The event must not overtake records that are still being stopped (erratum 36).
        all_stopped = lambda: progress.settled_fetches == count  # noqa: E731
        await ua.turns.until(all_stopped, over, why=f"the other records of {name} to stop")
    edit_queue = bg_fetch.service_worker_registration.active_background_fetches_edit_queue
    edit_queue.enqueue(lambda: _conclude(ua, bg_fetch, progress.failure_reason))  # 8


async def _settle(
    ua: UserAgent, bg_fetch: BackgroundFetch, record: BackgroundFetchRecord, progress: Progress
) -> None:
    """Step 5, for one record."""
    await one_record(ua, bg_fetch, record)  # 5.1
    result = record.response_data.result  # 5.2
    progress.failure_reason = failure_reason(ua, progress.failure_reason, result)  # 5.3
    progress.settled_fetches += 1  # 5.4
    progress.immediate_failure |= fails_at_once(ua, result)  # 5.5
    progress.changed.changed()


async def _conclude(ua: UserAgent, bg_fetch: BackgroundFetch, reason: str) -> None:
    """Step 8, on the edit queue of the registration."""
    active = bg_fetch.service_worker_registration.active_background_fetches
    if contains_background_fetch(ua, active, bg_fetch):  # 8.3
        remove_from_active(ua, bg_fetch)
    else:  # 8.4
        reason = reason_once_removed(ua, reason)
    set_result(ua, bg_fetch, reason)  # 8.5, 8.6
    show(ua, bg_fetch)
    update_before_the_event(ua, bg_fetch)  # 8.7
    name, constructor = _event_for(ua, reason)  # 8.8 to 8.12
    await updates_come_first(ua, bg_fetch)
    event = await fire_the_event(ua, bg_fetch, name, constructor)  # 8.13

    async def then() -> None:
        await lifetime_over(ua, event)
        drop_the_records(ua, bg_fetch)

    ua.turns.start_soon(then)


def _event_for(ua: UserAgent, reason: str) -> tuple[str, type[BackgroundFetchEvent]]:
    if reason == "aborted":
        return abort_event(ua)
    return fail_event(ua) if reason else success_event(ua)
