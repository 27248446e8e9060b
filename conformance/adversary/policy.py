"""The choices that the text leaves to the user agent, in made-up scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.adversary.sketch import Raw, Sketch

POLICY: Mapping[str, Sequence[Any]] = {
    "cut_while_online": ("retry",),
    "prompt_starts_paused": (True,),
    "pause_on_metered": (True,),
    "pause_in_background": (True,),
    "event_lifetime_max": ("30 s", "5 min"),
    "kill_keeps": ("none",),
    "portal": ("unknown",),
    "downloads_at_once": (1, 2),
    "slice": (4096, 50_000),
    "progress_every": ("10 ms", "1 s"),
    "failure_wins": ("last",),
}
"""Every field, with the values beside the one that the reference user agent has by itself."""


def policy(sketch: Sketch) -> Raw:
    """The fields that are set otherwise than the reference has them."""
    return {field: sketch.any(values) for field, values in POLICY.items() if field in sketch.on}
