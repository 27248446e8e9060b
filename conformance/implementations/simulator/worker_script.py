"""The service worker's script on the simulator: it reports every event and reads every record.

The twin of fixtures/worker.js. What the scenario has its handlers do comes after the records,
and is reported as the calls of "TYPE PLACE", such as "backgroundfetchsuccess 1".
"""

from __future__ import annotations

from attrs import evolve

from conformance.implementations.simulator.beside import Told
from conformance.implementations.simulator.calls import Calls, attributes
from conformance.implementations.simulator.handled import HANDLED
from conformance.scenario.model import WorkerStep
from simulator.background_fetch_event import BackgroundFetchEvent
from simulator.background_fetch_record import BackgroundFetchRecord
from simulator.content import runs_of_spans
from simulator.environment import WorkerGlobal
from simulator.observation import Attributes, Called, Event, EventDone, Record, Settled
from simulator.promise import promise_of
from simulator.script_errors import ScriptError
from simulator.turns import Cell, Turns
from simulator.web_idl import assign

END_EVENTS = ("backgroundfetchsuccess", "backgroundfetchfail", "backgroundfetchabort")


class WorkerScript(Calls):
    """What runs in a service worker."""

    def __init__(self, told: Told, worker: WorkerGlobal) -> None:
        self.scope = told.hosts.path_of_url(worker.registration.scope)
        super().__init__(told, worker, "worker", self.scope)
        script = told.handlers.get(self.scope)
        self.handlers = script.handlers if script else {}
        self.by_attribute = script is not None and script.by_attribute
        self.sees_fetches = script is not None and script.sees_fetches
        self.worker = worker

    def listen(self) -> None:
        for type in (*END_EVENTS, "backgroundfetchclick"):
            if self.by_attribute:
                assign(self.worker.ua, "ServiceWorkerGlobalScope", self.worker, f"on{type}", self._begin)
            else:
                self.worker.addEventListener(type, self._begin)
        if self.sees_fetches:
            self.worker.addEventListener("fetch", self.fetch_events.append)

    def _begin(self, event: BackgroundFetchEvent) -> None:
        turns = self.worker.ua.turns
        event.waitUntil(promise_of(turns, lambda: self._handle(event)))
        turns.start_soon(self._tell_the_end, event)

    async def _tell_the_end(self, event: BackgroundFetchEvent) -> None:
        """Report that the event is over; script itself cannot see it, and reports it just before."""
        over = lambda: not event.active  # noqa: E731
        await self.worker.ua.turns.until(over, event.pending, why=f"{event.type} to end")
        self.see(self.names.of_fetch(event.registration.background_fetch), EventDone(event.type))

    async def _handle(self, event: BackgroundFetchEvent) -> None:
        bg_fetch = event.registration.background_fetch
        name = self.names.of_fetch(bg_fetch)
        self.events[name] = self.events[event.type] = event
        shown = attributes(event.registration)
        flags = (event.isTrusted, event.bubbles, event.cancelable)
        self.see(name, Event(event.type, event.__class__.__name__, shown, *flags))
        if event.type in END_EVENTS:
            await self._read_all(name, event)
        self.see(name, Attributes(**attributes(event.registration)))
        await self._carry_out(event)

    # -- what the scenario says ---------------------------------------------------------------

    async def _carry_out(self, event: BackgroundFetchEvent) -> None:
        """Do the steps of the event's handler; over once the event need live no longer."""
        turns, steps = self.worker.ua.turns, self.handlers.get(event.type, ())
        async with turns.nursery() as waits:
            for place, step in enumerate(steps, 1):
                if step.verb == "waitUntil":
                    waits.start_soon(_pass, turns, step.arguments["waitUntil"])
                else:
                    await self._do(event, step, f"{event.type} {place}")

    async def _do(self, event: BackgroundFetchEvent, step: WorkerStep, of: str) -> None:
        self.see(of, Called(step.verb))
        try:
            value = await HANDLED[step.verb](self, event, step.arguments[step.verb])
            self.see(of, Settled("fulfilled", value))
        except ScriptError as error:
            self.see(of, Settled("rejected", None, error.name))

    # -- the records --------------------------------------------------------------------------

    async def _read_all(self, name: str, event: BackgroundFetchEvent) -> None:
        try:
            for index, record in enumerate(await event.registration.matchAll()):
                await self._read_record(name, index, record)
        except ScriptError as error:
            self.see("", Record(-1, name, "", exception=error.name, at="matchAll"))

    async def _read_record(self, name: str, index: int, record: BackgroundFetchRecord) -> None:
        path = self.hosts.path_of_url(record.request.url)
        seen = Record(index, name, record.request.method)
        try:
            response = await record.responseReady
        except ScriptError as error:
            seen = evolve(seen, exception=error.name, at="responseReady")
        else:
            seen = evolve(
                seen,
                status=response.status,
                responseType=response.response.type,
                url=self.hosts.path_of_url(response.response.url),
                headers=response.response.headers,
            )
            try:
                spans = await response.body.read_all()
                seen = evolve(seen, size=sum(map(len, spans)), runs=runs_of_spans(spans))
            except ScriptError as error:
                seen = evolve(seen, exception=error.name, at="body")
        self.see(path, seen)


async def _pass(turns: Turns, duration: int | str) -> None:
    """Over after so many nanoseconds, or never."""
    if isinstance(duration, int):
        await turns.sleep(duration, why="a handler's waitUntil")
    else:
        never = Cell(False)
        await turns.until(lambda: never.value, never, why="a promise that never settles")
