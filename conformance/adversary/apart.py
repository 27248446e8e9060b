"""How two outcomes differ, in few words: only what differs, the rest left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simulator.content import told
from simulator.observation import Run

LONGEST = 160


def told_apart(name: str, actual: Any, expected: Any) -> str:
    """One thing that came out otherwise: what it came to, and what it should have."""
    one, other = _reduced(*_uncommon(_listed(actual), _listed(expected)))
    return f"{name}: {_words(one)}, and not {_words(other)}"


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]


def _uncommon(one: list[Any], other: list[Any]) -> tuple[list[Any], list[Any]]:
    """What is in the one and not in the other, each the other way round, counted."""
    left, right = list[Any](), list(other)
    for value in one:
        if value in right:
            right.remove(value)
        else:
            left.append(value)
    return left, right


def _reduced(one: Any, other: Any) -> tuple[Any, Any]:
    """Of two tables, or two lists of the same length, what is not the same in both, however deep."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
        pairs = {key: _reduced(one.get(key), other.get(key)) for key in keys}
        return {key: left for key, (left, _) in pairs.items()}, {
            key: right for key, (_, right) in pairs.items()
        }
    if isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        apart = [_reduced(*pair) for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
        return [left for left, _ in apart], [right for _, right in apart]
    return one, other


def _words(values: Any) -> str:
    words = ", ".join(_flat(values))
    return (words if len(words) <= LONGEST else f"{words[:LONGEST]}…") or "nothing"


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and set(value) == {"version", "start", "stop"}:
        yield told([Run(**value)])
    elif isinstance(value, Mapping):
        yield from (f"{key} {' '.join(_flat(one)) or 'none'}" for key, one in value.items())
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from (" ".join(_flat(one)) for one in value)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield f"{value:,}"
    elif value is not None:
        yield str(value) or '""'


_VARYING = re.compile(r"'[^']*'|\"[^\"]*\"|//?[\w/.?=#-]+|\b[nfg]\d*\b|\d[\d.,]*")


def shape(words: str) -> str:
    """What was told, apart from names, paths and numbers; of several things the first."""
    return _VARYING.sub("#", words.partition("; ")[0])[:120]
