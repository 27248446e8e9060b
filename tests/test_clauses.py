"""The clauses of the specification as data: all of them, sound, and read quickly."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

import conformance
from conformance.clauses import REVISION, Clause, clauses, nearest

SECTIONS = {
    "background-fetch-manager-fetch": 30,
    "complete-a-record-algorithm": 35,
    "perform-a-background-fetch-algorithm": 18,
}


def test_all_clauses_are_there_in_their_order() -> None:
    assert [clause.number for clause in clauses().values()] == list(range(1, 230))
    assert all(clause.id == id for id, clause in clauses().items())
    sections = Counter(clause.section for clause in clauses().values())
    assert {section: sections[section] for section in SECTIONS} == SECTIONS


def test_levels_are_those_of_the_text() -> None:
    assert Counter(clause.level for clause in clauses().values()) == {
        "idl": 18,
        "must": 69,
        "may": 14,
        "step": 91,
        "should": 1,
        "implied": 22,
        "mdn": 11,
        "readme": 3,
    }


@pytest.mark.parametrize("one", clauses().values(), ids=clauses())
def test_a_clause_is_one_short_sentence_with_witnesses(one: Clause) -> None:
    assert re.fullmatch(r"[A-Za-z-]+(/[A-Za-z_-]+)*/[0-9A-Za-z.]+", one.id)
    assert set(one.witnesses) <= {"page", "worker", "network", "ui", "webdriver"}
    assert one.witnesses
    assert one.simulated in ("yes", "part")
    assert 10 < len(one.text) < 130
    assert not one.text.endswith(".")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("complete-a-record-algorithm/8A", "complete-a-record-algorithm/8a"),
        ("perform-a-background-fetch/8.13.1", "perform-a-background-fetch-algorithm/8.13.1"),
        ("mdn/Background_Fetch_API/9", "mdn/Background_Fetch_API/"),
        ("nothing of the kind", ""),
        ("", ""),
        ("x" * 10_000, ""),
    ],
)
def test_the_nearest_clause(given: str, meant: str) -> None:
    found = nearest(given)
    assert found.startswith(meant) if meant.endswith("/") else found == meant


def test_clauses_are_read_at_the_first_call_and_quickly() -> None:
    clauses.cache_clear()
    begun = time.process_time()
    clauses()
    assert time.process_time() - begun < 0.05, "it should take about 4 ms"
    begun = time.process_time()
    clauses()
    assert time.process_time() - begun < 0.001


def test_importing_them_reads_nothing() -> None:
    program = "import conformance.clauses as c; print(c.clauses.cache_info().currsize)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "0"


def test_the_clauses_and_the_errata_are_of_the_revision_that_reports_name() -> None:
    for name in ("clauses.toml", "errata.toml"):
        assert REVISION in (Path(conformance.__file__).parent / name).read_text("utf-8").splitlines()[0]
