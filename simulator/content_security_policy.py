"""Content Security Policy, as far as connect-src goes: whom a page lets itself connect to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator import urls
from simulator.overrides import point

if TYPE_CHECKING:
    from simulator.request import Request
    from simulator.user_agent import UserAgent


@point("background-fetch-manager-fetch/x1")
def blocked_by_policy(ua: UserAgent, request: Request) -> bool:
    """Where connect-src does not list the origin of the URL, or of what it redirects to, nothing is sent."""
    allowed = request.policy_container.connect_src
    return allowed is not None and urls.parsed(request.url).origin not in allowed
