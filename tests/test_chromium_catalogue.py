"""The whole catalogue on real Chromium: every scenario is judged, whatever the judgement is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.command_line.commands import commands
from conformance.network import namespace
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
    allowed = {UNSUPPORTED} if namespace.why_not() else set()
    untold = Counter(
        (result.scenario, result.verdict, result.note)
        for result in run.results
        if result.verdict in {ERROR, INCONCLUSIVE, UNSUPPORTED} - allowed
    )
    assert not untold, done.output
