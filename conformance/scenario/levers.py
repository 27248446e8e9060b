"""Which levers a scenario needs: worked out from its verbs and keys, and never written in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from conformance.implementations.protocol import LEVERS
from conformance.scenario.calls import CALLS
from conformance.scenario.model import EVICT, NetworkState, Scenario
from conformance.scenario.objects import OBJECTS
from conformance.scenario.story import is_worker
from simulator.origin.behaviour import Answer, Range


def required_levers(scenario: Scenario) -> tuple[str, ...]:
    """The levers that an implementation must have to run the scenario, in the order of LEVERS."""
    return tuple(lever for lever in LEVERS if _NEEDS[lever](scenario))


def _verb(*verbs: str) -> Callable[[Scenario], bool]:
    return lambda scenario: any(step.verb in verbs for step in scenario.steps)


def _answers(scenario: Scenario) -> Iterator[Answer]:
    for resource in scenario.origin.values():
        yield from (resource.answer, *resource.attempts)


def _gate(scenario: Scenario) -> bool:
    return any(fault.until for answer in _answers(scenario) for fault in answer.faults)


def _wire_faults(scenario: Scenario) -> bool:
    """A stall at a gate is not one of them, an answer that comes late or bends Range is."""
    return any(
        answer.latency
        or answer.range not in (Range(), Range(supported=False))
        or any(not fault.until for fault in answer.faults)
        for answer in _answers(scenario)
    )


def _networks(scenario: Scenario) -> Iterator[NetworkState]:
    yield scenario.network
    yield from (step.arguments["network"] for step in scenario.steps if step.verb == "network")


def _storage(scenario: Scenario) -> set[int | str | None]:
    return {step.arguments["storage"] for step in scenario.steps if step.verb == "storage"}


def permissions(scenario: Scenario) -> set[str]:
    """Every state that the permission may have in it."""
    changes = {step.arguments["permission"] for step in scenario.steps if step.verb == "permission"}
    return {scenario.permission} | changes


def _user_interface(scenario: Scenario) -> bool:
    """Looking at it, and what only some interfaces offer."""
    words = {step.arguments["user"] for step in scenario.steps if step.verb == "user"}
    return _verb("look")(scenario) or bool(words & {"dismiss", "always-allow", "always-deny"})


def _worker_steps(scenario: Scenario) -> bool:
    scripts = scenario.workers.values()
    special = any(
        script.handlers or script.by_attribute or script.sees_fetches or not script.installs
        for script in scripts
    )
    return special or any(step.verb in CALLS | OBJECTS and is_worker(step.on) for step in scenario.steps)


def _page_policy(scenario: Scenario) -> bool:
    return scenario.connect_src is not None


def _cross_origin(scenario: Scenario) -> bool:
    return any(path.startswith("//") for path in scenario.origin)


_NEEDS: Mapping[str, Callable[[Scenario], bool]] = {
    "fetch": _verb(*CALLS, *OBJECTS.keys() - {"inspect"}),
    "inspect": _verb("inspect"),
    "offline": lambda scenario: any(not link.online for link in _networks(scenario)),
    "gate": _gate,
    "wire faults": _wire_faults,
    "quota": lambda scenario: scenario.quota is not None or bool(_storage(scenario) - {EVICT}),
    "permission": lambda scenario: "denied" in permissions(scenario) or _verb("permission")(scenario),
    "prompt": lambda scenario: "prompt" in permissions(scenario),
    "second page": _verb("open", "close"),
    "second worker": lambda scenario: set(scenario.workers) != {"/"},
    "worker steps": _worker_steps,
    "cross origin": _cross_origin,
    "page policy": _page_policy,
    "restart": _verb("browser"),
    "stop worker": _verb("worker"),
    "user": _verb("user"),
    "ui": _user_interface,
    "webdriver": _verb("webdriver"),
    "bandwidth": lambda scenario: any(link.bandwidth or link.latency for link in _networks(scenario)),
    "metered": lambda scenario: any(link.metered for link in _networks(scenario)),
    "captive portal": lambda scenario: any(link.captive for link in _networks(scenario)),
    "eviction": lambda scenario: EVICT in _storage(scenario),
    "torn write": lambda scenario: any("torn" in step.arguments for step in scenario.steps),
    "policy": lambda scenario: bool(scenario.policy),
}
