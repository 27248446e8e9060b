"""Outcomes of a browser that the reference never comes to, whatever it may choose and in whatever order.

Such an outcome breaks no rule, and may be sound all the same: the reference sees other moments than
a browser in real time does. So it is kept for a person, beside the nearest outcome of the reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from conformance.adversary.apart import shape, told_apart
from conformance.adversary.oracles import Trace, observe
from conformance.adversary.outcome import Outcome, coarse
from conformance.adversary.policy import POLICY
from conformance.implementations.simulator import SimulatorImplementation
from conformance.scenario.load import scenario_from_document
from conformance.scenario.model import Scenario

ORDERS = 3
"""How many orders of the reference's turns are looked at under its own policy."""


@frozen
class Nearest:
    """The outcome of the reference that is nearest to a browser's, and the policy that it came of.

    ``apart`` is what differs, by what it is: what the browser came to, and what the reference did.
    """

    apart: Mapping[str, tuple[Any, Any]]
    policy: Mapping[str, Any]

    @property
    def told(self) -> tuple[str, ...]:
        """What differs, and from what, a line each."""
        chosen = ", ".join(f"{field} {value}" for field, value in self.policy.items())
        nearest = f"The nearest outcome of the reference, under {chosen or 'its own policy'}:"
        return (nearest, *(told_apart(name, *pair) for name, pair in self.apart.items()))

    @property
    def kinds(self) -> tuple[str, ...]:
        """What differs, apart from names, paths and numbers."""
        return tuple(dict.fromkeys(shape(told_apart(name, *pair)) for name, pair in self.apart.items()))


def unheard_of(scenario: Scenario, trace: Trace, seed: int) -> Nearest | None:
    """How a browser's outcome differs from each that the reference has under sampled policies and orders.

    None where one of them is the same, or where none can be compared with it: script was early with a
    call in the one, and not in the other.
    """
    came_to, nearest = coarse(trace), None
    for policy, order in _sampled():
        chosen = scenario_from_document({**scenario.document, "policy": policy}, scenario.id)
        other = coarse(observe(chosen, SimulatorImplementation(), seed + order))
        apart = _apart(came_to, other)
        if not apart:
            return None
        if _early(came_to) == _early(other) and (nearest is None or len(apart) < len(nearest.apart)):
            nearest = Nearest(apart, policy)
    return nearest


def _early(came_to: Outcome) -> set[str]:
    """The calls that were made on what was not there yet."""
    return {name for name, how in came_to.items() if any("ReferenceError" in one for one in how)}


def _sampled() -> Iterator[tuple[Mapping[str, Any], int]]:
    """Policies and orders: the reference's own policy in several orders, every other choice in one."""
    yield from (({}, order) for order in range(ORDERS))
    yield from (({field: value}, ORDERS) for field, values in POLICY.items() for value in values)


def _apart(one: Outcome, other: Outcome) -> dict[str, tuple[Any, Any]]:
    """What is not the same; a call that one of them had no time to settle tells nothing."""
    return {
        name: (one.get(name), other.get(name))
        for name in sorted({*one, *other})
        if one.get(name) != other.get(name) and not _unsettled(name, one, other)
    }


def _unsettled(name: str, one: Outcome, other: Outcome) -> bool:
    return name.startswith("step ") and not (name in one and name in other)
