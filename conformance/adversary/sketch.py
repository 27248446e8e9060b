"""A scenario while it is being made up: what there is so far, so that the next step means something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from attrs import Factory, define, field, frozen

from conformance.adversary.chance import Seeded, likely, one_of

Raw = dict[str, Any]
T = TypeVar("T")


@frozen
class Fetch:
    """A fetch that a step has begun: the page or worker that did, and the paths it asks for."""

    name: str
    id: str
    scope: str
    requests: tuple[Raw, ...]


@define
class Sketch:
    """The world and the steps so far. ``on`` are the features that may be used."""

    chance: Seeded
    on: frozenset[str]
    world: Raw = Factory(dict)
    origin: dict[str, Raw] = Factory(dict)
    workers: dict[str, Raw] = Factory(lambda: {"/": {}})
    steps: list[Raw] = Factory(list)
    pages: dict[str, str] = Factory(lambda: {"page": "/"})
    closed: list[str] = Factory(list)
    frames: dict[str, str] = Factory(dict)
    fetches: list[Fetch] = Factory(list)
    held: set[tuple[str, str]] = Factory(set)
    """Which page holds a registration of which fetch."""
    records: list[tuple[str, str]] = Factory(list)
    """The records that have a name, with the page that holds them."""
    objects: list[tuple[str, str]] = Factory(list)
    """What calls have given a name to, with the page that was given it."""
    bodies: list[tuple[str, str]] = Factory(list)
    """Which page has given a body to a request for which path."""
    events: list[str] = Factory(list)
    """The events that a worker has constructed, by name."""
    network: Raw = Factory(lambda: {"metered": False, "bandwidth": "ample", "latency": "0 s"})
    link: str = "online"
    permission: str = "granted"
    quota: Any = "ample"
    outside: set[str] = Factory(set)
    """The pages that were opened when the registration of their scope was no more."""
    gone: set[str] = Factory(set)
    """The scopes whose registration is no more."""
    evicted: bool = False
    gates: list[str] = Factory(list)
    named: int = field(default=0)

    # -- choices ----------------------------------------------------------------------------

    def any(self, options: Sequence[T]) -> T:
        return one_of(self.chance, options)

    def often(self, percent: int) -> bool:
        return likely(self.chance, percent)

    def name(self) -> str:
        """A name that no step has yet."""
        self.named += 1
        return f"n{self.named}"

    # -- who there is -----------------------------------------------------------------------

    def scope(self, on: str) -> str:
        """The scope of the registration that a page or worker uses, "" if it has none."""
        if on.startswith("worker"):
            return on.removeprefix("worker").strip() or next(iter(self.workers), "")
        at = self.pages[on]
        return max((scope for scope in self.workers if at.startswith(scope)), key=len, default="")

    @property
    def actors(self) -> list[str]:
        """Every page that has a registration."""
        return [page for page in self.pages if self.scope(page) and page not in self.outside]

    @property
    def worker_names(self) -> list[str]:
        """What the workers are called after ``on``."""
        several = len(self.workers) > 1
        return [
            f"worker {scope}" if several else "worker" for scope in self.workers if scope not in self.gone
        ]

    def holding(self) -> list[tuple[str, Fetch]]:
        """Every open page with each fetch that it holds a registration of."""
        by_name = {fetch.name: fetch for fetch in self.fetches}
        return [(page, by_name[name]) for page, name in sorted(self.held) if page in self.pages]

    def with_id(self, id: str, scope: str) -> Fetch | None:
        """The newest fetch of this id in this scope."""
        same = [fetch for fetch in self.fetches if (fetch.id, fetch.scope) == (id, scope)]
        return same[-1] if same else None

    def open(self, page: str, at: str) -> None:
        """A page is opened."""
        self.pages[page] = at
        if self.scope(page) in self.gone:
            self.outside.add(page)

    def forget(self, page: str) -> None:
        """A page or a worker is gone, and all that it held."""
        for gone in (page, *(frame for frame, within in self.frames.items() if within == page)):
            self.pages.pop(gone, None)
            self.outside.discard(gone)
            self.held = {(on, name) for on, name in self.held if on != gone}
            self.bodies = [(on, path) for on, path in self.bodies if on != gone]
            self.records = [(name, on) for name, on in self.records if on != gone]
            self.objects = [(name, on) for name, on in self.objects if on != gone]
        self.frames = {frame: within for frame, within in self.frames.items() if frame in self.pages}

    def document(self, steps: Sequence[Mapping[str, Any]]) -> Raw:
        """The scenario as plain data."""
        workers = {} if self.workers == {"/": {}} else {"workers": self.workers}
        return {**self.world, **workers, "origin": self.origin, "steps": list(steps)}
