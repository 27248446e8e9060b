"""Mixed Content: what a page that came over TLS may not ask for over a bare connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator import urls
from simulator.overrides import point

if TYPE_CHECKING:
    from simulator.request import Request
    from simulator.user_agent import UserAgent


@point("complete-a-record-algorithm/x6")
def blocked_as_mixed_content(ua: UserAgent, request: Request) -> bool:
    """A secure page's request for an http: URL is never sent."""
    return urls.parsed(request.url).scheme == "http" and not request.policy_container.mixed_content
