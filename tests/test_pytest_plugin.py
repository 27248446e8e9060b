"""Scenario files as pytest's tests: collected, selected, stopped, repeated and shared out like any others."""

from __future__ import annotations

import fnmatch
import shutil
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from conformance.data import folder

pytest_plugins = ["pytester"]

PLUGIN = "conformance.command_line.pytest_plugin"  # a name, because pytest wants to import it by itself
ROOT = Path(__file__).resolve().parent.parent
MUTANT = "mutant:ids-in-order-of-the-alphabet"
FAILS_IN_ROWS = "mutant:no-last-progress"
ORDER = "background-fetch-manager-get-ids/in-the-order-of-insertion"
NAMES = (
    ORDER,
    "background-fetch-manager/ids-as-a-list",
    "background-fetch-manager/missing-arguments",
    "complete-a-record-algorithm/cut-by-fin",
)


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with a few of our scenarios, in which pytest has the plug-in."""
    for name in NAMES:
        path = pytester.path / "scenarios" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder("scenarios") / f"{name}.toml", path)
    (pytester.path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    installed = bool(entry_points(group="pytest11", name="bgfetch"))
    monkeypatch.setenv("PYTEST_ADDOPTS", "" if installed else f"-p {PLUGIN}")
    return pytester


def outcomes(run: pytest.Pytester, *words: str) -> dict[str, int]:
    return run.runpytest(*words).parseoutcomes()


def test_the_plug_in_is_found_by_its_entry_point() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["pytest11"]
    assert declared == {"bgfetch": PLUGIN}


def test_without_being_asked_it_collects_nothing(run: pytest.Pytester) -> None:
    run.runpytest("scenarios").stdout.fnmatch_lines(["collected 0 items", "*no tests ran*"])


def test_every_scenario_and_every_row_is_a_test_on_each_implementation(run: pytest.Pytester) -> None:
    told = run.runpytest("scenarios", "--bgfetch-on", "simulator", "--bgfetch-on", MUTANT, "-v")
    told.stdout.fnmatch_lines(
        [
            f"scenarios/{ORDER}.toml::simulator PASSED*",
            f"scenarios/{ORDER}.toml::{MUTANT} FAILED*",
            "scenarios/complete-a-record-algorithm/cut-by-fin.toml::mid-way[[]simulator] PASSED*",
        ]
    )
    assert told.parseoutcomes()["failed"] == 1


def test_a_failure_tells_clause_expected_actual_and_how_to_see_it_again(run: pytest.Pytester) -> None:
    told = run.runpytest("scenarios", "--bgfetch-on", MUTANT, "-k", "insertion")
    told.stdout.fnmatch_lines(
        [
            "*background-fetch-manager-get-ids/2*(fail; text, line *",
            "*expected*second*third*first*",
            "*actual*first*second*third*",
            f"*again: bgfetch run {run.path}/scenarios/{ORDER}.toml --on {MUTANT}",
        ]
    )
    told.stdout.no_fnmatch_line("*Traceback*")
    told.stdout.no_fnmatch_line("*pytest_plugin.py*")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["-k", "mid-way"], {"passed": 1, "deselected": 8}),
        (["-k", "ids-as-a-list or missing"], {"passed": 2, "deselected": 7}),
        (["-x", "--maxfail=1", "-k", "insertion or ids-as"], {"failed": 1}),
        (["-n", "2", "-p", "xdist"], {"failed": 1, "passed": 8}),
    ],
)
def test_the_ways_of_pytest_work(run: pytest.Pytester, words: list[str], expected: dict[str, int]) -> None:
    told = outcomes(run, "scenarios", "--bgfetch-on", MUTANT, *words)
    assert expected.items() <= told.items()


@pytest.mark.parametrize(("mutant", "failures"), [(MUTANT, 1), (FAILS_IN_ROWS, 6)])
@pytest.mark.parametrize("more", [[], ["-n", "2", "-p", "xdist"]])
def test_the_last_failures_can_be_run_alone(
    run: pytest.Pytester, mutant: str, failures: int, more: list[str]
) -> None:
    words = ("scenarios", "--bgfetch-on", mutant, *more)
    assert outcomes(run, *words)["failed"] == failures
    assert outcomes(run, *words, "--lf").keys() == {"failed"}
    assert outcomes(run, *words, "--lf")["failed"] == failures


def test_what_cannot_be_judged_is_skipped_with_the_reason(run: pytest.Pytester) -> None:
    told = run.runpytest("scenarios", "--bgfetch-on", "simulator:without-api", "-rs")
    assert told.parseoutcomes().keys() == {"skipped"}
    told.stdout.fnmatch_lines(["SKIPPED*unsupported: fetch: *"])


@pytest.mark.parametrize(
    ("clause", "on", "outcome"),
    [
        ("background-fetch-manager-get-ids/2", MUTANT, "xfailed"),
        ("background-fetch-manager-get-ids/3", MUTANT, "failed"),
        ("background-fetch-manager-get-ids/2", "simulator", "failed"),  # it passes, and was not expected to
    ],
)
def test_a_baseline_makes_a_known_failure_an_expected_one(
    run: pytest.Pytester, clause: str, on: str, outcome: str
) -> None:
    (run.path / "b.toml").write_text(
        f'implementation = "{on}"\n[[entry]]\nclause = "{clause}"\nscenarios = ["{ORDER}"]\n'
        'verdict = "fail"\nseen = "s"\nreason = "r"\nversion = "1"\ndate = 2026-11-20\n'
    )
    words = ("scenarios", "-k", "insertion", "--bgfetch-on", on, "--bgfetch-baseline", "b.toml")
    assert outcomes(run, *words)[outcome] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["scenarios", "--bgfetch-on", "simulate"], "*there is no implementation 'simulate'*"),
        (
            ["scenarios", "--bgfetch-on", "simulator", "--bgfetch-baseline", "no.toml"],
            "*no.toml*cannot be read*",
        ),
        (["pyproject.toml", "--bgfetch-on", "simulator"], "*pyproject.toml:1:1: a scenario needs title"),
    ],
)
def test_bad_input_is_told_without_a_traceback(run: pytest.Pytester, words: list[str], said: str) -> None:
    told = run.runpytest(*words)
    assert told.ret != 0
    lines = [*told.outlines, *told.errlines]
    assert fnmatch.filter(lines, said), lines
    assert "Traceback" not in "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        'clauses = ["realms/1"]\nsteps = 3\n',
        'title = "t"\nclause = ["realms/1"]\n[[steps]]\nuntil = "settled"\n',
        'title = "t"\n[expect]\nevents = []\n',
        'title = "t"\n[[expect.any]]\nevents = []\n',
        'title = "t"\n[[ rows ]]\nname = "a"\n',
    ],
)
def test_a_broken_scenario_is_an_error_of_collection_and_other_toml_is_left_alone(
    run: pytest.Pytester, text: str
) -> None:
    (run.path / "scenarios/broken.toml").write_text(text)
    (run.path / "baseline.toml").write_text('implementation = "simulator"\n[[entry]]\nclause = "realms/1"\n')
    told = run.runpytest(".", "--bgfetch-on", "simulator", "--continue-on-collection-errors")
    assert told.parseoutcomes()["errors"] == 1
    told.stdout.fnmatch_lines(["*broken.toml:*"])
