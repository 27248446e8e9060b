"""The interface definitions of the text (section api) as one table: what script sees of each interface.

Every row is a point, so that any of them can be another one in a mutant; ``web_idl`` goes by
these rows for every call that script makes and for every look that it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from attrs import frozen

from simulator.overrides import Point

T = TypeVar("T")

PAGE, SERVICE_WORKER = "page", "service worker"
EVERYWHERE = (PAGE, SERVICE_WORKER)


@frozen
class Head:
    """An interface itself: where it is exposed, what it inherits from, how many arguments construct it."""

    exposed: tuple[str, ...]
    inherits: str = ""
    constructor: int | None = None


@frozen
class Attribute:
    """An attribute, and whether script can assign to it; ``handler``: it is an event handler."""

    name: str
    settable: bool = False
    handler: bool = False


@frozen
class Operation:
    """An operation that gives a promise, with the number of arguments that it must have."""

    name: str
    required: int = 0


Members = tuple[Attribute | Operation, ...]


def row(clause: str, definition: T) -> Point[[], T]:
    """A row of the table: the point of a clause that gives a definition."""

    def in_force(ua: Any) -> T:
        return definition

    in_force.__name__ = clause.replace("/", "_")
    in_force.__doc__ = f"The definition of {clause}."
    return Point(clause, in_force)


def _read_only(names: str) -> Members:
    return tuple(Attribute(name) for name in names.split())


def _handlers(names: str) -> Members:
    return tuple(Attribute(name, settable=True, handler=True) for name in names.split())


# -- the rows -------------------------------------------------------------------------------

GLOBAL_HANDLERS = row(
    "extensions-to-service-worker-global/1",
    _handlers("onbackgroundfetchsuccess onbackgroundfetchfail onbackgroundfetchabort onbackgroundfetchclick"),
)

BACKGROUND_FETCH = row("extensions-to-service-worker-registration/1", _read_only("backgroundFetch"))

MANAGER = row("background-fetch-manager/idl.1", Head(EVERYWHERE))
FETCH = row("background-fetch-manager/idl.2", (Operation("fetch", 2),))
GET = row("background-fetch-manager/idl.3", (Operation("get", 1),))
GET_IDS = row("background-fetch-manager/idl.4", (Operation("getIds"),))

REGISTRATION = row("background-fetch-registration/idl.1", Head(EVERYWHERE, "EventTarget"))
STATE = row(
    "background-fetch-registration/idl.2",
    _read_only("id uploadTotal uploaded downloadTotal downloaded result failureReason recordsAvailable"),
)
ON_PROGRESS = row("background-fetch-registration/idl.3", _handlers("onprogress"))
REGISTRATION_OPERATIONS = row(
    "background-fetch-registration/idl.4", (Operation("abort"), Operation("match", 1), Operation("matchAll"))
)
RESULT = row("background-fetch-registration/idl.5", {one: one for one in ("", "success", "failure")})
FAILURE_REASON = row(
    "background-fetch-registration/idl.6",
    {
        one: one
        for one in (
            *("", "aborted", "bad-status", "fetch-error"),
            *("quota-exceeded", "download-total-exceeded"),
        )
    },
)

RECORD = row("background-fetch-record-interface/idl.1", Head(EVERYWHERE))
RECORD_ATTRIBUTES = row("background-fetch-record-interface/idl.1", _read_only("request responseReady"))

EVENT = row(
    "background-fetch-event/idl.1", Head((SERVICE_WORKER,), inherits="ExtendableEvent", constructor=2)
)
EVENT_ATTRIBUTES = row("background-fetch-event/idl.1", _read_only("registration"))

UPDATE_UI_EVENT = row(
    "background-fetch-update-ui-event/idl.1",
    Head((SERVICE_WORKER,), inherits="BackgroundFetchEvent", constructor=2),
)
UPDATE_UI = row("background-fetch-update-ui-event/idl.1", (Operation("updateUI"),))

Definition = tuple[Callable[[Any], Head], tuple[Callable[[Any], Members], ...]]

INTERFACES: Mapping[str, Definition] = {
    # Of these two, which other specifications define, only what this one adds.
    "ServiceWorkerGlobalScope": (
        lambda ua: Head((SERVICE_WORKER,), "WorkerGlobalScope"),
        (GLOBAL_HANDLERS,),
    ),
    "ServiceWorkerRegistration": (lambda ua: Head(EVERYWHERE, "EventTarget"), (BACKGROUND_FETCH,)),
    "BackgroundFetchManager": (MANAGER, (FETCH, GET, GET_IDS)),
    "BackgroundFetchRegistration": (REGISTRATION, (STATE, ON_PROGRESS, REGISTRATION_OPERATIONS)),
    "BackgroundFetchRecord": (RECORD, (RECORD_ATTRIBUTES,)),
    "BackgroundFetchEvent": (EVENT, (EVENT_ATTRIBUTES,)),
    "BackgroundFetchUpdateUIEvent": (UPDATE_UI_EVENT, (UPDATE_UI,)),
}
"""Every interface by its name: its head and its members."""
