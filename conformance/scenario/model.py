"""The scenario as a model: what a scenario file says, read and in plain units.

Sizes are bytes, times nanoseconds, rates bits per second; a path is the path with its query,
``//host/path`` for another origin of the scenario. Nothing in here computes or waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import Factory, frozen

from simulator.origin.behaviour import Resource

Table = Mapping[str, Any]

MARK = "#"
"""Stands between the id of a file and the name of one of its rows."""


@frozen
class RequestSpec:
    """One request given to fetch(): ``body`` is a size in bytes, None for no body.

    ``stream`` (until, fails) says that the body is a stream, ``spoiled`` what the page did with
    it before: used or locked.
    """

    path: str
    method: str = "GET"
    headers: Table = Factory(dict)
    body: int | None = None
    stream: Table | None = None
    spoiled: str = ""
    redirect: str = ""
    mode: str = ""
    credentials: str = ""


@frozen
class Condition:
    """Something to wait for; all that is given must hold. Amounts mean "at least".

    ``text`` is the condition as written, for messages. ``settled`` and ``ended`` as in the
    grammar; ``state`` is active, paused or gone (gone: the instance's records are no longer
    available). ``time`` is nanoseconds since the last step.
    """

    text: str
    on: str = "page"
    of: str = ""
    downloaded: int | None = None
    sent: int | None = None
    path: str = ""
    attempt: int | None = None
    event: str = ""
    ended: str = ""
    settled: bool = False
    state: str = ""
    permission: str = ""
    time: int | None = None


@frozen
class Step:
    """One step: a verb, its object, and what its promise is expected to do.

    ``verb`` is one of VERBS; ``arguments`` holds its object under the verb's own name and the
    keys that go with it (requests, options, bytes, at, in, pages, torn, for), in plain units:
    ``webdriver`` is the command and what it is about,
    ``requests`` is a tuple of RequestSpec (``lone`` is True where the page passes the one
    request without a list), ``match`` a RequestSpec, ``network`` the whole NetworkState from
    here on, ``storage`` the quota in bytes, None or EVICT, ``until`` and ``never`` a Condition. Of a
    call, ``arguments`` is how many of its arguments are given, ``times`` how often it is made at
    once, ``through`` the frame whose manager it is made on.
    ``name`` is what ``as`` (or the id) calls the result; ``of`` names the fetch that is meant
    (of ``get``: the one that has this id in the page's scope, "" if none has), of ``read`` the
    record. ``line`` is its line in the file.
    """

    number: int
    verb: str
    arguments: Table
    on: str = "page"
    name: str = ""
    of: str = ""
    when: Condition | None = None
    gives: Any = None
    has_gives: bool = False
    throws: str = ""
    level: str = "must"
    authority: str = "text"
    clause: str = ""
    line: int = 0

    @property
    def settles(self) -> bool:
        """Whether the step is over only once its promise has settled."""
        return self.has_gives or bool(self.throws)


@frozen
class WorkerStep:
    """One thing a service worker does in an event's handler: ``verb`` is one of WORKER_VERBS.

    ``arguments`` holds its object under the verb's name: of updateUI the options, of waitUntil
    "never" or nanoseconds, of cache a name, of openWindow and download a path.
    """

    verb: str
    arguments: Table
    gives: Any = None
    has_gives: bool = False
    throws: str = ""
    level: str = "must"
    authority: str = "text"
    clause: str = ""
    line: int = 0


@frozen
class WorkerScript:
    """A service worker registration: its scope, and what its handlers do, by event type.

    ``installs`` says whether it ever becomes active. ``by_attribute``: its script assigns the
    handler attributes instead of adding listeners. ``sees_fetches``: it handles fetch.
    """

    scope: str = "/"
    handlers: Mapping[str, tuple[WorkerStep, ...]] = Factory(dict)
    installs: bool = True
    by_attribute: bool = False
    sees_fetches: bool = False


@frozen
class Expectation:
    """What every expectation has beside its own keys.

    ``line`` points into the file. ``clause`` defaults to the scenario's first clause.
    """

    clause: str
    level: str = "must"
    authority: str = "text"
    line: int = 0


@frozen(kw_only=True)
class ExpectRequest(Expectation):
    """A request on the wire.

    ``range`` is the header's text, "" for none; ``range_from`` an interval of its start.
    """

    path: str
    method: str = "GET"
    range: str = ""
    range_from: tuple[int, int] | None = None
    received: int | None = None
    headers: Table = Factory(dict)
    count: tuple[int, int] = (1, 1)


@frozen(kw_only=True)
class ExpectEvent(Expectation):
    """An end event. None leaves a field open; ``interface`` is the event's class."""

    type: str | None = None
    result: str | None = None
    failureReason: str | None = None
    interface: str | None = None
    of: str = ""
    worker: str = ""
    attributes: Table = Factory(dict)
    count: tuple[int, int] = (1, 1)


@frozen(kw_only=True)
class ExpectRecord(Expectation):
    """A record as the end event's handler saw it. ``body`` is intact, prefix, empty, or runs as text."""

    path: str
    excepted: tuple[str, ...] = ()
    of: str = ""
    status: int | None = None
    body: str | None = None
    version: str | None = None
    url: str | None = None
    responseType: str | None = None
    headers: Table = Factory(dict)
    absent: tuple[str, ...] = ()
    throws: str = ""
    count: tuple[int, int] = (1, 1)


@frozen(kw_only=True)
class ExpectProgress(Expectation):
    """The progress events that one page saw of one fetch.

    ``first`` is an interval; ``result`` and ``failureReason`` are those of the last event; class and flags
    those of all.
    """

    on: str = "page"
    of: str = ""
    monotone: bool | None = None
    first: tuple[int, int] | None = None
    last: int | None = None
    result: str | None = None
    failureReason: str | None = None
    interface: str | None = None
    bubbles: bool | None = None
    cancelable: bool | None = None
    count: tuple[int, int] | None = None


@frozen(kw_only=True)
class ExpectResult(Expectation):
    """How the promise of the step called ``step`` settled."""

    step: str
    gives: Any = None
    has_gives: bool = False
    throws: str = ""


@frozen
class Expect:
    """Expectations that must hold together. ``requests`` None: nothing is said of the wire."""

    requests: tuple[ExpectRequest, ...] | None = None
    events: tuple[ExpectEvent, ...] | None = None
    records: tuple[ExpectRecord, ...] = ()
    progress: tuple[ExpectProgress, ...] = ()
    results: tuple[ExpectResult, ...] = ()
    any: tuple[Alternative, ...] = ()


@frozen
class Alternative:
    """One way in which the scenario may come out, with what it presupposes."""

    expect: Expect
    policy: Table = Factory(dict)
    level: str = "must"
    authority: str = "text"
    needs: Condition | None = None
    line: int = 0


@frozen
class NetworkState:
    """The link: bandwidth in bits per second (None: ample), latency in nanoseconds.

    ``captive``: a captive portal is before it, which answers in the place of everybody.
    """

    online: bool = True
    captive: bool = False
    metered: bool = False
    bandwidth: int | None = None
    latency: int = 0


@frozen
class Scenario:
    """A whole scenario file.

    ``id`` is the path below scenarios/ without .toml; ``document`` the file as plain data,
    from which another process can make the same scenario; ``text`` the file itself. For a row of
    a file the id has the row's name, ``document`` is the file with the row laid over it, ``text``
    is what of the file concerns it, and ``line`` where the row begins; otherwise that is 0.
    ``seed`` is added to that of the run, for an order of turns that shows something.
    ``mended`` is how many of the last steps put right what those before them have done.
    ``connect_src`` are the other origins that the pages' policy lets them connect to, None where
    they have no such policy.
    """

    id: str
    title: str
    clauses: tuple[str, ...]
    steps: tuple[Step, ...]
    expect: Expect
    origin: Mapping[str, Resource]
    workers: Mapping[str, WorkerScript]
    level: str = "must"
    authority: str = "text"
    permission: str = "granted"
    network: NetworkState = NetworkState()
    quota: int | None = None
    policy: Table = Factory(dict)
    connect_src: tuple[str, ...] | None = None
    seed: int = 0
    file: str = ""
    text: str = ""
    document: Table = Factory(dict)
    line: int = 0
    mended: int = 0

    def resource(self, path: str) -> Resource | None:
        """The resource for a path: with its query first, then without."""
        return self.origin.get(path) or self.origin.get(path.partition("?")[0])

    def scope(self, at: str) -> str:
        """The scope of the registration that a page at ``at`` uses, "" if it is in none."""
        return max((scope for scope in self.workers if at.startswith(scope)), key=len, default="")

    def size(self, path: str) -> int | None:
        """How long the whole body at a path is, None where the scenario does not know it."""
        resource = self.resource(path)
        return resource.answer.size if resource else None


EVICT = "evict"
"""As the object of ``storage``: what the origin has stored is cleared."""

VERBS = (
    "fetch get getIds match matchAll abort updateUI waitUntil read attributes usage cached look load "
    "fetchEvents body inspect same construct assign query open close browser worker user "
    "network permission storage release webdriver wait until never"
).split()
"""Every verb of a step. The last three only wait."""

WORKER_VERBS = ("updateUI", "waitUntil", "cache", "openWindow", "download")
"""What a handler of a service worker can do."""
