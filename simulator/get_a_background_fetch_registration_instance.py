"""Get a BackgroundFetchRegistration instance (get-a-backgroundfetchregistration-instance-algorithm)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.concepts import BackgroundFetch
from simulator.overrides import point

if TYPE_CHECKING:
    from simulator.background_fetch_registration import BackgroundFetchRegistration
    from simulator.environment import Environment
    from simulator.user_agent import UserAgent


@point("get-a-backgroundfetchregistration-instance-algorithm/2")
def existing_instance(
    ua: UserAgent, environment: Environment, bg_fetch: BackgroundFetch
) -> BackgroundFetchRegistration | None:
    """One object a fetch and realm: what the realm already has is given again."""
    return environment.instance_of(bg_fetch)


@point("realms/1")
def relevant_realm(ua: UserAgent, environment: Environment) -> Environment:
    """Objects are made in the realm of the object that they are reached through, whoever calls."""
    return environment


def get_a_background_fetch_registration_instance(
    ua: UserAgent, bg_fetch: BackgroundFetch, environment: Environment
) -> BackgroundFetchRegistration:
    """The realm's object for a background fetch, made at the first call."""
    from simulator.background_fetch_registration import BackgroundFetchRegistration

    realm = relevant_realm(ua, environment)
    if existing := existing_instance(ua, realm, bg_fetch):
        return existing
    instance = BackgroundFetchRegistration(ua, realm, bg_fetch)
    realm.instances[bg_fetch] = instance
    return instance
