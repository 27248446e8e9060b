"""Turns a step that calls the API into what the page's script is told to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conformance.scenario.model import RequestSpec, Scenario, Step
from simulator.origin.hosts import Hosts


class Calls:
    """The calls of one scenario. ``names`` maps an id to the fetch that bears it, and is kept here."""

    verbs = ("fetch", "get", "getIds", "match", "matchAll", "abort", "read", "attributes")

    def __init__(self, scenario: Scenario, hosts: Hosts, names: dict[str, str]) -> None:
        self._scenario, self._hosts, self._names = scenario, hosts, names

    def told(self, step: Step) -> dict[str, Any]:
        """What ``bgfetch.begin`` takes for a step."""
        what = step.arguments[step.verb]
        told: dict[str, Any] = {"number": step.number, "verb": step.verb}
        told |= {"name": step.name, "options": _plain(step.arguments.get("options"))}
        told["requests"] = [self._request(one) for one in step.arguments.get("requests", ())]
        match step.verb:
            case "fetch":
                self._names[what] = step.name or what
                told |= {"id": what, "name": self._names[what]}
            case "get":
                told |= {"id": what, "name": self._names.get(what, what)}
            case "match":
                told |= {"fetch": step.of or self._only_fetch(), "requests": [self._match(what)]}
            case "matchAll" | "abort" | "attributes":
                told |= {"fetch": what}
            case "read":
                told |= {"record": what, "bytes": step.arguments.get("bytes")}
        return told

    def _only_fetch(self) -> str:
        fetches = [step for step in self._scenario.steps if step.verb == "fetch"]
        return fetches[0].name or str(fetches[0].arguments["fetch"]) if fetches else ""

    def _match(self, what: Any) -> dict[str, Any]:
        return self._request(what if isinstance(what, RequestSpec) else RequestSpec(what))

    def _request(self, spec: RequestSpec) -> dict[str, Any]:
        """A request as the page makes it; ``init`` None leaves the URL to fetch() itself."""
        url = self._hosts.url(spec.path) if spec.path.startswith("//") else spec.path
        init: dict[str, Any] = {}
        if spec.method != "GET":
            init["method"] = spec.method
        if spec.headers:
            init["headers"] = dict(spec.headers)
        if spec.body is not None:
            init["body"] = spec.body
        init |= {name: value for name in ("mode", "credentials") if (value := getattr(spec, name))}
        return {"url": url, "init": init or None}


def _plain(value: Any) -> Any:
    """A value of the scenario as JSON can carry it."""
    if hasattr(value, "items"):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return value
