"""The whole catalogue on real Chromium: every scenario is judged, whatever the judgement is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conformance.command_line.commands import commands
from conformance.results import ERROR, INCONCLUSIVE, UNSUPPORTED
from reports import read_run

pytestmark = pytest.mark.browser


def test_every_scenario_comes_to_a_verdict(tmp_path: Path) -> None:
    """Pass or fail is Chromium's affair; not being able to say is ours."""
    out = tmp_path / "run"
    done = CliRunner().invoke(commands, ["run", "--on", "chromium", "--out", str(out)])
    assert done.exit_code in (0, 1), done.output
    run = read_run(out)
    assert run.missing == ()
    levers = run.header.levers["chromium"]
    untold = Counter(
        (result.scenario, result.verdict, result.note)
        for result in run.results
        if result.verdict == ERROR
        or (result.verdict == INCONCLUSIVE and not result.note)  # a note: it chose otherwise than presupposed
        or (result.verdict == UNSUPPORTED and _has_all(result.note, levers))
    )
    assert not untold, done.output


def _has_all(note: str, levers: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether every lever that a scenario was refused for is there after all, as doctor tells it."""
    named = [part.partition(":")[0] for part in note.split("; ")]
    return all(levers[name]["available"] for name in named if name in levers)
