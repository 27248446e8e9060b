"""Script on the simulator that looks at interfaces and objects: the other half of ``calls``.

The twin of fixtures/objects.js, verb by verb, so that both give the same observations.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from conformance.scenario.model import Step
from conformance.scenario.objects import OF_THE_REALM
from simulator.background_fetch_event import BackgroundFetchEvent, construct
from simulator.background_fetch_registration import BackgroundFetchRegistration
from simulator.environment import Environment, WorkerGlobal
from simulator.observation import Kind, Permission
from simulator.permissions import PermissionStatus, query
from simulator.script_errors import ScriptError
from simulator.web_idl import assign, inspect

UNHEARD: Callable[[Any], None] = lambda event: None  # noqa: E731  # a handler that does nothing


class Objects:
    """What one page or worker holds, by the names that the scenario gives it."""

    environment: Environment
    registrations: dict[str, BackgroundFetchRegistration]

    def __init__(self) -> None:
        self.objects: dict[str, object] = {}
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
