"""The formats of a report for other tools: each says what the run says, and its consumer can read it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import Result as Done
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from conformance.results import VERDICTS, Check, Result, RunHeader
from reports import Run, badge, markdown, read_run
from reports.formats import FORMATS, write
from reports.run import Listed
from simulator import observation as seen
from simulator.observation import Log
from tests import report_consumers as consumers
from tests.report_consumers import texts
from tests.report_sample import CASES, CLAUSES, HOSTILE, write_hostile, write_large, write_sample

NAMES = [
    "report.html",
    "junit.xml",
    "wptreport.simulator.json",
    "wptreport.chromium.json",
    "earl.jsonld",
    "summary.md",
    "badge.svg",
    "badge.json",
    "wire.har",
    "trace.json",
]


# -- all of them ---------------------------------------------------------------------------


def test_every_file_of_a_run_is_read_by_who_reads_it(files: dict[str, str]) -> None:
    assert list(files) == NAMES
    consumers.read(files)


NASTY = st.sampled_from(
    [HOSTILE, "]]>", "</script>", "-->", "a|b\\|c", "``` ` ``", "\n# x\n", "\r\n\x0b", "\ud800", "\x85"]
)
ANY = st.text(st.characters(), max_size=40)  # with surrogates, controls and all
TEXTS = st.lists(NASTY | ANY, max_size=3).map("".join)
NUMBERS = st.integers(-(2**70), 2**70)


def hostile(text: str, number: int) -> Run:
    """A run in which every text is ``text`` and every number ``number``."""
    log = Log(lambda: number)
    headers = ((text, text), ("Content-Type", text), ("Cookie", text), ("Location", text))
    log.see("origin", text, text, seen.Request(number, text, text, headers))
    log.see("origin", text, text, seen.Upload(number, number, True))
    log.see("origin", text, text, seen.Response(number, number, headers))
    log.see("origin", text, text, seen.Sent(number, number, False))
    log.see("origin", text, text, seen.Fault(number, text, number))
    log.see("origin", text, text, seen.Closed(number, text, text))
    log.see("proxy", "a.test", f"/{text}", seen.Request(1, text, text, headers))
    log.see("page", text, text, seen.Progress(number, number, text, text, True))
    log.see("worker", text, text, seen.Record(number, text, text, number, text, text, headers, number))
    log.see(
        "page", text, text, seen.Settled(text, {text: [text, number, float("nan"), {text: [[[[[text]]]]]}]})
    )
    log.see("harness", text, text, seen.Step(text, text))
    log.see("harness", text, text, seen.Step(text, text))
    checks = tuple(
        Check(text, level, text, verdict, text, text, (1, number), text, number)
        for level in ("must", "should", text)
        for verdict in VERDICTS
    )
    results = tuple(
        Result(text, name, verdict, checks, text, number, turn, text, number, number, "o")
        for name in (text, "other")
        for turn, verdict in enumerate(VERDICTS)
    )
    header = RunHeader(text, text, text, number, number, {text: text, "other": text})
    return Run(
        header,
        results,
        None,
        {"o": tuple(log.observations)},
        (Listed(text, text, (text,), text, text),),
        (text,),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, NUMBERS)
@example("", 0)
@example(HOSTILE, -1)
@example("- [x](y) *a* _b_ ![c](d) www.e.test https://f.test @g :h: ~~i~~", 10**400)
@example("1. a", 1)
def test_what_is_hostile_is_read_all_the_same(text: str, number: int) -> None:
    written = texts(hostile(text, number))
    consumers.read(written)
    for name, told in written.items():
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", told), name


@pytest.mark.parametrize("text", ["x" * 1_000_000, "\u202e" * 1_000_000, "a/" * 500_000, "`" * 1_000_000])
def test_a_megabyte_of_one_letter_breaks_nothing(text: str) -> None:
    written = texts(hostile(text, 1))
    consumers.read(written)
    assert len(written["summary.md"].encode()) <= markdown.LIMIT


def test_a_hostile_folder_is_read_and_written(tmp_path: Path) -> None:
    consumers.read(texts(read_run(write_hostile(tmp_path))))


def test_the_same_run_gives_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from reports import read_run; from reports.formats import FORMATS\n"
        "run = read_run(pathlib.Path(sys.argv[1]))\n"
        "for render in FORMATS.values():\n"
        "    for name, text in render(run, {}).items():\n"
        "        sys.stdout.buffer.write(name.encode() + text.encode())"
    )
    folder = write_sample(tmp_path, CASES[2:5])
    written = {
        subprocess.run(
            [sys.executable, "-c", code, str(folder)],
            env={"PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[1],
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(written) == 1


@pytest.mark.parametrize(
    "name",
    [
        "report.html",
        "junit.xml",
        "wptreport.chromium.json",
        "earl.jsonld",
        "summary.md",
        "wire.har",
        "trace.json",
    ],
)
def test_what_is_missing_is_told_where_the_format_has_a_place_for_it(tmp_path: Path, name: str) -> None:
    folder = write_sample(tmp_path, CASES[:2])
    lines = (folder / "results.jsonl").read_text("utf-8").splitlines()
    (folder / "results.jsonl").write_text("\n".join([*lines[:-2], lines[-2][:50]]), "utf-8")
    for path in (folder / "observations/fetch").glob("two-files.chromium.*"):
        path.unlink()
    run = read_run(folder)
    written = texts(run)
    consumers.read(written)
    assert "results.jsonl line 13 is cut off" in written[name]
    assert "no observations in observations/fetch/two-files.chromium.1.jsonl" in written[name]
    assert "not whole" in written["badge.svg"]
    assert badge.colour(evolve(run, results=run.results[:1])) == "lightgrey"


def test_a_run_of_nothing_is_written_too(sample: Run) -> None:
    empty = evolve(sample, results=(), scenarios=(), end=None, observations={}, missing=("all of it",))
    consumers.read(texts(empty))
    consumers.read(texts(evolve(empty, header=evolve(empty.header, implementations={}))))


def test_the_document_names_every_format_and_its_files(files: dict[str, str]) -> None:
    table = (Path(__file__).parents[1] / "docs/reports.md").read_text("utf-8").partition("## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(FORMATS)
    told = set(re.findall(r"`([\w.]+\.\w+)`", table))
    assert {re.sub(r"simulator|chromium", "IMPLEMENTATION", name) for name in files} <= told


# -- the command line ----------------------------------------------------------------------

Bgfetch = Callable[..., Done]


@pytest.fixture
def run_folder(bgfetch: Bgfetch) -> Path:  # the command line works in an empty folder
    return write_sample(Path("out"), CASES[:3])


@pytest.mark.parametrize(
    ("words", "files"),
    [
        ((), ["report.html"]),
        (
            ("--format", "junit", "--format", "badge", "--format", "junit"),
            ["junit.xml", "badge.svg", "badge.json"],
        ),
        (("--format", "har", "--format", "all"), NAMES),
    ],
)
def test_the_files_that_were_asked_for_are_written_and_named(
    bgfetch: Bgfetch, run_folder: Path, words: tuple[str, ...], files: list[str]
) -> None:
    before = set(os.listdir(run_folder))
    done = bgfetch("report", "out", *words)
    assert done.exit_code == 0
    assert done.output.splitlines() == [f"out/{name}" for name in files]
    assert set(os.listdir(run_folder)) - before == set(files)


def test_a_file_that_cannot_be_written_is_told_and_nothing_half_is_left(
    bgfetch: Bgfetch, run_folder: Path
) -> None:
    (run_folder / "wire.har").mkdir()
    before = sorted(os.listdir(run_folder))
    done = bgfetch("report", "out", "--format", "har")
    assert done.exit_code == 2
    assert "The report cannot be written to out/wire.har" in done.output
    assert "then: bgfetch report out --format har" in done.output
    assert sorted(os.listdir(run_folder)) == before


def test_a_format_that_does_not_exist_is_refused_with_those_that_do(
    bgfetch: Bgfetch, run_folder: Path
) -> None:
    done = bgfetch("report", "out", "--format", "pdf")
    assert done.exit_code == 2
    assert all(name in done.output for name in FORMATS)


def test_an_older_file_stays_until_the_new_one_is_whole(tmp_path: Path, sample: Run) -> None:
    old = tmp_path / "junit.xml"
    old.write_text("old")
    written: Iterator[Path] = write(tmp_path, sample, {}, "junit")
    assert old.read_text() == "old"
    assert list(written) == [old]
    consumers.junit(old.read_text("utf-8"))


def test_a_large_run_is_written_quickly_in_every_format(tmp_path: Path) -> None:
    run = read_run(write_large(tmp_path, 50))
    for name, render in FORMATS.items():
        size = sum(len(text.encode()) for text in render(run, CLAUSES).values())
        print(f"50 scenarios x 2 implementations, {name}: {size:,} bytes")
        assert size < 3_000_000
