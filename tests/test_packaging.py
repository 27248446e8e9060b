"""The wheel: everything that is needed travels in it, and it finds its data where it is installed."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout and unpacked into an empty folder."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("simulator", "simulator"),
        ("conformance", "conformance"),
        ("reports", "reports"),
        ("scenarios", "conformance/data/scenarios"),
        ("fixtures", "conformance/data/fixtures"),
        ("baselines", "conformance/data/baselines"),
    ],
)
def test_every_file_of_the_checkout_travels(installed: Path, here: str, there: str) -> None:
    missing = {str(path) for path in _files(ROOT / here)} - {str(path) for path in _files(installed / there)}
    assert not missing
    assert any(_files(installed / there))


def test_types_are_promised(installed: Path) -> None:
    assert {path.parent.name for path in installed.glob("*/py.typed")} == {
        "simulator",
        "conformance",
        "reports",
    }


def test_the_installed_command_finds_the_scenarios_of_the_wheel(installed: Path, tmp_path: Path) -> None:
    """Run from elsewhere, with nothing of the checkout on the path."""
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1))\n"
        "from conformance.data import folder; print(folder('scenarios'))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(installed)],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert Path(done.stdout.strip()) == installed / "conformance/data/scenarios"


def test_the_distribution_is_named_and_brings_the_command() -> None:
    assert PROJECT["name"] == "bgfetch-conformance"
    assert PROJECT["scripts"] == {"bgfetch": "conformance.command_line:main"}
    assert PROJECT["requires-python"] == ">=3.11"
    assert {"browsers", "test"} <= set(PROJECT["optional-dependencies"])


def _files(folder: Path) -> list[Path]:
    return [
        path.relative_to(folder)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
