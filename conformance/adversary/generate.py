"""Makes scenarios up: a world, a fetch, whatever the features allow, and then everything is healed.

Swarm testing: each scenario turns most features off, so that those which are on come deep and in
mixes that an even spread would never bring about. What is made up is sound by construction, and
every fetch of it must come to an end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from conformance.adversary.calls import CALLS, fetch
from conformance.adversary.chance import Seeded, likely, one_of, some_of
from conformance.adversary.levers import LEVERS, elsewhere
from conformance.adversary.origins import FAULTS, origins
from conformance.adversary.policy import POLICY, policy
from conformance.adversary.requests import MOST, plain
from conformance.adversary.sketch import Raw, Sketch
from conformance.adversary.workers import workers
from conformance.scenario.healing import healed
from conformance.scenario.load import scenario_from_document
from conformance.scenario.model import Scenario

TITLE = "Made up: every fetch comes to its end, and what must always hold does"
CLAUSE = "perform-a-background-fetch-algorithm/8.13a"
MOST_ACTS = 12

ACTS = {**CALLS, **LEVERS}
WORLD = (
    *FAULTS, *POLICY, "held", "upload", "stream", "several requests", "cross origin", "cors", "coding",
    "validators", "headers", "request headers", "odd request", "odd calls", "downloadTotal", "icons",
    "handlers", "two workers", "no worker", "worker calls", "starts otherwise", "connectSrc", "unasked part",
    "torn write",
)  # fmt: skip
FEATURES = (*WORLD, *ACTS)
"""Every feature that a scenario may have."""

THEMES: Sequence[Collection[str]] = (
    ("held", "several requests", "unasked part", "other validators", "new version", "network offline"),
    ("held", "several requests", "content range", "network offline"),
    ("held", "several requests", "request headers", "headers", "match", "matchAll"),
    ("held", "several requests", "downloadTotal", "network offline"),
    ("held", "several requests", "release", "browser kill"),
    ("held", "another fetch", "getIds", "get", "match"),
    ("held", "another fetch", "abort", "get"),
    ("held", "another fetch", "icons", "headers", "look"),
    ("held", "match", "read", "same", "abort"),
    ("two workers", "another fetch", "getIds", "get", "open"),
    ("handlers", "cached", "eviction"),
    ("handlers", "waitUntil", "match"),
    ("worker calls", "handlers", "construct", "updateUI", "same"),
    ("several requests", "upload", "stream", "body"),
    ("several requests", "odd request", "upload", "body"),
    ("several requests", "odd request", "redirect", "open"),
    ("downloadTotal", "starts otherwise", "storage", "another fetch"),
)
"""Features that show more of each other, and seldom meet by chance: all of a theme are on together."""


def generate(chance: Seeded, features: Collection[str] = FEATURES) -> Scenario:
    """A scenario made of these features, healed. Never raises ScenarioError."""
    share = 10 + 10 * chance.whole(0, 3)
    on = set(some_of(chance, [one for one in FEATURES if one in features], share))
    if likely(chance, 70):
        on = (on - {"held"}) | (set(one_of(chance, THEMES)) & set(features))
    elif "held" in features and likely(chance, 50):
        on.add("held")
    if "held" in on:
        # What strikes in the middle of a body is worth more than what comes when all is over.
        on -= {"starts otherwise", "no worker"}
    sketch = Sketch(chance, frozenset(on))
    document = _document(sketch)
    return healed(scenario_from_document(document, "generated"))


def _document(sketch: Sketch) -> Raw:
    sketch.world = {"title": TITLE, "clauses": [CLAUSE], **_beginning(sketch)}
    sketch.workers = workers(sketch)
    sketch.origin = origins(sketch)
    steps = [*elsewhere(sketch), *fetch(sketch)]
    steps += _hold(sketch, steps[-1]) if sketch.fetches else []
    for act in _acts(sketch):
        steps += ACTS[act](sketch)
    return sketch.document(steps)


def _acts(sketch: Sketch) -> Iterator[str]:
    """What is done, one after the other, among what the features allow."""
    usable = [name for name in ACTS if name in sketch.on] or ["wait"]
    for _ in range(sketch.chance.whole(2, MOST_ACTS)):
        if sketch.often(25):
            yield "wait"
        yield sketch.any(usable)


def _beginning(sketch: Sketch) -> Raw:
    """The world at the start, where it is not as usual."""
    made: Raw = {"policy": chosen} if (chosen := policy(sketch)) else {}
    if "connectSrc" in sketch.on:
        made["connectSrc"] = sketch.any(([], ["//cdn"]))
    asked = "user consent" in sketch.on and "held" not in sketch.on and sketch.often(60)
    if asked:
        made["policy"] = {**made.get("policy", {}), "prompt_starts_paused": True}
    if not (asked or "starts otherwise" in sketch.on):
        return made
    other = "prompt" if asked else sketch.any(("offline", "prompt", "denied", "metered", "quota", "captive"))
    if other in ("prompt", "denied"):
        sketch.permission = made["permission"] = other
    elif other == "quota":
        sketch.quota = sketch.any((150_000, 300_000, 0))
        made["storage"] = {"quota": sketch.quota}
    elif other == "metered":
        sketch.network["metered"] = True
        made["network"] = {"metered": True}
    else:
        sketch.link = made["network"] = other
    return made


def _hold(sketch: Sketch, begun: Raw) -> list[Raw]:
    """Wait until the first answer stands still, where it certainly will."""
    requests = sketch.fetches[0].requests
    if not (_begins(sketch, begun) and all(map(plain, requests))):
        return []
    at_once = sketch.world.get("policy", {}).get("downloads_at_once", len(requests))
    for path in (one["path"] for one in requests[:at_once]):  # another may stand before what comes later
        answers = sketch.origin[path]
        first: Raw = next(iter(answers.get("attempts", [])), {})
        stall = first.get("stall", {"after": 0}) if "coding" not in answers else {"after": 0}
        if "of" not in stall and stall["after"] not in ("headers", 0):
            return [{"until": {"sent": stall["after"], "path": path}}]
    return []


def _begins(sketch: Sketch, begun: Raw) -> bool:
    """Whether nothing keeps the first fetch from asking for all it wants."""
    otherwise = {"permission", "storage", "network"} & set(sketch.world)
    waits = "pause_in_background" in sketch.on and "on" in begun
    odd = {"arguments", "times"} & set(begun) or not (begun["fetch"] and sketch.fetches[0].requests)
    limited = begun.get("options", {}).get("downloadTotal", MOST) != MOST
    installed = all("install" not in worker for worker in sketch.workers.values())
    return installed and not (otherwise or waits or odd or limited)
