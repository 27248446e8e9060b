"""Mutants of the WebDriver command that clicks on a background fetch."""

from __future__ import annotations

from typing import Any

from conformance.mutants.catalogue import mutant
from simulator import automation_click


@mutant("webdriver-click-elsewhere", automation_click.command)
def _(original: Any, ua: Any) -> tuple[str, str]:
    """The command is known by another path."""
    return "POST", r"/session/[^/]+/background-fetch/(?P<id>[^/]+)/click"


@mutant("webdriver-click-into-a-closed-window", automation_click.check_open)
def _(original: Any, ua: Any, page_url: Any) -> Any:
    """That the window is closed is not noticed: its page is taken to be where the site begins."""
    return ua.origin + "/" if page_url is None else page_url


@mutant("webdriver-click-for-any-page", automation_click.registration_of)
def _(original: Any, ua: Any, page_url: Any) -> Any:
    """A page outside every scope is given the first registration of the site."""
    return next(iter(ua.registrations.values()))


@mutant("webdriver-click-on-the-oldest", automation_click.newest)
def _(original: Any, ua: Any, fetches: Any) -> Any:
    """The oldest fetch of an id is taken."""
    return fetches[0]


@mutant("webdriver-click-not-found-is-another-error", automation_click.check_found)
def _(original: Any, ua: Any, fetches: Any) -> None:
    """A fetch that is not there is told like a page without a registration."""
    if not fetches:
        raise automation_click.WebDriverError(400, "invalid service worker state")


@mutant("webdriver-click-fires-nothing", automation_click.click)
def _(original: Any, ua: Any, bg_fetch: Any) -> None:
    """The command succeeds, and no event is fired."""
