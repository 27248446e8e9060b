"""The house holds together: who may import whom, how large things grow, what the simulator may not touch."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("simulator", "conformance", "reports")
OURS = (*PACKAGES, "tests")

RESULT_MODEL = ("conformance.results", "conformance.baseline.model")
"""What of the harness a report may know."""

LONG_FILES: dict[str, str] = {
    "simulator/observation.py": "a closed list of kinds, and their schema beside them: one table to look at",
}
LONG_FUNCTIONS: dict[str, str] = {}
"""Each exception with its reason. One that is no longer needed fails the test too."""


def python_files(*folders: str) -> list[Path]:
    return sorted(path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, anywhere in it, with the line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def may_import(path: Path, module: str) -> bool:
    """The arrows: a module of ours is within the reach of the file's own room."""
    room, target = path.parts[0], module.partition(".")[0]
    if target == "tests":
        return False
    if room == "simulator":
        return target == "simulator"
    if room == "conformance":
        root = path.parts[1] == "command_line"
        return target in ("simulator", "conformance") or root
    return (
        target == "reports" or module.startswith("simulator.observation") or module.startswith(RESULT_MODEL)
    )


@pytest.mark.parametrize("path", python_files(*PACKAGES), ids=str)
def test_imports_follow_the_arrows(path: Path) -> None:
    wrong = [
        f"{path}:{line} imports {module}"
        for module, line in imports(path)
        if module.partition(".")[0] in OURS and not may_import(path, module)
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("path", "module", "allowed"),
    [
        ("simulator/fetch.py", "conformance.results.Check", False),
        ("conformance/runner.py", "reports.run.read_run", False),
        ("conformance/command_line/run.py", "reports.run.read_run", True),
        ("reports/html.py", "conformance.results.Result", True),
        ("reports/html.py", "conformance.scenario.model.Scenario", False),
        ("reports/html.py", "simulator.observation.Log", True),
        ("reports/html.py", "simulator.turns", False),
        ("conformance/runner.py", "tests.conftest", False),
    ],
)
def test_the_arrows_themselves(path: str, module: str, allowed: bool) -> None:
    assert may_import(Path(path), module) is allowed


@pytest.mark.parametrize("path", python_files(*OURS), ids=str)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree(path)), f"{path} has no docstring"


@pytest.mark.parametrize("path", python_files(*PACKAGES), ids=str)
def test_files_and_functions_stay_small(path: Path) -> None:
    lines = len((ROOT / path).read_text(encoding="utf-8").splitlines())
    assert (lines > 400) == (str(path) in LONG_FILES), f"{path} has {lines} lines"
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            name = f"{path}:{node.name}"
            assert (size > 40) == (name in LONG_FUNCTIONS), f"{name} (line {node.lineno}) has {size} lines"


def test_the_exceptions_are_about_something() -> None:
    gone = [name for name in LONG_FILES if not (ROOT / name).exists()]
    gone += [name for name in LONG_FUNCTIONS if f"def {name.partition(':')[2]}(" not in _text(name)]
    assert not gone


def _text(name: str) -> str:
    path = ROOT / name.partition(":")[0]
    return path.read_text(encoding="utf-8") if path.exists() else ""


REAL = {"time", "datetime", "asyncio", "threading", "secrets", "uuid", "socket", "calendar", "zoneinfo"}
"""Modules of the real world: its clock, its chance, its threads, its network."""

REAL_NAMES = re.compile(
    r"random\.(?!Random\b)\w+|numpy\.random|os\.(urandom|getpid)"
    r"|trio\.(sleep\w*|current_time|move_on_(after|at)|fail_(after|at)|open_(tcp|ssl|unix|file)\w*|to_thread|run_process)"
)


def real_things(source: str) -> list[str]:
    """The names of a module that reach into real time or real chance, however they are imported."""
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Attribute):
            names.append(ast.unparse(node))
    return [name for name in names if name.partition(".")[0] in REAL or REAL_NAMES.fullmatch(name)]


@pytest.mark.parametrize("path", python_files("simulator"), ids=str)
def test_the_simulator_knows_no_real_clock_and_no_chance_of_its_own(path: Path) -> None:
    assert not real_things((ROOT / path).read_text(encoding="utf-8"))


BANNED = [
    "import time",
    "from time import monotonic",
    "import datetime",
    "from random import random",
    "import random\nrandom.shuffle([])",
    "import trio\nasync def f() -> None:\n    await trio.sleep(1)",
    "import trio\nnow = trio.current_time()",
]


@pytest.mark.parametrize("source", BANNED)
def test_real_things_are_found_by_the_test_and_by_the_lint_rule(source: str) -> None:
    assert real_things(source)
    assert "TID251" in _ruff(source, "simulator/new.py")
    assert "TID251" not in _ruff(source, "conformance/new.py")


def test_a_random_that_is_handed_in_is_fine() -> None:
    source = "import random\ndef f(chance: random.Random) -> float:\n    return chance.random()"
    assert not real_things(source)
    assert "TID251" not in _ruff(source, "simulator/new.py")


def _ruff(source: str, name: str) -> str:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--stdin-filename", name, "-"]
    return subprocess.run(command, cwd=ROOT, input=source, capture_output=True, text=True, check=False).stdout
