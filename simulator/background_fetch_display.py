"""Display (background-fetch-display-algorithm): the user interface, and what the user does with it.

The interface is a model: what it shows is an observation, and each thing that a user can do
with it is a function here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from simulator.background_fetch_display_icon import show_an_icon
from simulator.concepts import BackgroundFetch
from simulator.contains_background_fetch import contains_background_fetch
from simulator.cors import origin_of
from simulator.fire_a_background_fetch_click_event import fire_a_background_fetch_click_event
from simulator.observation import Display
from simulator.overrides import point

if TYPE_CHECKING:
    from simulator.environment import Environment
    from simulator.service_worker import ServiceWorkerRegistration
    from simulator.user_agent import UserAgent

# -- points: what is shown ------------------------------------------------------------------


@point("background-fetch-manager-fetch/8.15")
def comes_into_view(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """Every accepted fetch is displayed."""
    ua.displayed.append(bg_fetch)


@point("background-fetch-display-algorithm/1")
def origin_shown(ua: UserAgent, bg_fetch: BackgroundFetch) -> str:
    """The origin of the registration's scope, whatever is fetched from where."""
    return origin_of(bg_fetch.service_worker_registration.scope)


@point("background-fetch-display-algorithm/2")
def bandwidth_shown(ua: UserAgent, bg_fetch: BackgroundFetch) -> bool:
    """Bandwidth is told to be in use until there is a result, and not while paused (erratum 20)."""
    return not bg_fetch.paused_flag.value and bg_fetch.result == ""


@point("background-fetch-display-algorithm/4")
def title_shown(ua: UserAgent, bg_fetch: BackgroundFetch) -> str:
    """The title may be shown."""
    return bg_fetch.title


@point("background-fetch-display-algorithm/7")
def progress_shown(ua: UserAgent, bg_fetch: BackgroundFetch) -> dict[str, int]:
    """Progress may be shown, from what is stored and sent so far and the totals."""
    return {
        "downloaded": bg_fetch.stored_body_bytes_total,
        "downloadTotal": bg_fetch.download_total,
        "uploaded": bg_fetch.uploaded,
        "uploadTotal": bg_fetch.upload_total,
    }


# -- points: what is offered to the user ----------------------------------------------------


@point("background-fetch-display-algorithm/3")
def may_be_dismissed(ua: UserAgent, bg_fetch: BackgroundFetch) -> bool:
    """What is shown can only be dismissed once there is a result; before, it takes an abort."""
    return bg_fetch.result != ""


@point("background-fetch-display-algorithm/8")
def may_be_aborted(ua: UserAgent, bg_fetch: BackgroundFetch) -> bool:
    """The user can abort as long as there is something to abort, paused or not."""
    return bg_fetch.result == ""


@point("background-fetch-display-algorithm/14")
def may_decide_for_always(ua: UserAgent, bg_fetch: BackgroundFetch) -> bool:
    """A user who is asked may also decide for every fetch to come."""
    return bg_fetch.awaits_the_user


@point("background-fetch-display-algorithm/14")
def decided_for_always(ua: UserAgent, state: str) -> None:
    """Which is new information about the user's intent, and changes the permission."""
    ua.permission.value = state


# -- points: what the user does -------------------------------------------------------------


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
    """A user who refuses aborts; where the process ends before that takes effect, the next one asks again."""
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


@point("background-fetch-display-algorithm/15")
def pauses_in_the_background(ua: UserAgent, environment: Environment) -> bool:
    """Whether a fetch that no page has started waits for the user: policy."""
    return False


@point("privacy-and-bandwidth-use/4")
def take_down(ua: UserAgent, registration: ServiceWorkerRegistration) -> None:
    """What is shown of the fetches of a registration goes with it."""
    for bg_fetch in ua.displayed:
        if bg_fetch.service_worker_registration is registration:
            _leave_view(ua, bg_fetch)


# -- what is shown --------------------------------------------------------------------------


def display(ua: UserAgent, bg_fetch: BackgroundFetch, environment: Environment) -> None:
    """Show a background fetch from its beginning; ``environment`` is the one that asked for it."""
    unseen = pauses_in_the_background(ua, environment) and may_be_paused(ua, bg_fetch)
    bg_fetch.paused_flag.value = starts_paused(ua) or unseen
    bg_fetch.awaits_the_user = ua.permission.value == "prompt"
    comes_into_view(ua, bg_fetch)
    if not _wait_for_the_link(ua, bg_fetch):
        show(ua, bg_fetch)
    choose_an_icon(ua, bg_fetch, environment)


def choose_an_icon(ua: UserAgent, bg_fetch: BackgroundFetch, environment: Environment) -> None:
    """Have one of the icons shown, once it is here; until then none is."""
    bg_fetch.icon_shown = ""
    if bg_fetch.icons:
        ua.turns.start_soon(show_an_icon, ua, bg_fetch, environment, lambda: show(ua, bg_fetch))


def show(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """Show what a background fetch has come to."""
    if bg_fetch in ua.displayed:
        ua.see("ui", "ui", ua.name_of(bg_fetch), what_is_shown(ua, bg_fetch))


def what_is_shown(ua: UserAgent, bg_fetch: BackgroundFetch) -> Display:
    """The user interface of a background fetch as it stands now."""
    return Display(
        title_shown(ua, bg_fetch),
        bg_fetch.icons,
        paused=bg_fetch.paused_flag.value,
        result=bg_fetch.result,
        **progress_shown(ua, bg_fetch),
        origin=origin_shown(ua, bg_fetch),
        icon=bg_fetch.icon_shown,
        bandwidth=bandwidth_shown(ua, bg_fetch),
        offers=offers(ua, bg_fetch),
        shown=not bg_fetch.left_view,
    )


def offers(ua: UserAgent, bg_fetch: BackgroundFetch) -> tuple[str, ...]:
    """What the user can do with what is shown, by the words of the user's hand."""
    running, asked = bg_fetch.result == "", bg_fetch.awaits_the_user and bg_fetch.result == ""
    paused = bg_fetch.paused_flag.value
    toggled = running and may_be_paused(ua, bg_fetch)
    offered = {
        "accept": asked,
        "refuse": asked,
        "always-allow": asked and may_decide_for_always(ua, bg_fetch),
        "always-deny": asked and may_decide_for_always(ua, bg_fetch),
        "pause": toggled and not paused,
        "resume": toggled and paused,
        "cancel": may_be_aborted(ua, bg_fetch),
        "click": running or remains(ua, bg_fetch),
        "dismiss": may_be_dismissed(ua, bg_fetch),
    }
    return tuple(word for word, there in offered.items() if there and not bg_fetch.left_view)


def _leave_view(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    bg_fetch.left_view = True
    show(ua, bg_fetch)


# -- what the user does ---------------------------------------------------------------------


def use(ua: UserAgent, bg_fetch: BackgroundFetch, word: str) -> None:
    """The user's hand on what is shown; where a thing is not offered, there is nothing to press."""
    if word in offers(ua, bg_fetch):
        USER[word](ua, bg_fetch)


def _accept(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    bg_fetch.awaits_the_user = False
    accepted(ua, bg_fetch)
    show(ua, bg_fetch)


def _always_allow(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    decided_for_always(ua, "granted")
    _accept(ua, bg_fetch)


def _always_deny(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    decided_for_always(ua, "denied")
    refused(ua, bg_fetch)


def _pause(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    set_paused(ua, bg_fetch, True)
    show(ua, bg_fetch)


def _resume(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    set_paused(ua, bg_fetch, False)
    show(ua, bg_fetch)


USER: Mapping[str, Callable[[UserAgent, BackgroundFetch], None]] = {
    "accept": _accept,
    "refuse": refused,
    "always-allow": _always_allow,
    "always-deny": _always_deny,
    "pause": _pause,
    "resume": _resume,
    "cancel": aborted_by_the_user,
    "click": activated,
    "dismiss": _leave_view,
}
"""What a user can do, by the words that a scenario has for it."""


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
