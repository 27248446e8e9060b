"""Script on the simulator that makes the calls of a scenario's steps, in a page or a service worker.

The twin of fixtures/calls.js, call by call, so that both give the same observations.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from conformance.scenario.model import RequestSpec, Step, WorkerScript
from simulator.background_fetch_event import BackgroundFetchEvent, BackgroundFetchUpdateUIEvent
from simulator.background_fetch_manager import BackgroundFetchOptions
from simulator.background_fetch_record import BackgroundFetchRecord, BodyStream
from simulator.background_fetch_registration import BackgroundFetchRegistration
from simulator.content import Span, runs_of_spans, told, word
from simulator.environment import Environment
from simulator.observation import Attributes, Called, Kind, Log, Progress, Settled
from simulator.origin.hosts import Hosts
from simulator.promise import rejected_with
from simulator.request import Request
from simulator.request_matches_cached_item import CacheQueryOptions
from simulator.script_errors import ScriptError, type_error

if TYPE_CHECKING:
    from conformance.implementations.simulator.session import Names

ATTRIBUTES = (
    *("id", "uploadTotal", "uploaded", "downloadTotal", "downloaded"),
    *("result", "failureReason", "recordsAvailable"),
)


def attributes(registration: BackgroundFetchRegistration) -> dict[str, Any]:
    """The eight attributes of a registration, as ``gives`` describes one."""
    return {name: getattr(registration, name) for name in ATTRIBUTES}


@frozen
class Told:
    """What every script knows of its scenario: names of fetches and hosts, sizes of resources."""

    hosts: Hosts
    names: Names
    size: Callable[[str], int | None]
    handlers: Mapping[str, WorkerScript]


class Calls:
    """The calls of one page or worker; ``witness`` and ``actor`` are who reports them."""

    def __init__(self, told: Told, environment: Environment, witness: str, actor: str) -> None:
        self.hosts, self.names, self.size = told.hosts, told.names, told.size
        self.environment, self.witness, self.actor = environment, witness, actor
        self.log = environment.ua.log
        self.registrations: dict[str, BackgroundFetchRegistration] = {}
        self.records: dict[str, Reading] = {}
        self.events: dict[str, BackgroundFetchEvent] = {}

    def close(self) -> None:
        self.environment.close()

    def see(self, of: str, data: Kind) -> None:
        """Report something, as long as there is a realm to do it."""
        if not self.environment.closed:
            self.log.see(self.witness, self.actor, of, data)

    def begin(self, step: Step) -> None:
        """Make a step's call; how its promise settles is reported when it does."""
        self.see(str(step.number), Called(step.verb))
        call: Callable[[Step], Awaitable[Any]] = getattr(self, f"_{step.verb}")
        # The call itself is made now, synchronously, as script does; only its outcome comes later.
        try:
            outcome = call(step)
        except ScriptError as error:
            outcome = rejected_with(self.environment.ua.turns, error)
        self.environment.ua.turns.start_soon(self._report, step, outcome)

    async def _report(self, step: Step, outcome: Awaitable[Any]) -> None:
        try:
            settled = Settled("fulfilled", await outcome)
        except ScriptError as error:
            settled = Settled("rejected", None, error.name)
        self.see(str(step.number), settled)

    # -- the manager ------------------------------------------------------------------------

    def _fetch(self, step: Step) -> Awaitable[Any]:
        id = step.arguments["fetch"]
        self.names.begin(self.environment.registration.scope, id, step.name)
        requests = [self._request(spec) for spec in step.arguments.get("requests", ())]
        given = step.arguments.get("options", {})
        icons = tuple(icon["src"] for icon in given.get("icons", ()))
        options = BackgroundFetchOptions(given.get("title", ""), icons, given.get("downloadTotal", 0))
        return self._instance(step.name, self.environment.backgroundFetch.fetch(id, requests, options))

    def _get(self, step: Step) -> Awaitable[Any]:
        id = step.arguments["get"]
        name = self.names.of(self.environment.registration.scope, id)
        held = self.registrations.get(name)

        async def got() -> Any:
            seen = await self._instance(name, self.environment.backgroundFetch.get(id))
            # Whether this is the object that the page already had for this fetch.
            return seen and {**seen, "same": held is not None and self.registrations[name] is held}

        return got()

    def _getIds(self, step: Step) -> Awaitable[Any]:
        return self.environment.backgroundFetch.getIds()

    async def _instance(self, name: str, promise: Awaitable[BackgroundFetchRegistration | None]) -> Any:
        registration = await promise
        if registration is None:
            return None
        if self.registrations.get(name) is not registration:
            self.registrations[name] = registration
            # Of several objects for one fetch only the newest is listened to.
            registration.on_progress(
                lambda now: self._progress(name, now) if self.registrations[name] is now else None
            )
            if self.witness == "page":  # a worker does not live on to look
                self.environment.ua.turns.start_soon(self._watch_for_gone, name, registration)
        seen = attributes(registration)
        self.see(name, Attributes(**seen))
        return seen

    def _progress(self, name: str, now: BackgroundFetchRegistration) -> None:
        seen = {key: getattr(now, key) for key in ATTRIBUTES if key in Progress.__annotations__}
        self.see(name, Progress(**seen))

    async def _watch_for_gone(self, name: str, registration: BackgroundFetchRegistration) -> None:
        flag = registration.records_available_flag
        await self.environment.ua.turns.until(
            lambda: not flag.value, flag, why=f"the records of {name!r} to go"
        )
        self.see(name, Attributes(**attributes(registration)))

    def _request(self, spec: RequestSpec) -> Request:
        extra: Mapping[str, str] = {"mode": spec.mode or "cors", "credentials": spec.credentials}
        return Request(self._url(spec.path), spec.method, dict(spec.headers), spec.body, **extra)  # type: ignore[arg-type]

    def _url(self, path: str) -> str:
        return self.hosts.url(path) if path.startswith("/") else path

    # -- the registration -------------------------------------------------------------------

    def _held(self, step: Step) -> BackgroundFetchRegistration:
        """The instance of the fetch that is meant; a worker has it from the event."""
        if step.of in self.registrations:
            return self.registrations[step.of]
        return self._event(step).registration

    def _event(self, step: Step) -> BackgroundFetchEvent:
        if step.of not in self.events:
            raise ScriptError("ReferenceError", f"there is no instance of the fetch {step.of} here")
        return self.events[step.of]

    async def _updateUI(self, step: Step) -> None:
        await update_ui(self._event(step), step.arguments["updateUI"])

    def _abort(self, step: Step) -> Awaitable[Any]:
        return self._held(step).abort()

    async def _attributes(self, step: Step) -> Any:
        return attributes(self._held(step))

    def _match(self, step: Step) -> Awaitable[Any]:
        return self._first(
            step, self._held(step).match(self._query(step.arguments["match"]), self._options(step))
        )

    async def _first(self, step: Step, promise: Awaitable[BackgroundFetchRecord | None]) -> Any:
        record = await promise
        if record is None:
            return None
        seen = self._told(record)
        try:
            response = await record.responseReady
        except ScriptError as error:
            return {**seen, "responseReady": error.name}
        self.records[step.name] = Reading(response.body, self.size(seen["path"]))
        url, kind = self.hosts.path_of_url(response.response.url), response.response.type
        found = {"status": response.status, "url": url, "responseType": kind, "responseReady": "fulfilled"}
        return {**seen, **found}

    def _matchAll(self, step: Step) -> Awaitable[Any]:
        asked = step.arguments.get("requests") or (None,)
        query = None if asked[0] is None else self._query(asked[0])
        return self._all(self._held(step).matchAll(query, self._options(step)))

    async def _all(self, promise: Awaitable[list[BackgroundFetchRecord]]) -> Any:
        records = await promise
        return {"count": len(records), "records": [self._told(record) for record in records]}

    def _told(self, record: BackgroundFetchRecord) -> dict[str, Any]:
        return {"path": self.hosts.path_of_url(record.request.url), "method": record.request.method}

    def _query(self, asked: str | RequestSpec) -> Request | str:
        return self._request(asked) if isinstance(asked, RequestSpec) else self._url(asked)

    def _options(self, step: Step) -> CacheQueryOptions:
        return CacheQueryOptions(**step.arguments.get("options", {}))

    def _read(self, step: Step) -> Awaitable[Any]:
        name = step.arguments["read"]
        if name not in self.records:  # its match() found nothing, or rejected
            raise ScriptError("TypeError", f"there is no record {name} to read")
        return self.records[name].read(step.arguments.get("bytes"))


async def update_ui(event: BackgroundFetchEvent, options: Mapping[str, Any]) -> None:
    """Call an event's updateUI with the options of a step; an event without it has no such function."""
    if not isinstance(event, BackgroundFetchUpdateUIEvent):
        raise type_error("the event has no updateUI()")
    icons = options.get("icons")
    sources = None if icons is None else [one if isinstance(one, str) else one["src"] for one in icons]
    await event.updateUI(title=options.get("title"), icons=sources)


class OutsidePage:
    """A page that no service worker's scope covers: it has no manager to call."""

    def __init__(self, log: Log, name: str) -> None:
        self.log, self.name = log, name

    def close(self) -> None:
        """There is nothing to end."""

    def begin(self, step: Step) -> None:
        """Report what calling a method of undefined gives."""
        self.log.see("page", self.name, str(step.number), Called(step.verb))
        self.log.see("page", self.name, str(step.number), Settled("rejected", None, "TypeError"))


class Reading:
    """A record's body as far as it has been read, over one or several steps."""

    def __init__(self, body: BodyStream, size: int | None) -> None:
        self.body, self.size = body, size
        self.spans: list[Span] = []
        self.closed = False

    async def read(self, most: int | None) -> dict[str, Any]:
        """Read up to ``most`` bytes in all (None: to the end); what was read so far, in words."""
        exception = ""
        try:
            while most is None or sum(map(len, self.spans)) < most:
                span = await self.body.read()
                if span is None:
                    self.closed = True
                    break
                self.spans.append(span)
        except ScriptError as error:
            exception = error.name
        runs = runs_of_spans(self.spans)
        total = sum(map(len, self.spans))
        return {
            "body": word(runs, self.size),
            "size": total,
            "runs": told(runs),
            "closed": self.closed,
            "exception": exception,
        }
