"""Mutants of what the user agent makes of its link: metered, slow, gone."""

from __future__ import annotations

from typing import Any

from conformance.mutants.catalogue import mutant
from simulator import background_fetch_display, complete_a_record


@mutant("metered-always-waits", background_fetch_display.pauses_on_a_metered_link)
def _(original: Any, ua: Any) -> bool:
    """On a metered link every fetch is paused, though the agent is not one to wait for another."""
    return True


@mutant("portal-taken-for-the-server", complete_a_record.knows_a_portal)
def _(original: Any, ua: Any) -> bool:
    """What breaks behind a captive portal has failed, though the agent is one that knows of it."""
    return False


@mutant("portal-waited-out", complete_a_record.knows_a_portal)
def _(original: Any, ua: Any) -> bool:
    """Every agent waits for a captive portal to be left, also one that cannot know of it."""
    return True


@mutant("portal-left-unnoticed", complete_a_record.available_again)
async def _(original: Any, ua: Any, record: Any) -> None:
    """Who has met a captive portal waits for the link to be lost and to come back."""
    online = ua.network.online
    if ua.network.captive.value:
        await ua.turns.until(lambda: not online.value, online, why="the link to be lost")
    await original(ua, record)
