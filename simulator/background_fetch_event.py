"""BackgroundFetchEvent and BackgroundFetchUpdateUIEvent.

Sections background-fetch-event and background-fetch-update-ui-event.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.background_fetch_display import choose_an_icon, show
from simulator.background_fetch_registration import BackgroundFetchRegistration
from simulator.concepts import BackgroundFetch
from simulator.environment import WorkerGlobal
from simulator.overrides import point
from simulator.promise import Promise, rejected_with
from simulator.script_errors import invalid_state_error, type_error
from simulator.service_worker import ExtendableEvent
from simulator.user_agent import UserAgent
from simulator.web_idl import check_constructor


class BackgroundFetchEvent(ExtendableEvent):
    """An event about a background fetch; ``registration`` is the worker's object for it."""

    def __init__(
        self, type: str, registration: BackgroundFetchRegistration, *, is_trusted: bool = True
    ) -> None:
        super().__init__(type, is_trusted=is_trusted)
        self.registration = initialized_to(registration.ua, registration)


@point("background-fetch-event/1")
def initialized_to(ua: UserAgent, registration: BackgroundFetchRegistration) -> BackgroundFetchRegistration:
    """event.registration is the very object that the event was made with."""
    return registration


@point("background-fetch-event/idl.1")
def registration_of_init(
    ua: UserAgent, worker: WorkerGlobal, registration: BackgroundFetchRegistration | None
) -> BackgroundFetchRegistration:
    """The init of a constructed event must have a registration."""
    if registration is None:
        raise type_error("the init of the event has no registration")
    return registration


@point("background-fetch-update-ui-event-update-ui/1a")
def is_trusted(ua: UserAgent, event: BackgroundFetchUpdateUIEvent) -> bool:
    """Only the user agent's own events may update the user interface."""
    return event.isTrusted


@point("background-fetch-update-ui-event-update-ui/1b")
def ui_may_be_updated(ua: UserAgent, event: BackgroundFetchUpdateUIEvent) -> bool:
    """Once, and only while the event is active (1c)."""
    return not event.ui_updated_flag and event.active


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

    def __init__(
        self, type: str, registration: BackgroundFetchRegistration, *, is_trusted: bool = True
    ) -> None:
        super().__init__(type, registration, is_trusted=is_trusted)
        self.ui_updated_flag = False

    def updateUI(self, *, title: str | None = None, icons: Sequence[str] | None = None) -> Promise[None]:
        """Replace title or icons (background-fetch-update-ui-event-update-ui).

        Rejects with InvalidStateError for a second call, an untrusted event, or one that is
        over. The check is made at the call, so that of two calls one fails (erratum 32).
        """
        ua, bg_fetch = self.registration.ua, self.registration.background_fetch
        if not is_trusted(ua, self) or not ui_may_be_updated(ua, self):  # 1
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


CONSTRUCTORS = {one.__name__: one for one in (BackgroundFetchEvent, BackgroundFetchUpdateUIEvent)}


def construct(
    worker: WorkerGlobal,
    interface: str,
    type: str,
    registration: BackgroundFetchRegistration | None,
    given: int = 2,
) -> BackgroundFetchEvent:
    """``new interface(type, { registration })`` in a worker, with so many arguments ``given``.

    Raises what script meets where it may not do so, or the init has no registration. The event is
    not trusted.
    """
    check_constructor(worker, interface, given)
    required = registration_of_init(worker.ua, worker, registration)
    return CONSTRUCTORS[interface](type, required, is_trusted=False)
