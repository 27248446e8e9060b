"""The requests of made-up scenarios, and the options of fetch()."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conformance.adversary.origins import GATE, ICON, PATHS
from conformance.adversary.sketch import Raw, Sketch

ODD_PATHS = (
    *("data:,text", "about:blank", "//cdn:25/d", "/a#part", "/b?x=1", "../b", "http://cdn/d", "b"),
    *("https://[no-address", "https://user:secret@elsewhere.test/a"),
)
HEADERS = (
    {"X-A": "1"},
    {"X-B": "2"},
    {"Range": "bytes=5-"},
    {"X-A": "1", "Accept": "text/plain"},
    {"Authorization": "x"},
)
MOST = 1_000_000
"""More than all bodies of a fetch are together."""

TOTALS = (300_000, 1, 300_001, MOST, "NaN", -1, 0.5, "Infinity", 65_536)


def requests(sketch: Sketch) -> list[Raw]:
    """One request, or with the feature several."""
    number = sketch.any((2, 3, 2, 3, 1)) if "several requests" in sketch.on else 1
    if "held" in sketch.on and not sketch.fetches and sketch.often(60):
        first = sketch.chance.whole(0, 2)
        return [{"path": path} for path in (PATHS[:3] * 2)[first : first + number]]
    return [request(sketch) for _ in range(number)]


def request(sketch: Sketch) -> Raw:
    elsewhere = {"cross origin", "cors"} & sketch.on and sketch.often(50)
    made: Raw = {"path": PATHS[3] if elsewhere else sketch.any(PATHS[:3])}
    if {"upload", "stream"} & sketch.on and sketch.often(70):
        made |= {
            "method": sketch.any(("POST", "PUT")),
            "body": sketch.any((70_000, 10, 0, 300_000, 1_100_000)),
        }
    if "stream" in sketch.on and "body" in made and sketch.often(85):
        made["stream"] = sketch.any(({}, {"fails": True}, {"until": GATE}, {"fails": True}, {"until": GATE}))
    if {"request headers", "cors"} & sketch.on and sketch.often(60):
        made["headers"] = sketch.any(HEADERS)
    if elsewhere and "cors" in sketch.on and sketch.often(30):
        made["credentials"] = "include"
    if "odd request" in sketch.on and sketch.often(70):
        for _ in range(sketch.any((1, 2))):
            _bend(sketch, made)
    return made


def _bend(sketch: Sketch, made: Raw) -> None:
    """Make something of a request that few pages would."""
    others = ("mode", "credentials", "redirect", "method", "spoiled")
    what = "path" if sketch.often(50) else sketch.any(others)
    match what:
        case "path":
            made["path"] = sketch.any(ODD_PATHS)
        case "mode":
            made["mode"] = sketch.any(("no-cors", "same-origin", "navigate"))
        case "credentials":
            made["credentials"] = sketch.any(("include", "omit"))
        case "redirect":
            made["redirect"] = sketch.any(("error", "manual"))
        case "method" if "body" not in made:
            made["method"] = sketch.any(("DELETE", "HEAD", "put"))
        case "spoiled" if "body" in made and "stream" not in made:
            made["spoiled"] = sketch.any(("used", "locked"))


def options(sketch: Sketch) -> Raw:
    """The options of fetch(), an empty table for none."""
    made: Raw = {}
    if "downloadTotal" in sketch.on and sketch.often(60):
        made["downloadTotal"] = sketch.any((*TOTALS, *_about(sketch.quota)))
    if "icons" in sketch.on:
        sizes = sketch.any(("1x1", "64x64", "any"))
        icons = [{"src": ICON, "sizes": sizes, "type": "image/png"}]
        icons += (
            [{"src": f"{ICON}?large", "sizes": "512x512", "type": "image/png"}] if sketch.often(50) else []
        )
        made |= {"title": "A title", "icons": icons}
    return made


def _about(quota: Any) -> Sequence[int]:
    """What just fits into the storage, and what does not."""
    return () if quota == "ample" else (quota, quota + 1, quota + 1)


def plain(request: Raw) -> bool:
    """Whether a request is for the site's own, and nothing about it can keep the answer from coming."""
    asks = set(request) <= {"path", "headers", "method", "body"} and request["path"] in PATHS[:3]
    return asks and "Range" not in request.get("headers", ()) and request.get("method") != "HEAD"


def briefly(made: list[Raw]) -> list[Raw | str]:
    """Requests as one writes them: a path where there is nothing else."""
    return [one["path"] if set(one) == {"path"} else one for one in made]
