"""Mutants of what fetch() checks, makes and gives."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from conformance.mutants.catalogue import mutant
from simulator import background_fetch_manager
from simulator.background_fetch_registration import BackgroundFetchRegistration
from simulator.script_errors import type_error


@mutant("worker-not-needed", background_fetch_manager.check_active_worker)
def _(original: Any, ua: Any, registration: Any) -> None:
    """A fetch begins although no worker could take its end event."""


@mutant("empty-id-accepted", background_fetch_manager.check_id)
def _(original: Any, ua: Any, id: str) -> None:
    """The empty string is an id."""


@mutant("listed-late", background_fetch_manager.list_as_active)
def _(original: Any, ua: Any, registration: Any, bg_fetch: Any) -> None:
    """The id is listed only some time after the promise has resolved."""

    async def later() -> None:
        await ua.turns.sleep(1_000, why="the list")
        original(ua, registration, bg_fetch)

    ua.turns.start_soon(later)


@mutant("total-forgotten", background_fetch_manager.chosen)
def _(original: Any, ua: Any, options: Any) -> Any:
    """downloadTotal is not taken over."""
    return evolve(original(ua, options), downloadTotal=0)


@mutant("total-invented", background_fetch_manager.chosen)
def _(original: Any, ua: Any, options: Any) -> Any:
    """A downloadTotal that was not given is a very large number."""
    return evolve(original(ua, options), downloadTotal=options.downloadTotal or 2**53)


@mutant("uploaded-from-the-start", background_fetch_manager.uploaded_at_first)
def _(original: Any, ua: Any, upload_total: int) -> int:
    """A new fetch counts its bodies as uploaded already."""
    return upload_total


@mutant("fetch-gives-a-stranger", background_fetch_manager.given_registration)
def _(original: Any, ua: Any, bg_fetch: Any, environment: Any) -> Any:
    """fetch() gives an object that is told nothing; get() gives the one that is."""
    original(ua, bg_fetch, environment)
    return BackgroundFetchRegistration(ua, environment, bg_fetch)


@mutant("records-sorted", background_fetch_manager.in_order)
def _(original: Any, ua: Any, records: Any) -> Any:
    """The records are kept in the order of their URLs."""
    return sorted(original(ua, records), key=lambda record: record.request.url)


@mutant("asked-twice-kept-once", background_fetch_manager.in_order)
def _(original: Any, ua: Any, records: Any) -> Any:
    """Of several requests for one URL only the last is kept."""
    return list({record.request.url: record for record in original(ua, records)}.values())


@mutant("denied-while-running-is-a-type-error", background_fetch_manager.check_permission)
def _(original: Any, ua: Any) -> None:
    """While a fetch runs, another one is refused for that before the permission is looked at."""
    if ua.permission.value == "denied" and any(
        one.active_background_fetches for one in ua.registrations.values()
    ):
        raise type_error("a background fetch is active already")
    original(ua)


@mutant("never-empty", background_fetch_manager.active_ids)
def _(original: Any, ua: Any, registration: Any) -> list[str]:
    """Where there is no fetch, getIds() gives an id that nobody has used."""
    return list(original(ua, registration)) or [""]


@mutant("no-worker-no-ids", background_fetch_manager.active_ids)
def _(original: Any, ua: Any, registration: Any) -> Any:
    """getIds() needs an active worker, as fetch() does."""
    background_fetch_manager.check_active_worker(ua, registration)
    return original(ua, registration)
