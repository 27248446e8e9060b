"""The HTML report in real Chromium: no error, no dead link, no sideways scroll, nothing hostile runs."""

from __future__ import annotations

import os
import shutil
from base64 import b64decode
from collections.abc import Iterator
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from pypdf import PdfReader

from conformance.selectors import FAULTS
from reports import difference_page, history, html, read_run
from reports.changes import changes
from reports.history import Named
from reports.html import render
from tests.report_sample import CASES, CLAUSES, write_hostile, write_sample
from tests.report_synthetic import write_synthetic

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
    "return [...document.querySelectorAll('.scenario')].filter((part) => !part.hidden)"
    ".map((part) => part.id || part.querySelector('.id').id)"
)
SET = """
const [values] = arguments
for (const [id, value] of Object.entries(values)) {
  const field = document.getElementById(id)
  field.value = value
  field.dispatchEvent(new Event(field.tagName === 'INPUT' ? 'input' : 'change'))
}
"""
OVERLAPPING = """
const beside = (a, b) => a.right - 1 <= b.left || b.right - 1 <= a.left
const apart = (a, b) => beside(a, b) || a.bottom - 3 <= b.top || b.bottom - 3 <= a.top
return [...document.querySelectorAll('.tl')].flatMap((picture) => {
  const texts = [...picture.querySelectorAll('text')]
  const all = texts.map((one) => [one.textContent, one.getBoundingClientRect()])
  return all.flatMap(([text, box], place) =>
    all.slice(place + 1).filter(([, other]) => !apart(box, other)).map(([other]) => `${text} / ${other}`))
})
"""
AXE = """
const done = arguments[arguments.length - 1]
axe.run({resultTypes: ['violations']}).then((found) => done(found.violations
  .filter((one) => ['serious', 'critical'].includes(one.impact))
  .map((one) => `${one.id}: ${one.nodes.length} x ${one.nodes[0].html.slice(0, 300)}`)))
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
    runs["real"] = write_synthetic(folder / "real", 24)
    for run in runs.values():
        (run / "report.html").write_text(render(read_run(run), CLAUSES), "utf-8")
    alone = dict(html.folder(read_run(runs["sample"]), CLAUSES))
    (folder / "alone.html").write_text(alone["report/3.html"], "utf-8")
    runs["difference"], runs["history"] = (folder / name for name in ("difference", "history"))
    whole = read_run(runs["sample"])
    otherwise = tuple(evolve(one, verdict="pass", checks=()) for one in whole.results)
    older = evolve(whole, results=otherwise)
    _write(runs["difference"], difference_page.page(changes(older, whole), CLAUSES))
    _write(runs["history"], history.page(history.history([Named("older", older), Named("newer", whole)])))
    rows = tuple(evolve(whole.scenarios[0], id=id) for id in ("x/y#a", "x/y#b", "x/yes"))
    runs["rows"] = folder / "rows"
    _write(runs["rows"], render(evolve(whole, scenarios=rows, results=()), CLAUSES))
    names = ("simulator", "mutant:no-range-header", "simulator:literal=E2", "simulator:without-api", "a", "b")
    six = tuple(evolve(whole.results[0], implementation=name) for name in names)
    runs["six"] = folder / "six"
    header = evolve(whole.header, implementations=dict.fromkeys(names, "1"))
    _write(runs["six"], render(evolve(whole, header=header, results=six), CLAUSES))
    told = {name: (run / "report.html").as_uri() for name, run in runs.items()}
    (folder / "index.html").write_text(alone["report/index.html"], "utf-8")
    return {**told, **{name: (folder / f"{name}.html").as_uri() for name in ("alone", "index")}}


def _write(folder: Path, page: str) -> None:
    folder.mkdir()
    (folder / "report.html").write_text(page, "utf-8")


def _open(chromium: Chrome, address: str, width: int = 1280, scheme: str = "light") -> None:
    """Show a page at a width that a headless window could not have, with an empty console behind it."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    chromium.get("about:blank")
    chromium.get_log("browser")  # type: ignore[no-untyped-call]
    chromium.get(address)


@pytest.mark.parametrize("name", ["sample", "hostile", "flood", "cut", "real", "difference", "history"])
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


@pytest.mark.parametrize("name", ["sample", "hostile", "real"])
def test_no_two_labels_of_a_timeline_overlap(chromium: Chrome, pages: dict[str, str], name: str) -> None:
    _open(chromium, pages[name])
    chromium.execute_script(OPEN)
    assert chromium.execute_script("return document.querySelectorAll('.tl text').length") >= 10
    assert chromium.execute_script(OVERLAPPING) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("name", "width"),
    [
        ("sample", 1280),
        ("sample", 390),
        ("hostile", 1280),
        ("alone", 1280),
        ("index", 1280),
        ("difference", 1280),
        ("difference", 390),
        ("history", 1280),
        ("history", 390),
    ],
)
def test_nothing_keeps_people_out(
    chromium: Chrome, pages: dict[str, str], name: str, width: int, scheme: str
) -> None:
    axe = resources.files(pytest.importorskip("axe_core_python")) / "axe.min.js"
    _open(chromium, pages[name], width, scheme)
    chromium.execute_script(OPEN)
    chromium.execute_script(axe.read_text("utf-8"))
    chromium.set_script_timeout(120)
    assert chromium.execute_async_script(AXE) == []


ALL = ["two-files", "not-found", "offline-mid-way", "changed-etag", "wrong-first-byte"]


@pytest.mark.parametrize("name", ["sample", "index"])
@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({}, ALL),
        ({"words": "resume/offline-mid-way"}, ["offline-mid-way"]),
        ({"words": "resume/*"}, ["offline-mid-way", "changed-etag", "wrong-first-byte"]),
        ({"words": "fetch/[tn]o?-f* fetch/n[!a]t-*"}, ["two-files", "not-found"][1:]),
        ({"words": "clause:complete-a-record-algorithm"}, ["offline-mid-way"]),
        ({"words": "clause:complete-a-record-algorithm fetch/two-files"}, ["two-files", "offline-mid-way"]),
        ({"words": "fault:cut"}, []),
        ({"words": "ARTWORK"}, ["two-files"]),
        ({"words": "fault:stall", "which": "error"}, ["changed-etag"]),
        ({"which": "differs"}, ["not-found", "offline-mid-way"]),
        ({"which": "differs", "words": "resume/*"}, ["offline-mid-way"]),
        ({"words": "*["}, []),
        ({"words": "scenarios/resume/offline-mid-way.toml"}, ["offline-mid-way"]),
        ({"words": "../resume/offline-mid-way.toml /tmp/x.toml"}, ["offline-mid-way"]),
        ({"order": "differs"}, ["not-found", "two-files", "offline-mid-way", "changed-etag"]),
    ],
)
def test_the_page_selects_as_the_command_line_does(
    chromium: Chrome, pages: dict[str, str], name: str, values: dict[str, str], shown: list[str]
) -> None:
    _open(chromium, pages[name])
    chromium.execute_script(SET, values)
    found = [place.rpartition("/")[2] for place in chromium.execute_script(SHOWN)]
    assert found[: len(shown)] == shown
    assert bool(found) == bool(shown)
    told = chromium.execute_script("return document.getElementById('found').textContent")
    assert told == ("" if len(found) == 8 else f"{len(found)} of 8 scenarios")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("fault:offline", f"There is no fault “offline”: it is one of {', '.join(FAULTS)}. 0 of 8 scenarios"),
        ("clause:completely", "No clause begins with “completely”. 0 of 8 scenarios"),
        ("clause:complete-a", "1 of 8 scenarios"),
        ("fault:cut", "0 of 8 scenarios"),
    ],
)
def test_what_cannot_be_meant_is_told(chromium: Chrome, pages: dict[str, str], words: str, told: str) -> None:
    """One of the sample's scenarios goes offline; it has no such fault in store."""
    _open(chromium, pages["sample"])
    chromium.execute_script(SET, {"words": words})
    assert chromium.execute_script("return document.getElementById('found').textContent") == told


def test_a_file_selects_its_rows(chromium: Chrome, pages: dict[str, str]) -> None:
    _open(chromium, pages["rows"])
    found = []
    for words in ("x/y", "x/y.toml", "scenarios/x/y.toml#b", "x/[y]", "x/y#a"):
        chromium.execute_script(SET, {"words": words})
        found.append([place.partition(".")[2] for place in chromium.execute_script(SHOWN)])
    assert found == [["a", "b"], ["a", "b"], ["b"], ["a", "b"], ["a"]]


def test_without_a_script_a_link_opens_what_it_leads_to(chromium: Chrome, pages: dict[str, str]) -> None:
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        _open(chromium, pages["sample"])
        chromium.find_element("css selector", '.differences a[href="#s-fetch/not-found"]').click()
        assert chromium.find_element("css selector", "details.scenario[open] .finding").is_displayed()
        assert not chromium.find_element("css selector", "#filter").is_displayed()
    finally:
        chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_causes_without_a_scenario_left_are_hidden(chromium: Chrome, pages: dict[str, str]) -> None:
    _open(chromium, pages["sample"])
    shown = "return [...document.querySelectorAll('.cause')].filter((one) => one.checkVisibility()).length"
    assert chromium.execute_script(shown) == 4
    chromium.execute_script(SET, {"words": "resume/*"})
    assert chromium.execute_script(shown) == 1


PLACES = """
const part = document.querySelector('.scenario:has(> summary .fail)')
const figure = part.querySelector('.timeline:has(.w)')
const box = (one) => { const at = one.getBoundingClientRect(); return [at.left, at.right] }
return {scrolled: figure.scrollLeft, figure: box(figure), wrong: box(figure.querySelector('.w')),
  names: [...figure.querySelectorAll('.tl > svg:not(.n) > text:last-child')].map(box),
  caption: box(figure.querySelector('figcaption')),
  shift: getComputedStyle(figure.querySelector('.tl > svg:not(.n) > text:last-child')).translate}
"""


def test_on_a_phone_a_timeline_begins_at_what_went_wrong_and_its_names_stay(
    chromium: Chrome, pages: dict[str, str]
) -> None:
    _open(chromium, pages["sample"], 390)
    chromium.execute_script("document.querySelector('.scenario:has(> summary .fail) > summary').click()")
    wait = pytest.importorskip("selenium.webdriver.support.wait").WebDriverWait(chromium, 10)
    wait.until(lambda _: chromium.execute_script(PLACES)["scrolled"] > 100)
    wait.until(lambda _: chromium.execute_script(PLACES)["shift"] != "0px")
    told = chromium.execute_script(PLACES)
    left, right = told["figure"]
    assert left < told["wrong"][0] < right
    assert len(told["names"]) > 5
    assert all(left - 1 <= start < end < right for start, end in [*told["names"], told["caption"]])
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert chromium.execute_script(PLACES)["shift"] == "0px"


GROUND = """
const name = document.querySelector('.scenario[open] .timeline:has(.w) .tl > svg:not(.n) > text:last-child')
return [getComputedStyle(name).filter, getComputedStyle(document.querySelector('#ground feFlood')).floodColor]
"""


@pytest.mark.parametrize("name", ["sample", "difference"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_name_that_lies_over_marks_has_a_ground(
    chromium: Chrome, pages: dict[str, str], name: str, scheme: str
) -> None:
    _open(chromium, pages[name], 390, scheme)
    chromium.execute_script("document.querySelector('.scenario:has(.w)').open = true")
    scroll = "document.querySelector('.scenario[open] .timeline:has(.w)').scrollLeft = 200"
    chromium.execute_script(scroll)
    wait = pytest.importorskip("selenium.webdriver.support.wait").WebDriverWait(chromium, 10)
    wait.until(lambda _: chromium.execute_script(GROUND)[0] == 'url("#ground")')
    page = chromium.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert chromium.execute_script(GROUND)[1] == page


def test_a_selection_is_kept_in_the_address(chromium: Chrome, pages: dict[str, str]) -> None:
    _open(chromium, pages["sample"])
    chromium.execute_script(SET, {"words": "resume/*", "which": "differs", "order": "differs"})
    address = chromium.current_url
    assert address.endswith("?q=resume%2F*&show=differs&sort=differs")
    _open(chromium, address)
    assert [place.rpartition("/")[2] for place in chromium.execute_script(SHOWN)] == ["offline-mid-way"]
    chromium.execute_script(SET, {"words": "", "which": "", "order": ""})
    assert chromium.current_url == pages["sample"]


def test_a_clause_is_found_where_its_scenarios_are_selected(chromium: Chrome, pages: dict[str, str]) -> None:
    _open(chromium, pages["sample"])
    chromium.execute_script(SET, {"words": "lifecycle/abort-twice"})
    clauses = "[...document.querySelectorAll('.clause')].filter((one) => !one.hidden)"
    told = chromium.execute_script(
        f"return {clauses}.map((one) => one.querySelector('.clause-id').textContent)"
    )
    assert told == ["background-fetch-registration-abort/3.3"]


HEADS = """
const heads = [...document.querySelectorAll('.heads')].map((one) => one.getBoundingClientRect())
const form = document.getElementById('filter')
const bar = getComputedStyle(form).position === 'sticky' ? form.getBoundingClientRect().bottom : 0
const target = document.querySelector(':target')
const stuck = heads.find((one) => one.top < 200 && one.bottom > 0)
return {gap: stuck.top - bar, under: target.getBoundingClientRect().top - stuck.bottom}
"""


@pytest.mark.parametrize("width", [1280, 800, 390])
@pytest.mark.parametrize(
    "link", [".differences a[href^='#s-']", ".finding a[href^='#c']", ".finding a[href^='#o']", ".tests a"]
)
def test_names_of_columns_stay_in_sight_and_cover_nothing_that_is_led_to(
    chromium: Chrome, pages: dict[str, str], width: int, link: str
) -> None:
    _open(chromium, pages["sample"], width)
    chromium.execute_script("document.querySelector(arguments[0]).click()", link)
    told = chromium.execute_script(HEADS)
    assert abs(told["gap"]) < 2
    assert told["under"] >= 0


def test_a_heading_that_is_led_to_stands_at_the_top(chromium: Chrome, pages: dict[str, str]) -> None:
    """And not below the names of the table before it, which are gone there."""
    _open(chromium, pages["sample"])
    chromium.execute_script("document.querySelector('nav a[href=\"#scenarios\"]').click()")
    bar, top = chromium.execute_script(
        "return [document.getElementById('filter').getBoundingClientRect().bottom,"
        " document.getElementById('scenarios').getBoundingClientRect().top]"
    )
    assert 0 <= top - bar < 16


def test_a_name_of_a_column_breaks_after_its_parts(chromium: Chrome, pages: dict[str, str]) -> None:
    _open(chromium, pages["six"])
    widths = chromium.execute_script(
        "return [...document.querySelectorAll('.heads bdi')].map((one) => {"
        " const range = document.createRange();"
        " return [...one.childNodes].filter((part) => part.data).map((part) =>"
        " (range.selectNode(part), [part.data, range.getClientRects().length]))})"
    )
    parts = [part for name in widths for part in name]
    assert ["simulator:", 1] in parts
    assert [part for part in parts if part[1] != 1] == []


def test_a_slash_leads_to_the_selection(chromium: Chrome, pages: dict[str, str]) -> None:
    _open(chromium, pages["sample"])
    chromium.find_element("css selector", "body").send_keys("/")
    assert chromium.execute_script("return document.activeElement.id") == "words"
    assert chromium.execute_script("return document.activeElement.value") == ""


@pytest.mark.parametrize(
    ("clipboard", "told", "selected"),
    [
        ("{writeText: async (text) => { window.copied = text }}", "Copied", False),
        ("{writeText: async () => { throw new Error('refused') }}", "Press Ctrl+C", True),
        ("undefined", "Press Ctrl+C", True),  # as over plain HTTP
    ],
)
def test_a_command_can_be_copied(
    chromium: Chrome, pages: dict[str, str], clipboard: str, told: str, selected: bool
) -> None:
    _open(chromium, pages["sample"])
    chromium.execute_script(f"Object.defineProperty(navigator, 'clipboard', {{value: {clipboard}}})")
    chromium.execute_script("document.querySelector('.scenario').open = true")
    line = chromium.find_element("css selector", ".replay")
    line.find_element("tag name", "button").click()
    wait = pytest.importorskip("selenium.webdriver.support.wait").WebDriverWait(chromium, 10)
    wait.until(lambda _: line.find_element("tag name", "output").text == told)  # which a reader announces
    command = "bgfetch run fetch/two-files --on simulator --seed 42"
    assert chromium.execute_script("return getSelection().toString()") == (command if selected else "")
    assert chromium.execute_script("return window.copied") == (None if selected else command)
    chromium.execute_script("document.activeElement.blur()")
    assert line.find_element("tag name", "output").text == ""
    assert line.find_element("tag name", "button").text == "Copy"


def test_a_link_to_a_proof_opens_what_it_is_in(chromium: Chrome, pages: dict[str, str]) -> None:
    _open(chromium, pages["sample"])
    place = chromium.execute_script("return document.querySelector('.finding a[href^=\"#o\"]').hash")
    chromium.get(pages["sample"] + place)
    assert chromium.execute_script("return document.querySelector(':target').checkVisibility()")
    assert chromium.execute_script("return document.querySelector(':target').className") == "against"


VISIBLE = "return [...document.querySelectorAll(arguments[0])].map((one) => one.checkVisibility())"


@pytest.mark.parametrize(
    ("selector", "printed"),
    [
        (".scenario:has(> summary .fail) .finding", True),
        (".scenario:has(> summary .fail) .timeline", True),
        (".scenario:has(> summary .fail) .against", True),  # the proof, in a list that is closed on a screen
        (".seen li:not(.against)", False),
        (".scenario:not(:has(> summary .fail)) .timeline", False),
        (".legend", True),
        (".section:has(> summary .fail) > .clause > summary", True),
        ("nav, form, button, .aside", False),
    ],
)
def test_what_failed_is_printed_with_its_proof(
    chromium: Chrome, pages: dict[str, str], selector: str, printed: bool
) -> None:
    _open(chromium, pages["sample"])
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = chromium.execute_script(VISIBLE, selector)
    assert shown
    assert set(shown) == {printed}


def test_every_printed_page_says_whose_column_is_whose(chromium: Chrome, pages: dict[str, str]) -> None:
    _open(chromium, pages["sample"])
    printed = chromium.execute_cdp_cmd("Page.printToPDF", {})["data"]
    texts = [page.extract_text() for page in PdfReader(BytesIO(b64decode(printed))).pages]
    body = [text for text in texts[1:] if "proof" in text or "✓" in text]
    assert len(body) > 3
    assert all("Section, clause" in text or "Scenario" in text for text in body)


@pytest.mark.parametrize("name", ["sample", "difference", "history"])
def test_paper_is_light(chromium: Chrome, pages: dict[str, str], name: str) -> None:
    _open(chromium, pages[name])
    dark = {"name": "prefers-color-scheme", "value": "dark"}
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": [dark]})
    colours = chromium.execute_script(
        "const style = getComputedStyle(document.body); return [style.backgroundColor, style.color]"
    )
    assert colours == ["rgb(255, 255, 255)", "rgb(26, 29, 33)"]
