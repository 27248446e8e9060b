"""The HTML report in real Chromium: no error, no dead link, no sideways scroll, nothing hostile runs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from reports import read_run
from reports.html import render
from tests.report_sample import CASES, CLAUSES, write_hostile, write_sample

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = pytest.mark.browser

SIDEWAYS = "return document.documentElement.scrollWidth > innerWidth"
OPEN = "document.querySelectorAll('details').forEach((part) => { part.open = true })"
DEAD_LINKS = """
return [...document.querySelectorAll('a[href^="#"]')].map((link) => link.getAttribute('href').slice(1))
  .filter((id) => !document.getElementById(id))
"""
SHOWN = (
    "return [...document.querySelectorAll('article')].filter((part) => !part.hidden).map((part) => part.id)"
)
FILTER = """
const [words, which] = arguments
document.getElementById('words').value = words
document.getElementById('which').value = which
document.getElementById('words').dispatchEvent(new Event('input'))
document.getElementById('which').dispatchEvent(new Event('change'))
"""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    webdriver: Any = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"):
        options.add_argument(word)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(shutil.which("chromedriver") or "chromedriver")
    driver = webdriver.Chrome(options=options, service=service)
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The address of each report."""
    folder = tmp_path_factory.mktemp("reports")
    runs = {
        "sample": write_sample(folder / "sample"),
        "hostile": write_hostile(folder / "hostile"),
        "flood": write_hostile(folder / "flood", "W" * 1_000_000),
    }
    os.truncate(write_sample(folder / "cut", CASES[:3]) / "results.jsonl", 9_000)
    runs["cut"] = folder / "cut"
    for run in runs.values():
        (run / "report.html").write_text(render(read_run(run), CLAUSES), "utf-8")
    return {name: (run / "report.html").as_uri() for name, run in runs.items()}


def _open(chromium: Chrome, address: str, width: int = 1280, scheme: str = "light") -> None:
    """Show a page at a width that a headless window could not have, with an empty console behind it."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    chromium.get("about:blank")
    chromium.get_log("browser")  # type: ignore[no-untyped-call]
    chromium.get(address)


@pytest.mark.parametrize("name", ["sample", "hostile", "flood", "cut"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_is_sound_at_every_width(
    chromium: Chrome, pages: dict[str, str], name: str, width: int
) -> None:
    _open(chromium, pages[name], width)
    chromium.execute_script(OPEN)
    assert chromium.execute_script("return innerWidth") == width
    assert not chromium.execute_script(SIDEWAYS)
    assert chromium.execute_script(DEAD_LINKS) == []
    assert chromium.execute_script("return window.broken === undefined")
    assert chromium.get_log("browser") == []  # type: ignore[no-untyped-call]


def test_light_and_dark_are_told_apart(chromium: Chrome, pages: dict[str, str]) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        _open(chromium, pages["sample"], scheme=scheme)
        grounds.append(chromium.execute_script("return getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(255, 255, 255)", "rgb(20, 22, 26)"]


@pytest.mark.parametrize(
    ("words", "which", "shown"),
    [
        ("", "", ["two-files", "not-found", "offline-mid-way", "changed-etag", "wrong-first-byte"]),
        ("RESUME range", "", ["offline-mid-way"]),
        ("11.r8.1", "", ["offline-mid-way"]),
        ("", "unsteady", ["offline-mid-way", "changed-etag"]),
        ("", "error", ["changed-etag"]),
        ("", "differs", ["not-found", "offline-mid-way"]),
        ("resume", "fail", ["offline-mid-way"]),
        ("no such scenario", "", []),
    ],
)
def test_the_filter_shows_what_was_asked_for(
    chromium: Chrome, pages: dict[str, str], words: str, which: str, shown: list[str]
) -> None:
    _open(chromium, pages["sample"])
    chromium.execute_script(FILTER, words, which)
    found = [place.partition("-")[2].partition("-")[2] for place in chromium.execute_script(SHOWN)]
    assert found[: len(shown)] == shown
    assert bool(found) == bool(shown)
    told = chromium.execute_script("return document.getElementById('found').textContent")
    assert told == (f"{len(found)} of 8 scenarios shown" if words or which else "")


def test_a_link_to_a_proof_opens_what_it_is_in(chromium: Chrome, pages: dict[str, str]) -> None:
    _open(chromium, pages["sample"])
    place = chromium.execute_script("return document.querySelector('.finding a[href^=\"#o\"]').hash")
    chromium.get(pages["sample"] + place)
    assert chromium.execute_script("return document.querySelector(':target').checkVisibility()")
    assert chromium.execute_script("return document.querySelector(':target').className") == "against"
