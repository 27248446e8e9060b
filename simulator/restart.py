"""The end of a user agent's process, and its new beginning from what was stored (MDN: the job is not lost).

The text is silent about it. Here a fetch that was accepted is a stored fact: it goes on with
the bytes that were stored, by Range, in the next process, and its event then needs no page.
Realms, connections and whatever was under way in them are gone. An agent that has ended keeps
running down in a world of its own, without network, log or pages, so that it can do nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.background_fetch_display import show
from simulator.complete_a_record import may_be_sent_again, result_of_a_break
from simulator.concepts import BackgroundFetch, BackgroundFetchRecord, BackgroundFetchResponse
from simulator.overrides import point
from simulator.perform_a_background_fetch import perform_a_background_fetch
from simulator.user_agent import UserAgent

if TYPE_CHECKING:
    from simulator.observation import Log
    from simulator.service_worker import ServiceWorkerRegistration

# -- points ---------------------------------------------------------------------------------


@point("mdn/Background_Fetch_API/5")
def is_taken_up_again(ua: UserAgent, bg_fetch: BackgroundFetch) -> bool:
    """A fetch whose end event has not reached a worker goes on after a restart."""
    return not bg_fetch.event_was_dispatched


@point("mdn/Background_Fetch_API/5")
def bytes_kept_after_a_kill(ua: UserAgent, data: BackgroundFetchResponse) -> int:
    """How much of an unfinished body is found again after the process was killed."""
    return data.length


@point("mdn/Background_Fetch_API/5")
def bytes_torn_off(ua: UserAgent, data: BackgroundFetchResponse, torn: int) -> int:
    """What a crash may take of the end of a body: of one that is complete, all has been written."""
    return torn if data.result == "" else 0


@point("complete-a-record-algorithm/8a")
def length_found(ua: UserAgent, noted: int, there: int) -> int:
    """How long a stored body is goes by the bytes that are there, not by the length that was noted."""
    return there


@point("background-fetch-concept/2")
def total_found(ua: UserAgent, bg_fetch: BackgroundFetch, records: Sequence[BackgroundFetchRecord]) -> int:
    """What is stored of all records together is counted anew."""
    return sum(record.response_data.length for record in records)


@point("complete-a-record-algorithm/15")
def interrupted(ua: UserAgent, record: BackgroundFetchRecord) -> str:
    """The result of a record that was under way: "" where it may be asked for again (11.r1.1a)."""
    unsafe = record.was_sent and not may_be_sent_again(ua, record.request)
    return result_of_a_break(ua) if unsafe else ""


# -- the end --------------------------------------------------------------------------------


def end(ua: UserAgent, log: Log, *, killed: bool, torn: int = 0) -> UserAgent:
    """End the process; gives the agent, not yet begun, that has all that this one has stored.

    ``log`` takes what the new one shows. A kill takes of every unfinished body the last ``torn`` bytes,
    which were taken for stored and had not reached the disk.
    """
    carriage = ua.network.carriage
    heir = UserAgent(ua.turns, ua.network.serve, log, ua.chosen, ua.origin, ua.name_of, carriage)
    heir.permission.value, heir.storage.quota = ua.permission.value, ua.storage.quota
    heir.cookies = ua.cookies
    old, new = ua.network, heir.network
    new.online.value, new.captive.value, new.metered = old.online.value, old.captive.value, old.metered
    new.bandwidth, new.latency = old.bandwidth, old.latency
    heir.connect_src = ua.connect_src
    for scope, registration in ua.registrations.items():
        heir.register(scope, registration.script).active_worker = registration.active_worker
        _hand_on(ua, registration, heir.registrations[scope], torn if killed else None)
    heir.storage.caches = ua.storage.caches
    heir.storage.usage = heir.storage.cached + sum(one.stored_body_bytes_total for one in heir.displayed)
    ua.network.go_offline()
    for environment in tuple(ua.environments):
        environment.close()
    return heir


def _hand_on(
    ua: UserAgent, old: ServiceWorkerRegistration, new: ServiceWorkerRegistration, torn: int | None
) -> None:
    """Copy the stored fetches of a registration; ``torn`` is None where the end was in order."""
    for bg_fetch in old.stored_background_fetches:
        if is_taken_up_again(ua, bg_fetch):
            copy = _copy(ua, bg_fetch, new, torn)
            new.stored_background_fetches[copy] = None
            new.ua.displayed.append(copy)
            if bg_fetch in ua.paused_for_the_link:
                new.ua.paused_for_the_link.add(copy)
            # One that was over, but whose event had not come out, is concluded once more.
            over = bg_fetch.result != "" and bg_fetch.failure_reason != "aborted"
            if old.active_background_fetches.get(bg_fetch.id) is bg_fetch or over:
                new.active_background_fetches[copy.id] = copy


def _copy(
    ua: UserAgent, bg_fetch: BackgroundFetch, registration: ServiceWorkerRegistration, torn: int | None
) -> BackgroundFetch:
    copy = BackgroundFetch(
        ua.turns,
        bg_fetch.id,
        [_copy_of_record(ua, record, torn) for record in bg_fetch.records],
        registration,
        title=bg_fetch.title,
        icons=bg_fetch.icons,
        download_total=bg_fetch.download_total,
        upload_total=bg_fetch.upload_total,
    )
    copy.unique_id, copy.uploaded = bg_fetch.unique_id, bg_fetch.uploaded
    copy.paused_flag.value = bg_fetch.paused_flag.value
    copy.icon_shown, copy.awaits_the_user = bg_fetch.icon_shown, bg_fetch.awaits_the_user
    copy.left_view = bg_fetch.left_view
    copy.abort_all_flag.value = bg_fetch.abort_all_flag.value
    copy.stored_body_bytes_total = total_found(ua, bg_fetch, copy.records)
    return copy


def _copy_of_record(ua: UserAgent, record: BackgroundFetchRecord, torn: int | None) -> BackgroundFetchRecord:
    copy, held = BackgroundFetchRecord(record.request.copy()), record.response_data
    copy.was_sent, found = record.was_sent, copy.response_data
    unfinished = torn is not None and held.result == ""
    noted = bytes_kept_after_a_kill(ua, held) if unfinished else held.length
    there = max(0, noted - bytes_torn_off(ua, held, torn or 0))
    for span in held.bytes:
        left = min(len(span), there - found.length)
        if left > 0:
            found.append(span.cut(left)[0])
    found.length = length_found(ua, noted, found.length)
    found.response = held.response if found.length or held.result else None
    found.result = held.result
    return copy


# -- the new beginning ----------------------------------------------------------------------


def begin(ua: UserAgent) -> None:
    """Begin the process: every stored fetch goes on, whether or not a page opens."""
    for bg_fetch in ua.displayed:
        for record in bg_fetch.records:
            if record.response_data.result == "" and not bg_fetch.abort_all_flag.value:
                record.response_data.result = interrupted(ua, record)
        show(ua, bg_fetch)
        ua.turns.start_soon(perform_a_background_fetch, ua, bg_fetch)
