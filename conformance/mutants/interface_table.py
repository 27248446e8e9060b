"""Mutants of the interface definitions: a row of the table is another one, and the objects behave so."""

from __future__ import annotations

import math
from typing import Any

from attrs import evolve

from conformance.mutants.catalogue import mutant
from simulator import background_fetch_manager, interfaces, web_idl
from simulator.interfaces import Attribute, Head, Operation
from simulator.script_errors import ThrownAtOnce, type_error


@mutant("backgroundFetch-can-be-set", interfaces.BACKGROUND_FETCH)
def _(original: Any, ua: Any) -> Any:
    """backgroundFetch of a registration can be assigned to."""
    return (Attribute("backgroundFetch", settable=True),)


@mutant("half-exposed", interfaces.RECORD)
def _(original: Any, ua: Any) -> Any:
    """Pages do not see the class of the records."""
    return Head((interfaces.SERVICE_WORKER,))


@mutant("click-handler-missing", interfaces.GLOBAL_HANDLERS)
def _(original: Any, ua: Any) -> Any:
    """The worker's global has no onbackgroundfetchclick."""
    return original(ua)[:-1]


@mutant("manager-only-in-pages", interfaces.MANAGER)
def _(original: Any, ua: Any) -> Any:
    """Workers do not see the manager's class."""
    return evolve(original(ua), exposed=(interfaces.PAGE,))


@mutant("fetch-needs-three-arguments", interfaces.FETCH)
def _(original: Any, ua: Any) -> Any:
    """fetch() cannot do without options."""
    return (Operation("fetch", 3),)


@mutant("get-needs-nothing", interfaces.GET)
def _(original: Any, ua: Any) -> Any:
    """get() may be called without an id."""
    return (Operation("get", 0),)


@mutant("getIds-needs-one-argument", interfaces.GET_IDS)
def _(original: Any, ua: Any) -> Any:
    """getIds() wants an argument."""
    return (Operation("getIds", 1),)


@mutant("download-total-of-its-own", background_fetch_manager.default_download_total)
def _(original: Any, ua: Any) -> int:
    """Where no downloadTotal is given, a gigabyte is the limit."""
    return 10**9


@mutant("numbers-are-clamped", web_idl.unsigned_long_long)
def _(original: Any, ua: Any, value: Any) -> int:
    """Numbers are rounded up and held between 0 and the greatest, where they should be cut off and wrap."""
    number = web_idl.to_number(value)
    return 1 if math.isnan(number) else math.ceil(min(max(number, 0), 2.0**53))


@mutant("registration-is-no-event-target", interfaces.REGISTRATION)
def _(original: Any, ua: Any) -> Any:
    """A registration inherits from nothing."""
    return evolve(original(ua), inherits="")


@mutant("state-can-be-set", interfaces.STATE)
def _(original: Any, ua: Any) -> Any:
    """Script can assign to the attributes of a registration."""
    return tuple(Attribute(one.name, settable=one.name != "result") for one in original(ua))


@mutant("onprogress-cannot-be-set", interfaces.ON_PROGRESS)
def _(original: Any, ua: Any) -> Any:
    """onprogress is read-only."""
    return (Attribute("onprogress"),)


@mutant("matchAll-needs-a-request", interfaces.REGISTRATION_OPERATIONS)
def _(original: Any, ua: Any) -> Any:
    """matchAll() cannot be called without a request."""
    return (Operation("abort"), Operation("match", 1), Operation("matchAll", 1))


@mutant("another-word-for-success", interfaces.RESULT)
def _(original: Any, ua: Any) -> Any:
    """A fetch that has succeeded has the result "completed"."""
    return {**original(ua), "success": "completed"}


@mutant("another-word-for-the-limit", interfaces.FAILURE_REASON)
def _(original: Any, ua: Any) -> Any:
    """A passed downloadTotal is told as "too-large"."""
    return {**original(ua), "download-total-exceeded": "too-large"}


@mutant("records-can-be-constructed", interfaces.RECORD)
def _(original: Any, ua: Any) -> Any:
    """Script can construct a record."""
    return evolve(original(ua), constructor=0)


@mutant("records-can-be-changed", interfaces.RECORD_ATTRIBUTES)
def _(original: Any, ua: Any) -> Any:
    """Script can assign to the attributes of a record."""
    return tuple(evolve(one, settable=True) for one in original(ua))


@mutant("events-can-be-changed", interfaces.EVENT_ATTRIBUTES)
def _(original: Any, ua: Any) -> Any:
    """Script can assign to the registration of an event."""
    return tuple(evolve(one, settable=True) for one in original(ua))


@mutant("events-need-no-init", interfaces.EVENT)
def _(original: Any, ua: Any) -> Any:
    """An event can be constructed from its type alone."""
    return evolve(original(ua), constructor=1)


@mutant("updateUI-needs-options", interfaces.UPDATE_UI)
def _(original: Any, ua: Any) -> Any:
    """updateUI() cannot be called without options."""
    return (Operation("updateUI", 1),)


@mutant("pages-see-the-update-event", interfaces.UPDATE_UI_EVENT)
def _(original: Any, ua: Any) -> Any:
    """BackgroundFetchUpdateUIEvent is exposed in pages as well."""
    return evolve(original(ua), exposed=interfaces.EVERYWHERE)


@mutant("throws-instead-of-rejecting", web_idl.rejection)
def _(original: Any, ua: Any, error: Any) -> Any:
    """What is wrong at the call is thrown at once, and no promise given."""
    raise ThrownAtOnce(error.name, str(error))


@mutant("another-exception", background_fetch_manager.check_permission)
def _(original: Any, ua: Any) -> None:
    """A denied permission rejects with TypeError."""
    if ua.permission.value == "denied":
        raise type_error("the permission is denied")
