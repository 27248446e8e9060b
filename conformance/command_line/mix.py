"""What made-up scenarios have come to, told: the features, those that never came into play, the endings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator


def mix_told(features: Counter[str], endings: Counter[str], offered: Iterable[str]) -> Iterator[str]:
    """The mix, a line each; ``offered`` are the features that might have come into play."""
    yield ""
    yield f"features  {counts(features.most_common())}"
    if never := [name for name in offered if not features[name]]:
        yield f"never     {', '.join(never)}"
    yield f"endings   {counts(endings.most_common())}"


def counts(pairs: list[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {number}" for name, number in pairs)
