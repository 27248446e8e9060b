"""The HTML report: whole, harmless, the same each time, within its limits of time and size."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest
from attrs import evolve

from conformance.results import FAIL, PASS, Check
from reports import Run, read_run
from reports.cells import matrix
from reports.html import render
from reports.lanes import LIMIT, PROOFS, Gap, Line
from reports.parts import clause, part
from tests.report_sample import CASES, CLAUSES, HOSTILE, write_hostile, write_large, write_sample

VOID = {"meta", "input", "link", "br", "img", "hr"}


class Page(HTMLParser):
    """The tags of a page, its ids and links, and its text; fails on a tag that closes out of order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.text = ""
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named: Mapping[str, str | None] = dict(attrs)
        self.tags[tag] += 1
        self.attributes |= set(named)
        self.ids.update([named["id"] or ""] if "id" in named else [])
        self.links += [named["href"] or ""] if "href" in named else []
        self.open += [] if tag in VOID else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.text += data

    @property
    def words(self) -> str:
        return " ".join(self.text.split())


@pytest.fixture(scope="module")
def page(sample: Run) -> Page:
    return Page(render(sample, CLAUSES))


def test_ids_are_unique_and_every_link_into_the_page_has_its_place(page: Page) -> None:
    assert max(page.ids.values()) == 1
    inside = {link[1:] for link in page.links if link.startswith("#")}
    assert len(inside) > 60
    assert inside <= set(page.ids)
    outside = {link for link in page.links if not link.startswith("#")}
    assert all(link.startswith("https://wicg.github.io/background-fetch/") for link in outside)


@pytest.mark.parametrize(
    "words",
    [
        "expected 48, got 48",
        "0.1.0 on Python 3.11.7",
        "Chromium 156.0.8078.79",
        "8 d 1 min 12 s",
        "Going offline mid-way keeps the bytes",
        "chromium on complete-a-record-algorithm/8a: expected /ep-5.mp3 requested again",
        "GET /ep-5.mp3, Range bytes=102400-, request 2",
        "a wait of 8 h shortened to 3 s, because time is real here",
        "the browser's process ended while step 3 was under way",
        "lever metered: a browser cannot be told that its link is metered",
        "A GET whose connection broke while offline goes on once online",
        "# stands still until the connection dies",
        "repetition 2: fail",
        "repetition 3 came out as repetition 1 did.",
        "2 pass, 1 fail",
        "chromium: nothing was observed",
        "1 remark",
    ],
)
def test_the_page_tells(page: Page, words: str) -> None:
    assert words in page.words


@pytest.mark.parametrize(
    ("id", "href"),
    [
        ("complete-a-record-algorithm/11.r8.1", "#complete-a-record-algorithm"),
        ("mdn/Background_Fetch_API/3", ""),
        ("readme/1", ""),
        ("no-section", ""),
        ('a"b c/1', "#a%22b%20c"),
        ("\ud800/1", "#%3F"),
    ],
)
def test_a_clause_links_to_its_section_of_the_specification_only(id: str, href: str) -> None:
    assert clause(id, {}).href == (href and f"https://wicg.github.io/background-fetch/{href}")


def test_steps_line_the_implementations_up_in_time_order(sample: Run) -> None:
    row = matrix(sample).rows[2]
    told = part(sample, row, 1, "here", CLAUSES).leads
    assert [block.title for block in told.blocks][:3] == [
        "Before the first step",
        'Step 1: fetch "my-fetch" of /ep-5.mp3',
        "Step 2: network offline",
    ]
    for block in told.blocks:
        assert [lane.column for lane in block.lanes] == ["simulator", "chromium"]
    begins = [lane.begins for lane in told.blocks[4].lanes]
    assert begins == ["8 h", "3.111 s"]
    for place in (0, 1):
        numbers = [
            line.number
            for block in told.blocks
            for line in block.lanes[place].lines
            if isinstance(line, Line)
        ]
        assert numbers == list(range(1, len(numbers) + 1))


def test_what_speaks_against_stands_out_from_what_speaks_for(sample: Run) -> None:
    row = matrix(sample).rows[1]
    blocks = part(sample, row, 1, "here", CLAUSES).leads.blocks
    lines = [line for block in blocks for line in block.lanes[1].lines if isinstance(line, Line)]
    assert {line.proof for line in lines if line.text.startswith("GET")} == {"against"}
    assert {line.proof for line in lines if "progress" in line.text} == {"for"}
    assert all(bool(line.anchor) == bool(line.proof) for line in lines)


def test_long_lists_are_capped_and_say_so_but_keep_steps_and_proofs(tmp_path: Path) -> None:
    run = read_run(write_sample(tmp_path, CASES[:1], chunks=400))
    told = part(run, matrix(run).rows[0], 1, "here", {}).leads
    lanes = [[line for block in told.blocks for line in block.lanes[place].lines] for place in (0, 1)]
    gaps = [sum(line.count for line in lane if isinstance(line, Gap)) for lane in lanes]
    lines, left_out = lanes[0], gaps[0]
    shown = [line for line in lines if isinstance(line, Line)]
    seen = run.seen(run.results[0]) or ()
    assert left_out + len(shown) == len(seen)
    assert LIMIT <= len(shown) <= LIMIT + 5 + 3 * PROOFS
    assert sum(line.text == "the step begins" for line in shown) == 5
    assert (
        told.announced[0][1]
        == f"{len(seen)} observations, {len(shown)} of them shown; all are in {run.results[0].observations}"
    )
    page = Page(render(run, {}))
    assert sum(map(int, re.findall(r"⋮ (\d+) observations? left out", page.words))) == sum(gaps)
    assert f"and {400 - PROOFS} more" in page.words


def test_a_thousand_checks_are_capped_and_none_that_failed_is_lost_among_them(sample: Run) -> None:
    passed = [Check("a/1", "must", "text", PASS, f"record {n}", "so it was", (n,)) for n in range(1, 1_000)]
    wrong = Check("b/2", "must", "text", FAIL, "the last", "another", (30,))
    result = evolve(sample.results[0], checks=(*passed, wrong), verdict=FAIL)
    run = evolve(sample, results=(result,), scenarios=sample.scenarios[:1])
    told = part(run, matrix(run).rows[0], 1, "here", {}).leads
    assert [row.check.expected for row in told.checks] == [*(f"record {n}" for n in range(1, 41)), "the last"]
    assert told.more == 959
    assert [(found.column, found.check) for found in told.findings] == [("simulator", wrong)]
    page = Page(render(run, {}))
    assert "1,000 checks" in page.words
    assert "and 959 further checks; all are in results.jsonl" in page.words
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_further_repetitions_are_told_only_where_they_differ(sample: Run) -> None:
    table = matrix(sample)
    parts = {row.name: part(sample, row, 1, "here", {}) for row in table.rows}
    assert parts["two-files"].repeats == ()
    (repeats,) = parts["offline-mid-way"].repeats
    assert repeats.column == "chromium"
    assert [told.shown[0].result.verdict for told in repeats.different] == [FAIL]
    assert parts["offline-mid-way"].leads.shown[1].result.verdict == PASS


def test_the_same_run_gives_the_same_bytes_in_every_process(sample: Run, tmp_path: Path) -> None:
    code = "import sys, pathlib; from reports import read_run; from reports.html import render; "
    code += "sys.stdout.buffer.write(render(read_run(pathlib.Path(sys.argv[1])), {}).encode())"
    folder = write_sample(tmp_path, CASES[2:5])
    pages = {
        subprocess.run(
            [sys.executable, "-c", code, str(folder)],
            env={"PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[1],
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert pages == {render(read_run(folder), {}).encode()}


@pytest.mark.parametrize("text", [HOSTILE, '" onload="x', "x" * 1_000_000, "\n\n", "{{ 7 * 7 }}", "a/" * 500])
def test_hostile_texts_stay_text(tmp_path: Path, text: str) -> None:
    whole = render(read_run(write_hostile(tmp_path, text)), {text: text, "other": text})
    page = Page(whole)
    assert page.tags["script"] == page.tags["style"] == 1
    assert "img" not in page.tags
    assert not {name for name in page.attributes if name.startswith("on")}
    assert not set("\x1b\x9b\u202e\x00\ud800") & set(whole)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert len(whole.encode()) < 200_000
    if len(text) > 100_000:
        assert "1,000,000 characters, the first" in page.words


def test_scenarios_whose_names_read_alike_keep_their_own_places(sample: Run) -> None:
    twins = tuple(evolve(sample.scenarios[0], id=id) for id in ("a/b", "a-b", "a b", ""))
    page = Page(render(evolve(sample, scenarios=twins, results=()), {}))
    assert {"scenario-a-b", "scenario-a-b-2", "scenario-a-b-3"} <= set(page.ids)
    assert max(page.ids.values()) == 1


def test_a_run_of_nothing_is_a_page_too(sample: Run) -> None:
    empty = evolve(sample, results=(), scenarios=(), end=None, observations={}, missing=("all of it",))
    page = Page(render(empty, {}))
    assert "The run holds no result." in page.words
    assert "all of it" in page.words


def test_fifty_scenarios_on_two_implementations_stay_quick_and_small(tmp_path: Path) -> None:
    run = read_run(write_large(tmp_path, 50))
    began = time.process_time()  # not the wall's: another process may be busy too
    size = len(render(run, CLAUSES).encode())
    took = time.process_time() - began
    print(f"50 scenarios x 2 implementations: {took:.2f} s, {size / 1e6:.2f} MB")
    assert took < 1
    assert size < 2_000_000
