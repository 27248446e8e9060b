"""Permissions (permissions), as far as script can ask for them: query() and the change event."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.overrides import point
from simulator.promise import Promise, promise_of
from simulator.script_errors import type_error

if TYPE_CHECKING:
    from simulator.environment import Environment
    from simulator.user_agent import UserAgent


@point("permissions/1")
def is_a_powerful_feature(ua: UserAgent, name: str) -> bool:
    """query() knows this name; any other rejects."""
    return name == "background-fetch"


@point("permissions/2")
def state_told(ua: UserAgent, state: str) -> str:
    """The state as script reads it: granted, denied or prompt."""
    return state


@point("permissions/2")
def tells_of_a_change(ua: UserAgent, before: str, now: str) -> bool:
    """A change event is fired where the state has become another one."""
    return before != now


class PermissionStatus:
    """The state of a permission, as it was when last told; ``onchange`` is called once it is another."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self._told = environment.ua.permission.value
        self.state = state_told(environment.ua, self._told)
        self.onchange: Callable[[PermissionStatus], None] | None = None
        environment.ua.turns.start_soon(self._watch)

    async def _watch(self) -> None:
        """Fire a change event, as a task, for each change of the permission."""
        ua, permission = self.environment.ua, self.environment.ua.permission
        changed = lambda: permission.value != self._told  # noqa: E731
        while not self.environment.closed:
            await ua.turns.until(changed, permission, why="the permission to change")
            before, self._told = self._told, permission.value
            if tells_of_a_change(ua, before, self._told):
                self.environment.event_loop.queue_a_task(self._change)

    def _change(self) -> None:
        self.state = state_told(self.environment.ua, self._told)
        if self.onchange is not None and not self.environment.closed:
            self.onchange(self)


def query(environment: Environment, name: str) -> Promise[PermissionStatus]:
    """navigator.permissions.query() for a name. Rejects with TypeError for one that is unknown."""

    async def steps() -> PermissionStatus:
        if not is_a_powerful_feature(environment.ua, name):
            raise type_error(f"{name!r} is no permission that can be asked for")
        return PermissionStatus(environment)

    return promise_of(environment.ua.turns, steps)
