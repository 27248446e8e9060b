"""Contains background fetch (contains-background-fetch-algorithm)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.concepts import BackgroundFetch
from simulator.overrides import point


@point("background-fetch-registration-abort/5")
def contains_background_fetch(
    ua: Any, active: Mapping[str, BackgroundFetch], bg_fetch: BackgroundFetch
) -> bool:
    """Whether this very fetch is listed, and not another one of the same id."""
    return active.get(bg_fetch.id) is bg_fetch
