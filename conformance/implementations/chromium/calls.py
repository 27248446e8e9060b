"""Turns a step that calls the API into what the page's script is told to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.implementations.chromium.names import Names
from conformance.scenario.model import RequestSpec, Step
from simulator.origin.hosts import Hosts

VERBS = ("fetch", "get", "getIds", "match", "matchAll", "abort", "read", "attributes")


def told(step: Step, hosts: Hosts, names: Names) -> dict[str, Any]:
    """What ``bgfetch.begin`` takes for a step. A fetch is entered in ``names``."""
    what = step.arguments[step.verb]
    common = {
        "number": step.number,
        "verb": step.verb,
        "name": step.name,
        "fetch": step.of or what,
        "options": _options(step.arguments.get("options")),
        "requests": [_request(one, hosts) for one in step.arguments.get("requests", ())],
        "lone": step.arguments.get("lone", False),
    }
    match step.verb:
        case "fetch":
            names.begin(what, step.name, step.number)
            return common | {"id": what}
        case "get":
            return common | {"id": what, "name": names.of(what)}
        case "match":
            return common | {"requests": [_request(what, hosts)]}
        case "read":
            return common | {"record": what, "bytes": step.arguments.get("bytes")}
    return common


def _request(given: RequestSpec | str, hosts: Hosts) -> dict[str, Any]:
    """A request as the page makes it; ``init`` None leaves the URL to fetch() itself."""
    spec = RequestSpec(given) if isinstance(given, str) else given
    init: dict[str, Any] = {}
    if spec.method != "GET":
        init["method"] = spec.method
    if spec.headers:
        init["headers"] = dict(spec.headers)
    if spec.body is not None:
        init["body"] = spec.body
    init |= {name: value for name in ("mode", "credentials") if (value := getattr(spec, name))}
    url = hosts.url(spec.path) if spec.path.startswith("//") else spec.path
    return {"url": url, "init": init or None}


def _options(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The options of a call; an icon may be written as its path alone."""
    if given is None:
        return None
    options = dict(given)
    if "icons" in options:
        options["icons"] = [
            {"src": icon} if isinstance(icon, str) else dict(icon) for icon in options["icons"]
        ]
    return options
