"""Display (background-fetch-display-algorithm): the user interface, as a model of what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.concepts import BackgroundFetch
from simulator.observation import Display
from simulator.overrides import point

if TYPE_CHECKING:
    from simulator.user_agent import UserAgent


@point("background-fetch-display-algorithm/12")
def starts_paused(ua: UserAgent) -> bool:
    """With permission prompt the agent may start paused; whether it does is policy."""
    return False


def display(ua: UserAgent, bg_fetch: BackgroundFetch) -> None:
    """Show a background fetch."""
    bg_fetch.paused_flag.value = starts_paused(ua)
    shown = Display(
        bg_fetch.title,
        bg_fetch.icons,
        downloadTotal=bg_fetch.download_total,
        paused=bg_fetch.paused_flag.value,
    )
    ua.see("ui", "ui", bg_fetch.id, shown)
