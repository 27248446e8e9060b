"""Mutants of the model of the user interface: what it shows, what it offers, its icon."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from conformance.mutants.catalogue import mutant
from simulator import (
    background_fetch_display,
    background_fetch_display_icon,
    background_fetch_event,
    background_fetch_manager,
)
from simulator.cors import origin_of


@mutant("not-displayed", background_fetch_display.comes_into_view)
def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """Nothing is shown of a second fetch as long as something is shown of a first."""
    if not ua.displayed:
        original(ua, bg_fetch)


@mutant("shows-where-it-loads-from", background_fetch_display.origin_shown)
def _(original: Any, ua: Any, bg_fetch: Any) -> str:
    """What is shown bears the origin of the first request instead of the site's."""
    return origin_of(bg_fetch.records[0].request.url)


@mutant("bandwidth-hidden", background_fetch_display.bandwidth_shown)
def _(original: Any, ua: Any, bg_fetch: Any) -> bool:
    """Nothing says that bandwidth is in use where a body is uploaded."""
    return bool(original(ua, bg_fetch)) and not bg_fetch.upload_total


@mutant("bandwidth-while-paused", background_fetch_display.bandwidth_shown)
def _(original: Any, ua: Any, bg_fetch: Any) -> bool:
    """Bandwidth is told to be in use also while the fetch is paused."""
    return bool(bg_fetch.result == "")


@mutant("swiped-away", background_fetch_display.may_be_dismissed)
def _(original: Any, ua: Any, bg_fetch: Any) -> bool:
    """A running fetch can be swiped out of sight, and goes on."""
    return True


@mutant("title-not-shown", background_fetch_display.title_shown)
def _(original: Any, ua: Any, bg_fetch: Any) -> str:
    """The id is shown where the title was given."""
    return str(bg_fetch.id)


@mutant("progress-not-shown", background_fetch_display.progress_shown)
def _(original: Any, ua: Any, bg_fetch: Any) -> Any:
    """What is shown stays at nothing until the end."""
    shown = original(ua, bg_fetch)
    return shown if bg_fetch.result else {**shown, "downloaded": 0, "uploaded": 0}


@mutant("no-way-to-abort", background_fetch_display.may_be_aborted)
def _(original: Any, ua: Any, bg_fetch: Any) -> bool:
    """A running fetch that uploads something offers its user no abort."""
    return bool(original(ua, bg_fetch)) and not bg_fetch.upload_total


@mutant("no-abort-while-paused", background_fetch_display.may_be_aborted)
def _(original: Any, ua: Any, bg_fetch: Any) -> bool:
    """A paused fetch must be resumed before it can be aborted."""
    return bool(original(ua, bg_fetch)) and not bg_fetch.paused_flag.value


@mutant("always-means-once", background_fetch_display.decided_for_always)
def _(original: Any, ua: Any, state: str) -> None:
    """What a user decides for always counts for this once."""


@mutant("nothing-for-always", background_fetch_display.may_decide_for_always)
def _(original: Any, ua: Any, bg_fetch: Any) -> bool:
    """A user who is asked can decide for this one fetch only."""
    return False


@mutant("started-unseen", background_fetch_display.pauses_in_the_background)
def _(original: Any, ua: Any, environment: Any) -> bool:
    """What a worker starts begins at once, whatever was promised."""
    return False


@mutant("shown-after-unregistering", background_fetch_display.take_down)
def _(original: Any, ua: Any, registration: Any) -> None:
    """What is shown of a fetch stays when its registration is gone."""


@mutant("every-icon-asked-for", background_fetch_display_icon.select_an_icon)
def _(original: Any, ua: Any, icons: Any, base: str) -> Any:
    """Every icon is asked for, to choose among them when they are here."""
    chosen = original(ua, icons, base)
    for icon in icons:
        if icon != chosen and (url := background_fetch_display_icon.url_of(icon, base)):
            request = background_fetch_display_icon.icon_request(ua, url, ua.origin)
            ua.turns.start_soon(background_fetch_display_icon.is_fetched, ua, request)
    return chosen


def _icon(name: str, says: str, **changes: Any) -> None:
    """A mutant whose request for an icon differs in one thing."""

    def request(original: Any, ua: Any, url: str, origin: str) -> Any:
        return evolve(original(ua, url, origin), **changes)

    request.__doc__ = says
    mutant(name, background_fetch_display_icon.icon_request)(request)


_icon("icon-with-cors", "An icon is asked for in mode cors.", mode="cors")
_icon("icon-without-credentials", "An icon is asked for without credentials.", credentials="omit")
_icon("icon-as-anything", "An icon is asked for as if it were any file.", destination="empty")
_icon("icon-dies-with-the-page", "An icon is no longer wanted when the page is closed.", keepalive=False)


@mutant("icons-added", background_fetch_event.replace_icons)
def _(original: Any, ua: Any, bg_fetch: Any, icons: Any) -> None:
    """updateUI() puts its icons behind those that there are."""
    original(ua, bg_fetch, (*bg_fetch.icons, *icons))


@mutant("icons-kept", background_fetch_event.replace_icons)
def _(original: Any, ua: Any, bg_fetch: Any, icons: Any) -> None:
    """updateUI() changes no icon."""


@mutant("title-kept", background_fetch_event.replace_title)
def _(original: Any, ua: Any, bg_fetch: Any, title: str) -> None:
    """updateUI() changes no title."""


@mutant("title-clears-icons", background_fetch_event.replace_title)
def _(original: Any, ua: Any, bg_fetch: Any, title: str) -> None:
    """A new title takes the icons away."""
    original(ua, bg_fetch, title)
    bg_fetch.icons, bg_fetch.icon_shown = (), ""


@mutant("refused-but-done", background_fetch_event.refused_update)
def _(original: Any, ua: Any, event: Any, title: Any, icons: Any) -> None:
    """A refused updateUI() rejects, and changes the title all the same."""
    if title is not None:
        event.registration.background_fetch.title = title


@mutant("empty-update-is-free", background_fetch_event.uses_up_the_update)
def _(original: Any, ua: Any, event: Any, title: Any, icons: Any) -> bool:
    """A call of updateUI() that changes nothing does not count."""
    return title is not None or icons is not None


@mutant("update-gives-the-title", background_fetch_event.updated)
def _(original: Any, ua: Any, event: Any) -> str:
    """updateUI() resolves with the title that is shown."""
    return str(event.registration.background_fetch.title)


@mutant("untitled", background_fetch_manager.shown_as)
def _(original: Any, ua: Any, options: Any) -> Any:
    """A missing title is made up, and so are missing icons."""
    title, icons = original(ua, options)
    return title or "Untitled download", icons or ("/favicon.ico",)
