"""What an answer consists of, worked out from the scenario's words and the request: pure functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from http import HTTPStatus

from attrs import frozen

from simulator.content import Span
from simulator.content_coding import Gzipped, code
from simulator.observation import Headers
from simulator.origin.behaviour import Answer, Cors

SINGLE_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@frozen
class Reply:
    """The answer as it goes out; ``body`` is None where there is none (HEAD, 204, 304)."""

    status: int
    headers: Headers
    body: Span | Gzipped | None

    @property
    def reason(self) -> bytes:
        return HTTPStatus(self.status).phrase.encode() if self.status in _KNOWN else b""


_KNOWN = frozenset(HTTPStatus)


def readable(headers: Sequence[tuple[bytes, bytes]]) -> Headers:
    """Header fields as text, names in lower case, in the order of the wire."""
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers)


def reply(answer: Answer, method: str, asked: Headers, path: str, url: Callable[[str], str]) -> Reply:
    """The answer to one request. ``url`` gives the URL of a redirect's target."""
    fields = dict(asked)
    if answer.redirect:
        status = answer.status if 300 <= answer.status < 400 else 302
        return Reply(status, _finished(answer, {"Location": url(answer.redirect)}, fields, 0), None)
    status, start, stop, extra = _part(answer, fields)
    whole = Span(path, answer.version, start, stop)
    coded = code(answer.coding, fields.get("accept-encoding", ""), whole) if status != 206 else None
    body = coded or whole
    extra |= {"Content-Encoding": answer.coding} if coded else {}
    headers = {"Content-Type": "application/octet-stream", **_validators(answer), **extra}
    bare = method == "HEAD" or status in (204, 304)
    length = None if status in (204, 304) else len(body)
    return Reply(status, _finished(answer, headers, fields, length), None if bare else body)


def preflight(answer: Answer, asked: Headers) -> Reply:
    """The answer to a CORS preflight: what the resource allows, or nothing."""
    cors = answer.cors or Cors()
    allowed = {
        "Access-Control-Allow-Methods": ", ".join(cors.methods),
        "Access-Control-Allow-Headers": ", ".join(cors.headers),
    }
    headers = {name: value for name, value in allowed.items() if value}
    return Reply(204, _finished(answer, headers, dict(asked), None), None)


def _part(answer: Answer, asked: dict[str, str]) -> tuple[int, int, int, dict[str, str]]:
    """Status, first byte, end, and the headers that go with them."""
    size, bent = answer.size, answer.range
    wanted = _single_range(asked.get("range", ""))
    honoured = wanted and bent.supported and answer.status == 200 and _unchanged(answer, asked)
    if not honoured and answer.status != 206:
        return answer.status, 0, size, {"Accept-Ranges": "bytes"} if bent.supported else {}
    start = int(wanted[1]) if wanted else 0
    if start >= size and bent.first is None:
        return 416, 0, 0, {"Content-Range": f"bytes */{size}"}
    stop = min(size, int(wanted[2]) + 1) if wanted and wanted[2] else size
    if bent.first is not None:
        start, stop = bent.first, max(bent.first, stop)
    if bent.length is not None:
        stop = min(stop, start + bent.length)
    total = size if bent.total is None else bent.total
    said = f"bytes {start}-{stop - 1}/{total}" if bent.header is None else bent.header
    return 206, start, stop, {"Content-Range": said} if said else {}


def _single_range(said: str) -> re.Match[str] | None:
    """The one range that is asked for; RFC 9110 has a last position before the first be no range."""
    found = SINGLE_RANGE.fullmatch(said.replace(" ", ""))
    return None if found and found[2] and int(found[2]) < int(found[1]) else found


def _unchanged(answer: Answer, asked: dict[str, str]) -> bool:
    """RFC 9110, If-Range: a part may be sent only of the representation that the client has."""
    condition = asked.get("if-range", "")
    return not answer.range.if_range or condition in ("", answer.tag, answer.last_modified)


def _validators(answer: Answer) -> dict[str, str]:
    said = {"ETag": answer.tag, "Last-Modified": answer.last_modified}
    return {name: value for name, value in said.items() if value}


def _finished(answer: Answer, headers: dict[str, str], asked: dict[str, str], length: int | None) -> Headers:
    """Complete the headers: length, CORS, the scenario's own words, and one request a connection."""
    headers = {**headers, "Cache-Control": "no-store"}
    if length is not None:
        headers["Content-Length"] = str(length)
    if answer.cors and answer.cors.origin:
        headers |= _cors(answer.cors, asked)
    own = {name.lower() for name in answer.headers}
    kept = {name: value for name, value in headers.items() if name.lower() not in own}
    return (*kept.items(), *answer.headers.items(), ("Connection", "close"))


def _cors(cors: Cors, asked: dict[str, str]) -> dict[str, str]:
    origin = asked.get("origin", "*") if cors.origin == "own" else cors.origin
    said = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true" if cors.credentials else "",
        "Access-Control-Expose-Headers": ", ".join(cors.expose),
    }
    return {name: value for name, value in said.items() if value}
