"""Mutants of how a job ends: when it is over, for which reason, and what tells of it."""

from __future__ import annotations

from typing import Any

from conformance.mutants.catalogue import mutant
from simulator import (
    background_fetch_registration,
    perform_a_background_fetch,
    update_background_fetch_instances,
)


@mutant("failure-without-a-reason", perform_a_background_fetch.set_result)
def _(original: Any, ua: Any, bg_fetch: Any, reason: str) -> None:
    """A fetch that failed for a bad status does not say why."""
    original(ua, bg_fetch, reason)
    bg_fetch.failure_reason = "" if reason == "bad-status" else bg_fetch.failure_reason


@mutant("exceeded-total-waits", perform_a_background_fetch.fails_at_once)
def _(original: Any, ua: Any, result: str) -> bool:
    """Where the total is exceeded, the other records are still waited for."""
    return False


@mutant("last-failure-wins", perform_a_background_fetch.failure_reason)
def _(original: Any, ua: Any, reason: str, result: str) -> str:
    """The last failure gives the reason."""
    return reason if result == "success" else result


@mutant("aborted-stays-listed", background_fetch_registration.remove_aborted)
def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """abort() leaves the fetch in the list until its records have stopped."""


@mutant("flag-stays-set", update_background_fetch_instances.unset_records_available)
def _(original: Any, ua: Any, instance: Any) -> None:
    """An instance does not learn that the records are gone."""
