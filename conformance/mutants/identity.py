"""Mutants of identity, realms, tasks and permissions: what objects are, and whose."""

from __future__ import annotations

from typing import Any

from conformance.mutants.catalogue import mutant
from simulator import (
    background_fetch_event,
    background_fetch_manager,
    background_fetch_record,
    background_fetch_registration,
    create_record_objects,
    environment,
    get_a_background_fetch_registration_instance,
    permissions,
    request_matches_cached_item,
    service_worker,
    update_background_fetch_instances,
)
from simulator.background_fetch_manager import BackgroundFetchManager
from simulator.background_fetch_registration import BackgroundFetchRegistration
from simulator.promise import Promise
from simulator.script_errors import type_error


@mutant("manager-made-anew", environment.the_manager)
def _(original: Any, ua: Any, realm: Any) -> Any:
    """Each reading of backgroundFetch gives another manager."""
    return BackgroundFetchManager(ua, realm, realm.registration)


@mutant("handler-attributes-ignored", environment.handler_of)
def _(original: Any, ua: Any, worker: Any, type: str) -> None:
    """What is assigned to a handler attribute is never run."""


@mutant("promise-made-anew", background_fetch_record.response_promise)
def _(original: Any, ua: Any, promise: Any) -> Any:
    """Each reading of responseReady gives another promise."""
    anew: Promise[Any] = Promise(ua.turns)

    async def follow() -> None:
        await promise.settled()
        anew._settle(promise.state.value, promise._value)

    ua.turns.start_soon(follow)
    return anew


@mutant("request-made-anew", background_fetch_record.request_object)
def _(original: Any, ua: Any, request: Any) -> Any:
    """Each reading of request gives another object."""
    return request.copy()


@mutant("records-made-once", create_record_objects.record_object)
def _(original: Any, ua: Any, record: Any, realm: Any) -> Any:
    """A later call of match() gives the record object of an earlier one."""
    if not hasattr(record, "object"):
        record.object = original(ua, record, realm)
    return record.object


@mutant("event-has-a-copy", background_fetch_event.initialized_to)
def _(original: Any, ua: Any, registration: Any) -> Any:
    """event.registration is a new object."""
    return BackgroundFetchRegistration(ua, registration.environment, registration.background_fetch)


@mutant("init-needs-no-registration", background_fetch_event.registration_of_init)
def _(original: Any, ua: Any, worker: Any, registration: Any) -> Any:
    """An event constructed without a registration takes any that the worker has."""
    return registration or next(iter(worker.instances.values()))


@mutant("forged-events-update-the-ui", background_fetch_event.is_trusted)
def _(original: Any, ua: Any, event: Any) -> bool:
    """An event that script has made can update the user interface."""
    return True


@mutant("realm-of-the-page", get_a_background_fetch_registration_instance.relevant_realm)
def _(original: Any, ua: Any, realm: Any) -> Any:
    """Objects that are reached through a frame are made in the realm of the page around it."""
    return realm.parent or realm


@mutant("one-object-per-id", get_a_background_fetch_registration_instance.existing_instance)
def _(original: Any, ua: Any, realm: Any, bg_fetch: Any) -> Any:
    """A new fetch has the object of an earlier one of the same id."""
    return next((one for one in realm.instances.values() if one.id == bg_fetch.id), None)


@mutant("failure-in-silence", update_background_fetch_instances.is_unchanged)
def _(original: Any, ua: Any, instance: Any, state: Any) -> Any:
    """No progress event tells of a failure."""
    return state.failureReason != "" or original(ua, instance, state)


@mutant("permission-unknown", permissions.is_a_powerful_feature)
def _(original: Any, ua: Any, name: str) -> bool:
    """permissions.query() has never heard of background-fetch."""
    return False


@mutant("permission-changes-in-silence", permissions.tells_of_a_change)
def _(original: Any, ua: Any, before: str, now: str) -> bool:
    """No change event tells that the permission was denied."""
    return now != "denied"


@mutant("no-tasks", environment.queue_a_bgfetch_task)
def _(original: Any, ua: Any, realm: Any, task: Any) -> None:
    """Promises and events come in the middle of whatever script is doing."""
    task()


@mutant("attributes-live", background_fetch_registration.downloaded_told)
def _(original: Any, ua: Any, instance: Any, snapshot: int) -> int:
    """downloaded is what is stored at the moment of reading."""
    return int(instance.background_fetch.stored_body_bytes_total)


@mutant("one-map-for-all", service_worker.initial_active_fetches)
def _(original: Any, ua: Any) -> Any:
    """A registration begins with the active fetches of the first one."""
    first = next(iter(ua.registrations.values()), None)
    return first.active_background_fetches if first else {}


@mutant("edits-in-any-order", service_worker.edit)
def _(original: Any, ua: Any, registration: Any, steps: Any) -> None:
    """The active fetches are edited in whatever order."""
    ua.turns.start_soon(steps)


@mutant("get-needs-a-worker", background_fetch_manager.may_look_up)
def _(original: Any, ua: Any, registration: Any) -> bool:
    """get() rejects where no worker is active."""
    return bool(registration.active_worker)


@mutant("getIds-needs-a-worker", background_fetch_manager.may_list)
def _(original: Any, ua: Any, registration: Any) -> bool:
    """getIds() rejects where no worker is active."""
    return bool(registration.active_worker)


@mutant("get-comes-too-late", background_fetch_manager.hand_out_in_turn)
def _(original: Any, ua: Any, bg_fetch: Any, steps: Any) -> None:
    """get() gives its object once the fetch is nearly over, and so misses the progress until then."""

    async def at_the_end() -> None:
        for record in bg_fetch.records:
            data = record.response_data
            await ua.turns.until(lambda data=data: data.result != "", data, why="a record to end")
        await steps()

    ua.turns.start_soon(at_the_end)


@mutant("id-is-trimmed", background_fetch_registration.id_told)
def _(original: Any, ua: Any, bg_fetch: Any) -> str:
    """id is told without the spaces around it."""
    return str(bg_fetch.id.strip())


@mutant("totals-shrink", background_fetch_registration.total_told)
def _(original: Any, ua: Any, instance: Any, total: int) -> int:
    """uploadTotal and downloadTotal are told as what is still missing."""
    return max(0, total - int(instance.state.downloaded))


@mutant("progress-is-no-plain-event", background_fetch_registration.interface_of_progress)
def _(original: Any, ua: Any) -> str:
    """Progress comes as a ProgressEvent."""
    return "ProgressEvent"


@mutant("progress-bubbles", background_fetch_registration.progress_bubbles)
def _(original: Any, ua: Any) -> tuple[bool, bool]:
    """Progress events bubble."""
    return True, False


@mutant("one-record-of-a-url", background_fetch_registration.all_of_a_url)
def _(original: Any, ua: Any, matching: Any) -> Any:
    """Of a URL that was asked for several times one record only is given."""
    return list({record.request.url: record for record in matching}.values())


@mutant("ids-in-order-of-the-alphabet", background_fetch_manager.active_ids)
def _(original: Any, ua: Any, registration: Any) -> Any:
    """getIds() sorts what it gives."""
    return sorted(original(ua, registration))


@mutant("fragments-count", request_matches_cached_item.without_fragment)
def _(original: Any, ua: Any, url: str) -> str:
    """URLs are compared with their fragments."""
    return url.replace("#", "%23")


@mutant("records-only-at-the-end", background_fetch_registration.records_may_be_read)
def _(original: Any, ua: Any, instance: Any) -> bool:
    """match() and matchAll() reject while the fetch is under way."""
    return bool(original(ua, instance)) and instance.state.result != ""


@mutant("no-match-rejects", background_fetch_registration.first_match)
def _(original: Any, ua: Any, matches: Any) -> Any:
    """match() that finds nothing rejects."""
    if not matches:
        raise type_error("nothing matches")
    return original(ua, matches)
