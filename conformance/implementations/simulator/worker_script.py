"""The service worker's script on the simulator: it reports every event and reads every record.

The twin of fixtures/worker.js.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from conformance.implementations.simulator.page_script import attributes
from simulator.background_fetch_event import BackgroundFetchEvent
from simulator.background_fetch_record import BackgroundFetchRecord
from simulator.content import runs_of_spans
from simulator.environment import WorkerGlobal
from simulator.observation import Attributes, Event, EventDone, Log, Record
from simulator.origin.hosts import Hosts
from simulator.script_errors import ScriptError

if TYPE_CHECKING:
    from conformance.implementations.simulator.session import Names

END_EVENTS = ("backgroundfetchsuccess", "backgroundfetchfail", "backgroundfetchabort")


class WorkerScript:
    """What runs in a service worker."""

    def __init__(self, log: Log, hosts: Hosts, names: Names, worker: WorkerGlobal) -> None:
        self.log, self.hosts, self.names, self.worker = log, hosts, names, worker
        self.scope = hosts.path_of_url(worker.registration.scope)

    def listen(self) -> None:
        for type in (*END_EVENTS, "backgroundfetchclick"):
            self.worker.addEventListener(type, lambda event: event.waitUntil(self._report(event)))

    async def _report(self, event: BackgroundFetchEvent) -> None:
        scope, id = self.worker.registration.scope, event.registration.id
        name = self.names.of(scope, id)
        shown = attributes(event.registration)
        flags = (event.isTrusted, event.bubbles, event.cancelable)
        self.log.see("worker", self.scope, name, Event(event.type, event.__class__.__name__, shown, *flags))
        if event.type in END_EVENTS:
            self.names.end(scope, id)
            try:
                for index, record in enumerate(await event.registration.matchAll()):
                    await self._read(name, index, record)
            except ScriptError as error:
                self._see_unreadable(name, error)
        self.log.see("worker", self.scope, name, Attributes(**attributes(event.registration)))
        self.log.see("worker", self.scope, name, EventDone(event.type))

    def _see_unreadable(self, name: str, error: ScriptError) -> None:
        seen = Record(-1, name, "", exception=error.name, at="matchAll")
        self.log.see("worker", self.scope, "", seen)

    async def _read(self, name: str, index: int, record: BackgroundFetchRecord) -> None:
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
        self.log.see("worker", self.scope, path, seen)
