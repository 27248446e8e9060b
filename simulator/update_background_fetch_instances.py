"""Update background fetch instances (update-background-fetch-instance-algorithm)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.concepts import BackgroundFetch, State
from simulator.environment import queue_a_bgfetch_task
from simulator.overrides import point

if TYPE_CHECKING:
    from simulator.background_fetch_registration import BackgroundFetchRegistration
    from simulator.environment import Environment
    from simulator.user_agent import UserAgent


@point("update-background-fetch-instance-algorithm/6")
def environments_told(ua: UserAgent, bg_fetch: BackgroundFetch) -> list[Environment]:
    """Every open environment of the registration's origin."""
    return list(ua.environments)


@point("update-background-fetch-instance-algorithm/6.2")
def missed(ua: UserAgent, env: Environment, bg_fetch: BackgroundFetch, state: State) -> None:
    """Where there is no instance nothing is fired, now or when there is one."""


@point("update-background-fetch-instance-algorithm/6.4")
def is_settled(ua: UserAgent, instance: BackgroundFetchRegistration) -> bool:
    """An instance that has a result hears of no more progress."""
    return instance.state.result != ""


@point("update-background-fetch-instance-algorithm/6.5")
def is_unchanged(ua: UserAgent, instance: BackgroundFetchRegistration, state: State) -> bool:
    """No event where nothing that it reports has changed."""
    return instance.state == state


@point("perform-a-background-fetch-algorithm/8.13.2")
def unset_records_available(ua: UserAgent, instance: BackgroundFetchRegistration) -> None:
    """Losing the records clears the flag, without an event (6.3)."""
    instance.records_available_flag.value = False


@point("update-background-fetch-instance-algorithm/6.10")
def fire_progress(ua: UserAgent, instance: BackgroundFetchRegistration, state: State) -> None:
    """The values are set before the event is fired."""
    instance.state = state
    instance.dispatch_progress()


def update_background_fetch_instances(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """Tell every instance, in order, what the background fetch has come to."""
    # Where no script holds an instance nobody can notice; a download that nobody watches
    # then costs nothing here. An instance made later copies the values of its own time.
    if not any(env.instance_of(bg_fetch) for env in ua.environments):
        return

    # Read now and not when the queue comes to it: a slow queue must not let the result arrive
    # together with the loss of the records, which perform step 8.7 tells apart from 8.13.2.
    available = bg_fetch.records_available_flag

    async def steps() -> None:
        state = bg_fetch.state()
        for env in environments_told(ua, bg_fetch):
            queue_a_bgfetch_task(ua, env, lambda env=env: _update(ua, env, bg_fetch, state, available))  # type: ignore[misc]

    bg_fetch.update_handling_queue.enqueue(steps)


def _update(
    ua: UserAgent, env: Environment, bg_fetch: BackgroundFetch, state: State, available: bool
) -> None:
    instance = env.instance_of(bg_fetch)  # 6.1
    if instance is None:  # 6.2
        missed(ua, env, bg_fetch, state)
        return
    if env.closed:
        return
    if not available and instance.recordsAvailable:  # 6.3
        unset_records_available(ua, instance)
    if is_settled(ua, instance) or is_unchanged(ua, instance, state):  # 6.4, 6.5
        return
    fire_progress(ua, instance, state)  # 6.6 to 6.10
