"""Mutants of what the user agent shows, what its user does with it, and what workers may change of it."""

from __future__ import annotations

from typing import Any

from conformance.mutants.catalogue import mutant
from simulator import (
    background_fetch_display,
    background_fetch_event,
    fire_a_background_fetch_click_event,
    service_worker,
)


@mutant("prompt-not-asked", background_fetch_display.starts_paused)
def _(original: Any, ua: Any) -> bool:
    """With permission prompt the transfers begin before the user has agreed."""
    return False


@mutant("acceptance-ignored", background_fetch_display.accepted)
def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """A user's yes starts nothing."""


@mutant("refusal-is-acceptance", background_fetch_display.refused)
def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """A user's no starts the transfers."""
    bg_fetch.paused_flag.value = False


@mutant("pause-offered-for-post", background_fetch_display.may_be_paused)
def _(original: Any, ua: Any, bg_fetch: Any) -> bool:
    """Pausing is offered for any job."""
    return True


@mutant("pause-is-a-picture", background_fetch_display.set_paused)
def _(original: Any, ua: Any, bg_fetch: Any, paused: bool) -> None:
    """Pausing changes nothing."""


@mutant("cancel-ignored", background_fetch_display.aborted_by_the_user)
def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """The user cannot cancel."""


@mutant("cancel-keeps-the-id", background_fetch_display.aborted_by_the_user)
def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """A cancelled fetch stays listed, and fails for what its records had come to."""
    bg_fetch.abort_all_flag.value = True


@mutant("click-ignored", background_fetch_display.activated)
def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """Activating what is shown fires nothing."""


@mutant("click-with-ui", fire_a_background_fetch_click_event.click_event)
def _(original: Any, ua: Any) -> Any:
    """backgroundfetchclick comes as a BackgroundFetchUpdateUIEvent."""
    return "backgroundfetchclick", background_fetch_event.BackgroundFetchUpdateUIEvent


@mutant("metered-ignored", background_fetch_display.pauses_on_a_metered_link)
def _(original: Any, ua: Any) -> bool:
    """A metered link pauses nothing, whatever was promised."""
    return False


@mutant("ui-updated-twice", background_fetch_event.ui_may_be_updated)
def _(original: Any, ua: Any, event: Any) -> bool:
    """updateUI() may be called again and again."""
    return bool(event.active)


@mutant("ui-updated-late", background_fetch_event.ui_may_be_updated)
def _(original: Any, ua: Any, event: Any) -> bool:
    """updateUI() may be called when the event is over."""
    return not event.ui_updated_flag


@mutant("events-for-ever", service_worker.event_lifetime_max)
def _(original: Any, ua: Any) -> None:
    """A worker may keep its event alive for ever, whatever the limit."""


@mutant("ui-never-updated", background_fetch_event.ui_may_be_updated)
def _(original: Any, ua: Any, event: Any) -> bool:
    """updateUI() rejects from the first call on."""
    return False
