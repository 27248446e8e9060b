"""What a scenario calls its fetches: which call of fetch() each background fetch of the simulator came of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from simulator import urls
from simulator.concepts import BackgroundFetch
from simulator.promise import Promise
from simulator.request import Request


class Names:
    """What the scenario calls each fetch, found again by scope and id."""

    def __init__(self) -> None:
        self._begun: dict[tuple[str, str], list[_Call]] = {}
        self._fetches: dict[object, str] = {}

    def begin(self, scope: str, id: str, name: str, asked: Sequence[Request], promise: Promise[Any]) -> None:
        """A fetch() was called, for these requests, and gave this promise."""
        self._begun.setdefault((scope, id), []).append(_Call(name, _asked(asked, scope), promise))

    def of_fetch(self, bg_fetch: BackgroundFetch) -> str:
        """The name of a background fetch, which it keeps when its id is used again."""
        registration = bg_fetch.service_worker_registration
        if registration.ua.log.closed:
            return bg_fetch.id  # of a process that has ended, whose tasks run down unseen
        if bg_fetch.unique_id not in self._fetches:
            begun = self._begun.get((registration.scope, bg_fetch.id), [])
            name = self._fetches[bg_fetch.unique_id] = _meant(begun, bg_fetch) or bg_fetch.id
            begun[:] = [call for call in begun if call.name != name]
        return self._fetches[bg_fetch.unique_id]

    def end_of_process(self, stored: Sequence[BackgroundFetch]) -> None:
        """A call of fetch() that has not led to a stored fetch by now never will."""
        for bg_fetch in stored:
            self.of_fetch(bg_fetch)
        self._begun.clear()


Asked = tuple[tuple[str, str, str, int | None], ...]


@frozen
class _Call:
    """A call of fetch(); where its promise is rejected, no background fetch came of it."""

    name: str
    asked: Asked
    promise: Promise[Any]


def _asked(requests: Sequence[Request], base: str) -> Asked:
    """What requests ask for, in the form that their records have it."""
    parsed = ((request, urls.parse(request.url, base)) for request in requests)
    return tuple(
        (request.method.upper(), request.mode, url.href if url else "", request.body)
        for request, url in parsed
    )


def _meant(begun: Sequence[_Call], bg_fetch: BackgroundFetch) -> str:
    """Which of the calls led to a fetch: an earlier one may be about to be refused; "" for none."""
    scope = bg_fetch.service_worker_registration.scope
    asked = _asked([record.request for record in bg_fetch.records], scope)
    open_still = [call for call in begun if call.promise.state.value != "rejected"]
    alike = (call.name for call in open_still if call.asked == asked)
    return next(alike, open_still[0].name if open_still else "")
