"""What origins answer in made-up scenarios: sizes that matter, and all that can go wrong on the wire."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from attrs import frozen

from conformance.adversary.sketch import Raw, Sketch

PATHS = ("/a", "/b", "/c", "//cdn/d")
ICON, ELSEWHERE, BELOW = "/icon.png", "/elsewhere", "/sub/b"
SIZES = (300_000, 65_536, 1000, 65_537, 1, 0, 100_000)
SPLICES = (100_000, 1, 65_536, 96, 992, 65_535)
"""Positions at which something is likely to begin or to end; so are both ends, and any may be."""

CODES = (404, 500, 204, 200, 206, 304, 416, 429, 503)
LEADING_ON = (302, 301, 303, 307, 308)
GATE = "gate"
WORD = 2**64
"""One more than what a register of 64 bits can hold."""


@frozen
class Body:
    """What an answer is about: a body of this size, of which all before ``at`` has come already."""

    size: int
    at: int = 0

    @property
    def last(self) -> int:
        return max(self.size - 1, self.at)

    @property
    def left(self) -> int:
        return self.size - self.at


Maker = Callable[[Sketch, Body], Raw]


def place(sketch: Sketch, size: int) -> int:
    """A position in a body: one of interest, or any."""
    if sketch.often(70):
        return min(size, max(0, sketch.any((*SPLICES, 0, size - 1, size))))
    return sketch.chance.whole(0, size)


def _cut(sketch: Sketch, body: Body) -> Raw:
    where = "headers" if sketch.often(10) else place(sketch, body.left)
    return {"cut": {"after": where, "how": sketch.any(("reset", "fin"))}}


def _stall(sketch: Sketch, body: Body) -> Raw:
    return _standing(sketch, "headers" if sketch.often(10) else place(sketch, body.left))


def _standing(sketch: Sketch, where: str | int) -> Raw:
    """Most often until the connection dies: then what has come is kept, and the rest is asked for."""
    ends = sketch.any(("dead", "gate", "dead", "time", "dead"))
    if ends == "gate":
        sketch.gates = [GATE]
        return {"stall": {"after": where, "until": GATE}}
    return {"stall": {"after": where, **({"for": "1 h"} if ends == "time" else {})}}


def _trickle(sketch: Sketch, body: Body) -> Raw:
    bytes, every = max(1, body.size // sketch.any((2, 7, 20))), sketch.any(("1 s", "1 ms"))
    return {"trickle": {"bytes": bytes, "every": every}} if body.size else {}


def _range(sketch: Sketch, body: Body) -> Raw:
    bent: tuple[Raw | bool, ...] = (
        {"first": sketch.any((body.at + 1, max(body.at - 1, 0), 0, place(sketch, body.size)))},
        False,
        {"length": max(1, body.size // 3)},
        {"total": sketch.any(("*", body.size + 1, 5000, "*"))},
        {"ifRange": False},
    )
    return {"range": sketch.any(bent)}


def _content_range(sketch: Sketch, body: Body) -> Raw:
    return {"range": {"header": sketch.any(_content_ranges(body))}}


def _content_ranges(body: Body) -> tuple[str, ...]:
    """What Content-Range may say of the rest of a body: soundly, oddly, in no grammar, beyond all bounds."""
    at, last, size = body.at, body.last, body.size
    return (
        f"Bytes {at}-{last}/{size}",
        f"items {at}-{last}/{size}",
        f"{at}-{last}/{size}",
        f"bytes {at} - {last} / {size}",
        f"bytes 0{at}-0{last}/0{size}",
        f"bytes {at}-{last}/{size}, 0-0/1",
        f"bytes {at}-{last}/{last}",
        f"bytes {last + 1}-{at}/{size}",
        f"bytes {at + WORD}-{last + WORD}/{size + WORD}",
        f"bytes {at}-{last}/{size + WORD}",
        f"bytes {at}-{last}/*",
        f"bytes 0-{last}/{size}",
        "bytes 5-2/9",
        "",
    )


def _version(sketch: Sketch, body: Body) -> Raw:
    kept: tuple[Raw, ...] = (
        {},
        {"etag": '"v1"'},
        {"etag": ""},
        {"etag": 'W/"v1"'},
        {"lastModified": "Sat, 01 Jan 2022 00:00:00 GMT"},
    )
    return {"version": "v2", **sketch.any(kept)}


VALIDATORS: Sequence[Raw] = (
    {"lastModified": "Mon, 02 Nov 2020 10:00:00 GMT"},
    {"etag": '"other"'},
    {"etag": ""},
)
"""What is told of the same version otherwise than before, for the first time, or no longer."""


def _status(sketch: Sketch, body: Body) -> Raw:
    code = sketch.any(CODES)
    if code == 206 and sketch.often(60):
        return {"status": code, "range": {"header": f"bytes {body.at}-{body.last}/{body.size}"}}
    return {"status": code, **({"size": 0} if code in (204, 205, 304) else {})}


def _upload(sketch: Sketch, body: Body) -> Raw:
    where = sketch.any((0, 1000, 65_536))
    kind = sketch.any(("cut", "stall"))
    return {kind: {"after": where, "of": "upload"}}


FAULTS: Mapping[str, Maker] = {
    "cut": _cut,
    "stall": _stall,
    "trickle": _trickle,
    "bent range": _range,
    "content range": _content_range,
    "new version": _version,
    "other validators": lambda sketch, body: {**sketch.any(VALIDATORS)},
    "status": _status,
    "refuse": lambda sketch, body: {"refuse": True},
    "latency": lambda sketch, body: {"latency": sketch.any(("30 s", "1 ms", "2 h"))},
    "redirect": lambda sketch, body: {
        "redirect": sketch.any((ELSEWHERE, "//cdn/d", "/a?again=1", "data:,x")),
        "status": sketch.any(LEADING_ON),
    },
    "upload fault": _upload,
}
"""What can differ in one attempt, by the feature that allows it."""

ENDINGS = ("cut", "stall", "trickle")
"""How a body comes, or does not; in the same attempt it may be another one, or be told of otherwise."""

BESIDE = ("bent range", "content range", "new version", "other validators", "latency")


def origins(sketch: Sketch) -> dict[str, Raw]:
    """A resource for every path that a request may ask for."""
    made = {path: resource(sketch, path) for path in PATHS}
    if "redirect" in sketch.on:
        made[ELSEWHERE] = {"size": sketch.any(SIZES), **_across(sketch)}
        if sketch.often(30):
            made[ELSEWHERE]["redirect"] = ELSEWHERE  # and round in circles
        made["//cdn/d"]["attempts"] = [one for one in made["//cdn/d"]["attempts"] if "redirect" not in one]
    if "odd request" in sketch.on:
        made[BELOW] = {"size": 1000}
    if "icons" in sketch.on:
        made[ICON] = {"size": 1000, "headers": {"Content-Type": "image/png"}}
    return made


def resource(sketch: Sketch, path: str) -> Raw:
    held = "held" in sketch.on and not path.startswith("//")
    size = sketch.any(SIZES[:2] if held else SIZES)
    headers = _headers(sketch)
    about: Raw = {"size": size, **({"headers": headers} if headers else {})}
    if "coding" in sketch.on and not held and sketch.often(50):
        about["coding"] = "gzip"
    if path.startswith("//"):
        about |= _across(sketch)
    if "validators" in sketch.on and sketch.often(50):
        about |= sketch.any(
            ({"etag": ""}, {"etag": 'W/"w"'}, {"etag": "", "lastModified": "Sat, 01 Jan 2022 00:00:00 GMT"})
        )
    if "redirect" in sketch.on and not held and not path.startswith("//") and sketch.often(30):
        about |= {"redirect": ELSEWHERE, "status": sketch.any(LEADING_ON)}
        return about
    about["attempts"] = list(_attempts(sketch, size, held=held))
    return about


def _attempts(sketch: Sketch, size: int, *, held: bool) -> Iterator[Raw]:
    """What differs in the first few answers; ``held``: the first stands still in the middle of its body."""
    usable, at = [name for name in FAULTS if name in sketch.on], 0
    telling = [name for name in BESIDE if name in usable]
    if held:
        where = min(size - 1, max(1, place(sketch, size)))
        # What the next answer tells of its part shows only where there is a next one.
        first = {"stall": {"after": where}} if telling and sketch.often(60) else _standing(sketch, where)
        at = _stops(first, at)
        if "unasked part" in sketch.on and sketch.often(60):
            first |= _unasked_part(sketch, size)
        yield first
    for n in range(sketch.chance.whole(1, 3) if usable else 0):
        rest = telling if held and n == 0 and telling and sketch.often(60) else usable
        yield (attempt := _attempt(sketch, rest, Body(size, at), ENDINGS if held else usable))
        at = min(size, _stops(attempt, at))


def _unasked_part(sketch: Sketch, size: int) -> Raw:
    """A whole answer that says it is a part; what it tells of the whole is compared with the next part."""
    total = sketch.any((size, "*", size + 1))
    return {"status": 206, "range": {"header": f"bytes 0-{size - 1}/{total}"}}


def _stops(attempt: Raw, at: int) -> int:
    """How far the body has come after this attempt, if nothing else happens; 0 where it came to its end."""
    fault = attempt.get("stall") or attempt.get("cut") or {"after": 0}
    if fault["after"] == "headers" or "of" in fault:
        return at
    return at + int(fault["after"])


def _attempt(sketch: Sketch, usable: Sequence[str], body: Body, besides: Collection[str]) -> Raw:
    """One attempt, in which most often one thing is wrong, sometimes two, and sometimes nothing."""
    if sketch.often(15):
        return {}
    name = sketch.any(usable)
    made = FAULTS[name](sketch, body)
    beside = [one for one in (BESIDE if name in ENDINGS else ENDINGS) if one in besides]
    if name in (*ENDINGS, *BESIDE) and beside and sketch.often(40):
        made |= FAULTS[sketch.any(beside)](sketch, body)
    return made


def _headers(sketch: Sketch) -> Raw:
    if "headers" not in sketch.on or sketch.often(40):
        return {}
    choices: tuple[Raw, ...] = (
        {"Content-Type": "text/plain"},
        {"Vary": sketch.any(("X-A", "*", "X-B, X-A"))},
        {"Vary": "X-A"},
        {"Set-Cookie": "k=v"},
        {"X-Own": "1", "Cache-Control": "no-store"},
    )
    if {"match", "matchAll"} & sketch.on and sketch.often(40):
        return {"Vary": "X-A"}
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
