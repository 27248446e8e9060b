"""Fire a background fetch click event (fire-a-background-fetch-click-event-algorithm)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.concepts import BackgroundFetch
from simulator.get_a_background_fetch_registration_instance import (
    get_a_background_fetch_registration_instance,
)
from simulator.overrides import point
from simulator.service_worker import fire_a_functional_event

if TYPE_CHECKING:
    from simulator.background_fetch_event import BackgroundFetchEvent
    from simulator.environment import WorkerGlobal
    from simulator.user_agent import UserAgent


@point("fire-a-background-fetch-click-event-algorithm/1")
def click_event(ua: UserAgent) -> tuple[str, type[BackgroundFetchEvent]]:
    """The name of the event, and its class."""
    from simulator.background_fetch_event import BackgroundFetchEvent

    return "backgroundfetchclick", BackgroundFetchEvent


async def fire_a_background_fetch_click_event(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """Fire it at the worker of the fetch's registration, during the fetch or after it."""
    name, constructor = click_event(ua)

    def make(worker: WorkerGlobal) -> BackgroundFetchEvent:
        return constructor(name, get_a_background_fetch_registration_instance(ua, bg_fetch, worker))

    await fire_a_functional_event(ua, bg_fetch.service_worker_registration, make)
