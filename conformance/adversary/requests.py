"""The requests of made-up scenarios, and the options of fetch()."""

from __future__ import annotations

from conformance.adversary.origins import ICON, PATHS
from conformance.adversary.sketch import Raw, Sketch

ODD_PATHS = ("data:,text", "about:blank", "//cdn:25/d", "/a#part", "/b?x=1", "../b", "http://cdn/d")
HEADERS = (
    {"X-A": "1"},
    {"X-B": "2"},
    {"Range": "bytes=5-"},
    {"X-A": "1", "Accept": "text/plain"},
    {"Authorization": "x"},
)
TOTALS = (300_000, 1, 300_001, 1_000_000, "NaN", -1, 0.5, "Infinity", 65_536)


def requests(sketch: Sketch) -> list[Raw]:
    """One request, or with the feature several."""
    number = sketch.any((2, 3, 1)) if "several requests" in sketch.on else 1
    return [request(sketch) for _ in range(number)]


def request(sketch: Sketch) -> Raw:
    paths = PATHS if "cross origin" in sketch.on else PATHS[:3]
    made: Raw = {"path": sketch.any(paths)}
    if "upload" in sketch.on and sketch.often(60):
        made |= {"method": sketch.any(("POST", "PUT")), "body": sketch.any((70_000, 10, 0, 300_000))}
    if "stream" in sketch.on and "body" in made and sketch.often(50):
        made["stream"] = sketch.any(({}, {"fails": True}))
    if "request headers" in sketch.on and sketch.often(60):
        made["headers"] = sketch.any(HEADERS)
    if "odd request" in sketch.on and sketch.often(60):
        _bend(sketch, made)
    return made


def _bend(sketch: Sketch, made: Raw) -> None:
    """Make something of a request that few pages would."""
    what = sketch.any(("path", "mode", "credentials", "redirect", "method", "spoiled"))
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
        made["downloadTotal"] = sketch.any(TOTALS)
    if "icons" in sketch.on:
        sizes = sketch.any(("1x1", "64x64", "any"))
        made |= {"title": "A title", "icons": [{"src": ICON, "sizes": sizes, "type": "image/png"}]}
    return made


def plain(request: Raw) -> bool:
    """Whether a request is a mere GET of the site's own."""
    return set(request) == {"path"} and request["path"] in PATHS[:3]


def briefly(made: list[Raw]) -> list[Raw | str]:
    """Requests as one writes them: a path where there is nothing else."""
    return [one["path"] if set(one) == {"path"} else one for one in made]
