"""BackgroundFetchRegistration (background-fetch-registration): attributes, progress, and its methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import frozen

from simulator.background_fetch_record import BackgroundFetchRecord
from simulator.concepts import BackgroundFetch
from simulator.concepts import BackgroundFetchRecord as StoredRecord
from simulator.contains_background_fetch import contains_background_fetch
from simulator.create_record_objects import create_record_objects
from simulator.environment import Environment, queue_a_bgfetch_task
from simulator.get_a_background_fetch_registration_instance import relevant_realm
from simulator.interfaces import FAILURE_REASON, RESULT
from simulator.overrides import point
from simulator.promise import Promise, promise_of, rejected_with
from simulator.request import Request, request_constructor
from simulator.request_matches_cached_item import CacheQueryOptions, request_matches_cached_item
from simulator.script_errors import ScriptError, invalid_state_error
from simulator.service_worker import edit
from simulator.turns import Cell

if TYPE_CHECKING:
    from simulator.user_agent import UserAgent


@point("background-fetch-registration-abort/3.3")
def abort_of_an_inactive_fetch(ua: UserAgent) -> bool:
    """What abort() gives for a fetch that is no longer active."""
    return False


@point("background-fetch-registration-abort/3.4")
def remove_aborted(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """The first abort() takes the fetch from the list."""
    del bg_fetch.service_worker_registration.active_background_fetches[bg_fetch.id]


@point("background-fetch-registration-abort/3.6")
def set_abort_all(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """All transfers stop."""
    bg_fetch.abort_all_flag.value = True


@point("background-fetch-registration-match-all/1")
def records_may_be_read(ua: UserAgent, instance: BackgroundFetchRegistration) -> bool:
    """Once the records are gone, match() and matchAll() reject."""
    return instance.recordsAvailable


@point("background-fetch-registration-match-all/3.2")
def is_asked_for(
    ua: UserAgent, query: Request | None, record: StoredRecord, options: CacheQueryOptions
) -> bool:
    """Without a request every record is (erratum 30)."""
    return query is None or request_matches_cached_item(ua, query, record, options)


@point("background-fetch-registration-match-all/3.2e")
def all_of_a_url(ua: UserAgent, matching: list[StoredRecord]) -> list[StoredRecord]:
    """Every record that matches is given, also of a URL that was asked for several times."""
    return matching


@point("background-fetch-registration-match/2")
def first_match(ua: UserAgent, matches: list[BackgroundFetchRecord]) -> BackgroundFetchRecord | None:
    """match() gives the first of what matchAll() gives; none is undefined (erratum 29)."""
    return matches[0] if matches else None


@point("background-fetch-registration/1")
def id_told(ua: UserAgent, bg_fetch: BackgroundFetch) -> str:
    """id is the very text that fetch() was given."""
    return bg_fetch.id


@point("background-fetch-registration/2")
def total_told(ua: UserAgent, instance: BackgroundFetchRegistration, total: int) -> int:
    """uploadTotal and downloadTotal never change."""
    return total


@point("background-fetch-registration/3")
def downloaded_told(ua: UserAgent, instance: BackgroundFetchRegistration, snapshot: int) -> int:
    """downloaded is what the last update task has set, however much more is stored by now."""
    return snapshot


@point("background-fetch-registration-events/1")
def interface_of_progress(ua: UserAgent) -> str:
    """A progress event is a plain Event."""
    return "Event"


@point("background-fetch-registration-events/2")
def progress_bubbles(ua: UserAgent) -> tuple[bool, bool]:
    """A progress event neither bubbles nor can be cancelled."""
    return False, False


@frozen
class ProgressEvent:
    """The event that tells of progress, fired at ``target``."""

    target: BackgroundFetchRegistration
    interface: str
    bubbles: bool
    cancelable: bool
    isTrusted: bool = True


class BackgroundFetchRegistration:
    """A realm's object for a background fetch. Its attributes change only by update tasks."""

    def __init__(self, ua: UserAgent, environment: Environment, background_fetch: BackgroundFetch) -> None:
        self.ua, self.environment, self.background_fetch = ua, environment, background_fetch
        self.state = background_fetch.state()
        self.records_available_flag = Cell(background_fetch.records_available_flag)
        self.onprogress: Callable[[ProgressEvent], None] | None = None
        self._progress_listeners: list[Callable[[BackgroundFetchRegistration], None]] = []

    # -- the attributes ---------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The id that fetch() was given."""
        return id_told(self.ua, self.background_fetch)

    @property
    def uploadTotal(self) -> int:
        """The sum of all request bodies, in bytes."""
        return total_told(self.ua, self, self.background_fetch.upload_total)

    @property
    def downloadTotal(self) -> int:
        """The most that may be stored, in bytes, as the page has announced it; 0 for no limit."""
        return total_told(self.ua, self, self.background_fetch.download_total)

    @property
    def uploaded(self) -> int:
        """Bytes sent of request bodies, as of the last update task."""
        return self.state.uploaded

    @property
    def downloaded(self) -> int:
        """Bytes stored of all responses, as of the last update task."""
        return downloaded_told(self.ua, self, self.state.downloaded)

    @property
    def result(self) -> str:
        """ "" while the fetch runs, then "success" or "failure"."""
        return RESULT(self.ua)[self.state.result]

    @property
    def failureReason(self) -> str:
        """Why it failed, one of six words; "" where it has not."""
        return FAILURE_REASON(self.ua)[self.state.failureReason]

    @property
    def recordsAvailable(self) -> bool:
        """Whether match() and matchAll() still find the records: until the end event is over."""
        return self.records_available_flag.value

    # -- progress ---------------------------------------------------------------------------

    def on_progress(self, listener: Callable[[BackgroundFetchRegistration], None]) -> None:
        """Call ``listener`` with this object at every progress event."""
        self._progress_listeners.append(listener)

    def dispatch_progress(self) -> None:
        """Fire a progress event: call every listener."""
        for listener in tuple(self._progress_listeners):
            listener(self)
        if self.onprogress is not None:
            event = ProgressEvent(self, interface_of_progress(self.ua), *progress_bubbles(self.ua))
            self.onprogress(event)

    # -- the operations ---------------------------------------------------------------------

    def abort(self) -> Promise[bool]:
        """Abort the fetch; gives whether this call did (background-fetch-registration-abort)."""
        ua, bg_fetch = self.ua, self.background_fetch
        registration = bg_fetch.service_worker_registration
        promise: Promise[bool] = Promise(ua.turns)

        async def steps() -> None:
            if not contains_background_fetch(ua, registration.active_background_fetches, bg_fetch):  # 3.3
                promise.resolve(abort_of_an_inactive_fetch(ua))
                return
            remove_aborted(ua, bg_fetch)  # 3.4
            promise.resolve(True)  # 3.5
            set_abort_all(ua, bg_fetch)  # 3.6

        edit(ua, registration, steps)
        return promise

    def match(
        self, request: str | Request, options: CacheQueryOptions | None = None
    ) -> Promise[BackgroundFetchRecord | None]:
        """The first record that matches, None for undefined. Rejects as matchAll() does."""

        async def steps() -> BackgroundFetchRecord | None:
            return first_match(self.ua, await self.matchAll(request, options))

        return promise_of(self.ua.turns, steps)

    def matchAll(
        self, request: str | Request | None = None, options: CacheQueryOptions | None = None
    ) -> Promise[list[BackgroundFetchRecord]]:
        """New record objects for every record that matches; all, where no request is given.

        Rejects with InvalidStateError once the records are gone, and with what the Request
        constructor throws (background-fetch-registration-match-all, erratum 30).
        """
        ua = self.ua
        if not records_may_be_read(ua, self):  # 1
            return rejected_with(ua.turns, invalid_state_error("the records are no longer available"))
        try:
            query = None if request is None else request_constructor(request, self.environment.url)
        except ScriptError as error:
            return rejected_with(ua.turns, error)
        promise: Promise[Any] = Promise(ua.turns)

        async def steps() -> None:  # 3
            matching = [
                record
                for record in self.background_fetch.records
                if is_asked_for(ua, query, record, options or CacheQueryOptions())
            ]
            matching = all_of_a_url(ua, matching)
            realm = relevant_realm(ua, self.environment)
            queue_a_bgfetch_task(
                ua,
                realm,
                lambda: promise.resolve(create_record_objects(ua, matching, realm)),  # 3.3
            )

        ua.turns.start_soon(steps)
        return promise
