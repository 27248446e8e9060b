"""BackgroundFetchEvent and BackgroundFetchUpdateUIEvent.

Sections background-fetch-event and background-fetch-update-ui-event.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.background_fetch_display import show
from simulator.background_fetch_registration import BackgroundFetchRegistration
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
            return rejected_with(ua.turns, invalid_state_error("this event can update the UI no more"))
        self.ui_updated_flag = True  # 2
        if icons is not None:  # 5
            bg_fetch.icons = tuple(icons)
        if title is not None:  # 6
            bg_fetch.title = title
        show(ua, bg_fetch)
        promise: Promise[None] = Promise(ua.turns)
        promise.resolve(None)  # 7
        return promise
