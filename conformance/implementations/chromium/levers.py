"""Which levers Chromium has here, and why not the others."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.implementations.protocol import LEVERS, Lever
from conformance.network import namespace

_HERE = (
    *("fetch", "inspect", "gate", "wire faults", "quota", "permission", "second page", "second worker"),
    *("worker steps", "cross origin", "page policy", "restart", "stop worker", "bandwidth", "webdriver"),
)
_WITH_A_SCREEN = ("user", "prompt")
_METERED = "a browser takes from the system what its link costs, and nothing sets that here"
_CAPTIVE = "a browser asks servers of its maker whether there is a portal, and nothing here plays them"
_EVICTION = "a browser evicts when its disk is full, by a choice of its own, and nothing brings it to it"
_TORN = "the kernel keeps what a killed process has written: that takes the crash of a whole machine"
_UI = "nobody reads here what the browser shows of a fetch"
_POLICY = "the browser chooses by itself; what it chose is judged from what was seen"


def levers(*, own_network: bool, no_screen: str) -> Mapping[str, Lever]:
    """Every lever by name.

    ``own_network``: the browser runs in a network namespace; ``no_screen``: why it has no windows that
    a hand could use, "" if it has.
    """
    known = {name: Lever(name in _HERE) for name in LEVERS}
    known["ui"] = Lever(False, _UI)
    known["metered"] = Lever(False, _METERED)
    known["captive portal"] = Lever(False, _CAPTIVE)
    known["eviction"] = Lever(False, _EVICTION)
    known["torn write"] = Lever(False, _TORN)
    known["policy"] = Lever(False, _POLICY)
    known |= {name: Lever(not no_screen, no_screen) for name in _WITH_A_SCREEN}
    return known | {"offline": Lever(own_network, "" if own_network else namespace.why_not())}
