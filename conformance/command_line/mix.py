"""What made-up scenarios have come to, told: the features, those that never came into play, the endings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

COMMON = 12
"""So many of the features are told by name; of the rest those that never came into play."""


def mix_told(features: Counter[str], endings: Counter[str]) -> Iterator[str]:
    """The mix, a line each."""
    from conformance.adversary.generate import FEATURES

    yield ""
    yield f"features  {_counts(features.most_common(COMMON))}, …"
    if never := [name for name in FEATURES if not features[name]]:
        yield f"never     {', '.join(never)}"
    yield f"endings   {_counts(endings.most_common())}"


def _counts(pairs: list[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {number}" for name, number in pairs)
