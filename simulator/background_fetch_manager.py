"""BackgroundFetchManager (background-fetch-manager): fetch(), get() and getIds()."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from simulator.background_fetch_display import display
from simulator.background_fetch_registration import BackgroundFetchRegistration
from simulator.concepts import BackgroundFetch, BackgroundFetchRecord
from simulator.get_a_background_fetch_registration_instance import (
    get_a_background_fetch_registration_instance,
)
from simulator.overrides import point
from simulator.perform_a_background_fetch import perform_a_background_fetch
from simulator.promise import Promise, promise_of, rejected_with
from simulator.request import Request, request_constructor
from simulator.script_errors import (
    ScriptError,
    not_allowed_error,
    quota_exceeded_error,
    type_error,
)
from simulator.turns import Cell

if TYPE_CHECKING:
    from simulator.environment import Environment
    from simulator.service_worker import ServiceWorkerRegistration
    from simulator.user_agent import UserAgent


@frozen
class BackgroundFetchOptions:
    """The options of fetch(), with the defaults of the text."""

    title: str = ""
    icons: tuple[str, ...] = ()
    downloadTotal: int = 0


@point("background-fetch-manager-fetch/5")
def check_not_empty(ua: UserAgent, requests: Sequence[str | Request]) -> None:
    """An empty list is refused."""
    if not requests:
        raise type_error("fetch() was given an empty list of requests")


@point("background-fetch-manager-fetch/6.1")
def construct(ua: UserAgent, request: str | Request, base: str) -> Request:
    """Each item goes through the Request constructor, whose exception becomes the rejection."""
    return request_constructor(request, base)


@point("background-fetch-manager-fetch/6.2")
def check_mode(ua: UserAgent, request: Request) -> None:
    """A no-cors request is refused: its response could not be shown."""
    if request.mode == "no-cors":
        raise type_error("a background fetch can have no no-cors request")


@point("background-fetch-manager-fetch/6.6")
def in_order(ua: UserAgent, records: Sequence[BackgroundFetchRecord]) -> list[BackgroundFetchRecord]:
    """The records keep the order of the requests, those of one URL that is asked for twice included."""
    return list(records)


@point("background-fetch-manager-fetch/8.2")
def check_permission(ua: UserAgent) -> None:
    """Refused where the permission is denied."""
    if ua.permission.value == "denied":
        raise not_allowed_error("the permission background-fetch is denied")


@point("background-fetch-manager-fetch/8.4")
def check_active_worker(ua: UserAgent, registration: ServiceWorkerRegistration) -> None:
    """Refused where no worker could take the end event."""
    if not registration.active_worker:
        raise type_error("the registration has no active worker")


@point("background-fetch-manager-fetch/8.5")
def check_unused(ua: UserAgent, registration: ServiceWorkerRegistration, id: str) -> None:
    """Refused where a fetch of this id is active."""
    if id in registration.active_background_fetches:
        raise type_error(f"a background fetch {id!r} is active already")


@point("background-fetch-manager-fetch/8.8.3.3")
def upload_total(ua: UserAgent, requests: Sequence[Request]) -> int:
    """The sum of all body lengths; a request without a body counts nothing (erratum 1)."""
    return sum(request.body or 0 for request in requests)


@point("background-fetch-manager-fetch/8.9a")
def check_quota(ua: UserAgent, upload_total: int, download_total: int) -> None:
    """Refused where the requests, or what is announced, cannot fit (erratum 24)."""
    if not ua.storage.fits(upload_total + download_total):
        raise quota_exceeded_error(f"{upload_total + download_total} bytes do not fit in the quota")


@point("background-fetch-manager-fetch/8.8.3")
async def bodies_are_read(ua: UserAgent, requests: Sequence[Request]) -> None:
    """Every body is here before the promise resolves: bodies are lengths here, so at once (erratum 1)."""


@point("background-fetch-manager-fetch/8.12")
def download_total(ua: UserAgent, options: BackgroundFetchOptions) -> int:
    """The new fetch takes over what was announced."""
    return options.downloadTotal


@point("background-fetch-concept/1")
def uploaded_at_first(ua: UserAgent, upload_total: int) -> int:
    """A new fetch has uploaded nothing."""
    return 0


@point("background-fetch-manager-fetch/8.14")
def given_registration(
    ua: UserAgent, bg_fetch: BackgroundFetch, environment: Environment
) -> BackgroundFetchRegistration:
    """The promise resolves with the realm's own object for the fetch."""
    return get_a_background_fetch_registration_instance(ua, bg_fetch, environment)


@point("background-fetch-manager-fetch/8.13")
def list_as_active(ua: UserAgent, registration: ServiceWorkerRegistration, bg_fetch: BackgroundFetch) -> None:
    """The id is listed before the promise resolves."""
    registration.active_background_fetches[bg_fetch.id] = bg_fetch
    registration.stored_background_fetches[bg_fetch] = None


@point("background-fetch-manager-get/3")
def active_fetch(ua: UserAgent, registration: ServiceWorkerRegistration, id: str) -> BackgroundFetch | None:
    """The active fetch of an id; a settled or aborted one is no longer found (5)."""
    return registration.active_background_fetches.get(id)


@point("background-fetch-manager-get/3b")
def check_id(ua: UserAgent, id: str) -> None:
    """An empty id is refused (erratum 28)."""
    if id == "":
        raise type_error("the id is empty")


@point("background-fetch-manager-get-ids/2")
def active_ids(ua: UserAgent, registration: ServiceWorkerRegistration) -> list[str]:
    """The ids now active, in the order in which they were listed."""
    return list(registration.active_background_fetches)


class BackgroundFetchManager:
    """The manager of one registration in one realm."""

    def __init__(
        self, ua: UserAgent, environment: Environment, registration: ServiceWorkerRegistration
    ) -> None:
        self.ua, self.environment, self.registration = ua, environment, registration

    def fetch(
        self,
        id: str,
        requests: str | Request | Sequence[str | Request],
        options: BackgroundFetchOptions | None = None,
    ) -> Promise[BackgroundFetchRegistration]:
        """Begin a background fetch (background-fetch-manager-fetch).

        Rejects with TypeError (empty list or id, bad request, no active worker, id in use),
        NotAllowedError (permission denied) or QuotaExceededError.
        """
        ua = self.ua
        try:
            check_id(ua, id)
            records = self._records([requests] if isinstance(requests, str | Request) else requests)
        except ScriptError as error:
            return rejected_with(ua.turns, error)
        promise: Promise[BackgroundFetchRegistration] = Promise(ua.turns)  # 7

        async def steps() -> None:  # 8
            try:
                await self._begin(promise, id, records, options or BackgroundFetchOptions())
            except ScriptError as error:
                promise.reject(error)

        self.registration.active_background_fetches_edit_queue.enqueue(steps)
        return promise

    def _records(self, requests: Sequence[str | Request]) -> list[BackgroundFetchRecord]:
        """Steps 5 and 6."""
        check_not_empty(self.ua, requests)
        records = []
        for given in requests:
            request = construct(self.ua, given, self.environment.url)
            check_mode(self.ua, request)
            request.origin = self.ua.origin
            records.append(BackgroundFetchRecord(request))
        return in_order(self.ua, records)

    async def _begin(
        self,
        promise: Promise[BackgroundFetchRegistration],
        id: str,
        records: list[BackgroundFetchRecord],
        options: BackgroundFetchOptions,
    ) -> None:
        """Step 8, on the edit queue. Raises ScriptError to reject."""
        ua, registration = self.ua, self.registration
        check_permission(ua)
        check_active_worker(ua, registration)
        check_unused(ua, registration, id)
        requests = [record.request for record in records]
        total = upload_total(ua, requests)
        check_quota(ua, total, options.downloadTotal)
        await bodies_are_read(ua, requests)  # 8.10
        bg_fetch = BackgroundFetch(  # 8.12
            ua.turns,
            id,
            records,
            registration,
            title=options.title,
            icons=options.icons,
            download_total=download_total(ua, options),
            upload_total=total,
        )
        bg_fetch.uploaded = uploaded_at_first(ua, total)
        list_as_active(ua, registration, bg_fetch)
        environment = self.environment
        environment.event_loop.queue_a_task(  # 8.14
            lambda: promise.resolve(given_registration(ua, bg_fetch, environment))
        )
        display(ua, bg_fetch)  # 8.15: before anything is sent, so that a pause is in time (erratum 34)
        ua.turns.start_soon(perform_a_background_fetch, ua, bg_fetch)  # 8.16

    def get(self, id: str) -> Promise[BackgroundFetchRegistration | None]:
        """The active fetch of an id, None for undefined. Rejects with TypeError for an empty id."""
        ua, environment = self.ua, self.environment
        promise: Promise[BackgroundFetchRegistration | None] = Promise(ua.turns)

        async def look_up() -> None:
            try:
                check_id(ua, id)
            except ScriptError as error:
                promise.reject(error)
                return
            bg_fetch = active_fetch(ua, self.registration, id)
            if bg_fetch is None:  # 3
                promise.resolve(None)
            else:  # 4: in the update queue, so that the instance misses no progress
                bg_fetch.update_handling_queue.enqueue(lambda: hand_out(bg_fetch))

        async def hand_out(bg_fetch: BackgroundFetch) -> None:
            done = Cell(False)

            def task() -> None:
                promise.resolve(get_a_background_fetch_registration_instance(ua, bg_fetch, environment))
                done.value = True

            environment.event_loop.queue_a_task(task)
            await ua.turns.until(lambda: done.value, done, why=f"get({id!r}) to be answered")

        ua.turns.start_soon(look_up)
        return promise

    def getIds(self) -> Promise[list[str]]:
        """The ids of the active fetches."""

        async def steps() -> list[str]:
            return active_ids(self.ua, self.registration)

        return promise_of(self.ua.turns, steps)
