"""Hosts of a scenario: which real host stands for which origin, and the URLs of its paths.

A scenario knows its own origin as "/path" and another as "//name/path". On the wire the own
origin is, say, ``s17.test`` and the other ``name.s17.test``.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from attrs import frozen


@frozen
class Hosts:
    """The hosts of one scenario; ``own`` is the host of its own origin."""

    own: str
    scheme: str = "https"

    def host(self, path: str) -> str:
        """The host that serves a path of the scenario."""
        return f"{path[2:].partition('/')[0]}.{self.own}" if path.startswith("//") else self.own

    def url(self, path: str) -> str:
        """The absolute URL of a path of the scenario."""
        if path.startswith("//"):
            return f"{self.scheme}://{self.host(path)}/{path[2:].partition('/')[2]}"
        return f"{self.scheme}://{self.own}{path}"

    def knows(self, host: str) -> bool:
        return host == self.own or host.endswith("." + self.own)

    def path(self, host: str, target: str) -> str:
        """The scenario's name for a request target on a host: "/x", or "//name/x"."""
        return target if host == self.own else f"//{host.removesuffix('.' + self.own)}{target}"

    def path_of_url(self, url: str) -> str:
        """The scenario's name for a URL; a URL of no host of the scenario stays as it is."""
        parts = urlsplit(url)
        if not self.knows(parts.hostname or ""):
            return url
        return self.path(parts.hostname or "", parts.path + (f"?{parts.query}" if parts.query else ""))
