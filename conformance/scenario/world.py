"""From the verbs that change the world to their arguments: pages, browser, worker, link, quota, waiting."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from conformance.scenario.conditions import condition
from conformance.scenario.errors import BAD, Spot, quoted
from conformance.scenario.model import EVICT, NetworkState
from conformance.scenario.reachable import check_reachable
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
    page = raw.get("in", "")
    if page:
        story.check_actor(page, spot / "in")
        if is_worker(page) or page in story.frames:
            (spot / "in").wrong(f"{quoted(page)} has no frames", fix="a page with a window of its own")
        story.frames[name] = page
    story.pages[name] = story.seen[name] = at
    return Told({"open": name, "at": at, **({"in": page} if page else {})})


def _close(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    name = raw["close"]
    story.check_actor(name, spot / "close")
    for gone in (name, *(frame for frame, page in story.frames.items() if page == name)):
        story.pages.pop(gone, None)
        _forget(story, gone)
    return Told({"close": name})


def _forget(story: Story, page: str) -> None:
    """What a page held goes with it."""
    story.held = {(on, fetch) for on, fetch in story.held if on != page}
    story.bodies = {(on, path) for on, path in story.bodies if on != page}
    story.objects = {(on, name) for on, name in story.objects if on != page}
    story.records = {name: on for name, on in story.records.items() if on != page}
    story.frames.pop(page, None)


def _browser(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    state, starts = raw["browser"], raw["browser"] == "start"
    if story.running == starts:
        told = "is running already" if starts else "is not running"
        (spot / "browser").wrong(
            f"the browser {told} here", fix='"kill", "quit" or "terminate"' if starts else '"start"'
        )
    if "torn" in raw:
        _check_torn(raw, spot)
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
    torn = {"torn": raw["torn"]} if "torn" in raw else {}
    return Told({"browser": state, **({"pages": tuple(names)} if starts else {}), **torn})


def _check_torn(raw: Raw, spot: Spot) -> None:
    if raw["browser"] != "kill":
        (spot / "torn").wrong(f"nothing is torn by {raw['browser']}", fix='browser = "kill"')
    elif raw["torn"] == 0:
        (spot / "torn").wrong("nothing is torn by 0 bytes", fix="a size, or no torn at all")


def _worker(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    if not is_worker(on):
        (spot / "on").wrong(f"{quoted(on)} is no worker", allowed=story.workers, given=on)
    return Told({"worker": raw["worker"]})


def _user(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    story.may_pause |= raw["user"] == "pause"
    return Told({"user": raw["user"]}, of=story.fetch(raw.get("of"), spot))


def _look(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    of = raw["look"]
    if of not in story.fetches:
        story.fetch(of, spot)
    return Told({"look": of}, raw.get("as", ""), of)


def network(raw: str | Raw, before: NetworkState, spot: Spot) -> NetworkState:
    """The network after a change; what the change does not name stays, but for a portal."""
    if isinstance(raw, str):
        return evolve(before, online=raw != "offline", captive=raw == "captive")
    changes: dict[str, Any] = {key: None if value == "ample" else value for key, value in raw.items()}
    if changes.get("captive"):
        if changes.setdefault("online", True) is False:
            (spot / "captive").wrong("no portal can be reached without a link", fix="captive or offline")
    elif "online" in changes:
        changes["captive"] = False
    return evolve(before, **changes)


def quota(raw: str | Raw) -> int | None:
    """The quota in bytes, None if it is ample."""
    given = raw if isinstance(raw, str) else raw.get("quota", "ample")
    return None if given == "ample" else int(given)


def _network(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    story.network = network(raw["network"], story.network, spot / "network")
    story.may_pause |= story.network.metered
    return Told({"network": story.network})


def _storage(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    if raw["storage"] == EVICT:
        story.evict(spot / "storage")
        return Told({"storage": EVICT})
    story.quota = quota(raw["storage"])
    return Told({"storage": story.quota})


def _permission(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    story.permission = raw["permission"]
    story.may_pause |= story.permission == "prompt"
    return Told({"permission": story.permission})


def _release(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    gate = raw["release"]
    if gate not in story.gates and story.sure.gates:
        (spot / "release").wrong(
            f"nobody waits at the gate {quoted(gate)}",
            allowed=story.gates,
            given=gate,
            fix=f'attempts = [{{ stall = {{ after = "1 KiB", until = {quoted(gate)} }} }}] at an origin',
        )
    story.released.add(gate)
    story.undisturbed &= gate in story.gates  # a wrong one is told once, not also by what waits for it
    return Told({"release": gate})


def _wait(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    return Told({"wait": raw["wait"]})


def _until(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    waited_for = condition(raw["until"], spot / "until", story)
    check_reachable(waited_for, spot / "until", story)
    return Told({"until": waited_for})


def _never(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    return Told({"never": condition(raw["never"], spot / "never", story), "for": raw.get("for", 0)})


def _webdriver(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    """A command is about a window, which may have been closed since."""
    if is_worker(on) or on not in story.seen:
        (spot / "on").wrong(f"{quoted(on)} is no page", allowed=story.seen, given=on)
    return Told({"webdriver": raw["webdriver"]}, raw.get("as", ""))


WORLD: dict[str, Reader] = {
    "open": _open,
    "close": _close,
    "browser": _browser,
    "worker": _worker,
    "user": _user,
    "look": _look,
    "network": _network,
    "permission": _permission,
    "storage": _storage,
    "release": _release,
    "webdriver": _webdriver,
    "wait": _wait,
    "until": _until,
    "never": _never,
}
"""The verbs that change the world, or wait for it."""
