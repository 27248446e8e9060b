"""Observations told in short sentences, from their typed fields alone.

One function per kind: a reader who knows the kinds finds how each is told, and a new kind
without a function of its own is still told by its fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import singledispatch
from typing import Any

from reports.text import clip, duration, size
from simulator import observation as seen

SHORT = 160
"""Characters of one value inside a sentence; what is longer is clipped and says so."""

_TELLING_HEADERS = frozenset(
    "range if-range accept-encoding content-range content-length content-encoding content-type accept-ranges "
    "etag last-modified location origin cache-control retry-after transfer-encoding".split()
)


def tell(observation: seen.Observation) -> str:
    """What was seen, in one sentence without its time, witness and actor."""
    return _tell(observation.data, _short(observation.of))


def _short(value: str) -> str:
    return clip(value, SHORT)


def _json(value: Any) -> str:
    try:
        return _short(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str))
    except (TypeError, ValueError, RecursionError):
        return "a value that cannot be printed"


def _join(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _again(number: int) -> str:
    return f"request {number}" if number > 1 else ""


def _headers(headers: Iterable[tuple[str, str]]) -> str:
    """The headers that the specification looks at, and how many others there were."""
    shown, others = [], 0
    for name, value in headers:
        if name.lower() in _TELLING_HEADERS or name.lower().startswith("access-control-"):
            shown.append(f"{_short(name)}: {_short(value)}")
        else:
            others += 1
    if others:
        shown.append(f"{others} other header{'s' * (others > 1)}")
    return f" ({'; '.join(shown)})" if shown else ""


def _amounts(got: int, total: int | None = None) -> str:
    return size(got) if total is None else f"{size(got)} of {size(total)}"


@singledispatch
def _tell(data: seen.Kind, of: str) -> str:
    return _join(
        f"{data.name} {of}".strip(), *(f"{name} {_json(value)}" for name, value in vars(data).items())
    )


# -- the wire -------------------------------------------------------------------------------


@_tell.register
def _request(data: seen.Request, of: str) -> str:
    asked = f"Range {_short(data.range)}" if data.range else ""
    head = f"preflight {_short(data.method)} {of}" if data.number == 0 else f"{_short(data.method)} {of}"
    rest = [pair for pair in data.headers if pair[0].lower() != "range" or pair[1] != data.range]
    return _join(head, asked, _again(data.number)) + _headers(rest)


@_tell.register
def _upload(data: seen.Upload, of: str) -> str:
    whole = "all of it" if data.complete else ""
    return _join(f"{size(data.received)} of the body sent to {of} arrived", whole, _again(data.number))


@_tell.register
def _response(data: seen.Response, of: str) -> str:
    return _join(f"answer {data.status} to {of}", _again(data.number)) + _headers(data.headers)


@_tell.register
def _sent(data: seen.Sent, of: str) -> str:
    whole = "all of it" if data.complete else ""
    return _join(f"{size(data.sent)} of the answer to {of} sent", whole, _again(data.number))


@_tell.register
def _fault(data: seen.Fault, of: str) -> str:
    where = "before the head" if data.after < 0 else f"after {size(data.after)}"
    return _join(f"fault: {_short(data.fault)} {where} of {of}", _again(data.number))


@_tell.register
def _closed(data: seen.Closed, of: str) -> str:
    how = f" ({_short(data.how)})" if data.how else ""
    return _join(f"connection of {of} closed by the {_short(data.by)}{how}", _again(data.number))


@_tell.register
def _released(data: seen.Released, of: str) -> str:
    return f"gate {of} opened"


# -- levers ---------------------------------------------------------------------------------


@_tell.register
def _step(data: seen.Step, of: str) -> str:
    once = f", once {_short(data.when)}" if data.when else ""
    return f"step {of} begun: {_short(data.told or data.verb)}{once}"


@_tell.register
def _network(data: seen.Network, of: str) -> str:
    rate = "" if data.bandwidth is None else f"{data.bandwidth:,} bit/s"
    link = "captive" if data.captive else "online" if data.online else "offline"
    return _join(f"network {link}", "metered" * data.metered, rate)


@_tell.register
def _permission(data: seen.Permission, of: str) -> str:
    return f"permission {_short(data.state)}"


@_tell.register
def _storage(data: seen.Storage, of: str) -> str:
    if data.evicted:
        return "all that was stored is evicted"
    return "storage ample" if data.quota is None else f"quota set to {size(data.quota)}"


@_tell.register
def _shortened(data: seen.Shortened, of: str) -> str:
    return f"a wait of {duration(data.asked)} shortened to {duration(data.given)}, because time is real here"


@_tell.register
def _stuck(data: seen.Stuck, of: str) -> str:
    return f"step {of} waited {duration(data.waited)} for what never came: {_short(data.waiting_for)}"


@_tell.register
def _unconfirmed(data: seen.Unconfirmed, of: str) -> str:
    return f"step {of} has not been seen to take effect in {duration(data.waited)}: {_short(data.expected)}"


@_tell.register
def _never(data: seen.Never, of: str) -> str:
    outcome = "saw what must not happen" if data.happened else "saw nothing"
    return f"step {of} watched for {duration(data.lasted)} and {outcome}"


@_tell.register
def _browser(data: seen.Browser, of: str) -> str:
    torn = f"{size(data.torn)} of each unfinished body lost" if data.torn else ""
    return _join(f"user agent {_short(data.state)}", _short(data.version), torn)


# -- script ---------------------------------------------------------------------------------


@_tell.register
def _called(data: seen.Called, of: str) -> str:
    return f"step {of}: {_short(data.verb)} called"


@_tell.register
def _settled(data: seen.Settled, of: str) -> str:
    if data.exception:
        return f"step {of}: {_short(data.outcome)} with {_short(data.exception)}"
    value = "undefined" if data.value is None else _json(data.value)
    return f"step {of}: {_short(data.outcome)} with {value}"


@_tell.register
def _attributes(data: seen.Attributes, of: str) -> str:
    return _join(f"attributes of {of}: {_download(data.downloaded, data.downloadTotal)}", *_state(data))


@_tell.register
def _progress(data: seen.Progress, of: str) -> str:
    return _join(f"progress of {of}: downloaded {size(data.downloaded)}", *_state(data))


def _download(downloaded: int, total: int) -> str:
    return f"downloaded {_amounts(downloaded, total or None)}"


def _state(data: seen.Attributes | seen.Progress) -> list[str]:
    """What is worth saying of a registration's state: what has left its initial value."""
    return [
        f"uploaded {size(data.uploaded)}" if data.uploaded else "",
        f"result {_short(data.result)}" if data.result else "",
        f"failureReason {_short(data.failureReason)}" if data.failureReason else "",
        "" if data.recordsAvailable else "records not available",
    ]


@_tell.register
def _event(data: seen.Event, of: str) -> str:
    given: Mapping[str, Any] = data.registration
    words = [f"{name} {_json(given[name])}" for name in ("result", "failureReason") if given.get(name)]
    return _join(f"{_short(data.type)} ({_short(data.interface)}) for {of}", *words)


@_tell.register
def _event_done(data: seen.EventDone, of: str) -> str:
    return f"lifetime of {_short(data.type)} for {of} over"


@_tell.register
def _record(data: seen.Record, of: str) -> str:
    head = f"record {data.index} of {_short(data.fetch)}: {_short(data.method)} {of}"
    status = "" if data.status is None else f"status {data.status}"
    if data.exception:
        return _join(head, status, f"{_short(data.at)} rejected with {_short(data.exception)}")
    runs = _short(" ".join(f"{run.version}[{run.start}:{run.stop}]" for run in data.runs[:20]))
    more = f"and {len(data.runs) - 20} further runs" if len(data.runs) > 20 else ""
    return _join(head, status, _short(data.responseType), size(data.size), runs, more) + _headers(
        data.headers
    )


@_tell.register
def _page(data: seen.Page, of: str) -> str:
    name = "page" if of in ("", "page") else f"page {of}"
    return f"{name} {_short(data.state)} at {_short(data.at)}"


@_tell.register
def _worker(data: seen.Worker, of: str) -> str:
    return f"service worker {_short(data.state)}"


# -- what the browser shows of itself -------------------------------------------------------


@_tell.register
def _display(data: seen.Display, of: str) -> str:
    return _join(
        f"shown for {of}: title {_json(data.title)}",
        _download(data.downloaded, data.downloadTotal),
        "paused" if data.paused else "",
        f"result {_short(data.result)}" if data.result else "",
        f"{len(data.icons)} icon{'s' * (len(data.icons) > 1)}" if data.icons else "",
        f"icon {_short(data.icon)}" if data.icon else "",
        f"offers {_short(', '.join(data.offers))}" if data.offers else "",
        "" if data.shown else "gone from view",
    )


@_tell.register
def _devtools(data: seen.Devtools, of: str) -> str:
    details = [f"{name} {_short(str(value))}" for name, value in sorted(data.details.items())]
    more = f"and {len(details) - 8} further details" if len(details) > 8 else ""
    return _join(f"DevTools told of {_short(data.event)} for {of}", *map(_short, details[:8]), more)
