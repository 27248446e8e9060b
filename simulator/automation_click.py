"""The WebDriver command "background fetch click" (automation-click): the remote end's side of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from attrs import frozen

from simulator.concepts import BackgroundFetch
from simulator.fire_a_background_fetch_click_event import fire_a_background_fetch_click_event
from simulator.overrides import point
from simulator.service_worker import ServiceWorkerRegistration

if TYPE_CHECKING:
    from simulator.user_agent import UserAgent


@frozen
class Answer:
    """A WebDriver response: its HTTP status, and its error code, "" for success."""

    status: int
    error: str = ""


class WebDriverError(Exception):
    """A command that failed, with what it is answered."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(f"{status} {error}")
        self.answer = Answer(status, error)


# -- points ---------------------------------------------------------------------------------


@point("automation-click/uri")
def command(ua: UserAgent) -> tuple[str, str]:
    """The method of the command, and the form of its path, in which the fetch's id stands."""
    return "POST", r"/session/[^/]+/backgroundfetch/(?P<id>[^/]+)/click"


@point("automation-click/1")
def check_open(ua: UserAgent, page_url: str | None) -> str:
    """The URL of the current top-level browsing context, which must still be open."""
    if page_url is None:
        raise WebDriverError(404, "no such window")
    return page_url


@point("automation-click/4")
def registration_of(ua: UserAgent, page_url: str) -> ServiceWorkerRegistration:
    """The registration that a page's URL falls under: the one with the longest scope."""
    held = [one for one in ua.registrations.values() if page_url.startswith(one.scope)]
    if not held:
        raise WebDriverError(400, "invalid service worker state")
    return max(held, key=lambda one: len(one.scope))


@point("automation-click/5")
def newest(ua: UserAgent, fetches: list[BackgroundFetch]) -> BackgroundFetch:
    """Of several fetches with one id, the newest is meant; the oldest comes first."""
    return fetches[-1]


@point("automation-click/6")
def check_found(ua: UserAgent, fetches: list[BackgroundFetch]) -> None:
    """There must be a fetch of that id."""
    if not fetches:
        raise WebDriverError(404, "background fetch not found")


@point("automation-click/7")
def click(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """The command does what activating the user interface does, and succeeds."""
    ua.turns.start_soon(fire_a_background_fetch_click_event, ua, bg_fetch)


# -- the command ----------------------------------------------------------------------------


def remote_end(ua: UserAgent, method: str, path: str, page_url: str | None) -> Answer:
    """Carry out a command. ``page_url`` is the page of the current top-level browsing context, if open."""
    wanted, form = command(ua)
    found = re.fullmatch(form, path)
    if method != wanted or not found:
        return Answer(404, "unknown command")
    try:
        background_fetch_click(ua, unquote(found["id"]), page_url)
    except WebDriverError as error:
        return error.answer
    return Answer(200)


def background_fetch_click(ua: UserAgent, id: str, page_url: str | None) -> None:
    """The remote end steps. Raises WebDriverError."""
    registration = registration_of(ua, check_open(ua, page_url))
    fetches = [
        one for one in ua.displayed if one.id == id and one.service_worker_registration is registration
    ]
    check_found(ua, fetches)
    click(ua, newest(ua, fetches))
