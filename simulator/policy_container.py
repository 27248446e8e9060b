"""What a page's own rules say of the requests that it makes: its policy container, kept beyond its end.

The text takes the client off a request, and with it all that Fetch would ask the client about
(erratum 22). Here the rules are copied when fetch() is called, so that they hold for as long as
the request does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from simulator import urls
from simulator.overrides import point

if TYPE_CHECKING:
    from simulator.environment import Environment
    from simulator.user_agent import UserAgent


@frozen
class PolicyContainer:
    """Rules for the requests of one page.

    ``connect_src`` are the origins that its content security policy lets it connect to, None
    where it has no such directive; ``mixed_content`` says whether it may have any.
    """

    connect_src: tuple[str, ...] | None = None
    mixed_content: bool = True


@point("background-fetch-manager-fetch/6.3")
def policy_container(ua: UserAgent, environment: Environment) -> PolicyContainer:
    """The rules of the page that calls, as they are at that moment (erratum 22)."""
    secure = urls.parsed(environment.url).scheme == "https"
    return PolicyContainer(environment.connect_src, mixed_content=not secure)
