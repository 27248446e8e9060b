"""What is done to the world in made-up scenarios: network, user, pages, workers, the browser's life."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.adversary.calls import CALLS, OBSERVED, Act, fetch
from conformance.adversary.sketch import Raw, Sketch

WAITS = ("25 ms", "1 ms", "100 ms", "1 s", "2 h", "3 ms", "50 ms", "2 s")


def _wait(sketch: Sketch) -> list[Raw]:
    if sketch.often(30):
        return [{"wait": f"{sketch.chance.whole(1, 200)} ms"}]
    return [{"wait": sketch.any(WAITS)}]


def _change(sketch: Sketch, **changes: object) -> list[Raw]:
    """The link in another state; nothing where that is what it is in."""
    new = {key: value for key, value in changes.items() if sketch.network[key] != value}
    sketch.network |= new
    return [{"network": new}] if new else []


def _link(other: str) -> Act:
    """Out of a good link this other one, and out of any other a good one."""

    def act(sketch: Sketch) -> list[Raw]:
        sketch.link = "online" if sketch.link != "online" else other
        return [{"network": sketch.link}]

    return act


def _metered(sketch: Sketch) -> list[Raw]:
    return _change(sketch, metered=not sketch.network["metered"])


def _slow(sketch: Sketch) -> list[Raw]:
    return _change(
        sketch,
        bandwidth=sketch.any(("64 kbit/s", "1 Mbit/s", "ample")),
        latency=sketch.any(("0 s", "300 ms")),
    )


def _permission(sketch: Sketch) -> list[Raw]:
    asked = CALLS["query"](sketch) if sketch.often(40) else []
    state = sketch.any([one for one in ("denied", "prompt", "granted") if one != sketch.permission])
    sketch.permission = state
    return [*asked, {"permission": state}]


def _storage(sketch: Sketch) -> list[Raw]:
    quota = sketch.any([one for one in (150_000, "ample", 65_536, 0) if one != sketch.quota])
    sketch.quota = quota
    return [{"storage": "ample" if quota == "ample" else {"quota": quota}}]


def _evict(sketch: Sketch) -> list[Raw]:
    if sketch.evicted:
        return []
    sketch.evicted = True
    for on in list(sketch.worker_names):
        sketch.forget(on)
    sketch.gone |= set(sketch.workers)
    sketch.events = []
    looked = CALLS["cached"](sketch) if sketch.often(40) else []
    return [{"storage": "evict"}, *looked]


def _user(*does: str) -> Act:
    def act(sketch: Sketch) -> list[Raw]:
        if not sketch.fetches:
            return []
        return [{"user": sketch.any(does), "of": sketch.any(sketch.fetches).name}]

    return act


def _look(sketch: Sketch) -> list[Raw]:
    if not sketch.fetches:
        return []
    return [{"look": sketch.any(sketch.fetches).name, "as": sketch.name(), **OBSERVED}]


def _open(sketch: Sketch) -> list[Raw]:
    name, at = sketch.name(), sketch.any(("/", "/sub/", "/"))
    sketch.open(name, at)
    if sketch.often(30) and (
        windows := [page for page in sketch.pages if page not in sketch.frames and page != name]
    ):
        sketch.frames[name] = sketch.any(windows)
        return [{"open": name, "at": at, "in": sketch.frames[name]}]
    return [{"open": name, "at": at}]


def elsewhere(sketch: Sketch) -> list[Raw]:
    """A page below: what workers see of each other shows there, and what a relative URL is relative to."""
    if (len(sketch.workers) < 2 and "odd request" not in sketch.on) or sketch.often(40):
        return []
    name = sketch.name()
    sketch.open(name, "/sub/")
    return [{"open": name, "at": "/sub/"}]


def _close(sketch: Sketch) -> list[Raw]:
    if not sketch.pages:
        return []
    name = sketch.any(list(sketch.pages))
    sketch.forget(name)
    sketch.closed.append(name)
    return [{"close": name}]


def _restart(how: str) -> Act:
    def act(sketch: Sketch) -> list[Raw]:
        changes = "network offline" in sketch.on and sketch.often(30)
        meanwhile = _link("offline")(sketch) if changes else []
        for page in list(sketch.pages):
            sketch.forget(page)
        pages = sketch.any((["page"], []))
        for page in pages:
            sketch.open(page, "/")
        sketch.events = []
        end: Raw = {"browser": how}
        if how == "kill" and "torn write" in sketch.on:
            end["torn"] = sketch.any((1000, 65_536, 1))
        return [end, *meanwhile, {"browser": "start", "pages": pages}]

    return act


def _worker(does: str) -> Act:
    def act(sketch: Sketch) -> list[Raw]:
        if not sketch.worker_names:
            return []
        return [{"worker": does, "on": sketch.any(sketch.worker_names)}]

    return act


def _unregister(sketch: Sketch) -> list[Raw]:
    if not sketch.worker_names:
        return []
    on = sketch.any(sketch.worker_names)
    sketch.gone.add(sketch.scope(on))
    sketch.forget(on)
    return [{"worker": "unregister", "on": on}]


def _webdriver(sketch: Sketch) -> list[Raw]:
    if not (sketch.pages or sketch.closed):
        return []
    on, ids = sketch.any([*sketch.pages, *sketch.closed]), [fetch.id for fetch in sketch.fetches if fetch.id]
    again: list[Raw] = []
    if ids and sketch.actors and sketch.often(30):
        again = [{"wait": "2 h"}, *fetch(sketch, sketch.any(ids))]
    click: Raw = {"webdriver": {"click": sketch.any((*ids, *ids, "none"))}, "on": on}
    return [*again, {**click, "gives": {"status": 200}, **OBSERVED}]


def _release(sketch: Sketch) -> list[Raw]:
    return [{"release": gate} for gate in sketch.gates]


def _consent(sketch: Sketch) -> list[Raw]:
    """The user decides where the permission is at prompt; then script may ask what it is."""
    decided = _user("accept", "refuse", "always-allow", "always-deny")(sketch)
    return [*decided, *(CALLS["query"](sketch) if sketch.often(50) else [])]


LEVERS: Mapping[str, Act] = {
    "wait": _wait,
    "release": _release,
    "network offline": _link("offline"),
    "network captive": _link("captive"),
    "network metered": _metered,
    "network slow": _slow,
    "permission": _permission,
    "storage": _storage,
    "eviction": _evict,
    "user pause": _user("pause", "resume"),
    "user cancel": _user("cancel"),
    "user click": _user("click"),
    "user consent": _consent,
    "user dismiss": _user("dismiss"),
    "look": _look,
    "open": _open,
    "close": _close,
    "browser kill": _restart("kill"),
    "browser quit": _restart("quit"),
    "browser terminate": _restart("terminate"),
    "worker stop": _worker("stop"),
    "worker update": _worker("update"),
    "worker unregister": _unregister,
    "webdriver": _webdriver,
}
"""What can be done to the world, by the feature that allows it."""
