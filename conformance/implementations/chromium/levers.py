"""Which levers Chromium has here, and why not the others."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.implementations.protocol import LEVERS, Lever
from conformance.network import namespace

_HERE = (
    *("fetch", "gate", "wire faults", "quota", "permission", "second page", "second worker"),
    *("worker steps", "cross origin", "page policy", "restart", "stop worker"),
)
_NOT_YET = "not built yet"
_POLICY = "whether the browser made the choices that a scenario presupposes is not judged yet"


def levers(*, own_network: bool) -> Mapping[str, Lever]:
    """Every lever by name. ``own_network``: the browser runs in a network namespace."""
    known = {name: Lever(name in _HERE, "" if name in _HERE else _NOT_YET) for name in LEVERS}
    known["policy"] = Lever(False, _POLICY)
    return known | {"offline": Lever(own_network, "" if own_network else namespace.why_not())}
