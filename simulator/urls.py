"""URLs as the URL Standard has them, on the parser of the Ada project.

Browsers parse by that standard and not by RFC 3986: what is a URL at all, what it resolves to
and which origin it has must come out here as it does there.
"""

from __future__ import annotations

from functools import lru_cache

import ada_url
from attrs import frozen

HTTP_SCHEMES = ("http", "https")
_DEFAULT_PORTS = {"http": 80, "https": 443, "ftp": 21}


@frozen
class Url:
    """A URL record: ``href`` is its serialization, ``origin`` "null" where it is opaque."""

    href: str
    scheme: str
    host: str
    port: int | None
    path: str
    query: str
    origin: str
    credentials: bool

    @property
    def target(self) -> str:
        """What stands in the first line of a request for it."""
        return self.path + self.query

    @property
    def authority(self) -> str:
        """The value of Host: a default port is left out."""
        usual = self.port == _DEFAULT_PORTS.get(self.scheme)
        return self.host if usual or self.port is None else f"{self.host}:{self.port}"


@lru_cache(maxsize=4096)
def parse(given: str, base: str | None = None) -> Url | None:
    """The URL that ``given`` means beside ``base``, None for failure."""
    try:
        url = ada_url.URL(given, base)
    except ValueError:
        return None
    scheme = str(url.protocol).removesuffix(":")
    port = str(url.port)
    return Url(
        href=str(url.href),
        scheme=scheme,
        host=str(url.hostname),
        port=int(port) if port else _DEFAULT_PORTS.get(scheme),
        path=str(url.pathname),
        query=str(url.search),
        origin=str(url.origin),
        credentials=bool(url.username or url.password),
    )


def parsed(href: str) -> Url:
    """The URL that has been parsed before, and so parses."""
    url = parse(href)
    if url is None:
        raise ValueError(f"{href!r} was no URL when it was taken for one; parse it first")
    return url
