"""Web IDL: conversions that hold for every number, and bindings that go by the table of interfaces."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.clauses import clauses
from conformance.mutants import mutants
from simulator import interfaces, web_idl
from simulator.environment import WorkerGlobal
from simulator.interfaces import INTERFACES, Attribute, Operation
from simulator.observation import Log
from simulator.overrides import MUTANT, Override, Point, put_together
from simulator.promise import Promise
from simulator.script_errors import ScriptError
from simulator.turns import Turns
from simulator.user_agent import UserAgent


class Plain:
    """A user agent of which only the overrides are looked at."""

    def __init__(self, *chosen: Override) -> None:
        self.overrides = put_together(chosen)


def converted(value: object) -> int:
    return web_idl.unsigned_long_long(Plain(), value)


@given(st.floats(min_value=-(2.0**70), max_value=2.0**70))
def test_a_number_is_cut_off_and_wraps(number: float) -> None:
    found = converted(number)
    assert 0 <= found < 2**64
    assert (found - math.trunc(number)) % 2**64 == 0


@given(st.integers(0, 2**53))
def test_a_whole_number_that_script_can_hold_stays_as_it_is(number: int) -> None:
    assert converted(number) == converted(float(number)) == converted(str(number)) == number


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        (math.nan, 0),
        (math.inf, 0),
        (-math.inf, 0),
        ("NaN", 0),
        ("-Infinity", 0),
        ("no number", 0),
        ("", 0),
        (" 12 ", 12),
        (True, 1),
        (None, 0),
        (-0.9, 0),
        (2.9, 2),
        (-1, 2**64 - 1),
        (-(2.0**64) + 2048, 2048),
        (2.0**64, 0),
    ],
)
def test_what_is_no_plain_number(value: object, whole: int) -> None:
    assert converted(value) == whole


ROWS = [row for head, members in INTERFACES.values() for row in (head, *members) if isinstance(row, Point)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.clause)
def test_every_row_stands_for_a_clause_and_a_mutant_changes_it(row: Point[[], Any]) -> None:
    assert row.clause in clauses()
    assert any(override.point is row for chosen in mutants().values() for override in chosen)


def test_no_interface_has_two_members_of_one_name() -> None:
    for name in INTERFACES:
        names = [member.name for member in web_idl.members(Plain(), name)]  # type: ignore[arg-type]
        assert len(names) == len(set(names))


# -- bindings -------------------------------------------------------------------------------


@asynccontextmanager
async def world(*chosen: Override) -> AsyncIterator[tuple[UserAgent, Any, WorkerGlobal]]:
    """A user agent with an open page and a running worker."""
    async with Turns().running() as turns:

        async def serve(stream: object) -> None:
            """Nothing is asked for."""

        log = Log(turns.now)
        ua = UserAgent(turns, serve, log, chosen)
        registration = ua.register("/", lambda worker: None)
        yield ua, ua.open_page(), registration.running_worker()
        log.close()


async def test_what_is_exposed_where() -> None:
    async with world() as (_, page, worker):
        seen = {
            name: (web_idl.is_exposed(page, name), web_idl.is_exposed(worker, name)) for name in INTERFACES
        }
    only_workers = {"ServiceWorkerGlobalScope", "BackgroundFetchEvent", "BackgroundFetchUpdateUIEvent"}
    assert seen == {name: (name not in only_workers, True) for name in INTERFACES}


async def test_a_look_tells_what_the_table_has() -> None:
    async with world() as (_, page, worker):
        assert web_idl.inspect(page, "BackgroundFetchEvent") == {"exposed": False}
        assert web_idl.inspect(page, "NothingOfTheKind") == {"exposed": False}
        assert web_idl.inspect(worker, "BackgroundFetchUpdateUIEvent") == {
            "exposed": True,
            "inherits": "BackgroundFetchEvent",
            "constructor": 2,
            "settable": {},
            "operations": {"updateUI": 0},
        }


@pytest.mark.parametrize("given_arguments", [0, 1, 2, 3])
async def test_too_few_arguments_reject_and_never_throw(given_arguments: int) -> None:
    async with world() as (ua, _, _):

        def steps() -> Promise[str]:
            promise: Promise[str] = Promise(ua.turns)
            promise.resolve("called")
            return promise

        promise = web_idl.call(ua, "BackgroundFetchManager", "fetch", given_arguments, steps)
        if given_arguments < 2:
            with pytest.raises(ScriptError, match="TypeError"):
                await promise
        else:
            assert await promise == "called"


async def test_a_changed_row_changes_the_look_and_the_behaviour() -> None:
    changed = Override(MUTANT, "x", interfaces.GET, lambda original, ua: (Operation("get", 2),), "")
    async with world(changed) as (ua, page, _):
        assert web_idl.inspect(page, "BackgroundFetchManager")["operations"]["get"] == 2
        manager = page.backgroundFetch
        with pytest.raises(ScriptError, match="TypeError"):
            await web_idl.call(ua, "BackgroundFetchManager", "get", 1, lambda: manager.get("f"))
        assert await web_idl.call(ua, "BackgroundFetchManager", "get", 2, lambda: manager.get("f")) is None


async def test_assigning() -> None:
    async with world() as (ua, page, worker):
        scope, name = "ServiceWorkerGlobalScope", "onbackgroundfetchfail"
        assert web_idl.assign(ua, scope, worker, name, print) is worker.onbackgroundfetchfail is print
        assert web_idl.assign(ua, scope, worker, name, 1) is None
        assert worker.onbackgroundfetchfail is None
        with pytest.raises(ScriptError, match="TypeError"):
            web_idl.assign(ua, "ServiceWorkerRegistration", page, "backgroundFetch", None)
        assert web_idl.assign(ua, scope, worker, "anything", 5) == 5


async def test_a_row_that_lets_an_attribute_be_set_leaves_its_value() -> None:
    loose = (Attribute("backgroundFetch", settable=True),)
    changed = Override(MUTANT, "x", interfaces.BACKGROUND_FETCH, lambda original, ua: loose, "")
    async with world(changed) as (ua, page, _):
        kept = web_idl.assign(ua, "ServiceWorkerRegistration", page, "backgroundFetch", None)
        assert kept is page.backgroundFetch


@pytest.mark.parametrize(
    ("name", "given_arguments", "raised"),
    [
        ("BackgroundFetchEvent", 2, ""),
        ("BackgroundFetchEvent", 1, "TypeError"),
        ("BackgroundFetchRecord", 0, "TypeError"),
        ("NothingOfTheKind", 0, "ReferenceError"),
    ],
)
async def test_constructing_in_a_worker(name: str, given_arguments: int, raised: str) -> None:
    async with world() as (_, page, worker):
        if raised:
            with pytest.raises(ScriptError, match=raised):
                web_idl.check_constructor(worker, name, given_arguments)
        else:
            web_idl.check_constructor(worker, name, given_arguments)
        if name == "BackgroundFetchEvent":
            with pytest.raises(ScriptError, match="ReferenceError"):
                web_idl.check_constructor(page, name, given_arguments)
