"""Chromium as an implementation: a remote whose process is ours, in namespaces of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import conformance
from conformance.implementations.chromium import diagnosis
from conformance.implementations.chromium.folder import clear_left_behind
from conformance.implementations.protocol import Description
from conformance.implementations.remote import Remote
from conformance.network import namespace

WORKER = "conformance.implementations.chromium.worker"


class Chromium(Remote):
    """Real Chromium. One browser at a time; scenarios run in it one after another."""

    def __init__(self) -> None:
        super().__init__("chromium", _command(), _environment())

    async def open(self) -> Description:
        """Start worker, proxy and browser. Raises Trouble, saying what to install."""
        diagnosis.browser()
        diagnosis.driver()
        diagnosis.temporary_folder()
        clear_left_behind()
        return await super().open()

    async def close(self) -> None:
        """End them, and clear what a worker that had to be killed left behind."""
        await super().close()
        clear_left_behind()


def _command() -> list[str]:
    worker = [sys.executable, "-m", WORKER]
    return worker if namespace.why_not() else namespace.inside([*worker, "--own-network"])


def _environment() -> dict[str, str]:
    """Lets the worker find these packages where they are not installed but lie in a checkout."""
    here = str(Path(conformance.__file__).resolve().parent.parent)
    return {"PYTHONPATH": os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH", "")]))}
