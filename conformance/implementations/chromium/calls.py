"""Turns a step that calls the API into what the page's script is told to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from conformance.implementations.chromium.names import Names
from conformance.scenario.calls import CALLS
from conformance.scenario.model import RequestSpec, Scenario, Step, WorkerStep
from conformance.scenario.objects import OBJECTS
from simulator.origin.hosts import Hosts

VERBS = {*CALLS, *OBJECTS}


def told(step: Step, scope: str, hosts: Hosts, names: Names) -> dict[str, Any]:
    """What ``begin`` takes for a step, of a page or worker in ``scope``. A fetch is entered in ``names``."""
    what, rest = step.arguments[step.verb], step.arguments
    if step.verb == "fetch":
        names.begin(scope, what, step.name, step.number)
    common = {
        "number": step.number,
        "verb": step.verb,
        "name": step.name,
        "fetch": step.of or what,
        "id": names.id(step.of),
        "options": _options(rest.get("options")),
        "requests": [_request(one, hosts) for one in rest.get("requests", ())],
        "lone": rest.get("lone", False),
        "arguments": rest.get("arguments"),
        "times": rest.get("times"),
        "through": rest.get("through"),
    }
    if step.verb == "get":
        common["name"] = names.of(scope, what)
    return common | _told_of_calls(step, hosts) | _told_of_objects(step)


def _told_of_calls(step: Step, hosts: Hosts) -> dict[str, Any]:
    """What the calls, and what is done beside them, go by."""
    what, rest = step.arguments[step.verb], step.arguments
    match step.verb:
        case "fetch" | "get":
            return {"id": what, "as": step.name}
        case "updateUI":
            return {"options": _options(what), "dispatched": "dispatched" in rest}
        case "attributes":
            return {"milliseconds": rest["for"] / 1e6 if "for" in rest else None}
        case "waitUntil":
            return {"milliseconds": what / 1e6}
        case "match" | "load":
            return {"requests": [_request(what, hosts)]}
        case "body" | "cached":
            return {"path": what}
        case "read":
            return {"record": what, "bytes": rest.get("bytes")}
        case "usage":
            return {"bytes": what}
    return {}


def _told_of_objects(step: Step) -> dict[str, Any]:
    """What the verbs that look at objects go by."""
    what, rest = step.arguments[step.verb], step.arguments
    match step.verb:
        case "inspect":
            return {"interface": what}
        case "same":
            return {"paths": list(what)}
        case "construct":
            fetch = {"fetch": step.of, "withRegistration": bool(step.of)}
            return {"interface": what, "type": rest["type"], "as": step.name, **fetch}
        case "assign":
            return {"attribute": what, "value": rest["value"], "fetch": step.of, "ofFetch": bool(step.of)}
        case "query":
            return {"permission": what}
    return {}


def worker_steps(scenario: Scenario, version: int) -> bytes:
    """The script that tells the service workers of a scenario what they and their handlers do.

    Another ``version`` is another script, so that the browser finds the workers changed.
    """
    handlers = {
        scope: {event: [_worker_step(step) for step in steps] for event, steps in script.handlers.items()}
        for scope, script in scenario.workers.items()
    }
    scripts = scenario.workers.items()
    told = {
        "version": version,
        "handlers": handlers,
        "neverActive": [scope for scope, script in scripts if not script.installs],
        "byAttribute": [scope for scope, script in scripts if script.by_attribute],
        "seeFetches": [scope for scope, script in scripts if script.sees_fetches],
    }
    return f"const scenario = {json.dumps(told)};\n".encode()


def _worker_step(step: WorkerStep) -> dict[str, Any]:
    given = step.arguments[step.verb]
    if step.verb == "updateUI":
        return {"verb": step.verb, "options": _options(given)}
    if step.verb == "waitUntil":
        return {"verb": step.verb, "milliseconds": None if given == "never" else given / 1e6}
    return {"verb": step.verb, "object": given}


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
    init |= {name: value for name in ("redirect", "mode", "credentials") if (value := getattr(spec, name))}
    about = {"path": spec.path, "stream": spec.stream, "spoiled": spec.spoiled}
    return {
        "url": hosts.given(spec.path),
        "init": init or None,
        **(about if spec.body is not None else {}),
    }


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
