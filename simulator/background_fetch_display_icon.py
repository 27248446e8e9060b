"""The icon of what is shown (background-fetch-display-algorithm): which one, and how it is fetched."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.concepts import BackgroundFetch
from simulator.fetch import NetworkError, fetch
from simulator.origin.stream import Broken
from simulator.overrides import point
from simulator.request import Request, request_constructor
from simulator.script_errors import ScriptError

if TYPE_CHECKING:
    from simulator.environment import Environment
    from simulator.user_agent import UserAgent


@point("background-fetch-display-algorithm/5")
def select_an_icon(ua: UserAgent, icons: tuple[str, ...], base: str) -> str | None:
    """One of the icons may be shown: here, the first that can be processed."""
    return next((icon for icon in icons if url_of(icon, base)), None)


def url_of(icon: str, base: str) -> str:
    """The URL of an icon, "" where it has none."""
    try:
        return request_constructor(icon, base).url
    except (ScriptError, ValueError):
        return ""


@point("background-fetch-display-algorithm/6")
def icon_request(ua: UserAgent, url: str, origin: str) -> Request:
    """The request that an icon is fetched with."""
    return Request(
        url,
        mode="no-cors",
        credentials="include",
        destination="image",
        keepalive=True,
        service_workers_mode="none",
        origin=origin,
    )


async def show_an_icon(
    ua: UserAgent, bg_fetch: BackgroundFetch, environment: Environment, show: Callable[[], None]
) -> None:
    """Choose an icon, fetch it and show it. Whatever goes wrong with it touches nothing else."""
    icon = select_an_icon(ua, bg_fetch.icons, environment.url)
    if icon is None:
        return
    request = icon_request(ua, url_of(icon, environment.url), ua.origin)
    ended = environment.ended
    with ua.turns.abort_when(lambda: ended.value and not request.keepalive, ended):
        whole = await is_fetched(ua, request)
        if whole and icon in bg_fetch.icons:
            bg_fetch.icon_shown = icon
            show()


async def is_fetched(ua: UserAgent, request: Request) -> bool:
    """Fetch an image; whether it came whole."""
    try:
        async with fetch(ua, request, lambda transmitted: None) as arriving:
            while arriving.body and await arriving.body.read():
                pass  # an image is only of use once it is whole
            return arriving.response.ok
    except (NetworkError, Broken):
        return False
