"""Mutants of what the user agent makes of its link: metered, slow, gone."""

from __future__ import annotations

from typing import Any

from conformance.mutants.catalogue import mutant
from simulator import background_fetch_display


@mutant("metered-always-waits", background_fetch_display.pauses_on_a_metered_link)
def _(original: Any, ua: Any) -> bool:
    """On a metered link every fetch is paused, though the agent is not one to wait for another."""
    return True
