"""Update background fetch instances (update-background-fetch-instance-algorithm)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from simulator.concepts import BackgroundFetch
from simulator.overrides import point

if TYPE_CHECKING:
    from simulator.background_fetch_registration import BackgroundFetchRegistration
    from simulator.environment import Environment
    from simulator.user_agent import UserAgent


@frozen
class State:
    """What steps 1 to 5 read of a background fetch."""

    downloaded: int
    uploaded: int
    result: str
    failureReason: str
    recordsAvailable: bool


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
    return instance.result != ""


@point("update-background-fetch-instance-algorithm/6.5")
def is_unchanged(ua: UserAgent, instance: BackgroundFetchRegistration, state: State) -> bool:
    """No event where nothing that it reports has changed."""
    old = (instance.downloaded, instance.uploaded, instance.result, instance.failureReason)
    return old == (state.downloaded, state.uploaded, state.result, state.failureReason)


@point("perform-a-background-fetch-algorithm/8.13.2")
def unset_records_available(ua: UserAgent, instance: BackgroundFetchRegistration) -> None:
    """Losing the records clears the flag, without an event (6.3)."""
    instance.records_available_flag.value = False


@point("update-background-fetch-instance-algorithm/6.10")
def fire_progress(ua: UserAgent, instance: BackgroundFetchRegistration, state: State) -> None:
    """The values are set before the event is fired."""
    instance.downloaded, instance.uploaded = state.downloaded, state.uploaded
    instance.result, instance.failureReason = state.result, state.failureReason
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
        state = State(
            bg_fetch.stored_body_bytes_total,
            bg_fetch.uploaded,
            bg_fetch.result,
            bg_fetch.failure_reason,
            available,
        )
        for env in environments_told(ua, bg_fetch):
            env.event_loop.queue_a_task(lambda env=env: _update(ua, env, bg_fetch, state))  # type: ignore[misc]

    bg_fetch.update_handling_queue.enqueue(steps)


def _update(ua: UserAgent, env: Environment, bg_fetch: BackgroundFetch, state: State) -> None:
    instance = env.instance_of(bg_fetch)  # 6.1
    if instance is None:  # 6.2
        missed(ua, env, bg_fetch, state)
        return
    if env.closed:
        return
    if not state.recordsAvailable and instance.recordsAvailable:  # 6.3
        unset_records_available(ua, instance)
    if is_settled(ua, instance) or is_unchanged(ua, instance, state):  # 6.4, 6.5
        return
    fire_progress(ua, instance, state)  # 6.6 to 6.10
