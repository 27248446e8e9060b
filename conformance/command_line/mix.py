"""What made-up scenarios have come to, told: the features, those that never came into play, the endings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator


def mix_told(features: Counter[str], endings: Counter[str], offered: Iterable[str]) -> Iterator[str]:
    """The mix, a line each; ``offered`` are the features that might have come into play."""
    yield ""
    yield f"features  {counts(features)}"
    if never := [name for name in offered if not features[name]]:
        yield f"never     {', '.join(never)}"
    yield f"endings   {counts(endings)}"


def counts(counted: Counter[str], most: int | None = None) -> str:
    """The most common first, of the same number by their names: whatever the order they were met in."""
    pairs = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{name} {number}" for name, number in pairs[:most])
