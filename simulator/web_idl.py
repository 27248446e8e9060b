"""Web IDL, as far as the interfaces of the text need it: how script's calls and values reach ours.

What script may do with an object is read off the table in ``interfaces``. Script that is
written in Python and calls the objects directly has no need of it; script that must meet what
a page meets (missing arguments, odd numbers, read-only attributes) goes through here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from simulator.interfaces import INTERFACES, PAGE, SERVICE_WORKER, Attribute, Head, Members, Operation
from simulator.overrides import point
from simulator.promise import Promise, rejected_with
from simulator.script_errors import ScriptError, type_error

if TYPE_CHECKING:
    from simulator.environment import Environment
    from simulator.user_agent import UserAgent


# -- definitions ----------------------------------------------------------------------------


def head(ua: UserAgent, name: str) -> Head:
    """The head of an interface; where there is none of this name it is exposed nowhere."""
    return INTERFACES[name][0](ua) if name in INTERFACES else Head(())


def members(ua: UserAgent, name: str) -> Members:
    """The members of an interface, its own only."""
    return tuple(one for rows in INTERFACES[name][1] for one in rows(ua))


def _operation(ua: UserAgent, interface: str, name: str) -> Operation | None:
    found = (one for one in members(ua, interface) if one.name == name)
    return next((one for one in found if isinstance(one, Operation)), None)


def _attribute(ua: UserAgent, interface: str, name: str) -> Attribute | None:
    found = (one for one in members(ua, interface) if one.name == name)
    return next((one for one in found if isinstance(one, Attribute)), None)


def is_exposed(environment: Environment, name: str) -> bool:
    """Whether an interface can be seen in a realm."""
    place = SERVICE_WORKER if environment.is_service_worker else PAGE
    return place in head(environment.ua, name).exposed


def inspect(environment: Environment, name: str) -> Mapping[str, Any]:
    """What script finds when it looks at an interface: whether it is there, and of what form."""
    ua = environment.ua
    if not is_exposed(environment, name):
        return {"exposed": False}
    found, listed = head(ua, name), members(ua, name)
    return {
        "exposed": True,
        "inherits": found.inherits,
        "constructor": False if found.constructor is None else found.constructor,
        "settable": {one.name: one.settable for one in listed if isinstance(one, Attribute)},
        "operations": {one.name: one.required for one in listed if isinstance(one, Operation)},
    }


# -- calls ----------------------------------------------------------------------------------


@point("background-fetch-manager-fetch/8")
def rejection(ua: UserAgent, error: ScriptError) -> Promise[Any]:
    """An operation that gives a promise never throws: what goes wrong at the call rejects."""
    return rejected_with(ua.turns, error)


def call(
    ua: UserAgent, interface: str, name: str, given: int, steps: Callable[[], Promise[Any]]
) -> Promise[Any]:
    """Call an operation with so many arguments ``given``; too few of them reject with TypeError."""
    operation = _operation(ua, interface, name)
    if operation is None:
        raise type_error(f"{name} is not a function")
    try:
        if given < operation.required:
            raise type_error(f"{name}() needs {operation.required} arguments, and there are {given}")
        return steps()
    except ScriptError as error:
        return rejection(ua, error)


def assign(ua: UserAgent, interface: str, target: object, name: str, value: object) -> object:
    """Assign to an attribute, as strict code does; gives what it then reads as.

    Raises TypeError of script for one that is read-only. What is no object becomes null in an
    event handler. One that the interface does not have is the object's own, and means nothing.
    """
    attribute = _attribute(ua, interface, name)
    if attribute is None:
        return value
    if not attribute.settable:
        raise type_error(f"{name} has no setter")
    if attribute.handler:
        setattr(target, name, value if callable(value) else None)
    return getattr(target, name)


def check_constructor(environment: Environment, name: str, given: int) -> None:
    """Whether script may construct an interface with so many arguments.

    Raises what script meets: ReferenceError where it is not exposed, else TypeError.
    """
    if not is_exposed(environment, name):
        raise ScriptError("ReferenceError", f"{name} is not defined")
    needed = head(environment.ua, name).constructor
    if needed is None:
        raise type_error("illegal constructor")
    if given < needed:
        raise type_error(f"{name} needs {needed} arguments, and there are {given}")


# -- conversions ----------------------------------------------------------------------------


@point("background-fetch-manager/idl.6")
def unsigned_long_long(ua: UserAgent, value: object) -> int:
    """A whole number of 64 bits: fractions are cut off, what does not fit wraps, no number is 0."""
    number = to_number(value)
    return math.trunc(number) % 2**64 if math.isfinite(number) else 0


def to_number(value: object) -> float:
    """ToNumber of ECMAScript, for what a scenario or a site can write."""
    match value:
        case bool() | int() | float():
            return float(value)
        case str():
            try:
                # Whole numbers are rounded as script rounds them.
                return float(value.strip() or "0")
            except ValueError:
                return math.nan
        case None:
            return 0
    return math.nan
