"""BackgroundFetchRegistration (background-fetch-registration): attributes, progress, and its methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.background_fetch_record import BackgroundFetchRecord
from simulator.concepts import BackgroundFetch
from simulator.concepts import BackgroundFetchRecord as StoredRecord
from simulator.contains_background_fetch import contains_background_fetch
from simulator.create_record_objects import create_record_objects
from simulator.environment import Environment
from simulator.overrides import point
from simulator.promise import Promise, promise_of, rejected_with
from simulator.request import Request, request_constructor
from simulator.request_matches_cached_item import CacheQueryOptions, request_matches_cached_item
from simulator.script_errors import ScriptError, invalid_state_error
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


@point("background-fetch-registration-match/2")
def first_match(ua: UserAgent, matches: list[BackgroundFetchRecord]) -> BackgroundFetchRecord | None:
    """match() gives the first of what matchAll() gives; none is undefined (erratum 29)."""
    return matches[0] if matches else None


class BackgroundFetchRegistration:
    """A realm's object for a background fetch. Its attributes change only by update tasks."""

    def __init__(self, ua: UserAgent, environment: Environment, background_fetch: BackgroundFetch) -> None:
        self.ua, self.environment, self.background_fetch = ua, environment, background_fetch
        self.id = background_fetch.id
        self.uploadTotal = background_fetch.upload_total
        self.downloadTotal = background_fetch.download_total
        self.downloaded = background_fetch.stored_body_bytes_total
        self.uploaded = background_fetch.uploaded
        self.result = background_fetch.result
        self.failureReason = background_fetch.failure_reason
        self.records_available_flag = Cell(background_fetch.records_available_flag)
        self._progress_listeners: list[Callable[[BackgroundFetchRegistration], None]] = []

    @property
    def recordsAvailable(self) -> bool:
        return self.records_available_flag.value

    def on_progress(self, listener: Callable[[BackgroundFetchRegistration], None]) -> None:
        """Call ``listener`` with this object at every progress event."""
        self._progress_listeners.append(listener)

    def dispatch_progress(self) -> None:
        for listener in tuple(self._progress_listeners):
            listener(self)

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

        registration.active_background_fetches_edit_queue.enqueue(steps)
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
            self.environment.event_loop.queue_a_task(
                lambda: promise.resolve(create_record_objects(ua, matching))  # 3.3
            )

        ua.turns.start_soon(steps)
        return promise
