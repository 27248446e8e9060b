"""What origins answer in made-up scenarios: sizes that matter, and all that can go wrong on the wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conformance.adversary.sketch import Raw, Sketch

PATHS = ("/a", "/b", "/c", "//cdn/d")
ICON, ELSEWHERE = "/icon.png", "/elsewhere"
SIZES = (300_000, 65_536, 1000, 65_537, 1, 0, 100_000)
SPLICES = (0, 1, 96, 992, 65_536, 100_000)
"""Positions at which something is likely to begin or to end; between them any will do."""

CODES = (404, 500, 204, 200, 206, 304, 416, 429, 503)
GATE = "gate"

Maker = Callable[[Sketch, int], Raw]


def place(sketch: Sketch, size: int) -> int:
    """A position in a body: one of interest, or any."""
    if sketch.often(70):
        return min(size, sketch.any(SPLICES))
    return sketch.chance.whole(0, size)


def _cut(sketch: Sketch, size: int) -> Raw:
    where = "headers" if sketch.often(10) else place(sketch, size)
    return {"cut": {"after": where, "how": sketch.any(("reset", "fin"))}}


def _stall(sketch: Sketch, size: int) -> Raw:
    where = "headers" if sketch.often(10) else place(sketch, size)
    ends = sketch.any(("gate", "time", "dead"))
    if ends == "gate":
        sketch.gates = [GATE]
        return {"stall": {"after": where, "until": GATE}}
    return {"stall": {"after": where, **({"for": "1 h"} if ends == "time" else {})}}


def _trickle(sketch: Sketch, size: int) -> Raw:
    return {
        "trickle": {"bytes": max(1, size // sketch.any((2, 7, 20))), "every": sketch.any(("1 s", "1 ms"))}
    }


def _range(sketch: Sketch, size: int) -> Raw:
    bent: list[Raw | bool] = [
        False,
        {"first": place(sketch, size)},
        {"length": max(1, size // 3)},
        {"total": sketch.any(("*", 5000, size + 1))},
        {
            "header": sketch.any(
                ("", "bytes 5-2/9", "items 0-1/2", f"bytes 0-{max(size - 1, 0)}/{size}", "bytes x")
            )
        },
        {"ifRange": False},
    ]
    return {"range": sketch.any(bent)}


def _version(sketch: Sketch, size: int) -> Raw:
    kept: tuple[Raw, ...] = (
        {},
        {"etag": '"v1"'},
        {"etag": ""},
        {"etag": 'W/"v1"'},
        {"lastModified": "Sat, 01 Jan 2022 00:00:00 GMT"},
    )
    return {"version": "v2", **sketch.any(kept)}


def _status(sketch: Sketch, size: int) -> Raw:
    code = sketch.any(CODES)
    return {"status": code, **({"size": 0} if code in (204, 205, 304) else {})}


def _upload(sketch: Sketch, size: int) -> Raw:
    where = sketch.any((0, 1000, 65_536))
    kind = sketch.any(("cut", "stall"))
    return {kind: {"after": where, "of": "upload"}}


FAULTS: Mapping[str, Maker] = {
    "cut": _cut,
    "stall": _stall,
    "trickle": _trickle,
    "bent range": _range,
    "new version": _version,
    "status": _status,
    "refuse": lambda sketch, size: {"refuse": True},
    "latency": lambda sketch, size: {"latency": sketch.any(("30 s", "1 ms", "2 h"))},
    "redirect": lambda sketch, size: {
        "redirect": sketch.any((ELSEWHERE, "//cdn/d", "/a?again=1", "data:,x")),
        "status": sketch.any((302, 301, 303, 307, 308)),
    },
    "upload fault": _upload,
}
"""What can differ in one attempt, by the feature that allows it."""


def origins(sketch: Sketch) -> dict[str, Raw]:
    """A resource for every path that a request may ask for."""
    made = {path: resource(sketch, path) for path in PATHS}
    if "redirect" in sketch.on:
        made[ELSEWHERE] = {"size": sketch.any(SIZES), **_across(sketch)}
        made["//cdn/d"]["attempts"] = [one for one in made["//cdn/d"]["attempts"] if "redirect" not in one]
    if "icons" in sketch.on:
        made[ICON] = {"size": 1000, "headers": {"Content-Type": "image/png"}}
    return made


def resource(sketch: Sketch, path: str) -> Raw:
    size = sketch.any(SIZES)
    headers = _headers(sketch)
    about: Raw = {"size": size, **({"headers": headers} if headers else {})}
    if "coding" in sketch.on and sketch.often(50):
        about["coding"] = "gzip"
    if path.startswith("//"):
        about |= _across(sketch)
    if "validators" in sketch.on and sketch.often(50):
        about |= sketch.any(
            ({"etag": ""}, {"etag": 'W/"w"'}, {"etag": "", "lastModified": "Sat, 01 Jan 2022 00:00:00 GMT"})
        )
    usable = [name for name in FAULTS if name in sketch.on]
    about["attempts"] = [
        _attempt(sketch, usable, size) for _ in range(sketch.chance.whole(1, 3) if usable else 0)
    ]
    return about


def _attempt(sketch: Sketch, usable: list[str], size: int) -> Raw:
    """One attempt, in which most often one thing is wrong, and sometimes nothing."""
    if sketch.often(20):
        return {}
    made = FAULTS[sketch.any(usable)](sketch, size)
    if size == 0 and "trickle" in made:
        return {}
    return made


def _headers(sketch: Sketch) -> Raw:
    if "headers" not in sketch.on or sketch.often(40):
        return {}
    choices: tuple[Raw, ...] = (
        {"Content-Type": "text/plain"},
        {"Vary": sketch.any(("X-A", "*", "X-B, X-A"))},
        {"Set-Cookie": "k=v"},
        {"X-Own": "1", "Cache-Control": "no-store"},
    )
    return sketch.any(choices)


def _across(sketch: Sketch) -> Raw:
    """What the other origin allows: all that is asked, or, with the feature, less."""
    allowed: Raw = {
        "origin": "*",
        "methods": ["PUT", "DELETE"],
        "headers": ["X-A", "Range", "X-B"],
        "expose": ["X-Own"],
    }
    if "cors" not in sketch.on:
        return {"cors": allowed}
    some: tuple[Raw, ...] = (
        {"cors": {"origin": "*"}},
        {},
        {"cors": {**allowed, "origin": "own", "credentials": True}},
        {"cors": {"origin": "own"}},
        {"cors": {"origin": "*", "headers": ["*"], "methods": ["*"]}},
        {"cors": {"origin": "https://other.example"}},
    )
    return sketch.any(some)
