"""Storage: how many bytes the origin may keep, and how many it keeps."""

from __future__ import annotations


class QuotaExceeded(Exception):
    """Keeping more would pass the quota; nothing was kept."""


class Storage:
    """The storage of the origin. ``quota`` is in bytes, None for ample."""

    def __init__(self) -> None:
        self.quota: int | None = None
        self.usage = 0

    def fits(self, size: int) -> bool:
        return self.quota is None or self.usage + size <= self.quota

    def take(self, size: int) -> None:
        """Keep ``size`` more bytes. Raises QuotaExceeded."""
        if not self.fits(size):
            raise QuotaExceeded
        self.usage += size

    def give_back(self, size: int) -> None:
        self.usage -= size
