"""Script on the simulator that looks at interfaces and objects: the other half of ``calls``.

The twin of fixtures/objects.js, verb by verb, so that both give the same observations.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from conformance.scenario.model import Step
from conformance.scenario.objects import OF_THE_REALM
from simulator.background_fetch_event import BackgroundFetchEvent, construct
from simulator.background_fetch_registration import BackgroundFetchRegistration
from simulator.environment import Environment, WorkerGlobal
from simulator.observation import Kind, Permission
from simulator.permissions import PermissionStatus, query
from simulator.script_errors import ScriptError
from simulator.turns import Cell
from simulator.web_idl import assign, inspect

UNHEARD: Callable[[Any], None] = lambda event: None  # noqa: E731  # a handler that does nothing


class Objects:
    """What one page or worker holds, by the names that the scenario gives it."""

    environment: Environment
    registrations: dict[str, BackgroundFetchRegistration]

    def __init__(self) -> None:
        self.objects: dict[str, object] = {}
        self.through: dict[tuple[str, str], BackgroundFetchRegistration] = {}
        self.events: dict[str, BackgroundFetchEvent] = {}
        self.listeners: dict[str, Callable[[Any], None]] = {}

    def see(self, of: str, data: Kind) -> None:
        """Report something."""
        raise NotImplementedError

    def _held(self, step: Step) -> BackgroundFetchRegistration:
        """The registration of the fetch that a step means. Raises what script meets without one."""
        raise NotImplementedError

    async def _inspect(self, step: Step) -> Any:
        return inspect(self.environment, step.arguments["inspect"])

    async def _same(self, step: Step) -> Any:
        one, other = (self._object(path) for path in step.arguments["same"])
        return one is other

    def _object(self, path: str) -> object:
        """What a path names: an object that was given, or an attribute of one."""
        held = {**self.events, **self.registrations, **self.objects}
        name, _, attribute = path.rpartition(".")
        if path in held:
            return held[path]
        if name not in held and attribute not in OF_THE_REALM:
            raise ScriptError("ReferenceError", f"there is no object {name or path} here")
        return getattr(held.get(name, self.environment), attribute, None)

    async def _construct(self, step: Step) -> Any:
        assert isinstance(self.environment, WorkerGlobal), "the loader lets only workers construct events"
        registration = self._held(step) if step.of else None
        interface, type = step.arguments["construct"], step.arguments["type"]
        event = construct(self.environment, interface, type, registration, step.arguments.get("arguments", 2))
        if step.name:
            self.events[step.name] = event
        flags = {name: getattr(event, name) for name in ("isTrusted", "bubbles", "cancelable")}
        return {"interface": event.__class__.__name__, "type": event.type, **flags}

    async def _assign(self, step: Step) -> Any:
        """Assign to an attribute of a registration, of the worker's global or of its registration."""
        name, of = step.arguments["assign"], step.of
        interface, target = "BackgroundFetchRegistration", self._held(step) if of else None
        if not of:
            special = name == "backgroundFetch"
            interface = "ServiceWorkerRegistration" if special else "ServiceWorkerGlobalScope"
        function = self.listeners.get(of, UNHEARD)
        values = {"function": function, "null": None, "number": 1}
        value = values[step.arguments["value"]]
        now = assign(self.environment.ua, interface, target or self.environment, name, value)
        return "function" if callable(now) else "null"

    def _query(self, step: Step) -> Awaitable[Any]:
        return self._asked(query(self.environment, step.arguments["query"]))

    async def _asked(self, promise: Awaitable[PermissionStatus]) -> Any:
        status = await promise
        status.onchange = lambda now: self.see("", Permission(now.state))
        return {"state": status.state}

    async def _watch_alone(
        self, registration: BackgroundFetchRegistration, duration: int, read: Callable[..., dict[str, Any]]
    ) -> Any:
        """Read the attributes for so long, with nothing else of this event loop let in."""
        turns, over, events = self.environment.ua.turns, Cell(False), [0]
        seen: dict[str, Any] = {}

        def count(now: BackgroundFetchRegistration) -> None:
            events[0] += not over.value and bool(seen)

        async def hold() -> None:
            seen.update(read(registration))
            await turns.sleep(duration, why="script that holds its event loop")
            now = read(registration)
            seen.update(now, unchanged=now == seen, progress=events[0])
            over.value = True

        registration.on_progress(count)
        self.environment.event_loop.hold(hold)
        await turns.until(lambda: over.value, over, why="script that holds its event loop")
        return seen


async def all_settled(made: Sequence[Awaitable[Any]]) -> list[Any]:
    """What calls that were made together come to, each by itself."""
    try:
        return [await _settled(one) for one in made]
    finally:
        for call in made:  # those whose turn has not come when the run ends
            if isinstance(call, Coroutine):
                call.close()


async def _settled(call: Awaitable[Any]) -> Any:
    try:
        return await call
    except ScriptError as error:
        return {"throws": error.name}
