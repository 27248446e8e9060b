"""Families of paths: ``/n/{1..300}`` stands for three hundred of them."""

from __future__ import annotations

import re

from attrs import define

from conformance.scenario.errors import ScenarioError, Spot, quoted

MOST = 10_000
"""How many paths one file may name in all, its families counted out and its rows each for itself."""

_FAMILY = re.compile(r"([^{}]*)\{([0-9]{1,9})\.\.([0-9]{1,9})\}([^{}]*)")
_EXAMPLE = '"/n/{1..300}"'


@define
class Families:
    """The paths of one file, families among them; ``count`` is how many there are so far."""

    count: int = 0

    def expand(self, path: str, spot: Spot) -> list[str]:
        """The paths that ``path`` stands for; itself if it is no family, none if it is a wrong one.

        Raises ScenarioError, with all that was found before, where there are too many.
        """
        if "{" not in path and "}" not in path:
            self._count(1, path, spot)
            return [path]
        found = _FAMILY.fullmatch(path)
        if not found:
            spot.wrong(f"{quoted(path)} is no family of paths", why="braces stand for numbers", fix=_EXAMPLE)
            return []
        before, first, last, after = found.groups()
        low, high = int(first), int(last)
        if low > high:
            spot.wrong(f"{quoted(path)} counts down", fix=quoted(f"{before}{{{high}..{low}}}{after}"))
            return []
        self._count(high - low + 1, path, spot)
        return [f"{before}{number}{after}" for number in range(low, high + 1)]

    def _count(self, more: int, path: str, spot: Spot) -> None:
        self.count += more
        if self.count > MOST:
            spot.wrong(
                f"with {quoted(path)} the file names {self.count} paths",
                why=f"a file may name {MOST} of them in all, so that it stays quick to run and to read",
            )
            raise ScenarioError(spot.reading.problems())
