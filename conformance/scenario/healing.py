"""Healing: whatever a scenario did to the world is put right again, and then every fetch must end.

A healed scenario is a scenario like any other: the same steps, then those that mend, and no
expectations but that it comes to an end. It runs wherever the first one runs, can be written down,
and asks nothing of a driver.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from attrs import evolve

from conformance.scenario.levers import permissions
from conformance.scenario.load import scenario_from_document
from conformance.scenario.model import EVICT, NetworkState, Scenario
from conformance.scenario.story import is_worker
from simulator.origin.behaviour import Fault, Resource

Raw = dict[str, Any]


def healed(scenario: Scenario, steps: int | None = None) -> Scenario:
    """The scenario, cut off after ``steps`` steps (None: whole), mended, and waited for to its end.

    Without expectations of its own: it is judged by its steps and by what holds in every run.
    """
    document = {key: value for key, value in scenario.document.items() if key != "expect"}
    kept = list(scenario.document.get("steps", ()))[:steps]
    whole = steps is None and "expect" not in scenario.document
    begun = scenario if whole else scenario_from_document({**document, "steps": kept}, scenario.id)
    mending = list(_mending(begun))
    whole_again = scenario_from_document({**document, "steps": [*kept, *mending]}, f"{scenario.id}-healed")
    return evolve(whole_again, mended=len(mending))


def _mending(scenario: Scenario) -> Iterator[Raw]:
    """The steps that put right what this scenario may have left behind."""
    states = [step.arguments["browser"] for step in scenario.steps if step.verb == "browser"]
    if states and states[-1] != "start":
        yield {"browser": "start", "pages": []}
    stored = {step.arguments["storage"] for step in scenario.steps if step.verb == "storage"}
    if scenario.quota is not None or stored - {EVICT}:
        yield {"storage": "ample"}
    if network := _good_network(scenario):
        yield {"network": network}
    gates, consent = sorted(_gates(scenario)), list(_consent(scenario))
    yield from ({"release": gate} for gate in gates)
    if gates and consent:
        yield {"wait": "1 s"}  # nothing is asked before the body of a request has been read
    yield from consent
    for _ in range(_deadest(scenario)):
        # What stands still until its connection dies needs just that; it may begin only after hours.
        yield from ({"wait": "1 d"}, {"network": "offline"}, {"network": "online"})
    yield {"until": "settled"} if _may_settle(scenario) else {"wait": "1 d"}


def _good_network(scenario: Scenario) -> Raw:
    """The network as it is when nothing is wrong with it, in what the scenario has ever changed."""
    good = {"online": True, "captive": False, "metered": False, "bandwidth": "ample", "latency": "0 s"}
    states = [
        scenario.network,
        *(step.arguments["network"] for step in scenario.steps if step.verb == "network"),
    ]
    plain = NetworkState()
    return {
        name: value
        for name, value in good.items()
        if any(getattr(state, name) != getattr(plain, name) for state in states)
    }


def _consent(scenario: Scenario) -> Iterator[Raw]:
    """The user agrees wherever a fetch may wait for that."""
    asked = scenario.policy.get("prompt_starts_paused") and "prompt" in permissions(scenario)
    paused = {step.of for step in scenario.steps if step.verb == "user" and step.arguments["user"] == "pause"}
    fetches = [step for step in scenario.steps if step.verb == "fetch" and not step.throws]
    if scenario.policy.get("pause_in_background"):
        paused |= {step.name for step in fetches if is_worker(step.on)}
    for fetch in dict.fromkeys(step.name for step in fetches):
        if asked:
            yield {"user": "accept", "of": fetch}
        if fetch in paused:
            yield {"user": "resume", "of": fetch}


def _stalls(scenario: Scenario) -> Iterator[Fault]:
    for resource in scenario.origin.values():
        for answer in resource.attempts:
            yield from (fault for fault in answer.faults if fault.kind == "stall")


def _gates(scenario: Scenario) -> set[str]:
    """Every gate at which an answer stands still, or the body of a request that was made."""
    requests = (one for step in scenario.steps for one in step.arguments.get("requests", ()))
    bodies = {(one.stream or {}).get("until", "") for one in requests}
    return ({fault.until for fault in _stalls(scenario)} | bodies) - {""}


def _deadest(scenario: Scenario) -> int:
    """How many outages are needed: up to the last answer of any resource that stands still until one.

    Records may be completed one after the other, and so is what a handler downloads, each with answers
    that may stand still; and each URL of a resource has answers of its own.
    """
    urls = Counter(text.partition("?")[0] for text in set(_texts(scenario.document)))
    return sum(max(urls[path], 1) * _last_dead(resource) for path, resource in scenario.origin.items())


def _texts(raw: Any) -> Iterator[str]:
    """Every text of a document, but for the keys."""
    if isinstance(raw, str):
        yield raw
    for one in raw.values() if isinstance(raw, dict) else raw if isinstance(raw, list) else ():
        yield from _texts(one)


def _last_dead(resource: Resource) -> int:
    """The number of its last answer that stands still until the connection dies, 0 for none."""
    dead = (
        number
        for number, answer in enumerate(resource.attempts, 1)
        for fault in answer.faults
        if fault.kind == "stall" and not fault.until and fault.duration is None
    )
    return max(dead, default=0)


def _may_settle(scenario: Scenario) -> bool:
    """Whether every event comes to its end: a handler that never lets go, or no worker, prevents it.

    So does a worker that is ended in the middle of its event, for having lived too long, or evicted.
    """
    handlers = [steps for script in scenario.workers.values() for steps in script.handlers.values()]
    endless = any(step.arguments.get("waitUntil") == "never" for steps in handlers for step in steps)
    lives = [step.arguments["worker"] for step in scenario.steps if step.verb == "worker"]
    limited = scenario.policy.get("event_lifetime_max", "never") != "never"
    evicted = any(step.arguments.get("storage") == EVICT for step in scenario.steps)
    return not (endless or limited or evicted or "unregister" in lives)
