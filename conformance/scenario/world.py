"""From the verbs that change the world to their arguments: pages, browser, worker, link, quota, waiting."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from conformance.scenario.conditions import condition
from conformance.scenario.errors import BAD, Spot, quoted
from conformance.scenario.model import NetworkState
from conformance.scenario.story import Story, is_worker
from conformance.scenario.verbs import Raw, Reader, Told


def _open(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    name, at = raw["open"], raw.get("at", "/")
    if is_worker(name):
        (spot / "open").wrong(
            f"a page cannot be called {quoted(name)}", why="on would mean the service worker"
        )
    if name in story.pages:
        (spot / "open").wrong(
            f"the page {quoted(name)} is open already", fix="another name, or close it before"
        )
    if not story.running:
        (spot / "open").wrong("the browser is not running here", fix='browser = "start" in a step before')
    story.pages[name] = story.seen[name] = at
    return Told({"open": name, "at": at})


def _close(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    name = raw["close"]
    story.check_actor(name, spot / "close")
    story.pages.pop(name, None)
    _forget(story, name)
    return Told({"close": name})


def _forget(story: Story, page: str) -> None:
    """What a page held goes with it."""
    story.held = {(on, fetch) for on, fetch in story.held if on != page}
    story.records = {name: on for name, on in story.records.items() if on != page}


def _browser(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    state, starts = raw["browser"], raw["browser"] == "start"
    if story.running == starts:
        told = "is running already" if starts else "is not running"
        (spot / "browser").wrong(
            f"the browser {told} here", fix='"kill", "quit" or "terminate"' if starts else '"start"'
        )
    if "pages" in raw and not starts:
        (spot / "pages").wrong(f"pages open when the browser starts, not with {state}", fix="leave it out")
    for page in list(story.pages):
        _forget(story, page)
    names = [name for name in raw.get("pages", ["page"] if starts else []) if name is not BAD]
    for place, name in enumerate(names):
        if name not in story.seen:
            (spot / "pages" / place).wrong(
                f"no page was called {quoted(name)}", allowed=story.seen, given=name
            )
    story.pages = {name: story.seen.get(name, "/") for name in names if starts}
    story.running = starts
    return Told({"browser": state, **({"pages": tuple(names)} if starts else {})})


def _worker(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    if not is_worker(on):
        (spot / "on").wrong(f"{quoted(on)} is no worker", allowed=story.workers, given=on)
    return Told({"worker": raw["worker"]})


def _user(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    return Told({"user": raw["user"]}, of=story.fetch(raw.get("of"), spot))


def network(raw: str | Raw, before: NetworkState) -> NetworkState:
    """The network after a change; what the change does not name stays."""
    if isinstance(raw, str):
        return evolve(before, online=raw == "online")
    changes: dict[str, Any] = {key: None if value == "ample" else value for key, value in raw.items()}
    return evolve(before, **changes)


def quota(raw: str | Raw) -> int | None:
    """The quota in bytes, None if it is ample."""
    given = raw if isinstance(raw, str) else raw.get("quota", "ample")
    return None if given == "ample" else int(given)


def _network(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    story.network = network(raw["network"], story.network)
    return Told({"network": story.network})


def _storage(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    return Told({"storage": quota(raw["storage"])})


def _permission(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    return Told({"permission": raw["permission"]})


def _release(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    gate = raw["release"]
    if gate not in story.gates and story.sure.gates:
        (spot / "release").wrong(
            f"nobody waits at the gate {quoted(gate)}",
            allowed=story.gates,
            given=gate,
            fix=f'attempts = [{{ stall = {{ after = "1 KiB", until = {quoted(gate)} }} }}] at an origin',
        )
    return Told({"release": gate})


def _wait(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    return Told({"wait": raw["wait"]})


def _until(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    return Told({"until": condition(raw["until"], spot / "until", story)})


def _never(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    return Told({"never": condition(raw["never"], spot / "never", story), "for": raw.get("for", 0)})


WORLD: dict[str, Reader] = {
    "open": _open,
    "close": _close,
    "browser": _browser,
    "worker": _worker,
    "user": _user,
    "network": _network,
    "permission": _permission,
    "storage": _storage,
    "release": _release,
    "wait": _wait,
    "until": _until,
    "never": _never,
}
"""The verbs that change the world, or wait for it."""
