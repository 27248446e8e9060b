"""Policies: the choices that the text leaves to the user agent, as overrides.

A scenario names a field and a value; the value that the reference user agent has by itself
needs no override.
"""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from simulator import (
    background_fetch_display,
    complete_a_record,
    perform_a_background_fetch,
    restart,
    service_worker,
    update_background_fetch_instances,
)
from simulator.background_fetch_registration import BackgroundFetchRegistration
from simulator.concepts import BackgroundFetchRecord, BackgroundFetchResponse, State
from simulator.content import Span
from simulator.environment import Environment, WorkerGlobal, queue_a_bgfetch_task
from simulator.overrides import POLICY, Override, Point
from simulator.user_agent import UserAgent

MOST_RETRIES = 3

DEFAULTS: Mapping[str, Any] = {
    "cut_while_online": "fail",
    "prompt_starts_paused": False,
    "pause_on_metered": False,
    "pause_in_background": False,
    "event_lifetime_max": "never",
    "kill_keeps": "all",
    "portal": "known",
    "downloads_at_once": "all",
    "slice": "as-it-comes",
    "progress_every": "slice",
    "failure_wins": "first",
}
"""Every field, with what the reference user agent does where nothing is said."""


def _retry_when_cut() -> list[Override]:
    def temporarily_unavailable(
        original: Any, ua: UserAgent, record: BackgroundFetchRecord, offline: bool
    ) -> bool:
        """A connection that broke is believed to be only temporarily gone, a few times over (erratum 14)."""
        if original(ua, record, offline):
            return True
        record.failed_attempts += 1
        return record.failed_attempts <= MOST_RETRIES

    async def available_again(original: Any, ua: UserAgent, record: BackgroundFetchRecord) -> None:
        """Try again after a while, and only online."""
        if not complete_a_record.cut_off(ua):
            await ua.turns.sleep(complete_a_record.RETRY_DELAY, why=f"{record.request.url} to be tried again")
        await original(ua, record)

    def over(at: Point[Any, Any], by: Callable[..., Any]) -> Override:
        return Override(POLICY, "cut_while_online=retry", at, by, by.__doc__ or "")

    return [
        over(complete_a_record.temporarily_unavailable, temporarily_unavailable),
        over(complete_a_record.available_again, available_again),
    ]


def _prompt_starts_paused() -> list[Override]:
    def starts_paused(original: Any, ua: UserAgent) -> bool:
        """With permission prompt a fetch waits for the user."""
        return ua.permission.value == "prompt" or bool(original(ua))

    at = background_fetch_display.starts_paused
    return [Override(POLICY, "prompt_starts_paused=true", at, starts_paused, starts_paused.__doc__ or "")]


def _pause_on_metered() -> list[Override]:
    def pauses(original: Any, ua: UserAgent) -> bool:
        """On a metered link a fetch waits for another one."""
        return True

    at = background_fetch_display.pauses_on_a_metered_link
    return [Override(POLICY, "pause_on_metered=true", at, pauses, pauses.__doc__ or "")]


def _pause_in_background() -> list[Override]:
    def pauses(original: Any, ua: UserAgent, environment: Environment) -> bool:
        """A fetch that a worker has started waits until the user resumes it."""
        return isinstance(environment, WorkerGlobal)

    at = background_fetch_display.pauses_in_the_background
    return [Override(POLICY, "pause_in_background=true", at, pauses, pauses.__doc__ or "")]


def _event_lifetime_max(most: int) -> list[Override]:
    def limited(original: Any, ua: UserAgent) -> int:
        """A worker is ended once its event has been active for so long."""
        return most

    at = service_worker.event_lifetime_max
    return [Override(POLICY, f"event_lifetime_max={most} ns", at, limited, limited.__doc__ or "")]


def _kill_keeps_nothing() -> list[Override]:
    def kept(original: Any, ua: UserAgent, data: BackgroundFetchResponse) -> int:
        """Of a body that was not complete nothing is found again."""
        return 0

    at = restart.bytes_kept_after_a_kill
    return [Override(POLICY, "kill_keeps=none", at, kept, kept.__doc__ or "")]


def _portal_unknown() -> list[Override]:
    def known(original: Any, ua: UserAgent) -> bool:
        """A captive portal is taken for the servers behind it: a connection that it breaks is just broken."""
        return False

    at = complete_a_record.knows_a_portal
    return [Override(POLICY, "portal=unknown", at, known, known.__doc__ or "")]


def _downloads_at_once(most: int) -> list[Override]:
    def settle_all(
        original: Any,
        ua: UserAgent,
        settle: Callable[[BackgroundFetchRecord], Awaitable[None]],
        records: Sequence[BackgroundFetchRecord],
    ) -> None:
        """So many records of a fetch at a time: in their order, each when one before it is done."""
        waiting = iter(records)

        async def one_after_the_other(first: BackgroundFetchRecord) -> None:
            await settle(first)
            for record in waiting:
                await settle(record)

        original(ua, one_after_the_other, list(islice(waiting, most)))

    at = perform_a_background_fetch.settle_all
    return [Override(POLICY, f"downloads_at_once={most}", at, settle_all, settle_all.__doc__ or "")]


def _slice(most: int) -> list[Override]:
    def slices(original: Any, ua: UserAgent, span: Span) -> Iterator[Span]:
        """Bytes are kept so many at a time."""
        while len(span) > most:
            piece, span = span.cut(most)
            yield piece
        yield span

    at = complete_a_record.slices
    return [Override(POLICY, f"slice={most} B", at, slices, slices.__doc__ or "")]


def _progress_every(gap: int) -> list[Override]:
    told: dict[BackgroundFetchRegistration, int] = {}
    held: dict[BackgroundFetchRegistration, State] = {}

    def fire(original: Any, ua: UserAgent, instance: BackgroundFetchRegistration, state: State) -> None:
        """An instance tells of progress so often at most, of the newest state; of a result at once."""
        due = told.get(instance, ua.turns.now() - gap) + gap
        if state.result or due <= ua.turns.now():
            told[instance] = ua.turns.now()
            held.pop(instance, None)
            original(ua, instance, state)
        else:
            if instance not in held:
                ua.turns.start_soon(later, original, ua, instance, due - ua.turns.now())
            held[instance] = state

    async def later(original: Any, ua: UserAgent, instance: BackgroundFetchRegistration, wait: int) -> None:
        await ua.turns.sleep(wait, why="progress that is put together")
        queue_a_bgfetch_task(ua, instance.environment, lambda: tell(original, ua, instance))

    def tell(original: Any, ua: UserAgent, instance: BackgroundFetchRegistration) -> None:
        if instance in held and not instance.environment.closed:
            told[instance] = ua.turns.now()
            original(ua, instance, held.pop(instance))

    at = update_background_fetch_instances.fire_progress
    return [Override(POLICY, f"progress_every={gap} ns", at, fire, fire.__doc__ or "")]


def _the_last_failure_wins() -> list[Override]:
    def reason(original: Any, ua: UserAgent, reason: str, result: str) -> str:
        """Of several records that fail the last one gives the reason (erratum 3), but for a passed total."""
        kept = result in ("success", "aborted") or reason == "download-total-exceeded"
        return str(original(ua, reason if kept else "", result))

    at = perform_a_background_fetch.failure_reason
    return [Override(POLICY, "failure_wins=last", at, reason, reason.__doc__ or "")]


_VALUES: Mapping[str, Mapping[Any, Callable[[], list[Override]]]] = {
    "cut_while_online": {"fail": list, "retry": _retry_when_cut},
    "prompt_starts_paused": {False: list, True: _prompt_starts_paused},
    "pause_on_metered": {False: list, True: _pause_on_metered},
    "pause_in_background": {False: list, True: _pause_in_background},
    "event_lifetime_max": {"never": list},
    "kill_keeps": {"all": list, "none": _kill_keeps_nothing},
    "portal": {"known": list, "unknown": _portal_unknown},
    "downloads_at_once": {"all": list},
    "slice": {"as-it-comes": list},
    "progress_every": {"slice": list},
    "failure_wins": {"first": list, "last": _the_last_failure_wins},
}

_AMOUNTS: Mapping[str, Callable[[int], list[Override]]] = {
    "event_lifetime_max": _event_lifetime_max,
    "downloads_at_once": _downloads_at_once,
    "slice": _slice,
    "progress_every": _progress_every,
}
"""Fields that may also be a whole number, of records, bytes or nanoseconds, from 1 on."""


class UnknownPolicy(Exception):
    """A field or value that no policy of the simulator has."""


def overrides_for(policy: Mapping[str, Any]) -> list[Override]:
    """The overrides of a policy table. Raises UnknownPolicy, naming what there is."""
    found: list[Override] = []
    for field, value in policy.items():
        if field not in _VALUES:
            near = difflib.get_close_matches(field, _VALUES, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(_VALUES)}"
            raise UnknownPolicy(f"the simulator has no policy {field!r}{hint}")
        if field in _AMOUNTS and isinstance(value, int) and not isinstance(value, bool):
            if value < 1:
                raise UnknownPolicy(f"policy {field!r} is {value}, and must be 1 at least")
            found += _AMOUNTS[field](value)
            continue
        if value not in _VALUES[field]:
            known = ", ".join(repr(known) for known in _VALUES[field])
            raise UnknownPolicy(f"policy {field!r} has no value {value!r}; it can be: {known}")
        found += _VALUES[field][value]()
    return found
