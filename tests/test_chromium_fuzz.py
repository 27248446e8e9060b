"""``bgfetch fuzz`` on a real Chromium: one browser for the whole hunt, and nothing is left of it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from conformance.implementations.chromium.processes import family

pytestmark = pytest.mark.browser

FALSE_OF_ANY = """
title = "What is not found ends in success, which is true of no browser"
clauses = ["perform-a-background-fetch-algorithm/8.13a"]

[origin."/a"]
size = 1000
status = 404

[[steps]]
fetch = "f"
requests = ["/a"]

[[steps]]
until = "settled"

[expect]
events = [{ type = "backgroundfetchsuccess" }]
"""


def test_a_hunt_tries_what_failed_before_and_goes_on_to_its_end(bgfetch: Callable[..., Result]) -> None:
    before = set(family(os.getpid()))
    Path("bgfetch-found").mkdir()
    Path("bgfetch-found/false.toml").write_text(FALSE_OF_ANY, encoding="utf-8")
    done = bgfetch("fuzz", "--on", "chromium", "--examples", "6", "--seconds", "30", "--seed", "2")
    assert done.output.startswith("still fails"), done.output
    assert done.exit_code == 1, done.output
    assert re.search(r"^[1-6] examples in ", done.output, re.MULTILINE)
    assert "never     " in done.output
    assert "network metered" not in done.output
    assert set(family(os.getpid())) <= before
