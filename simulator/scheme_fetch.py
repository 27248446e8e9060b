"""Fetch's scheme fetch: what schemes other than http and https give, without any wire."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from attrs import frozen

from simulator import urls
from simulator.content import Span
from simulator.overrides import point

if TYPE_CHECKING:
    from simulator.request import Request
    from simulator.user_agent import UserAgent

_FORGIVEN = b"\t\n\x0c\r "


@frozen
class Local:
    """What a URL holds itself: a type, and bytes that are of no known content."""

    type: str
    body: Span


@point("background-fetch-manager-fetch/x1")
def scheme_fetch(ua: UserAgent, request: Request) -> Local | None:
    """A data: URL is its own response; about:, blob: of nothing, file: and the rest are network errors."""
    url = urls.parsed(request.url)
    return _data(url.href) if url.scheme == "data" and request.method == "GET" else None


def _data(href: str) -> Local | None:
    """Fetch's data: URL processor: the type, a comma, the body, which may be in base64."""
    head, comma, rest = href.partition("#")[0].removeprefix("data:").partition(",")
    if not comma:
        return None
    body = unquote_to_bytes(rest)
    type, semicolon, last = head.strip().rpartition(";")
    if semicolon and last.strip().lower() == "base64":
        try:
            body = _forgiving_base64(body)
        except binascii.Error:
            return None
    else:
        type = head.strip()
    said = type if "/" in type else f"text/plain{type}" if type.startswith(";") else ""
    return Local(said or "text/plain;charset=US-ASCII", Span(href, "?", 0, len(body)))


def _forgiving_base64(given: bytes) -> bytes:
    """Infra's forgiving-base64 decode. Raises binascii.Error."""
    bare = given.translate(None, _FORGIVEN)
    if len(bare) % 4 == 0:
        bare = bare.removesuffix(b"==" if bare.endswith(b"==") else b"=")
    return base64.b64decode(bare + b"=" * (-len(bare) % 4), validate=True)
