"""The action, the examples for CI and the container file do what they say: their blocks are run."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from reports import read_run
from tests.ci_machine import ROOT, Machine, read_yaml

EXAMPLES = ROOT / "docs/examples/ci"
WORKFLOW: dict[str, Any] = read_yaml(EXAMPLES / "github-workflow.yml")
PIPELINE: dict[str, Any] = read_yaml(EXAMPLES / "gitlab-ci.yml")
ACTION: dict[str, Any] = read_yaml(ROOT / "action.yml")

FAILS = "/etc/no/such/folder"


def machine(tmp_path: Path, name: str) -> Machine:
    return Machine(tmp_path / name, tmp_path / "artifacts")


# -- GitHub ----------------------------------------------------------------------------------


def test_on_every_push_the_simulator_is_judged_and_the_summary_told(tmp_path: Path) -> None:
    assert "push" in WORKFLOW["on"]
    runner = machine(tmp_path, "simulator")
    runner.steps(WORKFLOW["jobs"]["simulator"]["steps"], {})
    assert not runner.failed
    assert "simulator" in runner.summary.read_text()
    assert {"report.html", "junit.xml"} <= {path.name for path in (runner.home / "bgfetch-run").iterdir()}
    assert runner.notes.read_text() == f"noted-pip install --quiet {ROOT}[browsers]\n"


def test_every_night_shards_are_judged_against_the_baseline_and_put_together(tmp_path: Path) -> None:
    assert WORKFLOW["on"]["schedule"]
    job = WORKFLOW["jobs"]["chromium"]
    for number in job["strategy"]["matrix"]["shard"]:
        runner = machine(tmp_path, f"chromium-{number}")
        runner.steps(job["steps"], {"matrix.shard": str(number)})
        assert not runner.failed
        assert "install -y -q --no-install-recommends chromium chromium-driver" in runner.notes.read_text()
    report = machine(tmp_path, "report")
    report.steps(WORKFLOW["jobs"]["report"]["steps"], {})
    assert not report.failed
    whole = read_run(tmp_path / "artifacts/report")
    assert whole.missing == ()
    assert (len(whole.results), whole.header.options["merged"]) == (5, 4)
    assert report.summary.read_text().strip()


def test_a_lost_machine_fails_the_report_which_still_tells_and_keeps_the_rest(tmp_path: Path) -> None:
    job = WORKFLOW["jobs"]["chromium"]
    for number in (1, 2, 4):
        machine(tmp_path, f"chromium-{number}").steps(job["steps"], {"matrix.shard": str(number)})
    report = machine(tmp_path, "report")
    report.steps(WORKFLOW["jobs"]["report"]["steps"], {})
    assert report.failed
    assert "share 3/4 is missing" in report.summary.read_text()
    assert "share 3/4 is missing" in read_run(tmp_path / "artifacts/report").missing


def test_a_failed_gate_fails_the_job_and_still_tells_and_keeps_the_run(tmp_path: Path) -> None:
    runner = machine(tmp_path, "chromium-1")
    (runner.home / "baselines/chromium.toml").write_text(
        'implementation = "simulator"\n[[entry]]\nclause = "background-fetch-manager/idl.6"\n'
        'scenarios = ["background-fetch-manager/download-total-converts"]\nverdict = "fail"\n'
        'seen = "s"\nreason = "r"\nversion = "1"\ndate = 2026-11-20\n'
    )
    runner.steps(WORKFLOW["jobs"]["chromium"]["steps"], {"matrix.shard": "1"})
    assert runner.failed
    assert runner.summary.exists()
    assert (tmp_path / "artifacts/chromium-1/results.jsonl").exists()


def test_what_is_given_to_the_action_is_never_typed_into_a_shell(tmp_path: Path) -> None:
    runner = machine(tmp_path, "hostile")
    hostile = "$(touch pwned) `touch pwned`; touch pwned"
    given = {f"inputs.{name}": str(one["default"]) for name, one in ACTION["inputs"].items()}
    runner.steps(ACTION["runs"]["steps"], {**given, "inputs.selectors": hostile, "inputs.shard": hostile})
    assert runner.failed
    assert not list(tmp_path.rglob("pwned"))


def test_selectors_may_stand_on_several_lines(tmp_path: Path) -> None:
    runner = machine(tmp_path, "lines")
    given = {f"inputs.{name}": str(one["default"]) for name, one in ACTION["inputs"].items()}
    lines = "background-fetch-manager/ids-as-a-list\nrealms/* clause:realms\n"
    runner.steps(ACTION["runs"]["steps"], {**given, "inputs.selectors": lines})
    selectors = read_run(runner.home / "bgfetch-run").header.options["selectors"]
    assert selectors[-3:] == ["background-fetch-manager/ids-as-a-list", "realms/*", "clause:realms"]
    assert not runner.failed


# -- GitLab ----------------------------------------------------------------------------------


def run_job(runner: Machine, name: str, **variables: str) -> None:
    lines = [*PIPELINE["default"]["before_script"], *PIPELINE[name]["script"]]
    runner.shell("\n".join(lines), {"CI_PROJECT_DIR": str(runner.home), **variables})


def test_the_pipeline_judges_the_simulator(tmp_path: Path) -> None:
    runner = machine(tmp_path, "simulator")
    run_job(runner, "simulator")
    assert not runner.failed
    assert (runner.home / PIPELINE["simulator"]["artifacts"]["reports"]["junit"]).exists()


def test_the_pipeline_shares_chromium_out_and_puts_it_together(tmp_path: Path) -> None:
    runner = machine(tmp_path, "chromium")  # artifacts of earlier stages lie in the folder of later jobs
    total = PIPELINE["chromium"]["parallel"]
    for number in range(1, total + 1):
        run_job(runner, "chromium", CI_NODE_INDEX=str(number), CI_NODE_TOTAL=str(total))
    run_job(runner, "report")
    assert not runner.failed
    assert len(read_run(runner.home / "run").results) == 5


def test_a_lost_share_fails_the_job_after_its_report_was_written(tmp_path: Path) -> None:
    runner = machine(tmp_path, "chromium")
    run_job(runner, "chromium", CI_NODE_INDEX="1", CI_NODE_TOTAL="2")
    assert not runner.failed
    run_job(runner, "report")
    assert runner.failed
    assert "share 2/2 is missing" in (runner.home / "run/junit.xml").read_text()


def test_a_failed_run_fails_the_job_after_its_report_was_written(tmp_path: Path) -> None:
    runner = machine(tmp_path, "simulator")
    doubles = Path(runner.environment["DOUBLES"])
    text = (doubles / "our-bgfetch").read_text()
    (doubles / "our-bgfetch").write_text(text.replace("exec", "").rstrip() + '\n[ "$command" != run ]\n')
    run_job(runner, "simulator")
    assert runner.failed
    assert (runner.home / "run/junit.xml").exists()


# -- the container, and what all of them name ------------------------------------------------


def container_blocks() -> list[str]:
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    return re.findall(r"^RUN (.*)$", text, re.MULTILINE)


def test_the_container_is_built_from_what_the_wheel_needs(tmp_path: Path) -> None:
    copied = set(re.findall(r"^COPY (.*) \S+$", (ROOT / "Containerfile").read_text(), re.MULTILINE))
    names = {name for line in copied for name in line.split()}
    assert all((ROOT / name).exists() for name in names)
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert {*wheel["packages"], *wheel["force-include"]} <= names


def test_the_blocks_of_the_container_run(tmp_path: Path) -> None:
    runner = machine(tmp_path, "container")
    for block in container_blocks():
        for inside in ("/opt/bgfetch", "/src", "/var/lib"):
            block = block.replace(inside, f"{tmp_path}{inside}")  # noqa: PLW2901
        (tmp_path / "src").mkdir(exist_ok=True)
        runner.shell(block, {})
    assert not runner.failed
    assert (tmp_path / "opt/bgfetch/bin/bgfetch").exists()


def packages(text: str) -> set[str]:
    found = re.search(r"\bchromium chromium-driver [\w -]+", text)
    assert found
    return set(found[0].split()) - {"python3-venv"}


@pytest.mark.parametrize(
    "file", ["Containerfile", "action.yml", "docs/examples/ci/gitlab-ci.yml", ".ci/run", "README.md"]
)
def test_all_of_them_install_the_same_packages(file: str) -> None:
    assert packages((ROOT / file).read_text(encoding="utf-8")) == {
        "chromium", "chromium-driver", "iproute2", "xvfb", "xdotool",
    }  # fmt: skip
