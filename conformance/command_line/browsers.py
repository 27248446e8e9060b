"""Which browsers are on this machine, found without starting any."""

from __future__ import annotations

import shutil


def found() -> list[str]:
    """The implementations whose browser is on the PATH."""
    from conformance.implementations.chromium import diagnosis

    programs = {"chromium": diagnosis.BROWSER}
    return [name for name, names in programs.items() if any(map(shutil.which, names))]
