"""Mutants: the reference user agent with one clause broken on purpose.

A check that no mutant turns red proves nothing. Each mutant overrides one point, is known by
a name, and breaks the clause of its point in the way that its summary says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from simulator import (
    background_fetch_event,
    background_fetch_manager,
    background_fetch_registration,
    complete_a_record,
    contains_background_fetch,
    create_record_objects,
    get_a_background_fetch_registration_instance,
    perform_a_background_fetch,
    request_matches_cached_item,
    update_background_fetch_instances,
    validate_a_partial_response,
)
from simulator.overrides import MUTANT, Catalogue, Override

mutant = Catalogue(MUTANT)


def mutants() -> Mapping[str, list[Override]]:
    """Every mutant by name."""
    return mutant.by_name


# -- fetch(), get(), getIds() ---------------------------------------------------------------


@mutant("empty-list-accepted", background_fetch_manager.check_not_empty)
def _(original: Any, ua: Any, requests: Any) -> None:
    """An empty list of requests begins a job of nothing."""


@mutant("credentials-accepted", background_fetch_manager.construct)
def _(original: Any, ua: Any, request: Any, base: str) -> Any:
    """Credentials in a URL are dropped without a word."""
    given = evolve(request, url=request.url.replace("user:secret@", ""))
    return original(ua, given, base)


@mutant("no-cors-accepted", background_fetch_manager.check_mode)
def _(original: Any, ua: Any, request: Any) -> None:
    """A no-cors request is taken like any other."""


@mutant("permission-ignored", background_fetch_manager.check_permission)
def _(original: Any, ua: Any) -> None:
    """A denied permission stops nothing."""


@mutant("id-used-twice", background_fetch_manager.check_unused)
def _(original: Any, ua: Any, registration: Any, id: str) -> None:
    """A second fetch of an active id takes the first one's place."""


@mutant("bodies-not-counted", background_fetch_manager.upload_total)
def _(original: Any, ua: Any, requests: Any) -> int:
    """uploadTotal stays 0."""
    return 0


@mutant("quota-not-asked", background_fetch_manager.check_quota)
def _(original: Any, ua: Any, upload_total: int, download_total: int) -> None:
    """fetch() resolves although what is announced cannot fit."""


@mutant("never-listed", background_fetch_manager.active_ids)
def _(original: Any, ua: Any, registration: Any) -> list[str]:
    """getIds() is always empty."""
    return []


@mutant("get-is-blind", background_fetch_manager.active_fetch)
def _(original: Any, ua: Any, registration: Any, id: str) -> None:
    """get() finds nothing, ever."""


# -- abort(), match(), matchAll() -----------------------------------------------------------


@mutant("abort-true-again", background_fetch_registration.abort_of_an_inactive_fetch)
def _(original: Any, ua: Any) -> bool:
    """abort() claims success for a fetch that is over."""
    return True


@mutant("abort-stops-nothing", background_fetch_registration.set_abort_all)
def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """abort() resolves true, and the transfers go on."""


@mutant("records-for-ever", background_fetch_registration.records_may_be_read)
def _(original: Any, ua: Any, instance: Any) -> bool:
    """match() and matchAll() answer when the records are gone."""
    return True


@mutant("match-gives-the-last", background_fetch_registration.first_match)
def _(original: Any, ua: Any, matches: Any) -> Any:
    """match() gives the last of the matches."""
    return matches[-1] if matches else None


@mutant("search-always-counts", request_matches_cached_item.compared_url)
def _(original: Any, ua: Any, url: str, options: Any) -> Any:
    """ignoreSearch is ignored."""
    return original(ua, url, request_matches_cached_item.CacheQueryOptions())


@mutant("search-never-counts", request_matches_cached_item.compared_url)
def _(original: Any, ua: Any, url: str, options: Any) -> Any:
    """The query of a URL is never compared."""
    return original(ua, url, request_matches_cached_item.CacheQueryOptions(ignoreSearch=True))


@mutant("method-never-counts", request_matches_cached_item.method_matches)
def _(original: Any, ua: Any, query: Any, stored: Any, options: Any) -> bool:
    """A GET query finds a POST record."""
    return True


@mutant("any-fetch-of-that-id", contains_background_fetch.contains_background_fetch)
def _(original: Any, ua: Any, active: Any, bg_fetch: Any) -> bool:
    """An old instance can abort a new fetch of the same id."""
    return bg_fetch.id in active


# -- record objects -------------------------------------------------------------------------


@mutant("response-at-the-end", create_record_objects.response_is_known)
def _(original: Any, ua: Any, data: Any) -> bool:
    """responseReady settles only when the record is complete."""
    return bool(data.result)


@mutant("length-exposed", create_record_objects.exposed_headers)
def _(original: Any, ua: Any, response: Any) -> Any:
    """Content-Length and Content-Range are shown to script."""
    return response


@mutant("bodies-at-the-end", create_record_objects.bytes_are_ready)
def _(original: Any, ua: Any, data: Any, transmitted: int) -> bool:
    """A body gives nothing before the record is complete."""
    return bool(data.result)


@mutant("slice-skips-a-byte", create_record_objects.next_slice)
def _(original: Any, ua: Any, data: Any, transmitted: int) -> Any:
    """The first byte of a body is lost on the way to script."""
    span = original(ua, data, transmitted)
    return span.cut(1)[1] if span is not None and transmitted == 0 and len(span) > 1 else span


@mutant("wrong-rejection", create_record_objects.rejection)
def _(original: Any, ua: Any, data: Any) -> Any:
    """An aborted record rejects with NotAllowedError."""
    from simulator.script_errors import not_allowed_error

    return not_allowed_error("not so")


# -- perform a background fetch -------------------------------------------------------------


@mutant("reason-forgotten", perform_a_background_fetch.failure_reason)
def _(original: Any, ua: Any, reason: str, result: str) -> str:
    """A failed record leaves no reason: the job succeeds."""
    return reason


@mutant("one-failure-ends-all", perform_a_background_fetch.fails_at_once)
def _(original: Any, ua: Any, result: str) -> bool:
    """Any failed record stops the others."""
    return result != "success"


@mutant("listed-until-the-end", perform_a_background_fetch.remove_from_active)
def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """A settled fetch stays listed."""


@mutant("abort-forgotten", perform_a_background_fetch.reason_once_removed)
def _(original: Any, ua: Any, reason: str) -> str:
    """An aborted fetch ends for whatever reason its records had."""
    return "fetch-error"


@mutant("no-last-progress", perform_a_background_fetch.update_before_the_event)
def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """Open instances do not learn the result."""


@mutant("abort-event-with-ui", perform_a_background_fetch.abort_event)
def _(original: Any, ua: Any) -> Any:
    """backgroundfetchabort comes as a BackgroundFetchUpdateUIEvent."""
    return "backgroundfetchabort", background_fetch_event.BackgroundFetchUpdateUIEvent


@mutant("fail-fires-success", perform_a_background_fetch.fail_event)
def _(original: Any, ua: Any) -> Any:
    """A failed fetch fires backgroundfetchsuccess."""
    return "backgroundfetchsuccess", background_fetch_event.BackgroundFetchUpdateUIEvent


@mutant("success-without-ui", perform_a_background_fetch.success_event)
def _(original: Any, ua: Any) -> Any:
    """backgroundfetchsuccess comes as a plain BackgroundFetchEvent."""
    return "backgroundfetchsuccess", background_fetch_event.BackgroundFetchEvent


@mutant("worker-not-woken", perform_a_background_fetch.fire_the_event)
async def _(original: Any, ua: Any, bg_fetch: Any, name: str, constructor: Any) -> Any:
    """With no page open the worker is not started for the event."""
    if len(ua.environments) == 0:
        return None
    return await original(ua, bg_fetch, name, constructor)


@mutant("event-twice", perform_a_background_fetch.fire_the_event)
async def _(original: Any, ua: Any, bg_fetch: Any, name: str, constructor: Any) -> Any:
    """The end event is fired two times."""
    await original(ua, bg_fetch, name, constructor)
    return await original(ua, bg_fetch, name, constructor)


@mutant("records-kept", perform_a_background_fetch.drop_the_records)
def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """recordsAvailable stays true when the event is over."""


@mutant("records-dropped-early", perform_a_background_fetch.lifetime_over)
async def _(original: Any, ua: Any, event: Any) -> None:
    """The records go while the event is still active."""


# -- complete a record ----------------------------------------------------------------------


@mutant("no-limit", complete_a_record.download_limit)
def _(original: Any, ua: Any, bg_fetch: Any) -> float:
    """downloadTotal limits nothing."""
    return float("inf")


@mutant("limit-reached-is-passed", complete_a_record.exceeds)
def _(original: Any, ua: Any, total: int, limit: float) -> bool:
    """Reaching downloadTotal exactly counts as passing it."""
    return total >= limit


@mutant("resumes-a-byte-early", complete_a_record.range_start)
def _(original: Any, ua: Any, response_data: Any) -> int:
    """A resumed request asks for the last stored byte again."""
    return max(0, int(original(ua, response_data)) - 1)


@mutant("no-range-header", complete_a_record.add_a_range_header)
def _(original: Any, ua: Any, request: Any, start: int) -> None:
    """A resumed record is asked for as a whole."""


@mutant("coding-accepted", complete_a_record.accept_identity)
def _(original: Any, ua: Any, request: Any) -> None:
    """A ranged request does not ask for identity coding."""


@mutant("uploaded-stays-zero", complete_a_record.count_upload)
def _(original: Any, ua: Any, bg_fetch: Any, more: int) -> None:
    """uploaded never grows."""


@mutant("offline-is-final", complete_a_record.temporarily_unavailable)
def _(original: Any, ua: Any, record: Any, offline: bool) -> bool:
    """Being offline ends a fetch."""
    return False


@mutant("retries-while-offline", complete_a_record.available_again)
async def _(original: Any, ua: Any, record: Any) -> None:
    """Going offline is waited out, and then the record is given up for good."""
    await original(ua, record)
    record.response_data.set_result("fetch-error")


@mutant("post-sent-again", complete_a_record.may_be_sent_again)
def _(original: Any, ua: Any, request: Any) -> bool:
    """A POST that broke off is sent again."""
    return True


@mutant("any-part-is-valid", complete_a_record.valid_part)
def _(original: Any, ua: Any, start: int, response: Any, stored: Any) -> bool:
    """A 206 is joined unread."""
    return True


@mutant("wrong-start-accepted", validate_a_partial_response.begins_where_expected)
def _(original: Any, ua: Any, expected_range_start: int, content_range: Any) -> bool:
    """A part may begin anywhere."""
    return True


@mutant("validators-ignored", validate_a_partial_response.same_validator)
def _(original: Any, ua: Any, name: str, previous: Any, partial: Any) -> bool:
    """A part of another version is joined."""
    return True


@mutant("whole-answer-appended", complete_a_record.starts_over)
def _(original: Any, ua: Any, response: Any, response_data: Any) -> bool:
    """A whole answer to a ranged request is appended to what is stored."""
    return False


@mutant("headers-of-the-last-part", complete_a_record.is_the_first_part)
def _(original: Any, ua: Any, start: int, response: Any) -> bool:
    """Status and headers are those of the newest part."""
    return True


@mutant("short-part-is-success", complete_a_record.result_of_a_part)
def _(original: Any, ua: Any, held: int, complete: Any, added: int) -> str:
    """A 206 that ends early completes the record."""
    return "success"


@mutant("any-status-is-success", complete_a_record.result_of_a_whole)
def _(original: Any, ua: Any, response: Any) -> str:
    """A 404 completes its record with success."""
    return "success"


@mutant("break-is-success", complete_a_record.result_of_a_break)
def _(original: Any, ua: Any) -> str:
    """A body that broke off completes its record with success."""
    return "success"


@mutant("quota-unlimited", complete_a_record.store)
def _(original: Any, ua: Any, response_data: Any, span: Any) -> None:
    """Bytes are stored whatever the quota."""
    response_data.append(span)


# -- update background fetch instances ------------------------------------------------------


@mutant("progress-after-the-result", update_background_fetch_instances.is_settled)
def _(original: Any, ua: Any, instance: Any) -> bool:
    """Instances hear of progress after the result."""
    return False


@mutant("progress-after-the-result", update_background_fetch_instances.is_unchanged)
@mutant("progress-without-change", update_background_fetch_instances.is_unchanged)
def _(original: Any, ua: Any, instance: Any, state: Any) -> bool:
    """Progress events come although nothing has changed."""
    return False


@mutant("progress-runs-backwards", update_background_fetch_instances.fire_progress)
def _(original: Any, ua: Any, instance: Any, state: Any) -> None:
    """downloaded is told as what is still missing."""
    original(ua, instance, evolve(state, downloaded=max(0, instance.downloadTotal - state.downloaded)))


@mutant("progress-silent", update_background_fetch_instances.fire_progress)
def _(original: Any, ua: Any, instance: Any, state: Any) -> None:
    """No progress event is fired."""


@mutant("only-one-page-told", update_background_fetch_instances.environments_told)
def _(original: Any, ua: Any, bg_fetch: Any) -> Any:
    """Only the first environment that holds an instance is told."""
    return original(ua, bg_fetch)[:1]


@mutant("new-object-each-time", get_a_background_fetch_registration_instance.existing_instance)
def _(original: Any, ua: Any, environment: Any, bg_fetch: Any) -> None:
    """get() gives a new object where there is one already."""
