"""HAR 1.2 of the wire: every request and its answer, a page for each result.

Bodies are described and not included: they describe themselves, and hold no more than their
offsets. All times begin with the run, because a result does not tell when it began.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl, quote

from reports.cells import column_of
from reports.machine import amount, bounded, dump, line, listed, missing, moment, turn
from reports.run import Listed, Run
from reports.text import clip, plural, size
from reports.wire import Exchange, exchanges, faults, nearest
from simulator.observation import Fault, Headers, Observation, Record

_ASSUMED = "The scheme https is assumed: what was seen does not tell it. Bodies are described, not included."
_ELSEWHERE = re.compile(r"^//[^/]*")
_HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63}){0,20}", re.IGNORECASE)
_LONGEST = 10_000
_SURROGATES = re.compile("[\ud800-\udfff]")


def render(run: Run) -> str:
    """The run as one HAR document."""
    pages, entries = [], []
    known = listed(run)
    for number, result in enumerate(run.results, 1):
        seen = run.seen(result)
        id = f"page_{number}"
        words = [result.scenario, f"on {column_of(result)}", turn(run, result), f"({result.verdict})"]
        page = {
            "startedDateTime": moment(run),
            "id": id,
            "title": " ".join(line(word) for word in words if word),
            "pageTimings": {},
            "comment": _comment(seen, result.observations, known.get(result.scenario)),
        }
        pages.append(page)
        entries += [{"pageref": id, **entry} for entry in _entries(run, seen or ())]
    log = {
        "version": "1.2",
        "creator": {"name": "bgfetch", "version": line(run.header.bgfetch)},
        "pages": pages,
        "entries": entries,
        "comment": " ".join([_ASSUMED, *(f"Missing: {one}." for one in missing(run))]),
    }
    return dump({"log": log})


def _comment(seen: Sequence[Observation] | None, path: str, scenario: Listed | None) -> str:
    told = line(scenario.title) if scenario else ""
    if seen is None:
        lost = "Its observations are not in the run." if path else "Nothing was observed."
        return f"{told} {lost}".strip()
    return told


def _entries(run: Run, seen: Sequence[Observation]) -> Iterator[dict[str, Any]]:
    stored = {one.of: one.data for one in seen if isinstance(one.data, Record)}
    found = nearest(exchanges(seen))
    last = {one.seen.of: one for one in found}
    for one in found:
        struck = faults(seen, one)
        record = stored.get(one.seen.of) if last[one.seen.of] is one else None
        timings = _timings(one)
        yield {
            "startedDateTime": moment(run, one.seen.time),
            "time": sum(timings.values()),
            "request": _request(one),
            "response": _response(one, record),
            "cache": {},
            "timings": timings,
            "comment": "; ".join(_told(one, struck)),
        }


def _timings(one: Exchange) -> dict[str, float]:
    """Milliseconds until the head of the answer, and from there to the last that was seen."""
    answered = one.response[0].time if one.response else one.end
    marks = [bounded(time) for time in (one.seen.time, answered, max(answered, one.end))]
    wait, receive = (max(0, after - before) / 1e6 for before, after in pairwise(marks))
    return {"send": 0, "wait": wait, "receive": receive}


def _told(one: Exchange, struck: Sequence[Fault]) -> Iterator[str]:
    """What HAR has no field for."""
    yield f"seen by the {one.seen.witness}, {_which(one)}"
    if len(one.seen.of) > _LONGEST:
        yield f"the URL has {len(one.seen.of):,} characters, the first {_LONGEST:,} are given"
    if _host(one.seen) != one.seen.actor:
        yield f"asked of {line(one.seen.actor, 80)}"
    for fault in struck:
        where = "before the head" if fault.after < 0 else f"after {size(fault.after)}"
        yield f"fault: {line(fault.fault, 80)} {where}"
    if one.closed:
        how = f" ({line(one.closed.how, 80)})" if one.closed.how else ""
        yield f"the connection was closed by the {line(one.closed.by, 80)}{how}"
    elif not one.response:
        yield "no answer was seen"


def _which(one: Exchange) -> str:
    return f"request {one.request.number} for this URL" if one.request.number else "a preflight"


def _request(one: Exchange) -> dict[str, Any]:
    url = _url(one.seen)
    told = {
        "method": line(one.request.method, 80),
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": _cookies(one.request.headers, "cookie"),
        "headers": _headers(one.request.headers),
        "queryString": _query(url),
        "headersSize": -1,
        "bodySize": amount(one.received),
    }
    if one.received > 0:
        kind = _header(one.request.headers, "content-type")
        told["postData"] = {
            "mimeType": kind or "application/octet-stream",
            "params": [],
            "text": "",
            "comment": f"{plural(one.received, 'byte')} came",
        }
    return told


def _url(seen: Observation) -> str:
    """The URL of a request, with everything quoted that no URL can hold."""
    target = quote(_ELSEWHERE.sub("", seen.of[:_LONGEST]), safe="/?&=%:@!$'()*+,;~", errors="replace")
    return f"https://{_host(seen)}/{target.removeprefix('/')}"


def _host(seen: Observation) -> str:
    """The host that was asked; one that cannot be a host's name has a place of its own."""
    return seen.actor if _HOST.fullmatch(seen.actor) else "no-host.invalid"


def _query(url: str) -> list[dict[str, str]]:
    pairs = parse_qsl(url.partition("?")[2], keep_blank_values=True, errors="replace", separator="&")
    return [{"name": name, "value": value} for name, value in pairs]


def _response(one: Exchange, record: Record | None) -> dict[str, Any]:
    """The answer; status 0 says, as browsers have it, that none came."""
    answer = one.response[1] if one.response else None
    headers = answer.headers if answer else ()
    return {
        "status": amount(answer.status) if answer else 0,
        "statusText": _phrase(answer.status) if answer else "",
        "httpVersion": "HTTP/1.1",
        "cookies": _cookies(headers, "set-cookie"),
        "headers": _headers(headers),
        "content": {
            "size": amount(one.sent),
            "mimeType": _header(headers, "content-type") or "x-unknown",
            "comment": _stored(record),
        },
        "redirectURL": _header(headers, "location"),
        "headersSize": -1,
        "bodySize": amount(one.sent),
    }


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""


def _stored(record: Record | None) -> str:
    """What a worker read of the record in the end, as runs of content."""
    if record is None:
        return ""
    if record.exception:
        return f"read by the worker: {line(record.exception, 80)}"
    runs = line(" ".join(f"{run.version}[{run.start}:{run.stop}]" for run in record.runs))
    return f"stored: {runs}" if runs else "stored: nothing"


# -- headers --------------------------------------------------------------------------------


def _text(value: str) -> str:
    """A header as it was, but for what no UTF-8 can hold, and for an enormous rest, which is announced."""
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", clip(value, _LONGEST))


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": _text(name), "value": _text(value)} for name, value in headers]


def _header(headers: Headers, name: str) -> str:
    return next((_text(value) for own, value in headers if own.lower() == name), "")


def _cookies(headers: Headers, header: str) -> list[dict[str, str]]:
    """The cookies of a Cookie header, or of each Set-Cookie header."""
    values = [_text(value) for name, value in headers if name.lower() == header]
    pairs = _pairs(values) if header == "cookie" else (value.partition(";")[0] for value in values)
    split = (pair.partition("=") for pair in pairs)
    return [{"name": name.strip(), "value": value.strip()} for name, equals, value in split if equals]


def _pairs(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from value.split(";")
