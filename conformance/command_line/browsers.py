"""Which browsers are on this machine, found without starting any."""

from __future__ import annotations

import shutil

BROWSERS = {"chromium": ("chromium", "chromium-browser", "google-chrome")}
"""Each browser that can be judged, with the names of its program."""


def found() -> list[str]:
    """The browsers whose program is on the PATH."""
    return [name for name, programs in BROWSERS.items() if any(map(shutil.which, programs))]
