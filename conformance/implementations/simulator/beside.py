"""Script on the simulator beside the calls of the interface: requests, their bodies, storage, fetch()."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from conformance.implementations.simulator.objects import Objects
from conformance.implementations.simulator.reading import read_so_far
from conformance.scenario.model import RequestSpec, Step, WorkerScript
from simulator.fetch import NetworkError, fetch
from simulator.origin.hosts import Hosts
from simulator.request import Request
from simulator.request_body import READABLE, RequestBody
from simulator.script_errors import ScriptError, type_error
from simulator.service_worker import FetchEvent
from simulator.storage import estimate
from simulator.turns import Cell

if TYPE_CHECKING:
    from conformance.implementations.simulator.names import Names


@frozen
class Told:
    """What every script knows of its scenario: names of fetches and hosts, sizes of resources."""

    hosts: Hosts
    names: Names
    size: Callable[[str], int | None]
    handlers: Mapping[str, WorkerScript]
    gate: Callable[[str], Cell[bool]]


class Beside(Objects):
    """What a page or worker does beside the interface, knowing of its scenario what is ``told``."""

    def __init__(self, told: Told) -> None:
        super().__init__()
        self.hosts, self.names, self.size, self.gate = told.hosts, told.names, told.size, told.gate
        self.bodies: dict[str, RequestBody] = {}
        self.fetch_events: list[FetchEvent] = []

    def _request(self, spec: RequestSpec) -> Request:
        return Request(
            self._url(spec.path),
            spec.method,
            dict(spec.headers),
            spec.body,
            mode=spec.mode or "cors",
            credentials=spec.credentials or "same-origin",
            redirect=spec.redirect or "follow",
            given=self._body_of(spec),
        )

    def _body_of(self, spec: RequestSpec) -> RequestBody | None:
        """The body that the page gives, which it can look at later."""
        if spec.body is None:
            return None
        stream = spec.stream or {}
        self.bodies[spec.path] = RequestBody(
            spec.body,
            used=spec.spoiled == "used",
            locked=spec.spoiled == "locked",
            gate=self.gate(stream["until"]) if "until" in stream else None,
            fails=stream.get("fails", False),
        )
        return self.bodies[spec.path]

    def _url(self, path: str) -> str:
        return self.hosts.url(path) if path.startswith("/") else self.hosts.given(path)

    async def _body(self, step: Step) -> Any:
        """What became of a body: whether it was used, and, once it has ended, how."""
        path = step.arguments["body"]
        if path not in self.bodies:
            raise ScriptError("ReferenceError", f"no request for {path} has come to be given a body")
        body = self.bodies[path]
        state = body.state
        turns = self.environment.ua.turns
        await turns.until(lambda: state.value != READABLE, state, why="the end of a request's body")
        return {"used": body.used, "state": state.value, "reason": body.reason}

    async def _load(self, step: Step) -> Any:
        """An ordinary fetch() of the page, which goes by its worker."""
        ua, registration = self.environment.ua, self.environment.registration
        request = Request(self._url(step.arguments["load"]), origin=ua.origin, controller=registration)
        try:
            async with fetch(ua, request, lambda sent: None) as arriving:
                while arriving.body and await arriving.body.read():
                    pass
                return {"status": arriving.response.status}
        except NetworkError as error:
            raise type_error(str(error)) from None

    async def _fetchEvents(self, step: Step) -> Any:
        requests = [event.request for event in self.fetch_events]
        told = [{"path": self.hosts.path_of_url(one.url), "method": one.method} for one in requests]
        return {"count": len(told), "records": told}

    async def _usage(self, step: Step) -> bool:
        return bool(estimate(self.environment.ua) >= step.arguments["usage"])

    async def _cached(self, step: Step) -> Any:
        """What lies in a cache for a path, in the words of ``read``."""
        path = step.arguments["cached"]
        held = self.environment.ua.storage.match(self._url(path))
        if held is None:
            return None
        return {"status": held.response.status, **read_so_far(held.body, self.size(path), closed=True)}
