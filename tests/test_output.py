"""What cannot be printed: a full disk costs words and no result, and a reader who has gone is no failure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from conformance.command_line.exit_codes import FAILED, HARNESS_BROKE, UNREAD

BGFETCH = [sys.executable, "-c", "from conformance.command_line import main; main()"]
COMMANDS = {
    "list": HARNESS_BROKE,
    "schema scenario": HARNESS_BROKE,
    "replay v0.1.0,scenario=permissions/query,seed=7": HARNESS_BROKE,
    "run permissions/query --out run": HARNESS_BROKE,
    "run complete-a-record-algorithm/offline-* --on mutant:no-range-header --out run": FAILED,
    "fuzz --on mutant:range-exposed --seed 1 --examples 9 --out found": FAILED,
}


@pytest.mark.parametrize(("command", "code"), COMMANDS.items())
def test_where_nothing_can_be_printed_all_else_is_done(command: str, code: int, tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*BGFETCH, *command.split()],
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        )
    assert done.returncode == code
    assert "bgfetch: standard output could not be written: No space left on device." in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "run" / "report.html").exists() == ("--out run" in command)
    assert len(list(tmp_path.glob("found/*.toml"))) == ("--out found" in command)


@pytest.mark.parametrize("command", ["list", "errata"])
def test_a_reader_who_has_gone_is_no_failure(command: str) -> None:
    with subprocess.Popen([*BGFETCH, command], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == UNREAD
