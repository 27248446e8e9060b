"""What an implementation is asked and what it answers: one protocol for all of them.

An implementation (the simulator in this process, a browser's worker process, an adapter of
somebody else's) does four things: it says which levers it has, starts a scenario, carries out
steps, and streams observations until it is told to stop. Conditions, waiting limits and
judging are not its business: the driver waits on the observations, the judge reads them.

The same messages go over JSON lines to another process (``remote``):

    -> {"type": "hello", "protocol": 1}
    <- {"type": "welcome", "name": …, "version": …, "levers": {lever: {"available": …, "why": …}}}
    -> {"type": "start", "id": …, "document": {…}, "seed": 0, "began": …}      <- {"type": "started"}
    -> {"type": "step", "number": 3}                               <- {"type": "done", "number": 3}
    <- {"type": "observation", "observation": {…}}                 at any time in between
    -> {"type": "stop"}                                            <- {"type": "stopped"}
    <- {"type": "unsupported", "lever": …, "why": …}               instead of started or done
    <- {"type": "trouble", "what": …}                              instead of any answer
    -> {"type": "goodbye"}                                         and the process ends

``began`` is when the scenario began, on the monotonic clock that all processes of a machine
share: observations of both sides then have their times from one clock.

A step that was carried out, but whose effect nobody has seen within the limit that is told, is an
observation ``unconfirmed`` of the step before its ``done``: the scenario then ends there and is
inconclusive.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from attrs import frozen

from conformance.scenario.model import Scenario, Step
from simulator.observation import Log

PROTOCOL = 1

LEVERS = {
    "fetch": "the page calls fetch(), get(), getIds(), match(), matchAll() and abort()",
    "inspect": "script looks at the interfaces that it sees",
    "offline": "the whole machine loses and regains its network",
    "gate": "the origin stands still at a byte until released",
    "wire faults": "the origin cuts, stalls, refuses and answers wrongly at an exact byte",
    "quota": "the storage quota of the origin is set",
    "permission": "the permission is granted or denied",
    "prompt": "the permission is left at prompt",
    "second page": "pages are opened and closed while a fetch runs",
    "second worker": "service workers at several scopes",
    "worker steps": "the scenario says what the service worker's handlers do",
    "cross origin": "a second origin of the scenario",
    "page policy": "pages are served with a content security policy",
    "restart": "the user agent is killed, quit, terminated and started again",
    "stop worker": "the service worker is stopped, updated or unregistered",
    "user": "the user accepts, refuses, pauses, resumes, cancels and clicks",
    "ui": "what the user interface shows is read, and what it offers beside that is used",
    "webdriver": "the specification's WebDriver command is sent to the browser's driver",
    "bandwidth": "the link's rate is set",
    "metered": "the link becomes metered",
    "captive portal": "a captive portal steps between the machine and its network",
    "eviction": "all that the origin has stored is cleared, as when storage runs short",
    "torn write": "a kill takes the end of every unfinished body with it",
    "policy": "the choices that the text leaves to the user agent are set beforehand",
}
"""Every lever, with what it does. Which ones a scenario needs follows from its verbs."""

POLICY = "policy"
"""The one lever that can be done without: who lacks it must be seen to make the choices by itself."""


@frozen
class Lever:
    """Whether a lever can be pulled here, and if not, why not and what would mend it."""

    available: bool
    why: str = ""


@frozen
class Description:
    """What an implementation says of itself: its version and its levers, by name."""

    name: str
    version: str
    levers: Mapping[str, Lever]


class Unsupported(Exception):
    """The implementation lacks a lever that the scenario needs."""

    def __init__(self, lever: str, why: str) -> None:
        super().__init__(f"{lever}: {why}")
        self.lever, self.why = lever, why


class Trouble(Exception):
    """The harness's own trouble (a browser died, an adapter broke): the verdict is ``error``."""


class Session(Protocol):
    """One scenario under way."""

    log: Log

    async def do(self, step: Step) -> None:
        """Carry out a step; return once its call is made (a lever: once it has taken effect).

        How a call's promise settles comes later, as an observation; that a lever has not been seen to
        take effect is one too (Unconfirmed). Raises Unsupported, Trouble.
        """

    async def until(self, holds: Callable[[], bool], within: int | None = None) -> bool:
        """Wait until ``holds`` (asked again after each observation) or ``within`` nanoseconds passed.

        Gives whether it holds. ``within`` None means the implementation's own patience, which
        is long in virtual time and printed as a limit on a browser.
        """

    async def sleep(self, duration: int) -> int:
        """Let ``duration`` nanoseconds pass, or as much of it as is honest here; gives how much did."""


class Implementation(Protocol):
    """Something that is judged. ``open`` it once, start scenarios one after another, ``close`` it."""

    name: str

    async def open(self) -> Description: ...

    def start(self, scenario: Scenario, seed: int) -> AbstractAsyncContextManager[Session]: ...

    async def close(self) -> None: ...
