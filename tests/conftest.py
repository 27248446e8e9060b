"""What several tests lean on: a plain scenario, the command line, and when a browser is needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conformance.command_line.browsers import found
from conformance.scenario.model import Expect, Scenario, Step
from reports.run import Run, read_run
from tests.report_sample import write_sample


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-browser", action="store_true", help="fail, not skip, the browser tests where there is none"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a browser its tests are skipped with the reason, unless CI asks for them."""
    if found() or config.getoption("--require-browser"):
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip("no browser here: apt-get install chromium chromium-driver"))


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


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run as a reader is likely to have it."""
    return read_run(write_sample(tmp_path_factory.mktemp("sample")))


@pytest.fixture(scope="session")
def files(sample: Run) -> dict[str, str]:
    """Every file that is written of the sample, by its name."""
    from tests.report_consumers import texts  # takes a second, which few tests should wait for

    return texts(sample)


@pytest.fixture
def bgfetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run ``bgfetch`` with these words in an empty folder; gives exit code and output."""
    from conformance.command_line.commands import commands

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("conformance.command_line.browsers.found", list)

    def call(*words: str) -> Result:
        return CliRunner().invoke(commands, words, prog_name="bgfetch")

    return call
