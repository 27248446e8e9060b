"""Mutants of a job from its beginning to its end event."""

from __future__ import annotations

from typing import Any

from conformance.mutants.catalogue import mutant
from simulator import background_fetch_event, perform_a_background_fetch


@mutant("reason-forgotten", perform_a_background_fetch.failure_reason)
def _(original: Any, ua: Any, reason: str, result: str) -> str:
    """A failed record leaves no reason: the job succeeds."""
    return reason


@mutant("one-failure-ends-all", perform_a_background_fetch.fails_at_once)
def _(original: Any, ua: Any, result: str) -> bool:
    """Any failed record stops the others."""
    return result != "success"


@mutant("listed-until-the-end", perform_a_background_fetch.remove_from_active)
def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """A settled fetch stays listed."""


@mutant("abort-forgotten", perform_a_background_fetch.reason_once_removed)
def _(original: Any, ua: Any, reason: str) -> str:
    """An aborted fetch ends for whatever reason its records had."""
    return "fetch-error"


@mutant("no-last-progress", perform_a_background_fetch.update_before_the_event)
def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """Open instances do not learn the result."""


@mutant("abort-event-with-ui", perform_a_background_fetch.abort_event)
def _(original: Any, ua: Any) -> Any:
    """backgroundfetchabort comes as a BackgroundFetchUpdateUIEvent."""
    return "backgroundfetchabort", background_fetch_event.BackgroundFetchUpdateUIEvent


@mutant("fail-fires-success", perform_a_background_fetch.fail_event)
def _(original: Any, ua: Any) -> Any:
    """A failed fetch fires backgroundfetchsuccess."""
    return "backgroundfetchsuccess", background_fetch_event.BackgroundFetchUpdateUIEvent


@mutant("success-without-ui", perform_a_background_fetch.success_event)
def _(original: Any, ua: Any) -> Any:
    """backgroundfetchsuccess comes as a plain BackgroundFetchEvent, once another fetch was shown."""
    if len(ua.displayed) < 2:
        return original(ua)
    return "backgroundfetchsuccess", background_fetch_event.BackgroundFetchEvent


@mutant("worker-not-woken", perform_a_background_fetch.fire_the_event)
async def _(original: Any, ua: Any, bg_fetch: Any, name: str, constructor: Any) -> Any:
    """With no page open the worker is not started for the event."""
    if len(ua.environments) == 0:
        return None
    return await original(ua, bg_fetch, name, constructor)


@mutant("event-overtakes-updates", perform_a_background_fetch.updates_come_first)
async def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """An instance that the worker had before shows in the end event what it was before."""


@mutant("event-twice", perform_a_background_fetch.fire_the_event)
async def _(original: Any, ua: Any, bg_fetch: Any, name: str, constructor: Any) -> Any:
    """The end event of a fetch that did not succeed is fired two times."""
    if name != "backgroundfetchsuccess":
        await original(ua, bg_fetch, name, constructor)
    return await original(ua, bg_fetch, name, constructor)


@mutant("records-kept", perform_a_background_fetch.drop_the_records)
def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """recordsAvailable stays true when the event is over."""


@mutant("records-dropped-early", perform_a_background_fetch.lifetime_over)
async def _(original: Any, ua: Any, event: Any) -> None:
    """The records go while the event is still active."""
