"""BackgroundFetchEvent and BackgroundFetchUpdateUIEvent (sections of the same names)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.background_fetch_display import choose_an_icon, show
from simulator.background_fetch_registration import BackgroundFetchRegistration
from simulator.concepts import BackgroundFetch
from simulator.overrides import point
from simulator.promise import Promise, rejected_with
from simulator.script_errors import invalid_state_error
from simulator.service_worker import ExtendableEvent
from simulator.user_agent import UserAgent


class BackgroundFetchEvent(ExtendableEvent):
    """An event about a background fetch; ``registration`` is the worker's object for it."""

    def __init__(self, type: str, registration: BackgroundFetchRegistration) -> None:
        super().__init__(type)
        self.registration = registration


@point("background-fetch-update-ui-event-update-ui/1b")
def ui_may_be_updated(ua: UserAgent, event: BackgroundFetchUpdateUIEvent) -> bool:
    """Once, and only while a trusted event is active (1a to 1c)."""
    return event.isTrusted and not event.ui_updated_flag and event.active


@point("background-fetch-update-ui-event-update-ui/1c")
def refused_update(
    ua: UserAgent, event: BackgroundFetchUpdateUIEvent, title: str | None, icons: Sequence[str] | None
) -> None:
    """A call that is refused changes nothing."""


@point("background-fetch-update-ui-event-update-ui/7")
def uses_up_the_update(
    ua: UserAgent, event: BackgroundFetchUpdateUIEvent, title: str | None, icons: Sequence[str] | None
) -> bool:
    """Any call that is not refused is the one that is allowed, also one that changes nothing."""
    return True


@point("background-fetch-update-ui-event-update-ui/6")
def updated(ua: UserAgent, event: BackgroundFetchUpdateUIEvent) -> Any:
    """What the promise gives: undefined."""
    return None


@point("background-fetch-update-ui-event-update-ui/4")
def replace_icons(ua: UserAgent, bg_fetch: BackgroundFetch, icons: Sequence[str]) -> None:
    """Icons that are given take the place of those before, all of them."""
    bg_fetch.icons = tuple(icons)


@point("background-fetch-update-ui-event-update-ui/5")
def replace_title(ua: UserAgent, bg_fetch: BackgroundFetch, title: str) -> None:
    """A title that is given takes the place of the one before, an empty one too."""
    bg_fetch.title = title


class BackgroundFetchUpdateUIEvent(BackgroundFetchEvent):
    """An event whose handler may change what the user interface shows."""

    def __init__(self, type: str, registration: BackgroundFetchRegistration) -> None:
        super().__init__(type, registration)
        self.ui_updated_flag = False

    def updateUI(self, *, title: str | None = None, icons: Sequence[str] | None = None) -> Promise[None]:
        """Replace title or icons (background-fetch-update-ui-event-update-ui).

        Rejects with InvalidStateError for a second call, an untrusted event, or one that is
        over. The check is made at the call, so that of two calls one fails (erratum 32).
        """
        ua, bg_fetch = self.registration.ua, self.registration.background_fetch
        if not ui_may_be_updated(ua, self):  # 1
            refused_update(ua, self, title, icons)
            return rejected_with(ua.turns, invalid_state_error("this event can update the UI no more"))
        self.ui_updated_flag = uses_up_the_update(ua, self, title, icons)  # 2
        if icons is not None:  # 5
            replace_icons(ua, bg_fetch, icons)
            choose_an_icon(ua, bg_fetch, self.registration.environment)
        if title is not None:  # 6
            replace_title(ua, bg_fetch, title)
        show(ua, bg_fetch)
        promise: Promise[None] = Promise(ua.turns)
        promise.resolve(updated(ua, self))  # 7
        return promise
