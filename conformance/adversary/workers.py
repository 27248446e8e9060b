"""The service workers of made-up scenarios: how many, and what their handlers do."""

from __future__ import annotations

from conformance.adversary.calls import END_EVENTS, OBSERVED, SHOWN
from conformance.adversary.origins import PATHS
from conformance.adversary.sketch import Raw, Sketch

TOLD_BY_HANDLERS = frozenset(
    ("waitUntil", "user click", "webdriver", "cached", "browser kill", "browser quit", "browser terminate")
)
"""Features that show more where a handler takes its time, or does something of its own."""

MEANT = {"cache": "cached", "waitUntil": "waitUntil"}
"""What a handler does rather than anything else, where a feature looks at what comes of it."""


def workers(sketch: Sketch) -> dict[str, Raw]:
    """The workers by scope; mostly one that does nothing of its own."""
    if "no worker" in sketch.on and sketch.often(50):
        return {"/": {"install": "never"}}
    scopes = ("/", "/sub/") if "two workers" in sketch.on else ("/",)
    return {scope: _worker(sketch) for scope in scopes}


def _worker(sketch: Sketch) -> Raw:
    if not ("handlers" in sketch.on or (TOLD_BY_HANDLERS & sketch.on and sketch.often(50))):
        return {}
    made: Raw = {event: _handler(sketch) for event in END_EVENTS if sketch.often(60)}
    if sketch.often(20):
        made["listens"] = "by attribute"
    if sketch.often(30):
        made["fetch"] = True
    return made


def _handler(sketch: Sketch) -> list[Raw]:
    if sketch.often(20):
        return [_step(sketch, "updateUI"), _step(sketch, "updateUI")]
    does = ["waitUntil", "updateUI", "cache", "openWindow", "download", "waitUntil"]
    does += [one for one, feature in MEANT.items() if feature in sketch.on] * 4
    return [_step(sketch, sketch.any(does)) for _ in range(sketch.chance.whole(1, 2))]


def _step(sketch: Sketch, verb: str) -> Raw:
    match verb:
        case "updateUI":
            return {"updateUI": sketch.any(SHOWN), **OBSERVED}
        case "waitUntil":
            return {"waitUntil": sketch.any(("1 s", "1 min"))}
        case "cache":
            return {"cache": "kept", **OBSERVED}
        case "openWindow":
            return {"openWindow": sketch.any(("/", "/sub/", "/elsewhere")), **OBSERVED}
        case _:
            return {"download": sketch.any(PATHS[:3]), **OBSERVED}
