"""Script on the simulator that makes the calls of a scenario's steps, in a page or a service worker.

The twin of fixtures/calls.js, call by call, so that both give the same observations.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

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
from simulator.promise import promise_of, rejected_with
from simulator.request import Request
from simulator.request_matches_cached_item import CacheQueryOptions
from simulator.script_errors import ScriptError, type_error
from simulator.storage import estimate

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
        icons = sources(given.get("icons", ()))
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
        extra: Mapping[str, str] = {
            "mode": spec.mode or "cors",
            "credentials": spec.credentials or "same-origin",
        }
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

    async def _updateUI(self, step: Step) -> Any:
        return await update_ui(self._event(step), step.arguments["updateUI"])

    async def _waitUntil(self, step: Step) -> None:
        turns, duration = self.environment.ua.turns, step.arguments["waitUntil"]
        given = promise_of(turns, lambda: turns.sleep(duration, why="a handler's waitUntil"))
        self._event(step).waitUntil(given)

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
        seen = self._told(record) | self._asked(record)
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

    def _asked(self, record: BackgroundFetchRecord) -> dict[str, Any]:
        """What of the request only its record still knows."""
        request = record.request
        headers = {name.lower(): value for name, value in request.headers.items()}
        return {"requestHeaders": headers, "requestBody": request.body or 0}

    def _query(self, asked: str | RequestSpec) -> Request | str:
        return self._request(asked) if isinstance(asked, RequestSpec) else self._url(asked)

    def _options(self, step: Step) -> CacheQueryOptions:
        return CacheQueryOptions(**step.arguments.get("options", {}))

    # -- the origin's storage ---------------------------------------------------------------

    async def _usage(self, step: Step) -> bool:
        return bool(estimate(self.environment.ua) >= step.arguments["usage"])

    async def _cached(self, step: Step) -> Any:
        """What lies in a cache for a path, in the words of ``read``."""
        path = step.arguments["cached"]
        held = self.environment.ua.storage.match(urljoin(self.environment.url, self._url(path)))
        if held is None:
            return None
        return {"status": held.response.status, **read_so_far(held.body, self.size(path), closed=True)}

    def _read(self, step: Step) -> Awaitable[Any]:
        name = step.arguments["read"]
        if name not in self.records:
            raise ScriptError("ReferenceError", f"no step called {name} has matched a record")
        return self.records[name].read(step.arguments.get("bytes"))


async def update_ui(event: BackgroundFetchEvent, options: Mapping[str, Any]) -> Any:
    """Call an event's updateUI with the options of a step; an event without it has no such function."""
    if not isinstance(event, BackgroundFetchUpdateUIEvent):
        raise type_error("the event has no updateUI()")
    icons = options.get("icons")
    given = None if icons is None else sources(icons)
    return await event.updateUI(title=options.get("title"), icons=given)


def sources(icons: Iterable[str | Mapping[str, str]]) -> tuple[str, ...]:
    """Where icons lie; one may be written as its path alone."""
    return tuple(icon if isinstance(icon, str) else icon.get("src", "") for icon in icons)


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
        self.taken = 0
        self.ended = False

    async def read(self, most: int | None) -> dict[str, Any]:
        """Read up to ``most`` bytes in all (None: to the end); what was read so far, in words."""
        exception = ""
        wanted = None if most is None else max(most, self.taken)
        try:
            while not self.ended and (wanted is None or self._here() < wanted):
                span = await self.body.read()
                self.ended = span is None
                self.spans += [span] if span else []
        except ScriptError as error:
            exception = error.name
        self.taken = self._here() if wanted is None else min(wanted, self._here())
        closed = self.ended and self.taken == self._here()
        return read_so_far(_first(self.spans, self.taken), self.size, closed=closed, exception=exception)

    def _here(self) -> int:
        return sum(map(len, self.spans))


def _first(spans: Sequence[Span], size: int) -> list[Span]:
    """The first bytes of a body."""
    taken: list[Span] = []
    for span in spans:
        left = size - sum(map(len, taken))
        taken += [span.cut(min(left, len(span)))[0]] if left else []
    return taken


def read_so_far(
    spans: Sequence[Span], size: int | None, *, closed: bool, exception: str = ""
) -> dict[str, Any]:
    """What was read of a body, in the words of the grammar; ``size``: of the whole, if it is known."""
    runs = runs_of_spans(spans)
    return {
        "body": word(runs, size),
        "size": sum(map(len, spans)),
        "runs": told(runs),
        "closed": closed,
        "exception": exception,
    }
