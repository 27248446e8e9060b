"""What script does in made-up scenarios: the interface's own calls, and the looks that scripts take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from conformance.adversary.origins import GATE, ICON, PATHS
from conformance.adversary.requests import HEADERS, briefly, options, plain, request, requests
from conformance.adversary.sketch import Fetch, Raw, Sketch

Act = Callable[[Sketch], list[Raw]]
"""Makes steps, none where there is nothing to do it with; the sketch then knows what they brought about."""

SHOWN: Sequence[Raw] = (
    {"title": "New"},
    {},
    {"icons": [{"src": ICON, "type": "image/png"}]},
    {"title": "New", "icons": [{"src": ICON, "type": "image/png"}]},
)
"""What updateUI() is called with."""

IGNORED: Mapping[str, Callable[[Raw], object]] = {
    "ignoreSearch": lambda like: "?" in like["path"],
    "ignoreMethod": lambda like: "method" in like,
    "ignoreVary": lambda like: "headers" in like,
}
"""Options of match(), each with how a request shows that it is about it."""

OBSERVED = {"level": "observe"}
"""Whatever a made-up call comes to is right: what must hold is in the rules for every run."""

INTERFACES = (
    "BackgroundFetchManager BackgroundFetchRegistration BackgroundFetchRecord BackgroundFetchEvent "
    "BackgroundFetchUpdateUIEvent ServiceWorkerRegistration ServiceWorkerGlobalScope"
).split()
ODD_IDS = (" f ", "", "F", "__proto__")
END_EVENTS = ("backgroundfetchsuccess", "backgroundfetchfail", "backgroundfetchabort", "backgroundfetchclick")


def fetch(sketch: Sketch, same: str | None = None) -> list[Raw]:
    """A fetch; with the id of an earlier one where ``same`` says which."""
    actors = sketch.actors + (sketch.worker_names if "worker calls" in sketch.on else [])
    if not actors:
        return []
    on, id = sketch.any(actors), sketch.any(("f", "g", "f", "a") if sketch.fetches else ("f",))
    if "odd calls" in sketch.on and sketch.often(30):
        id = sketch.any(ODD_IDS)
    id = id if same is None else same
    asked, name = requests(sketch), sketch.name()
    step: Raw = {"fetch": id, "as": name, "requests": briefly(asked), **_on(on)}
    if made := options(sketch):
        step["options"] = made
    if "odd calls" in sketch.on and sketch.often(30):
        _oddly(sketch, step)
    kept = tuple(asked) if isinstance(step["requests"], list) and step["requests"] else ()
    if any("until" in one.get("stream", ()) for one in kept):
        sketch.gates = [GATE]
    sketch.fetches.append(Fetch(name, id, sketch.scope(on), kept))
    sketch.held.add((on, name))
    sketch.objects.append((name, on))
    sketch.bodies += [(on, one["path"]) for one in kept if "body" in one]
    return [{**step, **OBSERVED}]


def _oddly(sketch: Sketch, step: Raw) -> None:
    odd = sketch.any(("arguments", "empty", "lone", "times"))
    if odd == "arguments":
        step["arguments"] = sketch.any((1, 0, 2))
    elif odd == "times":
        step["times"] = 2
    else:
        step["requests"] = [] if odd == "empty" else step["requests"][0]


def _on(on: str) -> Raw:
    return {} if on == "page" else {"on": on}


def _get(sketch: Sketch) -> list[Raw]:
    actors = sketch.actors
    if not actors:
        return []
    known = [fetch.id for fetch in sketch.fetches]
    on, id = sketch.any(actors), sketch.any((*known, "f", "none"))
    opened, through = _through(sketch, on) if sketch.often(30) else ([], {})
    # What is got through a frame is the frame's own.
    if not through and (held := sketch.with_id(id, sketch.scope(on))) is not None:
        sketch.held.add((on, held.name))
    name = sketch.name()
    sketch.objects.append((name, on))
    return [*opened, {"get": id, "as": name, **_on(on), **through, **_times(sketch), **OBSERVED}]


def _through(sketch: Sketch, on: str) -> tuple[list[Raw], Raw]:
    """A frame of a page, whose manager it calls; it is opened where there is none."""
    frames = [frame for frame, within in sketch.frames.items() if within == on and frame in sketch.actors]
    if frames or on in sketch.frames:
        return [], ({"through": sketch.any(frames)} if frames else {})
    frame, at = sketch.name(), sketch.pages[on]
    sketch.open(frame, at)
    if frame not in sketch.actors:
        return [{"open": frame, "at": at}], {}
    sketch.frames[frame] = on
    return [{"open": frame, "at": at, "in": on}], {"through": frame}


def _get_ids(sketch: Sketch) -> list[Raw]:
    if not sketch.actors:
        return []
    return [
        {"getIds": True, "as": sketch.name(), **_on(sketch.any(sketch.actors)), **_times(sketch), **OBSERVED}
    ]


def _times(sketch: Sketch) -> Raw:
    if "odd calls" in sketch.on and sketch.often(20):
        return sketch.any(({"times": 2}, {"arguments": 0}))
    return {}


def _holder(sketch: Sketch) -> tuple[str, Fetch] | None:
    holding = sketch.holding()
    return sketch.any(holding) if holding else None


def _of(step: Callable[[Sketch, str, Fetch], Raw]) -> Act:
    """A call that needs a registration which some page holds."""

    def act(sketch: Sketch) -> list[Raw]:
        found = _holder(sketch)
        if found is None:
            return []
        on, of = found
        return [{**step(sketch, on, of), **_on(on), **OBSERVED}]

    return act


def _compared(sketch: Sketch, of: Fetch) -> str | Raw:
    """The request that match() compares with: one of the fetch, or something like it."""
    like = dict(sketch.any(of.requests)) if of.requests else {"path": "/a"}
    like = {key: value for key, value in like.items() if key in ("path", "method", "headers")}
    if sketch.often(30):
        like["path"] = sketch.any((*PATHS, f"{like['path']}?x=1", f"{like['path']}#part", "/none"))
    if sketch.often(60 if "headers" in sketch.on else 30):
        others: tuple[Raw, ...] = ({"method": "PUT"}, {"headers": sketch.any(HEADERS)}, {"method": "GET"})
        like |= sketch.any(others)
    return like["path"] if set(like) == {"path"} else like


def _matching(sketch: Sketch, compared: str | Raw) -> Raw:
    """Options of match(); rather than none those that are about how the compared request is another."""
    like = {"path": compared} if isinstance(compared, str) else compared
    apt = [name for name, mark in IGNORED.items() if mark(like)]
    if sketch.often(70 if not apt else 30):
        return {}
    return {"options": {sketch.any(apt or list(IGNORED)): True}}


def _match(sketch: Sketch, on: str, of: Fetch) -> Raw:
    name, compared = sketch.name(), _compared(sketch, of)
    sketch.records.append((name, on))
    return {"match": compared, "of": of.name, "as": name, **_matching(sketch, compared)}


def _match_all(sketch: Sketch, on: str, of: Fetch) -> Raw:
    compared = _compared(sketch, of)
    with_it = {"requests": compared, **_matching(sketch, compared)} if sketch.often(60) else {}
    return {"matchAll": of.name, "as": sketch.name(), **with_it}


def _abort(sketch: Sketch) -> list[Raw]:
    """Abort a fetch, now and then while a record is being read, or with the next of its id right behind."""
    found = _holder(sketch)
    if found is None:
        return []
    on, of = found
    before, after = list[Raw](), list[Raw]()
    if "another fetch" in sketch.on and sketch.often(40):
        after = fetch(sketch, of.id)
        after += [{"abort": of.name, "as": sketch.name(), **_on(on), **OBSERVED}] if sketch.often(50) else []
    elif {"match", "read"} & sketch.on and sketch.often(50):
        before = [{**_match(sketch, on, of), **_on(on), **OBSERVED}, {"wait": "50 ms"}]
        after = [{"read": before[0]["as"], "as": sketch.name(), **_on(on), **OBSERVED}]
    return [*before, {"abort": of.name, "as": sketch.name(), **_on(on), **OBSERVED}, *after]


def _read(sketch: Sketch) -> list[Raw]:
    """Read a record that was matched; where none was yet, one is matched before."""
    before = [] if sketch.records else _of(_match)(sketch)
    if not sketch.records:
        return []
    record, on = sketch.any(sketch.records)
    some = {"bytes": sketch.any((1000, 65_536))} if sketch.often(30) else {}
    pause = [{"wait": "50 ms"}] if before else []
    return [*before, *pause, {"read": record, "as": sketch.name(), **some, **_on(on), **OBSERVED}]


def _attributes(sketch: Sketch, on: str, of: Fetch) -> Raw:
    return {"attributes": of.name, **({"for": "10 ms"} if sketch.often(20) else {})}


def _in_worker(sketch: Sketch) -> str:
    return sketch.any(sketch.worker_names)


def _of_worker(step: Callable[[Sketch], Raw]) -> Act:
    def act(sketch: Sketch) -> list[Raw]:
        if not sketch.worker_names:
            return []
        return [{**step(sketch), "on": _in_worker(sketch), **OBSERVED}]

    return act


def _of_page(step: Callable[[Sketch], Raw]) -> Act:
    def act(sketch: Sketch) -> list[Raw]:
        if not sketch.actors:
            return []
        return [{**step(sketch), **_on(sketch.any(sketch.actors)), **OBSERVED}]

    return act


def _update_ui(sketch: Sketch) -> list[Raw]:
    """updateUI() of whatever event there has been, or of one that script has made."""
    if not (sketch.worker_names and sketch.fetches):
        return []
    of = sketch.any([fetch.name for fetch in sketch.fetches] + sketch.events)
    shown = sketch.any(SHOWN)
    dispatched = {"dispatched": True} if of in sketch.events and sketch.often(50) else {}
    return [{"updateUI": shown, "of": of, **dispatched, "on": _in_worker(sketch), **OBSERVED}]


def _construct(sketch: Sketch) -> list[Raw]:
    if not (sketch.worker_names and sketch.fetches):
        return []
    name, interface = sketch.name(), sketch.any(("BackgroundFetchUpdateUIEvent", "BackgroundFetchEvent"))
    if sketch.often(20):
        whose: Raw = {"registration": False}
    else:
        whose = {"of": sketch.any(sketch.fetches).name}
        sketch.events.append(name)
    on = _in_worker(sketch)
    made: list[Raw] = [{"construct": interface, **whose, "as": name, "on": on, **OBSERVED}]
    if name in sketch.events and sketch.often(60):
        dispatched = {"dispatched": True} if sketch.often(60) else {}
        made.append({"updateUI": sketch.any(SHOWN), "of": name, **dispatched, "on": on, **OBSERVED})
    return made


def _same(sketch: Sketch) -> list[Raw]:
    """Whether two objects are one: records and what they have, registrations, the manager."""
    if sketch.worker_names and sketch.often(40):
        on = _in_worker(sketch)
        held = [name for name, holder in sketch.objects if holder == on]
        event = f"{sketch.any((*END_EVENTS, END_EVENTS[0]))}.registration"
        among = [event, sketch.any(held or [event])]
        ended = [{"wait": "50 ms"}] if sketch.often(60) else []
        return [*ended, {"same": among, "as": sketch.name(), "on": on, **OBSERVED}]
    if not sketch.actors:
        return []
    if not sketch.records and sketch.often(60):
        before = _of(_match)(sketch)
        return [*before, *_same_in_page(sketch)]
    return _same_in_page(sketch)


def _same_in_page(sketch: Sketch) -> list[Raw]:
    on = sketch.any(sketch.actors)
    records = [name for name, holder in sketch.records if holder == on]
    held = [name for name, holder in sketch.objects if holder == on]
    kinds = [records, [f"{record}.request" for record in records]]
    kinds += [[f"{record}.responseReady" for record in records], held, ["backgroundFetch"]]
    among = sketch.any([kind for kind in kinds if kind])
    return [{"same": [sketch.any(among), sketch.any(among)], "as": sketch.name(), **_on(on), **OBSERVED}]


def _assign(sketch: Sketch, on: str, of: Fetch) -> Raw:
    what = sketch.any(("onprogress", "downloaded", "id", "result"))
    return {"assign": what, "value": sketch.any(("function", "null", "number")), "of": of.name}


def _inspect(sketch: Sketch) -> list[Raw]:
    """A look at some interfaces, from a page or a worker."""
    actors = [*sketch.actors, *sketch.worker_names]
    if not actors:
        return []
    on, first = sketch.any(actors), sketch.chance.whole(0, len(INTERFACES) - 1)
    looked_at = (*INTERFACES, *INTERFACES)[first : first + 3]
    return [{"inspect": one, "as": sketch.name(), **_on(on), **OBSERVED} for one in looked_at]


def _wait_until(sketch: Sketch) -> list[Raw]:
    """One more promise for an event, whether it is still being dispatched, waited for, or long over."""
    if not (sketch.worker_names and sketch.fetches):
        return []
    of, on = sketch.any(sketch.fetches).name, _in_worker(sketch)
    made = [{"waitUntil": sketch.any(("1 s", "1 min")), "of": of, "on": on, **OBSERVED}]
    after = _of(_match_all)(sketch) if sketch.often(50) else []
    return [*made, *([{"wait": "2 s"}, *after] if after else [])]


def _query(sketch: Sketch) -> list[Raw]:
    """Ask for the state of the permission; its changes are told from then on."""
    if not sketch.actors:
        return []
    on = sketch.any(sketch.actors)
    return [{"query": "background-fetch", "as": sketch.name(), **_on(on), **OBSERVED}]


def _body(sketch: Sketch) -> list[Raw]:
    if not sketch.bodies:
        return []
    on, path = sketch.any(sketch.bodies)
    return [{"body": path, "as": sketch.name(), **_on(on), **OBSERVED}]


def _cached(sketch: Sketch) -> list[Raw]:
    """What the caches hold, at once or when a fetch has had its time to end."""
    looked = _of_page(lambda sketch: _named(sketch, {"cached": sketch.any(_asked_for(sketch))}))(sketch)
    return [{"wait": sketch.any(("50 ms", "2 min"))}, *looked] if looked and sketch.often(60) else looked


def _asked_for(sketch: Sketch) -> Sequence[str]:
    """The paths of the site's own that fetches ask for; where there is none, all."""
    asked = [one["path"] for fetch in sketch.fetches for one in fetch.requests]
    return [path for path in PATHS[:3] if path in asked] or PATHS[:3]


def _named(sketch: Sketch, step: Raw) -> Raw:
    return {**step, "as": sketch.name()}


CALLS: Mapping[str, Act] = {
    "get": _get,
    "getIds": _get_ids,
    "match": _of(_match),
    "matchAll": _of(_match_all),
    "read": _read,
    "attributes": _of(_attributes),
    "abort": _abort,
    "updateUI": _update_ui,
    "waitUntil": _wait_until,
    "construct": _construct,
    "same": _same,
    "assign": _of(_assign),
    "body": _body,
    "inspect": _inspect,
    "query": _query,
    "usage": _of_page(lambda sketch: _named(sketch, {"usage": sketch.any((1, 65_536, 300_000))})),
    "cached": _cached,
    "load": _of_page(lambda sketch: _named(sketch, {"load": sketch.any(PATHS[:3])})),
    "fetchEvents": _of_worker(lambda sketch: _named(sketch, {"fetchEvents": True})),
    "another fetch": fetch,
}
"""What script can do, by the feature that allows it."""

__all__ = ["CALLS", "Act", "fetch", "plain", "request"]
