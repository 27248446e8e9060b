"""Storage: how many bytes the origin may keep, and how many it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from simulator.content import Span
from simulator.overrides import point

if TYPE_CHECKING:
    from simulator.fetch import Response
    from simulator.user_agent import UserAgent


class QuotaExceeded(Exception):
    """Keeping more would pass the quota; nothing was kept."""


@frozen
class Cached:
    """A response in a cache, with its body."""

    response: Response
    body: tuple[Span, ...]

    @property
    def size(self) -> int:
        return sum(map(len, self.body))


class Storage:
    """The storage of the origin. ``quota`` is in bytes, None for ample."""

    def __init__(self) -> None:
        self.quota: int | None = None
        self.usage = 0
        self.caches: dict[str, dict[str, Cached]] = {}

    def fits(self, size: int) -> bool:
        return self.quota is None or self.usage + size <= self.quota

    def take(self, size: int) -> None:
        """Keep ``size`` more bytes. Raises QuotaExceeded."""
        if not self.fits(size):
            raise QuotaExceeded
        self.usage += size

    def give_back(self, size: int) -> None:
        self.usage -= size

    # -- the Cache API ----------------------------------------------------------------------

    def put(self, cache: str, url: str, cached: Cached) -> None:
        """Keep a response in a cache, in the place of the one of the same URL. Raises QuotaExceeded."""
        self.take(cached.size)
        held = self.caches.setdefault(cache, {})
        if url in held:
            self.give_back(held[url].size)
        held[url] = cached

    def delete_all(self) -> None:
        """Delete every cache."""
        self.give_back(self.cached)
        self.caches.clear()

    @property
    def cached(self) -> int:
        """The bytes that all caches hold."""
        return sum(one.size for held in self.caches.values() for one in held.values())

    def match(self, url: str) -> Cached | None:
        """The response for a URL in any of the caches, the oldest cache first."""
        return next((held[url] for held in self.caches.values() if url in held), None)


@point("readme/2")
def estimate(ua: UserAgent) -> int:
    """navigator.storage.estimate(): the bytes in use, those of fetches in progress among them."""
    return ua.storage.usage
