"""Script on the simulator that makes the calls of a scenario's steps, in a page or a service worker.

The twin of fixtures/calls.js, call by call, so that both give the same observations.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from conformance.implementations.protocol import Unsupported
from conformance.implementations.simulator.beside import Beside, Told
from conformance.implementations.simulator.objects import all_settled
from conformance.implementations.simulator.reading import Reading
from conformance.scenario.model import RequestSpec, Step
from simulator.background_fetch_event import BackgroundFetchEvent, BackgroundFetchUpdateUIEvent
from simulator.background_fetch_manager import (
    BackgroundFetchManager,
    BackgroundFetchOptions,
    background_fetch_options,
)
from simulator.background_fetch_record import BackgroundFetchRecord
from simulator.background_fetch_registration import BackgroundFetchRegistration, ProgressEvent
from simulator.environment import Environment
from simulator.observation import Attributes, Called, Kind, Log, Progress, Settled
from simulator.promise import Promise, promise_of
from simulator.request import Request
from simulator.request_matches_cached_item import CacheQueryOptions
from simulator.script_errors import ScriptError, ThrownAtOnce, type_error
from simulator.web_idl import call

MANAGER, REGISTRATION = "BackgroundFetchManager", "BackgroundFetchRegistration"
ATTRIBUTES = (
    *("id", "uploadTotal", "uploaded", "downloadTotal", "downloaded"),
    *("result", "failureReason", "recordsAvailable"),
)


def attributes(registration: BackgroundFetchRegistration) -> dict[str, Any]:
    """The eight attributes of a registration, as ``gives`` describes one."""
    return {name: getattr(registration, name) for name in ATTRIBUTES}


class Calls(Beside):
    """The calls of one page or worker; ``witness`` and ``actor`` are who reports them."""

    def __init__(self, told: Told, environment: Environment, witness: str, actor: str) -> None:
        super().__init__(told)
        self.environment, self.witness, self.actor = environment, witness, actor
        self.log = environment.ua.log
        self.registrations: dict[str, BackgroundFetchRegistration] = {}
        self.records: dict[str, Reading] = {}

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
            made = [call(step) for _ in range(step.arguments.get("times", 1))]
        except ScriptError as error:
            how = "thrown" if isinstance(error, ThrownAtOnce) else "rejected"
            self.see(str(step.number), Settled(how, None, error.name))
            return
        promise = made[0] if len(made) == 1 else all_settled(made)
        self.environment.ua.turns.start_soon(self._report, step, promise)

    async def _report(self, step: Step, outcome: Awaitable[Any]) -> None:
        try:
            settled = Settled("fulfilled", await outcome)
        except ScriptError as error:
            settled = Settled("rejected", None, error.name)
        self.see(str(step.number), settled)

    def _call(
        self, step: Step, interface: str, arguments: int, steps: Callable[[], Promise[Any]]
    ) -> Promise[Any]:
        """Call an operation by its binding, with all of its arguments or as many as the step says."""
        given = min(arguments, step.arguments.get("arguments", arguments))
        return call(self.environment.ua, interface, step.verb, given, steps)

    # -- the manager ------------------------------------------------------------------------

    def _fetch(self, step: Step) -> Awaitable[Any]:
        id = step.arguments["fetch"]
        manager = self._manager(step)
        requests = [self._request(spec) for spec in step.arguments.get("requests", ())]
        options = self._fetch_options(step.arguments.get("options", {}))
        asked = requests[0] if step.arguments.get("lone") else requests

        def fetch() -> Promise[Any]:
            """What the binding calls, unless it refuses the arguments."""
            promise = manager.fetch(id, asked, options)
            self.names.begin(manager.registration.scope, id, step.name, requests, promise)
            return promise

        return self._instance(step.name, self._call(step, MANAGER, 3, fetch))

    def _fetch_options(self, given: Mapping[str, Any]) -> BackgroundFetchOptions:
        icons = sources(given.get("icons", ()))
        return background_fetch_options(self.environment.ua, {**given, "icons": icons})

    def _manager(self, step: Step) -> BackgroundFetchManager:
        """The manager that is called: this realm's own, or that of a frame of this page."""
        frame, realm = step.arguments.get("through"), self.environment
        frames = [one for one in realm.ua.environments if one.parent is realm and one.name == frame]
        return (frames[0] if frame else realm).backgroundFetch

    def _get(self, step: Step) -> Awaitable[Any]:
        id = step.arguments["get"]
        manager = self._manager(step)
        return self._got(step, self._call(step, MANAGER, 1, lambda: manager.get(id)))

    async def _got(self, step: Step, promise: Awaitable[BackgroundFetchRegistration | None]) -> Any:
        registration = await promise
        if registration is None:
            return None
        # Which fetch bears the id is known only now: the one that did at the call may be over.
        name = self.names.of_fetch(registration.background_fetch)
        through = step.arguments.get("through", "")
        held = self.through.get((through, name), self.registrations.get(name))
        self.objects[step.name] = registration
        if through:
            self.through[through, name] = registration
        # What was reached through a frame is the frame's to watch.
        seen = attributes(registration) if through else self._noted(name, registration)
        # Whether this is the object that the page already had for this fetch, and whose it is.
        return {**seen, "same": held is registration, "realm": self._realm(registration)}

    def _realm(self, object: BackgroundFetchRegistration | BackgroundFetchRecord) -> str:
        realm = object.environment
        return self.actor if realm is self.environment else realm.name

    def _getIds(self, step: Step) -> Awaitable[Any]:
        return self._call(step, MANAGER, 0, self._manager(step).getIds)

    async def _instance(self, name: str, promise: Awaitable[BackgroundFetchRegistration]) -> Any:
        registration = await promise
        return {**self._noted(name, registration), "realm": self._realm(registration)}

    def _noted(self, name: str, registration: BackgroundFetchRegistration) -> dict[str, Any]:
        """Take in a registration and listen to it; its attributes."""
        if self.registrations.get(name) is not registration:
            self.registrations[name] = registration

            # Of several objects for one fetch only the newest is listened to.
            def listener(event: ProgressEvent) -> None:
                if self.registrations[name] is event.target:
                    self._progress(name, event)

            self.listeners[name] = listener
            registration.onprogress = listener
            if self.witness == "page":  # a worker does not live on to look
                self.environment.ua.turns.start_soon(self._watch_for_gone, name, registration)
        seen = attributes(registration)
        self.see(name, Attributes(**seen))
        return seen

    def _progress(self, name: str, event: ProgressEvent) -> None:
        seen = {key: getattr(event.target, key) for key in ATTRIBUTES if key in Progress.__annotations__}
        self.see(name, Progress(**seen, **_form(event)))

    async def _watch_for_gone(self, name: str, registration: BackgroundFetchRegistration) -> None:
        flag = registration.records_available_flag
        await self.environment.ua.turns.until(
            lambda: not flag.value, flag, why=f"the records of {name!r} to go"
        )
        self.see(name, Attributes(**attributes(registration)))

    # -- the registration -------------------------------------------------------------------

    def _held(self, step: Step) -> BackgroundFetchRegistration:
        """The instance of the fetch that is meant; a worker has it from the event."""
        if "through" in step.arguments:
            return self._got_through(step)
        if step.of in self.registrations:
            return self.registrations[step.of]
        return self._event(step).registration

    def _got_through(self, step: Step) -> BackgroundFetchRegistration:
        frame = step.arguments["through"]
        if (frame, step.of) not in self.through:
            raise ScriptError("ReferenceError", f"nothing was got through {frame} of the fetch {step.of}")
        return self.through[frame, step.of]

    def _event(self, step: Step) -> BackgroundFetchEvent:
        if step.of not in self.events:
            raise ScriptError("ReferenceError", f"there is no instance of the fetch {step.of} here")
        return self.events[step.of]

    async def _updateUI(self, step: Step) -> Any:
        event, options = self._event(step), step.arguments["updateUI"]
        event.dispatching = step.arguments.get("dispatched", event.dispatching)
        promise = update_ui(event, options, step.arguments.get("arguments", 1))
        event.dispatching = event.dispatching and not step.arguments.get("dispatched")
        return await promise

    async def _waitUntil(self, step: Step) -> None:
        turns, duration = self.environment.ua.turns, step.arguments["waitUntil"]
        given = promise_of(turns, lambda: turns.sleep(duration, why="a handler's waitUntil"))
        self._event(step).waitUntil(given)

    def _abort(self, step: Step) -> Awaitable[Any]:
        return self._call(step, REGISTRATION, 0, self._held(step).abort)

    async def _attributes(self, step: Step) -> Any:
        registration, duration = self._held(step), step.arguments.get("for")
        if duration is None:
            return attributes(registration)
        return await self._watch_alone(registration, duration, attributes)

    def _match(self, step: Step) -> Awaitable[Any]:
        held, query, options = self._held(step), self._asked_for(step.arguments["match"]), self._options(step)
        return self._first(step, self._call(step, REGISTRATION, 2, lambda: held.match(query, options)))

    async def _first(self, step: Step, promise: Awaitable[BackgroundFetchRecord | None]) -> Any:
        record = await promise
        if record is None:
            return None
        seen = {**self._told(record), **self._stored(record), "realm": self._realm(record)}
        self.objects[step.name] = record
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
        query = None if asked[0] is None else self._asked_for(asked[0])
        held, options = self._held(step), self._options(step)
        return self._all(self._call(step, REGISTRATION, 2, lambda: held.matchAll(query, options)))

    async def _all(self, promise: Awaitable[list[BackgroundFetchRecord]]) -> Any:
        records = await promise
        return {"count": len(records), "records": [self._told(record) for record in records]}

    def _told(self, record: BackgroundFetchRecord) -> dict[str, Any]:
        return {"path": self.hosts.path_of_url(record.request.url), "method": record.request.method}

    def _stored(self, record: BackgroundFetchRecord) -> dict[str, Any]:
        """What of the request only its record still knows."""
        request = record.request
        headers = {name.lower(): value for name, value in request.headers.items()}
        return {"requestHeaders": headers, "requestBody": request.body or 0}

    def _asked_for(self, asked: str | RequestSpec) -> Request | str:
        return self._request(asked) if isinstance(asked, RequestSpec) else self._url(asked)

    def _options(self, step: Step) -> CacheQueryOptions:
        return CacheQueryOptions(**step.arguments.get("options", {}))

    def _read(self, step: Step) -> Awaitable[Any]:
        name = step.arguments["read"]
        if name not in self.records:
            raise ScriptError("ReferenceError", f"no step called {name} has matched a record")
        return self.records[name].read(step.arguments.get("bytes"))


def update_ui(event: BackgroundFetchEvent, options: Mapping[str, Any], given: int = 1) -> Promise[Any]:
    """Call an event's updateUI with the options of a step; an event without it has no such function."""
    if not isinstance(event, BackgroundFetchUpdateUIEvent):
        raise type_error("the event has no updateUI()")
    icons = options.get("icons")
    taken = None if icons is None else sources(icons)
    ua, title = event.registration.ua, options.get("title")
    steps = lambda: event.updateUI(title=title, icons=taken)  # noqa: E731
    return call(ua, type(event).__name__, "updateUI", given, steps)


def _form(event: ProgressEvent) -> dict[str, Any]:
    return {"interface": event.interface, "bubbles": event.bubbles, "cancelable": event.cancelable}


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
        """Report what calling a method of undefined gives. Raises Unsupported for what needs no manager."""
        if step.verb in ("inspect", "query"):
            why = f"step {step.number} looks at a page outside every scope, which has no realm here"
            raise Unsupported(step.verb, why)
        self.log.see("page", self.name, str(step.number), Called(step.verb))
        self.log.see("page", self.name, str(step.number), Settled("rejected", None, "TypeError"))
