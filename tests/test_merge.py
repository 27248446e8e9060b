"""Shares and their merging: together they are the run, and what is not of one run is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from click.testing import Result as Called
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.shards import share
from reports.run import read_run
from tests.conftest import scenario
from tests.html_pages import Page
from tests.small_runs import passing, write_run

Bgfetch = Callable[..., Called]

SELECTION = "background-fetch-manager/*"


@settings(deadline=None)
@given(st.integers(0, 30), st.integers(1, 9))
def test_shares_are_the_whole_and_no_scenario_is_in_two(count: int, of: int) -> None:
    scenarios = [scenario(f"x/{number}") for number in range(count)]
    shares = [share(scenarios, number, of) for number in range(1, of + 1)]
    assert sorted(one.id for part, _ in shares for one in part) == sorted(one.id for one in scenarios)
    assert len({told["selection"] for _, told in shares}) == 1
    sizes = [len(part) for part, _ in shares]
    assert max(sizes) - min(sizes) <= 1


def test_another_text_is_another_selection() -> None:
    one = scenario("x/one")
    assert share([one], 1, 1)[1] != share([evolve(one, text="other")], 1, 1)[1]


@pytest.fixture
def shares(bgfetch: Bgfetch) -> list[str]:
    """Three shares of one selection, as they are run."""
    for number in (1, 2, 3):
        called = bgfetch("run", SELECTION, "--seed", "3", "--shard", f"{number}/3", "--out", f"s{number}")
        assert called.exit_code == 0, called.output
    return ["s1", "s2", "s3"]


def verdicts(folder: Path) -> dict[Any, tuple[str, int]]:
    run = read_run(folder)
    assert run.missing == ()
    return {result.key: (result.verdict, len(run.seen(result) or ())) for result in run.results}


def test_merged_shares_are_the_run_that_one_machine_would_have_made(
    bgfetch: Bgfetch, tmp_path: Path, shares: list[str]
) -> None:
    bgfetch("run", SELECTION, "--seed", "3", "--out", "whole")
    called = bgfetch("merge", *reversed(shares), "--out", "merged")
    assert called.exit_code == 0, called.output
    assert verdicts(tmp_path / "merged") == verdicts(tmp_path / "whole")
    assert (tmp_path / "merged/report.html").exists()
    headers = [read_run(tmp_path / name).header for name in ("whole", "merged")]
    assert [row["id"] for row in headers[0].scenarios] == [row["id"] for row in headers[1].scenarios]


def test_a_share_that_is_missing_is_told_and_the_rest_is_kept(
    bgfetch: Bgfetch, tmp_path: Path, shares: list[str]
) -> None:
    called = bgfetch("merge", "s1", "s3", "--out", "merged")
    assert called.exit_code == 4
    assert "missing: share 2/3 is missing\n" in called.output
    assert "missing: expected 5 results, got 3" in called.output
    assert "missing: there is no end line" in called.output
    merged = read_run(tmp_path / "merged")
    assert len(merged.results) == 3
    assert "share 2/3 is missing" in merged.missing
    assert "share 2/3 is missing" in Page((tmp_path / "merged/report.html").read_text("utf-8")).words


def test_a_share_may_be_missing_of_one_implementation_alone(bgfetch: Bgfetch, tmp_path: Path) -> None:
    write_run(tmp_path / "a", passing("x/a"), options=_shard(1), expected=1)
    write_run(tmp_path / "b", passing("x/a", on="simulator"), options=_shard(1), expected=1)
    write_run(tmp_path / "c", passing("x/b", on="simulator"), options=_shard(2), expected=1)
    called = bgfetch("merge", "a", "b", "c", "--out", "merged")
    assert called.exit_code == 4
    assert "missing: share 2/2 of chromium is missing\n" in called.output


def test_of_very_many_shares_some_are_named(bgfetch: Bgfetch, tmp_path: Path) -> None:
    many = 10**12
    told = {"shard": {"number": 2, "of": many, "scenarios": many, "selection": "s"}}
    write_run(tmp_path / "a", passing("x/a"), options=told, expected=1)
    called = bgfetch("merge", "a", "--out", "merged")
    assert called.output.count(f"/{many} is missing") == 20
    assert "more shares than these 20 are missing" in called.output


def test_an_empty_share_is_not_missed(bgfetch: Bgfetch, tmp_path: Path) -> None:
    write_run(tmp_path / "a", passing("x/a"), options=_shard(1, 9), expected=1)
    write_run(tmp_path / "b", passing("x/b"), options=_shard(2, 9), expected=1)
    called = bgfetch("merge", "a", "b", "--out", "merged")
    assert called.exit_code == 0
    assert "missing" not in called.output


def test_a_share_that_was_killed_in_the_middle_of_a_line_brings_its_finished_results(
    bgfetch: Bgfetch, tmp_path: Path, shares: list[str]
) -> None:
    path = tmp_path / "s1/results.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]) + lines[2][:70])
    called = bgfetch("merge", *shares, "--out", "merged")
    assert called.exit_code == 4
    assert len(read_run(tmp_path / "merged").results) == 4
    assert "missing: share 1/3 was cut short\n" in called.output
    assert "missing: expected 5 results, got 4" in called.output


def test_runs_of_two_implementations_become_one(bgfetch: Bgfetch, tmp_path: Path) -> None:
    write_run(tmp_path / "a", passing("x/a", "x/b"))
    write_run(tmp_path / "b", passing("x/a", "x/b", on="simulator"))
    assert bgfetch("merge", "a", "b", "--out", "merged").exit_code == 0
    run = read_run(tmp_path / "merged")
    assert set(run.header.implementations) == {"chromium", "simulator"}
    assert run.missing == ()


def test_the_baseline_of_one_is_that_of_the_whole(bgfetch: Bgfetch, tmp_path: Path) -> None:
    write_run(tmp_path / "a", passing("x/a", on="simulator"))
    write_run(
        tmp_path / "b", passing("x/a"), baseline='implementation = "chromium"', options={"baseline": "c.toml"}
    )
    assert bgfetch("merge", "a", "b", "--out", "merged").exit_code == 0
    header = read_run(tmp_path / "merged").header
    assert (header.baseline, header.options["baseline"]) == ('implementation = "chromium"', "c.toml")
    assert "Against c.toml: 0 as expected" in (tmp_path / "merged/report.html").read_text("utf-8")


def _shard(number: int, of: int = 2, selection: str = "s") -> dict[str, Any]:
    return {"shard": {"number": number, "of": of, "scenarios": 2, "selection": selection}}


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ({}, {"bgfetch": "0.2.0"}, "different versions of bgfetch: 0.1.0 and 0.2.0"),
        ({}, {"implementations": {"chromium": "151.0"}}, "different versions of chromium: 150.0 and 151.0"),
        ({}, {"seed": 4}, "different seeds: 0 and 4"),
        ({}, {"options": {"repeat": 3}}, "different numbers of repetitions: 1 and 3"),
        (
            {"options": _shard(1)},
            {"options": _shard(2, selection="t")},
            "different catalogues or selections: s and t",
        ),
        ({"options": _shard(1)}, {}, "different catalogues or selections: s and no shares"),
        ({"options": _shard(1)}, {"options": _shard(2, 3)}, "different numbers of shares: 2 and 3"),
        ({}, {"scenarios": [{"id": "x/a", "text": "another"}]}, "different texts of x/a"),
        ({"baseline": "one"}, {"baseline": "two"}, "held against different baselines"),
    ],
)
def test_what_is_not_of_one_run_is_refused_and_nothing_is_left(
    bgfetch: Bgfetch, tmp_path: Path, one: dict[str, Any], other: dict[str, Any], said: str
) -> None:
    write_run(tmp_path / "a", passing("x/a"), **one)
    write_run(tmp_path / "b", passing("x/b"), **other)
    called = bgfetch("merge", "a", "b", "--out", "merged")
    assert called.exit_code == 2
    assert said in called.output
    assert not (tmp_path / "merged").exists()


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        (["a", "again"], "both hold x/a on chromium"),
        (["a", "a"], "given twice"),
        (["none", "nothing"], "None of these runs holds a result"),
        (["a", "nowhere"], "no readable results.jsonl"),
        (["a", "empty"], "is empty"),
        (["a", "hostile"], "leads out of its folder"),
    ],
)
def test_what_cannot_be_merged_is_refused(
    bgfetch: Bgfetch, tmp_path: Path, runs: Sequence[str], said: str
) -> None:
    write_run(tmp_path / "a", passing("x/a"))
    write_run(tmp_path / "again", passing("x/a"))
    for name in ("none", "nothing"):
        write_run(tmp_path / name, [], expected=1, ended=False)
    write_run(tmp_path / "hostile", passing("../../../x"))
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/results.jsonl").touch()
    called = bgfetch("merge", *runs, "--out", "merged")
    assert called.exit_code == 2
    assert said in called.output
    assert not (tmp_path / "merged").exists()


@pytest.mark.parametrize("given", ["0/3", "4/3", "1", "a/b", "1/2/3", "-1/3", "1/0"])
def test_a_share_must_be_one(bgfetch: Bgfetch, given: str) -> None:
    called = bgfetch("run", SELECTION, "--shard", given)
    assert called.exit_code == 2
    assert "1/4 is the first of four" in called.output


def test_an_empty_share_ran_nothing(bgfetch: Bgfetch) -> None:
    called = bgfetch("run", "realms/*", "--shard", "9/9")
    assert called.exit_code == 5
    assert "this share of the scenarios is empty" in called.output


def test_a_run_without_results_merges_as_the_part_that_it_is(bgfetch: Bgfetch, tmp_path: Path) -> None:
    header = {"scenarios": [{"id": "x/b", "text": "t"}], "implementations": {"chromium": "150.0"}}
    write_run(tmp_path / "a", passing("x/a"))
    write_run(tmp_path / "b", [], expected=1, ended=False, **header)
    called = bgfetch("merge", "a", "b", "--out", "merged")
    assert called.exit_code == 4
    assert "missing: expected 2 results, got 1" in called.output
    listed = json.loads((tmp_path / "merged/results.jsonl").read_text().splitlines()[0])["scenarios"]
    assert [row["id"] for row in listed] == ["x/a", "x/b"]
