"""Families of paths: ``/n/{1..300}`` stands for three hundred of them."""

from __future__ import annotations

import re

from attrs import define

from conformance.scenario.errors import Spot, quoted

MOST = 10_000
"""How many paths the families of one scenario may stand for in all."""

_FAMILY = re.compile(r"([^{}]*)\{([0-9]{1,9})\.\.([0-9]{1,9})\}([^{}]*)")
_EXAMPLE = '"/n/{1..300}"'


@define
class Families:
    """The families of one scenario; ``count`` is how many paths they stand for so far."""

    count: int = 0

    def expand(self, path: str, spot: Spot) -> list[str]:
        """The paths that ``path`` stands for; itself if it is no family, none if it is a wrong one."""
        if "{" not in path and "}" not in path:
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
        self.count += high - low + 1
        if self.count > MOST:
            spot.wrong(
                f"with {quoted(path)} the families stand for {self.count} paths",
                why=f"a scenario may have {MOST} of them in all, so that it stays quick to run and to read",
            )
            return []
        return [f"{before}{number}{after}" for number in range(low, high + 1)]
