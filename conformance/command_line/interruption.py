"""Ctrl-C, or a polite end from outside, ends the work under way and keeps what is finished.

The signals are taken in by a task and not raised as KeyboardInterrupt, which can strike where
Python drops it (in a finalizer) or where it leaves something half done.
"""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Awaitable, Callable

import trio

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def until_interrupted(work: Callable[[], Awaitable[None]]) -> bool:
    """Do the work; True when it was cut short. Raises what the work raises."""
    signals = [one for one in ENDS if signal.getsignal(one) is not signal.SIG_IGN]
    failure: Exception | None = None
    with trio.open_signal_receiver(*signals) as received:
        async with trio.open_nursery() as nursery:
            scope = trio.CancelScope()
            nursery.start_soon(_cancel_at_the_first, received, scope)
            with scope:
                try:
                    await work()
                except Exception as error:  # raised below, and so not in a group
                    failure = error
            nursery.cancel_scope.cancel()
    if failure:
        raise failure
    return scope.cancelled_caught


async def _cancel_at_the_first(received: AsyncIterator[int], scope: trio.CancelScope) -> None:
    async for _ in received:
        scope.cancel()
