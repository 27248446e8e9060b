"""A step in words, for logs and reports."""

from __future__ import annotations

from typing import Any

from conformance.scenario.model import Condition, NetworkState, RequestSpec, Step


def told(step: Step) -> str:
    """One short sentence that says what a step does."""
    subject = step.arguments.get(step.verb)
    rest = [
        f"{key} {_plain(value, key)}"
        for key, value in step.arguments.items()
        if key != step.verb and value != {} and value is not True
    ]
    words = [step.verb] if subject is True else [step.verb, _plain(subject, step.verb)]
    if step.on != "page":
        words.insert(0, f"{step.on}:")
    return " ".join([*words, *rest])


def _plain(value: Any, key: str = "") -> str:
    if key in ("wait", "for", "waitUntil"):
        return duration(value)
    match value:
        case Condition(text=text):
            return text
        case RequestSpec(path=path, method=method, body=body):
            upload = f" with {_upload(value)}" if body is not None else ""
            return f"{path}{upload}" if method == "GET" else f"{method} {path}{upload}"
        case NetworkState(online=False):
            return "offline"
        case NetworkState(captive=True):
            return "captive"
        case NetworkState(metered=metered, bandwidth=bandwidth):
            rate = f", {bandwidth} bit/s" if bandwidth else ""
            return "online" + (", metered" if metered else "") + rate
        case dict():
            return "{" + ", ".join(f"{key} = {_plain(inner)}" for key, inner in value.items()) + "}"
        case list() | tuple():
            shown = [_plain(item) for item in value[:4]]
            more = [f"and {len(value) - 4} more"] if len(value) > 4 else []
            return ", ".join(shown + more)
    return str(value)


def _upload(request: RequestSpec) -> str:
    """A request's body, and what is special about it."""
    stream = request.stream
    words = [f"{request.body} bytes"]
    if stream is not None:
        words.append("as a stream" + (f" until {stream['until']}" if "until" in stream else ""))
        words += ["which errors"] if stream.get("fails") else []
    return ", ".join([*words, *([f"{request.spoiled} before"] if request.spoiled else [])])


def duration(nanoseconds: int) -> str:
    """A time in the largest unit in which it is a whole number."""
    for unit, size in (("h", 3_600_000_000_000), ("min", 60_000_000_000), ("s", 10**9), ("ms", 10**6)):
        if nanoseconds % size == 0:
            return f"{nanoseconds // size} {unit}"
    return f"{nanoseconds} ns"
