"""Display (background-fetch-display-algorithm): the user interface, and what the user does with it.

The interface is a model: what it shows is an observation, and each thing that a user can do
with it is a function here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.concepts import BackgroundFetch
from simulator.contains_background_fetch import contains_background_fetch
from simulator.fire_a_background_fetch_click_event import fire_a_background_fetch_click_event
from simulator.observation import Display
from simulator.overrides import point

if TYPE_CHECKING:
    from simulator.user_agent import UserAgent

# -- points ---------------------------------------------------------------------------------


@point("background-fetch-display-algorithm/12")
def starts_paused(ua: UserAgent) -> bool:
    """With permission prompt the agent may start paused; whether it does is policy."""
    return False


@point("background-fetch-display-algorithm/13")
def accepted(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """A user who accepts lets the transfers begin."""
    bg_fetch.paused_flag.value = False


@point("background-fetch-display-algorithm/13")
def refused(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """A user who refuses aborts."""
    aborted_by_the_user(ua, bg_fetch)


@point("background-fetch-display-algorithm/9")
def may_be_paused(ua: UserAgent, bg_fetch: BackgroundFetch) -> bool:
    """Pausing is offered only where every request is a GET: others must not be sent again."""
    return all(record.request.method == "GET" for record in bg_fetch.records)


@point("background-fetch-display-algorithm/9")
def set_paused(ua: UserAgent, bg_fetch: BackgroundFetch, paused: bool) -> None:
    """The user's pause stops the transfers, and resuming lets them go on."""
    bg_fetch.paused_flag.value = paused


@point("background-fetch-display-algorithm/8")
def aborted_by_the_user(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """The user's abort is the same as abort(): the id is free at once (erratum 35)."""
    registration = bg_fetch.service_worker_registration

    async def steps() -> None:
        if contains_background_fetch(ua, registration.active_background_fetches, bg_fetch):
            del registration.active_background_fetches[bg_fetch.id]
            bg_fetch.abort_all_flag.value = True

    registration.active_background_fetches_edit_queue.enqueue(steps)


@point("background-fetch-display-algorithm/10")
def activated(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """Activating the interface fires the click event."""
    ua.turns.start_soon(fire_a_background_fetch_click_event, ua, bg_fetch)


@point("background-fetch-display-algorithm/11")
def remains(ua: UserAgent, bg_fetch: BackgroundFetch) -> bool:
    """The interface may stay once the fetch has a result, and can then still be activated."""
    return True


@point("background-fetch-display-algorithm/15")
def pauses_on_a_metered_link(ua: UserAgent) -> bool:
    """Whether fetches wait for a link that is not metered: policy."""
    return False


# -- what is shown --------------------------------------------------------------------------


def display(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """Show a background fetch from its beginning."""
    bg_fetch.paused_flag.value = starts_paused(ua)
    ua.displayed.append(bg_fetch)
    if not _wait_for_the_link(ua, bg_fetch):
        show(ua, bg_fetch)


def show(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """Show what a background fetch has come to."""
    shown = Display(
        bg_fetch.title,
        bg_fetch.icons,
        downloaded=bg_fetch.stored_body_bytes_total,
        downloadTotal=bg_fetch.download_total,
        paused=bg_fetch.paused_flag.value,
        result=bg_fetch.result,
    )
    ua.see("ui", "ui", ua.name_of(bg_fetch), shown)


# -- what the user does ---------------------------------------------------------------------


def accept(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    accepted(ua, bg_fetch)
    show(ua, bg_fetch)


def refuse(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    refused(ua, bg_fetch)


def pause(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    _toggle(ua, bg_fetch, True)


def resume(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    _toggle(ua, bg_fetch, False)


def _toggle(ua: UserAgent, bg_fetch: BackgroundFetch, paused: bool) -> None:
    """Press pause or resume; where it is not offered, there is nothing to press."""
    if bg_fetch.result == "" and may_be_paused(ua, bg_fetch):
        set_paused(ua, bg_fetch, paused)
        show(ua, bg_fetch)


def cancel(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    aborted_by_the_user(ua, bg_fetch)


def click(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """Click on what is shown, if it is still shown."""
    if bg_fetch.result == "" or remains(ua, bg_fetch):
        activated(ua, bg_fetch)


# -- what the link does ---------------------------------------------------------------------


def link_changed(ua: UserAgent) -> None:
    """The link has become metered, or is so no longer."""
    for bg_fetch in ua.displayed:
        if not ua.network.metered and bg_fetch in ua.paused_for_the_link:
            ua.paused_for_the_link.discard(bg_fetch)
            bg_fetch.paused_flag.value = False
            show(ua, bg_fetch)
        elif not bg_fetch.result:
            _wait_for_the_link(ua, bg_fetch)


def _wait_for_the_link(ua: UserAgent, bg_fetch: BackgroundFetch) -> bool:
    """Pause a running fetch for a metered link, if that is the policy; whether it was paused."""
    running = not bg_fetch.paused_flag.value
    waits = running and ua.network.metered and pauses_on_a_metered_link(ua) and may_be_paused(ua, bg_fetch)
    if waits:
        bg_fetch.paused_flag.value = True
        ua.paused_for_the_link.add(bg_fetch)
        show(ua, bg_fetch)
    return waits
