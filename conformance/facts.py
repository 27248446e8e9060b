"""What the observations so far amount to, kept up as they come in, so that asking costs nothing.

Conditions of a scenario are asked again after every observation; they look here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from conformance.scenario.model import Condition, Expect, Scenario
from conformance.scenario.story import is_worker
from simulator.observation import (
    Attributes,
    Browser,
    Called,
    Display,
    Event,
    EventDone,
    Observation,
    Page,
    Permission,
    Progress,
    Request,
    Sent,
    Settled,
    Step,
    Storage,
    Unconfirmed,
    Worker,
)

QUIET = 2_000_000_000
"""Nanoseconds in which nothing more may be seen of a fetch that ends without an event, for it to be over."""

END_EVENTS = ("backgroundfetchsuccess", "backgroundfetchfail", "backgroundfetchabort")


def _results(expect: Expect) -> Iterator[str]:
    """The names of the steps whose results are expected, also by an alternative."""
    yield from (one.step for one in expect.results)
    for one in expect.any:
        yield from _results(one.expect)


def _scopes(scenario: Scenario) -> dict[str, str]:
    """The scope of the registration that each fetch belongs to, by the fetch's name."""
    places, found = {"page": "/"}, {}
    for step in scenario.steps:
        if step.verb == "open":
            places[step.arguments["open"]] = step.arguments.get("at") or "/"
        elif step.verb == "fetch":
            place = step.on.removeprefix("worker").strip() if is_worker(step.on) else places.get(step.on, "/")
            found[step.name] = scenario.scope(place or "/")
    return found


def _accepted(settled: Settled) -> int:
    """How many calls of fetch() a step's outcome says were accepted: several were made where it is a list."""
    if settled.outcome != "fulfilled":
        return 0
    values = settled.value if isinstance(settled.value, list) else [settled.value]
    return sum(not (isinstance(value, Mapping) and "throws" in value) for value in values)


class Facts:
    """The state of a scenario as its witnesses have told it so far."""

    def __init__(self, scenario: Scenario) -> None:
        self._fetches = {str(step.number): step.name for step in scenario.steps if step.verb == "fetch"}
        self._scopes = _scopes(scenario)
        expected = set(_results(scenario.expect))
        self._awaited = {
            *self._fetches,
            *(str(step.number) for step in scenario.steps if step.name and step.name in expected),
        }
        self.downloaded: dict[tuple[str, str], int] = {}
        self.records_gone: set[tuple[str, str]] = set()
        self.requests: dict[str, int] = {}
        self.sent: dict[str, int] = {}
        self.events: set[tuple[str, str]] = set()
        self.ended: set[tuple[str, str]] = set()
        self.paused: dict[str, bool] = {}
        self.permissions_told: dict[str, str] = {}
        self.pending: set[str] = set()
        self._cut: set[tuple[str, str]] = set()
        self._callers: dict[str, str] = {}
        self._orphans: set[str] = set()
        """Fetches whose page went before it was told whether they are accepted."""
        self.accepted: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.settled_steps: set[str] = set()
        self.unregistered: set[str] = set()
        self.unconfirmed: set[str] = set()

    def take(self, seen: Observation) -> None:
        """Take one more observation into account."""
        self._lives(seen)
        match seen.data:
            case Progress() | Attributes() as now:
                self._instance(seen, now.downloaded, now.recordsAvailable)
            case Request(number=number) if seen.witness == "origin":
                self.requests[seen.of] = max(number, self.requests.get(seen.of, 0))
            case Sent(sent=sent) if seen.witness == "origin":
                self.sent[seen.of] = max(sent, self.sent.get(seen.of, 0))
            case Event(type=type):
                self.events.add((type, seen.of))
            case EventDone(type=type):
                self.ended.add((type, seen.of))
                self.done[seen.of] += type in END_EVENTS
            case Permission(state=state) if seen.witness == "page":
                self.permissions_told[seen.actor] = state
            case Display(paused=paused):
                self.paused[seen.of] = paused
            case Worker(state="unregistered") | Storage(evicted=True):
                every = isinstance(seen.data, Storage)
                self.unregistered.update(self._scopes.values() if every else (seen.of,))
            case Unconfirmed():
                self.unconfirmed.add(seen.of)
            case Step() if seen.of in self._awaited:
                self.pending.add(seen.of)
            case Settled():
                self._settled(seen.of, seen.data)

    def _lives(self, seen: Observation) -> None:
        """Take into account who calls, and whose life is over."""
        match seen.data:
            case Called():
                self._callers[seen.of] = seen.actor
            case Page(state="closed" | "crashed"):
                self._gone({seen.actor})
            case Worker(state="stopped"):
                scope = urlsplit(seen.actor).path
                self._gone({scope})
                self._cut_short(lambda name: self._scopes.get(name) == scope)
            case Browser(state="killed" | "quit" | "terminated"):
                self._gone(set(self._callers.values()))
                self._cut_short(lambda name: True)

    def _instance(self, seen: Observation, downloaded: int, available: bool) -> None:
        for key in ((seen.actor, seen.of), (seen.actor, "")):
            self.downloaded[key] = max(downloaded, self.downloaded.get(key, 0))
            if not available:
                self.records_gone.add(key)

    def _settled(self, step: str, settled: Settled) -> None:
        self.settled_steps.add(step)
        self.pending.discard(step)
        if step in self._fetches:
            self.accepted[self._fetches[step]] += _accepted(settled)

    def _gone(self, actors: set[str]) -> None:
        """Nobody is left to be told how these calls of fetch() settle."""
        orphaned = {step for step in self.pending & set(self._fetches) if self._callers.get(step) in actors}
        self._orphans |= {self._fetches[step] for step in orphaned}
        self.pending -= orphaned

    def _cut_short(self, ends: Callable[[str], bool]) -> None:
        """With a worker, or the whole process, its events are over, though nobody could tell of it."""
        for type, name in [one for one in self.events - self.ended - self._cut if ends(one[1])]:
            self._cut.add((type, name))
            self.done[name] += type in END_EVENTS

    @property
    def settled(self) -> bool:
        """Every fetch() and every call whose result is expected has settled, every fetch is over.

        An accepted fetch is over once it had its end event, and the event's lifetime is over; where
        there can be none, once its registration is gone, and then nothing is seen any more for QUIET,
        which is the driver's to wait for.
        """
        return not self.pending and all(self._scopes[name] in self.unregistered for name in self._unended)

    @property
    def eventless(self) -> bool:
        """Whether a fetch has not had its end event and may have none.

        Its registration is gone; or nobody knows whether it was ever accepted.
        """
        unknown = any(not self.done[name] and name not in self.paused for name in self._orphans)
        return unknown or any(self._scopes[name] in self.unregistered for name in self._unended)

    @property
    def _unended(self) -> Iterator[str]:
        shown = (name for name in self._orphans if name in self.paused and not self.done[name])
        yield from (name for name, count in self.accepted.items() if self.done[name] < count)
        yield from (name for name in shown if not self.accepted[name])

    def hold(self, condition: Condition) -> bool:
        """Whether a condition holds; its ``time`` is not looked at, which is the driver's to wait for."""
        return all(
            (
                condition.downloaded is None
                or self.downloaded.get((condition.on, condition.of), -1) >= condition.downloaded,
                condition.sent is None or self.sent.get(condition.path, -1) >= condition.sent,
                condition.attempt is None or self.requests.get(condition.path, 0) >= condition.attempt,
                not condition.event or self._among(self.events, condition.event, condition.of),
                not condition.ended or self._among(self.ended, condition.ended, condition.of),
                not condition.settled or self.settled,
                not condition.state or self._in_state(condition),
                not condition.permission or self.permissions_told.get(condition.on) == condition.permission,
            )
        )

    @staticmethod
    def _among(events: set[tuple[str, str]], type: str, of: str) -> bool:
        return (type, of) in events if of else any(type == known for known, _ in events)

    def _in_state(self, condition: Condition) -> bool:
        if condition.state == "gone":
            return (condition.on, condition.of) in self.records_gone
        names = [condition.of] if condition.of else list(self.accepted)
        paused = [self.paused.get(name, False) for name in names]
        return bool(paused) and all(one == (condition.state == "paused") for one in paused)
