"""A browser for the tests of a site: open a page, fetch, take the network away, let hours pass, look.

This is the public interface for site authors. A *story* is an async function that is given a
``Browser``; ``simulate`` runs it once, ``simulated`` makes a test of it that runs under several
orders of all that may happen at the same time. Everything is in virtual time and comes out the same
for the same seed. What the browser hands out (pages, registrations, records, events) has the names
that script knows: ``page.backgroundFetch.fetch(…)``, ``registration.downloaded``,
``event.waitUntil(…)``. Sizes are bytes; times are nanoseconds, for which the units here stand.

Code under test may wait for promises of the API, and with ``browser.sleep``, ``browser.until`` and
``browser.nursery``; Trio's own sleeps and nurseries raise ``OutsideTheTurns``.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Concatenate, ParamSpec, TypeVar

import trio
from attrs import evolve

from simulator import background_fetch_display, clear_registration, network, restart
from simulator.background_fetch_event import BackgroundFetchEvent, BackgroundFetchUpdateUIEvent
from simulator.background_fetch_manager import BackgroundFetchManager, BackgroundFetchOptions
from simulator.background_fetch_record import BackgroundFetchRecord, Blob
from simulator.background_fetch_registration import BackgroundFetchRegistration
from simulator.environment import Page, WorkerGlobal
from simulator.observation import Kind, Log, Observation, select
from simulator.origin.behaviour import Answer, Cors, Fault, Range, Resource
from simulator.origin.hosts import Hosts
from simulator.origin.server import Origin
from simulator.outside_the_turns import Guard, OutsideTheTurns
from simulator.overrides import Override
from simulator.policies import UnknownPolicy, overrides_for
from simulator.request import Request
from simulator.request_matches_cached_item import CacheQueryOptions
from simulator.script_errors import ScriptError
from simulator.service_worker import Script
from simulator.turns import Deadlock, Nursery, Turns
from simulator.user_agent import UserAgent

__all__ = [
    "DAY",
    "GIB",
    "HANDS",
    "HOUR",
    "KIB",
    "MIB",
    "MILLISECOND",
    "MINUTE",
    "SECOND",
    "BackgroundFetchEvent",
    "BackgroundFetchManager",
    "BackgroundFetchOptions",
    "BackgroundFetchRecord",
    "BackgroundFetchRegistration",
    "BackgroundFetchUpdateUIEvent",
    "Blob",
    "Browser",
    "CacheQueryOptions",
    "Cors",
    "Fault",
    "NeverHappened",
    "OutsideTheTurns",
    "Page",
    "Range",
    "Request",
    "ScriptError",
    "UnknownPolicy",
    "WorkerGlobal",
    "cut",
    "cut_upload",
    "refused",
    "simulate",
    "simulated",
    "stall",
    "trickle",
]

MILLISECOND = 1_000_000
SECOND = 1000 * MILLISECOND
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

HANDS = tuple(background_fetch_display.USER)
"""What a user can do with what the browser shows of a fetch."""

T = TypeVar("T")
P = ParamSpec("P")
K = TypeVar("K", bound=Kind)


class NeverHappened(AssertionError):
    """What a story waited for did not come about in the time that it was given."""


def cut(after: int, how: str = "fin") -> Fault:
    """A connection that ends after so many bytes of the body; -1 is before the answer has begun.

    ``how`` is "fin" (in order) or "reset".
    """
    return Fault("cut", after, how)


def cut_upload(after: int, how: str = "fin") -> Fault:
    """A connection that ends after so many bytes of the request's body."""
    return Fault("cut", after, how, "upload")


def stall(after: int, until: str = "", duration: int | None = None) -> Fault:
    """An answer that stands still after so many bytes.

    Until the gate ``until`` is released, for ``duration`` nanoseconds, or (neither) until the
    connection dies.
    """
    return Fault("stall", after, until=until, duration=duration)


def trickle(amount: int, every: int, after: int = 0) -> Fault:
    """An answer that goes on with ``amount`` bytes at a time, ``every`` so many nanoseconds."""
    return Fault("trickle", after, duration=every, amount=amount)


def refused() -> Fault:
    """A connection that is refused."""
    return Fault("refuse", -1, "reset")


class Browser:
    """A browser with one profile, the servers that it talks to, and its user; all in virtual time.

    ``log.observations`` is everything that was seen on the wire and in the user interface.
    """

    def __init__(self, turns: Turns, guard: Guard, overrides: Iterable[Override] = ()) -> None:
        self._turns, self._guard = turns, guard
        self._hosts, self._resources = Hosts("own.test"), dict[str, Resource]()
        self.log = Log(turns.now, line=turns.line)
        self._origin = Origin(self._resources, self._hosts, turns, self.log)
        own = self._hosts.url("")
        self._agent = UserAgent(turns, self._origin.serve, self._shown(), overrides, own)

    def _shown(self) -> Log:
        """What one process of the browser shows: closed with it, it takes nothing in any more."""

        def take(seen: Observation) -> None:
            self.log.take(seen)

        return Log(self._turns.now, take)

    # -- the servers ------------------------------------------------------------------------

    def serve(
        self, path: str, size: int = 0, *attempts: Fault | Sequence[Fault] | None, **answer: Any
    ) -> None:
        """Have a server answer requests for a path with a body of ``size`` bytes.

        The path is "/x" on the site's own origin, "//name/x" on another one. Each of ``attempts`` is
        what goes wrong with the first, second, … request: a fault, several, or None; later ones are
        answered without a fault. ``answer`` is any field of ``Answer``: status, headers, version,
        etag, redirect, cors, range, latency. What nobody serves is answered with 404.
        """
        plain = Answer(size, **answer)
        each = [() if one is None else (one,) if isinstance(one, Fault) else tuple(one) for one in attempts]
        self._resources[path] = Resource(path, plain, tuple(evolve(plain, faults=one) for one in each))

    def release(self, gate: str) -> None:
        """Open a gate: every ``stall(…, until=gate)`` goes on, now and later."""
        self._origin.release(gate)

    def url(self, path: str) -> str:
        """The absolute URL of a path, as ``record.request.url`` has it."""
        return self._hosts.url(path)

    def seen(self, kind: type[K], path: str | None = None) -> list[K]:
        """What was seen of one kind (see ``simulator.observation``), in order; of one path only, or of all.

        ``browser.seen(observation.Request, "/a")`` are the requests that reached the server.
        """
        return [data for _, data in select(self.log.observations, kind, of=path)]

    # -- pages and workers ------------------------------------------------------------------

    def register(self, scope: str, script: Script) -> None:
        """Register a service worker, active at once, for the paths that begin with ``scope``.

        ``script`` is called with the worker's global scope whenever the worker is started, and adds
        its listeners there: ``worker.addEventListener("backgroundfetchsuccess", handler)``.
        """
        self._agent.register(scope, script)

    def unregister(self, scope: str) -> None:
        """Unregister the service worker of a scope; its fetches end without events."""
        clear_registration.unregister(self._agent, self._agent.registrations[scope])

    def stop_worker(self, scope: str = "/") -> None:
        """End the running worker of a scope; the next event starts it again."""
        self._agent.registrations[scope].stop_worker()

    def open(self, path: str = "/", name: str = "page") -> Page:
        """Open a page; ``page.close()`` closes it. Raises LookupError where no worker's scope covers it."""
        return self._agent.open_page(path, name)

    def kill(self, torn: int = 0) -> None:
        """The browser dies, as by a crash or for want of memory; pages are gone, what is stored stays.

        Of every body under way the last ``torn`` bytes had not reached the disk, and are lost.
        """
        self._end(killed=True, torn=torn)

    def quit(self) -> None:
        """The user quits the browser."""
        self._end(killed=False)

    def _end(self, *, killed: bool, torn: int = 0) -> None:
        ended = self._agent
        self._agent = restart.end(ended, self._shown(), killed=killed, torn=torn)
        ended.log.close()

    def start(self) -> None:
        """Start the browser after ``kill`` or ``quit``: fetches go on, and no page is open."""
        restart.begin(self._agent)

    # -- the link, the quota, the user ------------------------------------------------------

    def go_offline(self) -> None:
        """The network is gone, and every connection with it."""
        self._agent.network.go_offline()

    def go_captive(self) -> None:
        """There is a network, but a captive portal before it: nothing is reached until ``go_online``."""
        self._agent.network.go_captive()

    def go_online(self) -> None:
        """The network is back, and no portal before it."""
        self._agent.network.go_online()

    def set_link(self, bandwidth: int | None = None, latency: int = 0, *, metered: bool = False) -> None:
        """Set the link: bits per second (None: ample), nanoseconds until a connection is made, its cost."""
        link = self._agent.network
        link.bandwidth, link.latency = bandwidth or network.AMPLE_BANDWIDTH, latency
        link.metered = metered
        background_fetch_display.link_changed(self._agent)

    def set_quota(self, quota: int | None) -> None:
        """Set how many bytes the site may store; None is ample."""
        self._agent.storage.quota = quota

    def evict(self) -> None:
        """Storage runs short: all that the site has stored is cleared, its workers and fetches too.

        No event tells of it. Open pages stay, with a registration that has no worker any more;
        ``register`` and ``open`` are what a new visit does.
        """
        clear_registration.evict(self._agent)

    def set_permission(self, state: str) -> None:
        """Set the permission "background-fetch": granted, denied or prompt."""
        self._agent.permission.value = state

    async def user(self, does: str, id: str) -> None:
        """The user does something with what is shown of the newest fetch of this id: one of HANDS."""
        if does not in HANDS:
            raise ValueError(f"a user cannot {does!r}; what a user can do: {', '.join(HANDS)}")

        def shown() -> list[Any]:
            return [one for one in self._agent.displayed if one.id == id]

        await self.until(lambda: bool(shown()), why=f"something to be shown of the fetch {id!r}")
        background_fetch_display.use(self._agent, shown()[-1], does)

    # -- time -------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """Nanoseconds since the story began."""
        return self._turns.now()

    async def sleep(self, duration: int) -> None:
        """Let ``duration`` nanoseconds pass: ``8 * HOUR``."""
        self._guard.check()
        if not isinstance(duration, int):
            raise TypeError(f"sleep() takes whole nanoseconds, not {duration!r}: sleep(500 * MILLISECOND)")
        await self._turns.sleep(duration, why="browser.sleep()")

    async def until(self, holds: Callable[[], bool], within: int = 2 * DAY, why: str = "") -> None:
        """Wait until ``holds()``, which is asked again whenever anything has happened.

        Raises NeverHappened after ``within`` nanoseconds; ``why`` says there what was waited for.
        """
        self._guard.check()
        turns, what = self._turns, why or _place(holds)
        if not await turns.holds_within(within, holds, turns.each_turn, why=what):
            self._guard.check()
            raise NeverHappened(_never(what, within, self.log.observations, turns.waiting.values()))

    def nursery(self) -> AbstractAsyncContextManager[Nursery]:
        """A nursery for tasks of the story: ``async with browser.nursery() as nursery:``."""
        return self._turns.nursery()


def _place(holds: Callable[[], bool]) -> str:
    code = getattr(holds, "__code__", None)
    return f"the condition in {code.co_filename}, line {code.co_firstlineno}," if code else repr(holds)


def _never(what: str, within: int, seen: Sequence[Observation], waiting: Iterable[str]) -> str:
    last = "".join(
        f"\n  {one.time / SECOND:12.3f} s  {one.witness}: {one.kind} of {one.of or 'all'}"
        for one in seen[-5:]
    )
    waits = "".join(f"\n  {why}" for why in dict.fromkeys(waiting)) or "\n  nothing"
    return (
        f"{what} did not come true within {within / HOUR:g} h. The last things seen:{last}"
        f"\nWaited for:{waits}\n"
        "If it only takes longer: until(…, within=…). If not: what should bring it about, and did that begin?"
    )


# -- running a story ------------------------------------------------------------------------


def simulate(
    story: Callable[[Browser], Awaitable[T]], seed: int = 0, policy: Mapping[str, Any] | None = None
) -> T:
    """Run a story once, and give what it returns. The same seed gives the same run, to the last turn.

    ``policy`` sets choices that the specification leaves to the browser: ``cut_while_online``,
    ``prompt_starts_paused``, ``pause_on_metered``, ``pause_in_background``, ``event_lifetime_max``,
    ``kill_keeps``, ``portal`` (docs/scenario-files.md has their values). Raises what the story raises,
    UnknownPolicy, and OutsideTheTurns.
    """
    guard = Guard()

    async def main() -> T:
        async with Turns(seed).running() as turns:
            return await story(Browser(turns, guard, overrides_for(policy or {})))

    try:
        given = trio.run(main, clock=guard, instruments=[guard])
    except Deadlock:
        guard.check()  # which says more than that nothing happens any more
        raise
    guard.check()
    return given


def simulated(
    seeds: Iterable[int] = range(10), policy: Mapping[str, Any] | None = None
) -> Callable[[Callable[Concatenate[Browser, P], Awaitable[None]]], Callable[P, None]]:
    """Make a test of a story: ``@simulated()`` above ``async def test_…(browser)``.

    It runs once for each seed; a failure says for which. Further parameters stay the test's own, so
    fixtures, parametrize and Hypothesis's ``@given`` (above ``@simulated``) work as ever.
    """

    def test_of(story: Callable[Concatenate[Browser, P], Awaitable[None]]) -> Callable[P, None]:
        @functools.wraps(story)
        def test(*args: P.args, **kwargs: P.kwargs) -> None:
            for seed in seeds:
                try:
                    simulate(lambda browser: story(browser, *args, **kwargs), seed, policy)
                except BaseException as error:
                    error.add_note(f"with seed {seed}; to see this run alone: @simulated(seeds=[{seed}])")
                    raise

        # pytest and Hypothesis are to see the story's parameters, but for the browser.
        given = inspect.signature(story)
        shown = given.replace(parameters=list(given.parameters.values())[1:])
        test.__signature__ = shown  # type: ignore[attr-defined]
        del test.__wrapped__
        return test

    return test_of
