"""What several tests lean on: a scenario that needs no file, and the command line run in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conformance.scenario.model import Expect, Scenario, Step


def scenario(identifier: str = "tests/plain", *steps: Step) -> Scenario:
    """A scenario of nothing but its steps."""
    return Scenario(
        id=identifier,
        title=f"The scenario {identifier}",
        clauses=("background-fetch-manager-fetch/1",),
        steps=steps,
        expect=Expect(),
        origin={},
        workers={},
        file=f"{identifier}.toml",
    )


@pytest.fixture
def bgfetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run ``bgfetch`` with these words in an empty folder; gives exit code and output."""
    from conformance.command_line.commands import commands

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("conformance.command_line.browsers.found", list)

    def call(*words: str) -> Result:
        return CliRunner().invoke(commands, words, prog_name="bgfetch")

    return call
