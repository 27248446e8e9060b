"""Mutants of the tasks that update instances, and of how records are gone through."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from conformance.mutants.catalogue import mutant
from simulator import (
    get_a_background_fetch_registration_instance,
    perform_a_background_fetch,
    update_background_fetch_instances,
)


@mutant("missed-progress-replayed", update_background_fetch_instances.missed)
def _(original: Any, ua: Any, env: Any, bg_fetch: Any, state: Any) -> None:
    """A page that gets its instance late first hears of all that went before."""
    env.__dict__.setdefault("missed", []).append(state)


@mutant("missed-progress-replayed", get_a_background_fetch_registration_instance.existing_instance)
def _(original: Any, ua: Any, env: Any, bg_fetch: Any) -> Any:
    """A page that gets its instance late first hears of all that went before."""
    for state in env.__dict__.pop("missed", []):
        env.event_loop.queue_a_task(lambda state=state: _replay(ua, env, bg_fetch, state))
    return original(ua, env, bg_fetch)


def _replay(ua: Any, env: Any, bg_fetch: Any, state: Any) -> None:
    instance = env.instance_of(bg_fetch)
    update_background_fetch_instances.fire_progress(ua, instance, state)


@mutant("loss-is-progress", update_background_fetch_instances.unset_records_available)
def _(original: Any, ua: Any, instance: Any) -> None:
    """Losing the records fires a progress event."""
    original(ua, instance)
    instance.dispatch_progress()


@mutant("reason-untold", update_background_fetch_instances.fire_progress)
def _(original: Any, ua: Any, instance: Any, state: Any) -> None:
    """Progress events tell that a status was bad by the result only, and not by the reason."""
    reason = "" if state.failureReason == "bad-status" else state.failureReason
    original(ua, instance, evolve(state, failureReason=reason))


@mutant("one-at-a-time", perform_a_background_fetch.settle_all)
def _(original: Any, ua: Any, settle: Any, records: Any) -> None:
    """A record is only asked for when the one before it is done."""

    async def one_after_another() -> None:
        for record in records:
            await settle(record)

    ua.turns.start_soon(one_after_another)


@mutant("success-is-failure", perform_a_background_fetch.set_result)
def _(original: Any, ua: Any, bg_fetch: Any, reason: str) -> None:
    """A fetch without any reason to fail has the result failure all the same."""
    original(ua, bg_fetch, reason)
    bg_fetch.result = "failure"


@mutant("failure-is-success", perform_a_background_fetch.set_result)
def _(original: Any, ua: Any, bg_fetch: Any, reason: str) -> None:
    """A fetch that failed for a bad status has the result success all the same."""
    original(ua, bg_fetch, reason)
    bg_fetch.result = "success" if reason == "bad-status" else bg_fetch.result


@mutant("any-end-is-an-abort", perform_a_background_fetch.fail_event)
def _(original: Any, ua: Any) -> Any:
    """A failed fetch fires backgroundfetchabort."""
    return "backgroundfetchabort", original(ua)[1]
