"""The rate of the link that a real browser has, kept where the origin's bytes enter and leave loopback.

As in the simulator each connection has the whole rate, and what is sent in bodies takes the time. Waits
in here are real time: a body of 1 MiB over 512 kbit/s takes its sixteen seconds. An upload leaves the
browser as fast as the proxy takes it in, and reaches the origin at this rate.
"""

from __future__ import annotations

from collections.abc import Iterator

import trio

from conformance.scenario.model import NetworkState

_TICK_S = 0.05
"""How long one piece of a body takes: a change of the rate counts from the next piece on."""

PLENTY = 1 << 16
"""Bytes that an ample link takes in one go."""


class Pace:
    """What the link is like at present, for every connection of a scenario."""

    def __init__(self) -> None:
        self.link = NetworkState()

    async def connect(self) -> None:
        """Let the time pass that a connection takes to be made."""
        await trio.sleep(self.link.latency / 1e9)

    def lane(self) -> Lane:
        """One direction of one connection."""
        return Lane(self)


class Lane:
    """Bytes one after another: a token bucket that holds no more than what it lets through now."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._free_at = 0.0

    @property
    def most(self) -> int:
        """How many bytes to pass on in one go: what takes a tick, or plenty where the link is ample."""
        rate = self._pace.link.bandwidth
        return PLENTY if rate is None else max(1, min(PLENTY, int(rate / 8 * _TICK_S)))

    def pieces(self, body: bytes) -> Iterator[bytes]:
        """A body in pieces of the size that the link then has."""
        at = 0
        while at < len(body):
            step = self.most
            yield body[at : at + step]
            at += step

    async def passes(self, amount: int) -> None:
        """Return when so many bytes have had their time on the link."""
        if rate := self._pace.link.bandwidth:
            self._free_at = max(self._free_at, trio.current_time()) + amount * 8 / rate
            await trio.sleep_until(self._free_at)
