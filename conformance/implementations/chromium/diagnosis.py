"""What Chromium needs on this machine, whether it is there, and what to type where it is not."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import tempfile
from functools import cache

from conformance.implementations.chromium import screen
from conformance.implementations.protocol import Trouble
from conformance.network import namespace

BROWSER = ("chromium", "chromium-browser", "google-chrome", "chrome")
DRIVER = ("chromedriver",)
_LONGEST_FOLDER = 40
_GET = "Install it: apt-get install chromium chromium-driver"
_GET_PACKAGES = 'Install it: pip install "bgfetch-conformance[browsers]"'


def diagnose() -> list[tuple[str, bool, str]]:
    """What is looked at, whether it will do, and its version or how to mend it. Starts no browser."""
    return [
        _program("chromium", BROWSER),
        _driver(),
        _package("mitmproxy"),
        _package("selenium"),
        _package("trio_websocket"),
        ("screen", not screen.why_not(), screen.why_not() or "Xvfb and xdotool are there"),
        ("namespaces", not namespace.why_not(), namespace.why_not() or "allowed"),
    ]


def browser() -> str:
    """The path of the browser. Raises Trouble, saying what to install."""
    return _found(BROWSER)


def driver() -> str:
    """The path of its driver. Raises Trouble, saying what to install."""
    return _found(DRIVER)


def temporary_folder() -> str:
    """Where the browser's profile will be. Raises Trouble where its sockets would not fit."""
    path = tempfile.gettempdir()
    if len(path) > _LONGEST_FOLDER:
        raise Trouble(
            f"The path of the temporary folder, {path}, is too long for the browser's sockets. "
            "Take a shorter one: TMPDIR=/tmp bgfetch …"
        )
    return path


def _found(names: tuple[str, ...]) -> str:
    for name in names:
        if path := shutil.which(name):
            return path
    raise Trouble(f"{names[0]} is not on the PATH, so no browser can be driven. {_GET}")


@cache
def version(path: str) -> str:
    """The version that a program says it has, "" when it says none."""
    said = subprocess.run([path, "--version"], check=False, capture_output=True, text=True, timeout=20)
    found = re.search(r"\d+(\.\d+)+", said.stdout)
    return found[0] if found else ""


def _program(name: str, names: tuple[str, ...]) -> tuple[str, bool, str]:
    try:
        path = _found(names)
    except Trouble as missing:
        return name, False, str(missing)
    return name, True, f"{version(path)} at {path}"


def _driver() -> tuple[str, bool, str]:
    name, good, told = _program("chromedriver", DRIVER)
    if good and shutil.which(browser_name := _browser_name()):
        ours, theirs = version(driver()).partition(".")[0], version(browser()).partition(".")[0]
        if ours != theirs:
            return name, False, f"version {ours} cannot drive {browser_name} {theirs}. {_GET}"
    return name, good, told


def _browser_name() -> str:
    return next((name for name in BROWSER if shutil.which(name)), BROWSER[0])


def _package(name: str) -> tuple[str, bool, str]:
    if importlib.util.find_spec(name) is None:
        return name, False, f"the Python package {name} is missing. {_GET_PACKAGES}"
    return name, True, "importable"
