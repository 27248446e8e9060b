"""BackgroundFetchManager (background-fetch-manager): fetch(), get() and getIds()."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from simulator.background_fetch_display import display
from simulator.background_fetch_registration import BackgroundFetchRegistration
from simulator.concepts import BackgroundFetch, BackgroundFetchRecord
from simulator.environment import queue_a_bgfetch_task
from simulator.get_a_background_fetch_registration_instance import (
    get_a_background_fetch_registration_instance,
)
from simulator.overrides import point
from simulator.perform_a_background_fetch import perform_a_background_fetch
from simulator.policy_container import policy_container
from simulator.promise import Promise, promise_of, rejected_with
from simulator.request import Request, request_constructor
from simulator.request_body import read_bodies, take_body
from simulator.script_errors import (
    ScriptError,
    not_allowed_error,
    quota_exceeded_error,
    type_error,
)
from simulator.service_worker import edit
from simulator.turns import Cell
from simulator.web_idl import unsigned_long_long

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


@point("background-fetch-manager/idl.5")
def default_download_total(ua: UserAgent) -> int:
    """downloadTotal where the options do not have it; title and icons have no default."""
    return 0


def background_fetch_options(ua: UserAgent, given: Mapping[str, Any]) -> BackgroundFetchOptions:
    """The options of fetch() from what script has written, with the conversions of Web IDL."""
    icons = given.get("icons", ())
    total = given.get("downloadTotal", default_download_total(ua))
    return BackgroundFetchOptions(given.get("title", ""), icons, unsigned_long_long(ua, total))


Given = str | Request | Sequence[str | Request]
"""What fetch() takes: one request, or a list."""


@point("background-fetch-manager-fetch/x3")
def may_call(ua: UserAgent, environment: Environment) -> None:
    """The text exposes fetch() in every kind of worker, so that a service worker may call it (erratum 26)."""


@point("background-fetch-manager-fetch/4")
def as_list(ua: UserAgent, requests: Given) -> Sequence[str | Request]:
    """A lone request counts as a list of one."""
    return [requests] if isinstance(requests, str | Request) else requests


@point("background-fetch-manager-fetch/5")
def check_not_empty(ua: UserAgent, requests: Sequence[str | Request]) -> None:
    """An empty list is refused."""
    if not requests:
        raise type_error("fetch() was given an empty list of requests")


@point("background-fetch-manager-fetch/6.1")
def construct(ua: UserAgent, request: str | Request, base: str) -> Request:
    """Each item goes through the Request constructor, whose exception becomes the rejection."""
    return request_constructor(request, base)


@point("background-fetch-manager-fetch/6.1c")
def base_url(ua: UserAgent, environment: Environment) -> str:
    """URLs resolve against that of the caller; the empty string is the caller's own."""
    return environment.url


@point("background-fetch-manager-fetch/6.2")
def check_mode(ua: UserAgent, request: Request) -> None:
    """A no-cors request is refused: its response could not be shown."""
    if request.mode == "no-cors":
        raise type_error("a background fetch can have no no-cors request")


@point("background-fetch-manager-fetch/6.6")
def in_order(ua: UserAgent, records: list[BackgroundFetchRecord]) -> list[BackgroundFetchRecord]:
    """The records are in the order of the list."""
    return records


@point("background-fetch-manager-fetch/x2")
def is_kept(ua: UserAgent, records: Sequence[BackgroundFetchRecord], request: Request) -> bool:
    """A request that is in the list already is kept beside it."""
    return True


@point("background-fetch-manager-fetch/8")
def enqueue(
    ua: UserAgent, registration: ServiceWorkerRegistration, steps: Callable[[], Awaitable[None]]
) -> None:
    """The promise is returned first: the checks come later, one fetch() after the other."""
    edit(ua, registration, steps)


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


@point("background-fetch-manager-fetch/8.5b")
def check(ua: UserAgent, registration: ServiceWorkerRegistration, id: str) -> None:
    """The checks in their order: of several reasons to refuse, the first one is told (erratum 25)."""
    check_permission(ua)
    check_active_worker(ua, registration)
    check_unused(ua, registration, id)


@point("background-fetch-manager-fetch/8.8.3.3")
def upload_total(ua: UserAgent, requests: Sequence[Request]) -> int:
    """The sum of all body lengths; a request without a body counts nothing (erratum 1)."""
    return sum(request.body or 0 for request in requests)


@point("background-fetch-manager-fetch/8.9")
def check_quota_for_requests(ua: UserAgent, upload_total: int) -> None:
    """Refused where the requests themselves cannot be stored."""
    if not ua.storage.fits(upload_total):
        raise quota_exceeded_error(f"{upload_total} bytes of requests do not fit in the quota")


@point("background-fetch-manager-fetch/8.9a")
def check_quota(ua: UserAgent, upload_total: int, download_total: int) -> None:
    """Refused where what is announced cannot fit beside the requests (erratum 24)."""
    if not ua.storage.fits(upload_total + download_total):
        raise quota_exceeded_error(f"{upload_total + download_total} bytes do not fit in the quota")


@point("background-fetch-manager-fetch/8.8.3")
async def bodies_are_read(ua: UserAgent, requests: Sequence[Request]) -> None:
    """Every body is here before the promise resolves; what has none is not waited for (erratum 1)."""
    await read_bodies(ua, [request.given for request in requests if request.given])


@point("background-fetch-manager-fetch/8.12")
def chosen(ua: UserAgent, options: BackgroundFetchOptions) -> BackgroundFetchOptions:
    """What the options say is copied into the new fetch."""
    return options


@point("background-fetch-manager-fetch/8.12a")
def shown_as(ua: UserAgent, options: BackgroundFetchOptions) -> tuple[str, tuple[str, ...]]:
    """Title and icons as given; what is missing is empty."""
    return options.title, options.icons


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


@point("background-fetch-manager-fetch/8.16")
def begin(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """Fetching starts by itself, whatever the page does next."""
    ua.turns.start_soon(perform_a_background_fetch, ua, bg_fetch)


@point("background-fetch-manager-get/3")
def active_fetch(ua: UserAgent, registration: ServiceWorkerRegistration, id: str) -> BackgroundFetch | None:
    """The active fetch of an id; a settled or aborted one is no longer found (5)."""
    return registration.active_background_fetches.get(id)


@point("background-fetch-manager-get/3b")
def check_id(ua: UserAgent, id: str) -> None:
    """An empty id is refused (erratum 28)."""
    if id == "":
        raise type_error("the id is empty")


@point("background-fetch-manager-get/3a")
def may_look_up(ua: UserAgent, registration: ServiceWorkerRegistration) -> bool:
    """get() needs no active worker."""
    return True


@point("background-fetch-manager-get/4.2")
def hand_out_in_turn(ua: UserAgent, bg_fetch: BackgroundFetch, steps: Callable[[], Awaitable[None]]) -> None:
    """get() waits for the updates before it, so that its object misses none that comes after."""
    bg_fetch.update_handling_queue.enqueue(steps)


@point("background-fetch-manager-get-ids/3")
def may_list(ua: UserAgent, registration: ServiceWorkerRegistration) -> bool:
    """getIds() needs no active worker."""
    return True


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
        requests: Given,
        options: BackgroundFetchOptions | None = None,
    ) -> Promise[BackgroundFetchRegistration]:
        """Begin a background fetch (background-fetch-manager-fetch).

        Rejects with TypeError (empty list or id, bad request, body that cannot be read, no active
        worker, id in use), NotAllowedError (permission denied) or QuotaExceededError.
        """
        ua = self.ua
        try:
            may_call(ua, self.environment)
            check_id(ua, id)
            records = self._records(as_list(ua, requests))
        except ScriptError as error:
            return rejected_with(ua.turns, error)
        promise: Promise[BackgroundFetchRegistration] = Promise(ua.turns)  # 7

        async def steps() -> None:  # 8
            try:
                await self._begin(promise, id, records, chosen(ua, options or BackgroundFetchOptions()))
            except ScriptError as error:
                promise.reject(error)

        enqueue(ua, self.registration, steps)
        return promise

    def _records(self, requests: Sequence[str | Request]) -> list[BackgroundFetchRecord]:
        """Steps 5 and 6."""
        check_not_empty(self.ua, requests)
        records: list[BackgroundFetchRecord] = []
        for given in requests:
            request = self._request(given)
            if is_kept(self.ua, records, request):
                records.append(BackgroundFetchRecord(request))
        return in_order(self.ua, records)

    def _request(self, given: str | Request) -> Request:
        """Steps 6.1 to 6.3, for one request."""
        ua, environment = self.ua, self.environment
        request = construct(ua, given, base_url(ua, environment))
        if request.given:
            take_body(ua, request.given)
        check_mode(ua, request)
        request.origin, request.controller = ua.origin, self.registration
        request.policy_container = policy_container(ua, environment)
        return request

    async def _begin(
        self,
        promise: Promise[BackgroundFetchRegistration],
        id: str,
        records: list[BackgroundFetchRecord],
        options: BackgroundFetchOptions,
    ) -> None:
        """Step 8, on the edit queue. Raises ScriptError to reject."""
        ua, registration = self.ua, self.registration
        requests = [record.request for record in records]
        check(ua, registration, id)
        await bodies_are_read(ua, requests)
        total = upload_total(ua, requests)
        check_quota_for_requests(ua, total)
        check_quota(ua, total, options.downloadTotal)
        title, icons = shown_as(ua, options)
        bg_fetch = BackgroundFetch(  # 8.12
            ua.turns,
            id,
            records,
            registration,
            title=title,
            icons=icons,
            download_total=options.downloadTotal,
            upload_total=total,
        )
        bg_fetch.uploaded = uploaded_at_first(ua, total)
        list_as_active(ua, registration, bg_fetch)
        environment = self.environment
        queue_a_bgfetch_task(  # 8.14
            ua,
            environment,
            lambda: promise.resolve(given_registration(ua, bg_fetch, environment)),
        )
        display(
            ua, bg_fetch, environment
        )  # 8.15: before anything is sent, so that a pause is in time (erratum 34)
        begin(ua, bg_fetch)

    def get(self, id: str) -> Promise[BackgroundFetchRegistration | None]:
        """The active fetch of an id, None for undefined. Rejects with TypeError for an empty id."""
        ua, environment = self.ua, self.environment
        promise: Promise[BackgroundFetchRegistration | None] = Promise(ua.turns)

        async def look_up() -> None:
            try:
                check_id(ua, id)
                if not may_look_up(ua, self.registration):
                    raise type_error("the registration has no active worker")
            except ScriptError as error:
                promise.reject(error)
                return
            bg_fetch = active_fetch(ua, self.registration, id)
            if bg_fetch is None:  # 3
                promise.resolve(None)
            else:  # 4: in the update queue, so that the instance misses no progress
                hand_out_in_turn(ua, bg_fetch, lambda: hand_out(bg_fetch))

        async def hand_out(bg_fetch: BackgroundFetch) -> None:
            done = Cell(False)

            def task() -> None:
                promise.resolve(get_a_background_fetch_registration_instance(ua, bg_fetch, environment))
                done.value = True

            queue_a_bgfetch_task(ua, environment, task)
            await ua.turns.until(lambda: done.value, done, why=f"get({id!r}) to be answered")

        ua.turns.start_soon(look_up)
        return promise

    def getIds(self) -> Promise[list[str]]:
        """The ids of the active fetches."""

        async def steps() -> list[str]:
            if not may_list(self.ua, self.registration):
                raise type_error("the registration has no active worker")
            return active_ids(self.ua, self.registration)

        return promise_of(self.ua.turns, steps)
