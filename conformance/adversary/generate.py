"""Makes scenarios up: a world, a fetch, whatever the features allow, and then everything is healed.

Swarm testing: each scenario turns most features off, so that those which are on come deep and in
mixes that an even spread would never bring about. What is made up is sound by construction, and
every fetch of it must come to an end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from conformance.adversary.calls import CALLS, fetch
from conformance.adversary.chance import Chance, some_of
from conformance.adversary.levers import LEVERS
from conformance.adversary.origins import FAULTS, origins
from conformance.adversary.policy import POLICY, policy
from conformance.adversary.requests import plain
from conformance.adversary.sketch import Raw, Sketch
from conformance.adversary.workers import workers
from conformance.scenario.healing import healed
from conformance.scenario.load import scenario_from_document
from conformance.scenario.model import Scenario

TITLE = "Made up: every fetch comes to its end, and what must always hold does"
CLAUSE = "perform-a-background-fetch-algorithm/8.13a"
MOST_ACTS = 10

ACTS = {**CALLS, **LEVERS}
WORLD = (
    *FAULTS, *POLICY, "upload", "stream", "several requests", "cross origin", "cors", "coding", "validators",
    "headers", "request headers", "odd request", "odd calls", "downloadTotal", "icons", "handlers",
    "two workers", "no worker", "worker calls", "starts otherwise", "connectSrc",
)  # fmt: skip
FEATURES = (*WORLD, *ACTS)
"""Every feature that a scenario may have."""


def generate(chance: Chance, features: Collection[str] = FEATURES) -> Scenario:
    """A scenario made of these features, healed. Never raises ScenarioError."""
    share = 10 + 10 * chance.whole(0, 3)
    sketch = Sketch(chance, frozenset(some_of(chance, [one for one in FEATURES if one in features], share)))
    document = _document(sketch)
    return healed(scenario_from_document(document, "generated"))


def _document(sketch: Sketch) -> Raw:
    sketch.world = {"title": TITLE, "clauses": [CLAUSE], **_beginning(sketch)}
    sketch.workers = workers(sketch)
    sketch.origin = origins(sketch)
    steps = [*fetch(sketch), *_hold(sketch)]
    for act in _acts(sketch):
        steps += ACTS[act](sketch)
    return sketch.document(steps)


def _acts(sketch: Sketch) -> Iterator[str]:
    """What is done, one after the other, among what the features allow."""
    usable = [name for name in ACTS if name in sketch.on] or ["wait"]
    for _ in range(sketch.chance.whole(1, MOST_ACTS)):
        if sketch.often(25):
            yield "wait"
        yield sketch.any(usable)


def _beginning(sketch: Sketch) -> Raw:
    """The world at the start, where it is not as usual."""
    made: Raw = {"policy": chosen} if (chosen := policy(sketch)) else {}
    if "connectSrc" in sketch.on:
        made["connectSrc"] = sketch.any(([], ["//cdn"]))
    if "starts otherwise" not in sketch.on:
        return made
    other = sketch.any(("offline", "prompt", "denied", "metered", "quota"))
    if other in ("prompt", "denied"):
        sketch.permission = made["permission"] = other
    elif other == "quota":
        sketch.quota = sketch.any((150_000, 300_000, 0))
        made["storage"] = {"quota": sketch.quota}
    else:
        key, value = ("online", False) if other == "offline" else ("metered", True)
        sketch.network[key] = value
        made["network"] = {key: value}
    return made


def _hold(sketch: Sketch) -> list[Raw]:
    """Wait until the first answer stands still, where it certainly will."""
    first = sketch.fetches[0] if sketch.fetches else None
    usual = set(sketch.world) == {"title", "clauses"} and "no worker" not in sketch.on
    if first is None or not usual or not all(map(plain, first.requests)):
        return []
    if {"downloadTotal", "odd calls"} & sketch.on:
        return []
    for one in first.requests:
        attempts = sketch.origin[one["path"]]["attempts"]
        stall = attempts[0].get("stall", {}) if attempts else {}
        if stall.get("until") and stall["after"] != "headers" and stall["after"] > 0:
            return [{"until": {"sent": stall["after"], "path": one["path"]}}]
    return []
