"""The wire read from observations: each request with its answer, its bytes, its faults and its end."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import Factory, frozen

from simulator.observation import Closed, Fault, Observation, Request, Response, Sent, Upload

_PARTS = (Response, Sent, Upload, Fault, Closed)


@frozen
class Exchange:
    """A request that one witness saw, and what that witness saw of it afterwards, in order."""

    seen: Observation
    request: Request
    later: list[Observation] = Factory(list)

    @property
    def response(self) -> tuple[Observation, Response] | None:
        """The head of the answer, None where none came."""
        return next(((one, one.data) for one in self.later if isinstance(one.data, Response)), None)

    @property
    def sent(self) -> int:
        """How many bytes of the answer's body left."""
        return max((one.data.sent for one in self.later if isinstance(one.data, Sent)), default=0)

    @property
    def received(self) -> int:
        """How many bytes of the request's body came."""
        return max((one.data.received for one in self.later if isinstance(one.data, Upload)), default=0)

    @property
    def closed(self) -> Closed | None:
        """How the connection ended before the answer was whole, None where it did not."""
        return next((one.data for one in self.later if isinstance(one.data, Closed)), None)

    @property
    def end(self) -> int:
        """The time of the last that was seen of it, never before its beginning."""
        return max([self.seen.time, *(one.time for one in self.later)])


def exchanges(seen: Sequence[Observation]) -> tuple[Exchange, ...]:
    """The requests in the order in which they came, each witness for itself."""
    found: list[Exchange] = []
    latest: dict[object, Exchange] = {}
    for one in seen:
        if isinstance(one.data, Request):
            made = Exchange(one, one.data)
            found.append(made)
            latest[one.witness, one.actor, one.of, one.data.number] = made
        elif isinstance(one.data, _PARTS):
            asked = latest.get((one.witness, one.actor, one.of, one.data.number))
            if asked:
                asked.later.append(one)
    return tuple(found)


def nearest(found: Sequence[Exchange]) -> tuple[Exchange, ...]:
    """Each request once: as the proxy saw it, which is nearest to a browser, or else as the origin did."""
    by_proxy = tuple(one for one in found if one.seen.witness == "proxy")
    return by_proxy or tuple(found)


def faults(seen: Sequence[Observation], exchange: Exchange) -> tuple[Fault, ...]:
    """The faults that struck an exchange; the origin strikes, whoever saw the exchange."""
    return tuple(
        one.data
        for one in seen
        if isinstance(one.data, Fault)
        and (one.of, one.data.number) == (exchange.seen.of, exchange.request.number)
    )
