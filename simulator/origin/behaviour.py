"""How an origin behaves: what it answers to the nth request for a path, and where that goes wrong.

Sizes are bytes, times nanoseconds. Every fault says when it strikes, never with what
probability; one that would change nothing is not written down at all.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import Factory, evolve, frozen


@frozen
class Fault:
    """A place where an answer goes wrong or stands still.

    ``kind`` is cut, stall, trickle or refuse. ``after`` counts body bytes of the answer (or of
    the upload where ``of`` says so); -1 means before the head ("headers"). A stall ends at the
    release of gate ``until``, after ``duration`` nanoseconds, or (neither) with the connection.
    A trickle sends ``amount`` bytes every ``duration`` nanoseconds.
    """

    kind: str
    after: int = 0
    how: str = "fin"
    of: str = "answer"
    until: str = ""
    duration: int | None = None
    amount: int = 0


@frozen
class Range:
    """How an answer treats Range: ``supported`` honestly, or bent by the other fields.

    ``first`` is the first byte position claimed and sent, ``length`` the most bytes one part
    carries, ``total`` the complete length claimed ("*" for unknown), ``header`` a Content-Range
    sent word for word ("" with a 206 means that the header is left out), and without ``if_range`` the
    origin pays no heed to If-Range.
    """

    supported: bool = True
    first: int | None = None
    length: int | None = None
    total: int | str | None = None
    header: str | None = None
    if_range: bool = True


@frozen
class Cors:
    """What the answer allows across origins; "" leaves a header out."""

    origin: str = ""
    headers: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    expose: tuple[str, ...] = ()
    credentials: bool = False


@frozen
class Answer:
    """What is answered to one request, an attempt's own words laid over its resource's.

    ``etag`` defaults to the version in quotes; "" sends none. ``redirect`` is a path; ``coding``
    the content coding in which the body goes to a client that takes it;
    ``faults`` strike in order of their position.
    """

    size: int = 0
    status: int = 200
    headers: Mapping[str, str] = Factory(dict)
    version: str = "v1"
    etag: str | None = None
    last_modified: str = ""
    range: Range = Range()
    redirect: str = ""
    coding: str = ""
    cors: Cors | None = None
    latency: int = 0
    faults: tuple[Fault, ...] = ()

    @property
    def tag(self) -> str:
        return f'"{self.version}"' if self.etag is None else self.etag


@frozen
class Resource:
    """One path of an origin: how it answers, and the attempts that differ."""

    path: str
    answer: Answer
    attempts: tuple[Answer, ...] = ()

    def attempt(self, number: int) -> Answer:
        """The answer to the nth request (from 1); after the list there is no fault."""
        if number <= len(self.attempts):
            return self.attempts[number - 1]
        return evolve(self.answer, faults=())
