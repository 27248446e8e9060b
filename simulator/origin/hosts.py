"""Hosts of a scenario: which real host stands for which origin, and the URLs of its paths.

A scenario knows its own origin as "/path" and another as "//name/path", with a port "//name:25/path",
and with the scheme that is not its own "http://name/path". On the wire the own origin is, say,
``s17.test`` and the other ``name.s17.test``. Any other URL stays as it is.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from attrs import frozen

_ELSEWHERE = re.compile(r"(?:(https?):)?//([a-z0-9][a-z0-9.-]*)(:\d+)?(/.*)?", re.DOTALL)


_SCHEME_AND_PORT = re.compile(r"^https?:(?=//)|(?<=[a-z0-9.-]):[0-9]+(?=/)")


def served_as(path: str) -> str:
    """The path by which an origin knows what is asked for at ``path``: scheme and port are not part of it."""
    return _SCHEME_AND_PORT.sub("", path) if "//" in path else path


@frozen
class Hosts:
    """The hosts of one scenario; ``own`` is the host of its own origin."""

    own: str
    scheme: str = "https"

    def host(self, path: str) -> str:
        """The host that serves a path of the scenario."""
        elsewhere = _ELSEWHERE.fullmatch(path)
        return f"{elsewhere[2]}.{self.own}" if elsewhere else self.own

    def url(self, path: str) -> str:
        """The absolute URL of a path of the scenario; any other URL stays as it is."""
        if path and not path.startswith("/") and "//" not in path:
            return path
        if elsewhere := _ELSEWHERE.fullmatch(path):
            scheme, _, port, rest = elsewhere.groups("")
            return f"{scheme or self.scheme}://{self.host(path)}{port}{rest or '/'}"
        return f"{self.scheme}://{self.own}{path}"

    def given(self, path: str) -> str:
        """What script gives for a path: a URL, unless the path is to be resolved on its own origin."""
        return self.url(path) if _ELSEWHERE.fullmatch(path) else path

    def knows(self, host: str) -> bool:
        return host == self.own or host.endswith("." + self.own)

    def path(self, host: str, target: str) -> str:
        """The scenario's name for a request target on a host: "/x", or "//name/x"."""
        return target if host == self.own else f"//{host.removesuffix('.' + self.own)}{target}"

    def path_of_url(self, url: str) -> str:
        """The scenario's name for a URL; a URL of no host of the scenario stays as it is."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if not self.knows(host):
            return url
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        if parts.scheme == self.scheme and parts.port is None:
            return self.path(host, target)
        scheme = "" if parts.scheme == self.scheme else f"{parts.scheme}:"
        port = "" if parts.port is None else f":{parts.port}"
        return f"{scheme}{self.path(host, '')}{port}{target}"
