"""Which browsers are on this machine, found without starting any, and what to type to judge them."""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

PACKAGES = ("mitmproxy", "selenium")
"""What the extra ``browsers`` brings."""


def found() -> list[str]:
    """The implementations whose browser is on the PATH."""
    from conformance.implementations.chromium import diagnosis

    programs = {"chromium": diagnosis.BROWSER}
    return [name for name, names in programs.items() if any(map(shutil.which, names))]


def how_to_judge(browser: str, selectors: Sequence[str]) -> str:
    """What to type to judge this browser beside the simulator, from where the user is now."""
    run = shlex.join([*_this_program(), "run", *selectors, "--on", "simulator", "--on", browser])
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if not missing:
        return run
    return f"{shlex.join([_near(sys.executable), '-m', 'pip', 'install', *missing])} && {run}"


def _this_program() -> list[str]:
    called = Path(sys.argv[0])
    if called.name != "bgfetch":
        return [_near(sys.executable), "-m", "conformance"]
    on_the_path = shutil.which("bgfetch")
    if on_the_path and Path(on_the_path).resolve() == called.resolve():
        return ["bgfetch"]
    return [_near(sys.argv[0])]


def _near(path: str) -> str:
    """A path as one would type it from here."""
    near = os.path.relpath(path)
    return path if near.startswith("..") else near
