"""The folder of a run: made whole or not at all, never over an older one, never with half a line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.errors import BadInput
from conformance.results import PASS, Result, RunHeader
from conformance.run_folder import RunFolder


def header() -> RunHeader:
    return RunHeader("0", "3", "now", 0, 1, {})


def result(name: str = "a") -> Result:
    return Result(name, "fake", PASS, ())


def begun(path: Path) -> RunFolder:
    folder = RunFolder.create(path)
    folder.begin(header())
    return folder


def test_a_folder_with_an_older_run_is_refused_and_stays_as_it_was(tmp_path: Path) -> None:
    folder = begun(tmp_path / "run")
    folder.add(result(), "")
    folder.leave()
    before = (tmp_path / "run/results.jsonl").read_bytes()
    with pytest.raises(BadInput, match=r"holds an older run[\s\S]*--out .*run-2[\s\S]*bgfetch report"):
        RunFolder.create(tmp_path / "run")
    assert (tmp_path / "run/results.jsonl").read_bytes() == before


def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter").touch()
    with pytest.raises(BadInput, match=r"is not empty[\s\S]*--out"):
        RunFolder.create(tmp_path)


@pytest.mark.parametrize("below", ["", "deep/run"])
def test_a_file_in_the_way_is_told_and_nothing_is_made(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(BadInput, match="--out"):
        RunFolder.create(tmp_path / "file" / below)
    assert [path.name for path in tmp_path.rglob("*")] == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(BadInput, match="Permission denied"):
        RunFolder.create(tmp_path / "run")


def test_a_place_that_takes_no_folders_is_told() -> None:
    with pytest.raises(BadInput, match=r"cannot be written to /proc/run: [\s\S]*--out DIR"):
        RunFolder.create(Path("/proc/run"))


def test_an_empty_folder_is_taken_and_given_back_empty(tmp_path: Path) -> None:
    RunFolder.create(tmp_path).leave()
    assert list(tmp_path.iterdir()) == []


def test_without_a_place_every_run_gets_a_fresh_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    paths = {RunFolder.create(None).path for _ in range(5)}
    assert len(paths) == 5
    assert {path.parent for path in paths} == {Path("bgfetch-results")}


FULL = """
import resource, signal, sys
from pathlib import Path
from conformance.errors import BadInput
from tests.test_runner_folder import begun, result
folder = begun(Path(sys.argv[1]))
limit = (folder.path / "results.jsonl").stat().st_size + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    for number in range(100):
        folder.add(result(f"s{number}"), "")
except BadInput as error:
    print(error)
folder.leave()
"""


@pytest.mark.parametrize(("room", "kept"), [(100, 0), (700, None)])
def test_a_full_disk_ends_the_run_with_whole_lines_only(tmp_path: Path, room: int, kept: int | None) -> None:
    """A limit on the size of files stands in for the full disk: a write ends half-way, the next fails."""
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "run"), str(room)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    if kept == 0:
        assert "cannot be written" in done.stdout
        assert not (tmp_path / "run").exists()
        return
    assert "bgfetch report" in done.stdout
    rows = [json.loads(line) for line in (tmp_path / "run/results.jsonl").read_text().splitlines()]
    assert [row["type"] for row in rows] == ["run"] + ["result"] * (len(rows) - 1)
    assert f"The {len(rows) - 1} results until then are whole" in done.stdout


def test_the_observation_file_is_written_before_its_result_and_not_at_all_when_empty(tmp_path: Path) -> None:
    folder = begun(tmp_path / "run")
    assert folder.add(result(), "").observations == ""
    assert not any((tmp_path / "run/observations").iterdir())
