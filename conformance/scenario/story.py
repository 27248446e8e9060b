"""What is known of the world while the steps are read in order: pages, fetches, records, gates.

A name in a step can only mean something that an earlier step has brought about. Whoever reads
a step asks here, and here is said what is wrong with a name that means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attrs import define, field, frozen

from conformance.scenario.errors import Reading, Spot, quoted
from conformance.scenario.families import Families
from conformance.scenario.model import NetworkState
from conformance.scenario.weight import Weight
from simulator import urls
from simulator.origin.behaviour import Resource
from simulator.origin.hosts import served_as

_OWN = "own.invalid"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NO_HOST = re.compile(r"[a-z][a-z0-9+.-]*:(?!//)")
_NAMELESS = frozenset(
    "when gives throws requests options level authority clause for bytes wait network permission storage "
    "release user worker until never close webdriver".split()
)
"""Keys of a step that bring no name into the story, so that what is wrong in them hides none."""


@frozen
class Sure:
    """What could be read so well that a name which it does not give is a wrong name."""

    steps: bool
    paths: bool
    gates: bool

    @classmethod
    def of(cls, reading: Reading) -> Sure:
        """What is sure after all tables have been read."""
        wrong = [path for path, _ in reading.found]
        shallow = [path for path in wrong if 0 < len(path) <= 3]
        origin = [path[1:] for path in wrong if path[:1] == ("origin",)]
        return cls(
            steps=not any(path[0] == "steps" and path[-1] not in _NAMELESS for path in shallow),
            paths=not any(len(path) < 2 for path in origin),
            gates=not any(len(path) < 2 or path[1] == "attempts" for path in origin),
        )


@frozen
class Fetch:
    """A fetch that a step has started: its name, its id, and the scope that it belongs to."""

    name: str
    id: str
    scope: str


@define
class Story:
    """The world as the steps read so far have left it."""

    origin: Mapping[str, Resource]
    scopes: tuple[str, ...]
    network: NetworkState
    families: Families
    weight: Weight
    sure: Sure
    permission: str = "granted"
    quota: int | None = None
    chooses: bool = False
    """The scenario presupposes choices of the user agent, which may have effects of their own."""
    pages: dict[str, str] = field(factory=lambda: {"page": "/"})
    """The pages that are open, with where they are."""
    seen: dict[str, str] = field(factory=lambda: {"page": "/"})
    """Every page that was ever open."""
    running: bool = True
    evicted: bool = False
    """All that the origin had stored is gone, its workers too."""
    fetches: dict[str, Fetch] = field(factory=dict)
    held: set[tuple[str, str]] = field(factory=set)
    """Which page or worker holds a registration of which fetch."""
    records: dict[str, str] = field(factory=dict)
    """The records that have a name, with the page or worker that holds them."""
    objects: set[tuple[str, str]] = field(factory=set)
    """Which page or worker was given which object by a call, by the name of the step."""
    events: set[str] = field(factory=set)
    """The events that a step has constructed, by name."""
    frames: dict[str, str] = field(factory=dict)
    """The pages that are frames, with the page that each is in."""
    named: set[str] = field(factory=set)
    """The names of steps."""
    asked: dict[str, set[str]] = field(factory=dict)
    """Every path that is fetched, with the names of the fetches."""
    released: set[str] = field(factory=set)
    """The gates that are open."""
    undisturbed: bool = True
    """No step so far, and nothing that the world began with, can end a fetch or one of its transfers."""
    may_pause: bool = False
    gates: list[str] = field(init=False)
    """The gates at which some answer, or the body of a request, stands still."""

    bodies: set[tuple[str, str]] = field(factory=set)
    """Which page or worker has given a body to a request for which path."""

    def __attrs_post_init__(self) -> None:
        answers = [a for r in self.origin.values() for a in (r.answer, *r.attempts)]
        self.gates = list(dict.fromkeys(f.until for a in answers for f in a.faults if f.until))
        self.may_pause = self.chooses or self.permission == "prompt" or self.network.metered
        link = self.network.online and not self.network.captive
        plain = self.permission == "granted" and link and self.quota is None
        self.undisturbed = plain and not self.may_pause

    # -- who --------------------------------------------------------------------------------

    def check_actor(self, on: str, spot: Spot) -> None:
        """Report an actor that is neither an open page nor a worker of the scenario."""
        if not self.running:
            self._report(spot, "the browser is not running here", fix='browser = "start" in a step before')
        elif is_worker(on):
            self._check_worker(on, spot)
        elif on in self.seen and on not in self.pages:
            fix = f"open = {quoted(on)} in a step before, or on = another page"
            self._report(spot, f"the page {quoted(on)} is closed here", fix=fix)
        elif on not in self.pages:
            self._unknown(spot, "page", on, [*self.pages, *self.workers])

    def check_frame(self, name: str, on: str, spot: Spot) -> None:
        """Report a frame that is none of this page."""
        mine = [frame for frame, page in self.frames.items() if page == on]
        if name not in mine:
            fix = f"open = {quoted(name)} with in = {quoted(on)} in a step before"
            self._unknown(spot, f"frame in {quoted(on)} called", name, mine, fix)

    @property
    def workers(self) -> list[str]:
        """What workers can be called after ``on``."""
        named = [f"worker {scope}" for scope in self.scopes]
        return ["worker", *named] if len(self.scopes) == 1 else named

    def evict(self, spot: Spot) -> None:
        """Take in that all that is stored goes; nothing of the scenario can store anything after that."""
        if self.evicted:
            self._report(spot, "there is nothing stored here", why="it was evicted in a step before")
        self.evicted = True

    def _check_worker(self, on: str, spot: Spot) -> None:
        if self.evicted:
            self._report(spot, "no worker is registered here", why="it went when the storage was evicted")
            return
        if on in self.workers:
            return
        if on == "worker" and self.scopes:
            spot.wrong(
                "there are several workers", allowed=self.workers, fix=f"on = {quoted(self.workers[0])}"
            )
        else:
            spot.wrong(
                f"there is no {on}", allowed=self.workers, given=on, fix='[workers."/scope/"] at the top'
            )

    def scope(self, on: str) -> str:
        """The scope of the registration that a page or worker uses, "" if it has none."""
        if is_worker(on):
            return on.removeprefix("worker").strip() or (self.scopes[0] if len(self.scopes) == 1 else "")
        at = self.pages.get(on, "")
        return max((scope for scope in self.scopes if at.startswith(scope)), key=len, default="")

    # -- fetches and records ----------------------------------------------------------------

    def fetch(self, name: str | None, spot: Spot) -> str:
        """The name of the fetch that is meant: ``name`` if there is one so called, else the only one."""
        if name is not None:
            if name not in self.fetches:
                self._unknown(spot / "of", "fetch", name, self.fetches)
            return name
        if len(self.fetches) == 1:
            return next(iter(self.fetches))
        if self.fetches:
            names = ", ".join(self.fetches)
            fix = f"of = {quoted(next(iter(self.fetches)))}"
            self._report(spot, f"which fetch is meant? There are {names}", fix=fix)
        else:
            self._report(spot, "there is no fetch that this could mean", fix="a step with fetch before it")
        return ""

    def named_fetch(self, name: str, on: str, spot: Spot) -> str:
        """A fetch that a verb names as its object; the actor must hold its registration."""
        if name not in self.fetches:
            self._unknown(spot, "fetch", name, self.fetches)
        else:
            self.check_held(name, on, spot)
        return name

    def check_held(self, name: str, on: str, spot: Spot) -> None:
        """Report a page that holds no registration of a fetch; a worker has it from its event."""
        if name in self.fetches and not is_worker(on) and on in self.pages and (on, name) not in self.held:
            fetch = self.fetches[name]
            get = f"on = {quoted(on)} and get = {quoted(fetch.id)}, in a step before"
            fix = get if self.scope(on) == fetch.scope else ""
            self.held.add((on, name))  # once is enough
            self._report(spot, f"the page {quoted(on)} holds no registration of {quoted(name)}", fix=fix)

    def with_id(self, id: str, scope: str) -> str:
        """The name of the newest fetch with this id in this scope, "" if there is none."""
        same = [fetch.name for fetch in self.fetches.values() if (fetch.id, fetch.scope) == (id, scope)]
        return same[-1] if same else ""

    def start(self, fetch: Fetch, on: str, spot: Spot) -> None:
        """Take in a new fetch."""
        if before := self.fetches.get(fetch.name):
            where = "in another scope" if before.scope != fetch.scope else "already"
            self._report(
                spot,
                f"{quoted(fetch.name)} is the name of a fetch {where}",
                why="every fetch needs a name of its own, so that it is clear which one is meant",
                fix=f"as = {quoted(fetch.name + '-2')}",
            )
        self.fetches[fetch.name] = fetch
        self.held.add((on, fetch.name))
        self.objects.add((on, fetch.name))

    def record(self, name: str, on: str, spot: Spot) -> None:
        """Report a record that no match step has named, or that another page holds."""
        if name not in self.records:
            self._unknown(spot, "record", name, self.records, fix='match = "/path" and as = "name" before')
        elif self.records[name] != on:
            holder = self.records[name]
            spot.wrong(f"{quoted(holder)} holds the record {quoted(name)}", fix=f"on = {quoted(holder)}")

    def name_step(self, name: str, spot: Spot) -> None:
        """Take in a name given with ``as``."""
        if name in self.named:
            self._report(spot, f"two steps are called {quoted(name)}", fix=f"as = {quoted(name + '-2')}")
        self.named.add(name)

    # -- paths ------------------------------------------------------------------------------

    def answers(self, path: str) -> bool:
        """Whether an origin of the scenario answers this path, or it reaches no host at all, as data:."""
        if _NO_HOST.match(path) or (_SCHEME.match(path) and _is_refused(path)):
            return True
        path = served_as(path)
        return path in self.origin or path.partition("?")[0] in self.origin

    def resolve(self, path: str, on: str) -> str:
        """The path that a request of this page or worker asks for: relative to it, own host left out."""
        if path.startswith("/") and not path.startswith("//"):
            return path.partition("#")[0]
        at = self.pages.get(on) or self.scope(on) or "/"
        url = None if _SCHEME.match(path) else urls.parse(path, _at_host(at))
        if url is None:
            return path
        return url.target if url.host == _OWN else f"//{url.authority}{url.target}"

    def check_path(self, path: str, spot: Spot) -> None:
        """Report a path that no fetch asks for and no origin answers."""
        if path not in self.asked and not self.answers(path) and self.sure.paths:
            known = [*self.origin, *self.asked]
            self._unknown(spot, "path", path, known, fix=f"[origin.{quoted(path)}] at the top")

    # -- errors -----------------------------------------------------------------------------

    def _unknown(self, spot: Spot, what: str, name: str, known: Iterable[str], fix: str = "") -> None:
        known = list(dict.fromkeys(known))
        self._report(spot, f"there is no {what} {quoted(name)} here", allowed=known, given=name, fix=fix)

    def _report(
        self,
        spot: Spot,
        what: str,
        *,
        why: str = "",
        allowed: Iterable[str] = (),
        given: str = "",
        fix: str = "",
    ) -> None:
        """Report what is wrong, unless it may only rest on a step that could not be read."""
        if self.sure.steps:
            spot.wrong(what, why=why, allowed=allowed, given=given, fix=fix)


def _at_host(at: str) -> str:
    """The URL of a path of the scenario, on hosts that exist only for resolving."""
    return f"https:{at}" if at.startswith("//") else f"https://{_OWN}{at}"


def is_worker(on: str) -> bool:
    """Whether a name after ``on`` means a worker and not a page."""
    return on == "worker" or on.startswith("worker ")


def _is_refused(url: str) -> bool:
    """Whether no request can be made of what has a scheme: it is no URL, or holds credentials."""
    parsed = urls.parse(url)
    return parsed is None or parsed.credentials
