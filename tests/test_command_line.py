"""The command line as its users meet it: exit codes, one clear error each, nothing half written."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import trio
from click.testing import Result

from conformance.command_line import browsers
from conformance.command_line.exit_codes import exit_code
from conformance.implementations.protocol import Trouble
from conformance.listings_schema import LISTINGS
from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED, Check
from tests.test_coverage import SPEC
from tests.test_runner import Fake

Bgfetch = Callable[..., Result]
ROOT = Path(__file__).resolve().parent.parent

GOOD = """
title = "One file arrives"
clauses = ["background-fetch-manager-fetch/8.8.3.3"]
[origin."/a"]
size = "1 KiB"
[[steps]]
fetch = "f"
requests = ["/a"]
[[steps]]
until = "settled"
[expect]
records = [{ path = "/a", status = 200, body = "intact" }]
"""


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.toml"
    path.write_text(GOOD)
    return path


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# -- exit codes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([PASS], 0),
        ([PASS, UNSUPPORTED], 0),
        ([PASS, FAIL], 1),
        ([ERROR, FAIL], 1),
        ([PASS, ERROR, INCONCLUSIVE], 3),
        ([PASS, INCONCLUSIVE], 4),
        ([UNSUPPORTED], 5),
        ([], 5),
    ],
)
def test_exit_codes(verdicts: list[str], code: int) -> None:
    assert exit_code(verdicts) == code


@pytest.fixture
def judged_as(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let every scenario come out with this verdict, on a fake that is asked for as ``simulator``."""

    def prepare(verdict: str) -> None:
        async def drive(*_: Any) -> None:
            if verdict == ERROR:
                raise Trouble("the tab crashed")
            if verdict == "interrupted":
                signal.raise_signal(signal.SIGINT)
                await trio.sleep_forever()

        def judge(*_: Any) -> list[Check]:
            return [Check("background-fetch-manager-fetch/1", "must", "text", verdict, "a thing", "another")]

        levers = () if verdict == UNSUPPORTED else ("fetch",)
        monkeypatch.setattr("conformance.implementations.find", lambda name: Fake(name, levers))
        monkeypatch.setattr("conformance.runner.drive", drive)
        monkeypatch.setattr("conformance.runner.judge", judge)

    return prepare


@pytest.mark.parametrize(
    ("verdict", "code", "told"),
    [
        (PASS, 0, r"simulator  1 pass in"),
        (FAIL, 1, r"Failed\n  simulator  good\n    background-fetch-manager-fetch/1.*\n.*a thing\n.*another"),
        (ERROR, 3, r"Harness trouble[^\n]*\n  simulator  good\n      the tab crashed"),
        (INCONCLUSIVE, 4, r"Inconclusive[^\n]*\n  simulator  good"),
        (UNSUPPORTED, 5, r"Unsupported[^\n]*\n  simulator  good\n      fetch: simulator has no such lever"),
    ],
)
def test_a_run_ends_with_what_came_out(
    bgfetch: Bgfetch, judged_as: Callable[[str], None], good: Path, verdict: str, code: int, told: str
) -> None:
    judged_as(verdict)
    done = bgfetch("run", str(good), "--out", "out")
    assert done.exit_code == code
    assert re.search(told, done.output)
    assert done.output.splitlines()[-1].startswith("report   out/report.html")
    assert {"results.jsonl", "report.html"} <= set(os.listdir("out"))


def test_ctrl_c_keeps_what_is_finished_and_says_how_to_see_it(
    bgfetch: Bgfetch, judged_as: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, good: Path
) -> None:
    judged_as("interrupted")
    done = bgfetch("run", str(good), "--out", "out")
    assert (done.exit_code, done.output) == (
        130,
        "bgfetch: interrupted. Nothing was finished, and nothing is kept.\n",
    )
    assert not Path("out").exists()


def test_a_browser_that_was_not_asked_for_is_told_of_last(
    bgfetch: Bgfetch, judged_as: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, good: Path
) -> None:
    judged_as(PASS)
    monkeypatch.setattr("conformance.command_line.browsers.found", lambda: ["chromium"])
    monkeypatch.setattr("sys.argv", [str(good.parent / "bin/bgfetch")])
    last = bgfetch("run", str(good)).output.splitlines()[-1]
    assert last.endswith(f"bin/bgfetch run {good} --on simulator --on chromium")
    assert "on this machine" not in bgfetch("run", str(good), "--on", "chromium").output


def test_what_judging_a_browser_still_needs_is_part_of_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.executable", str(tmp_path / ".venv/bin/python"))
    monkeypatch.setattr("sys.argv", [str(tmp_path / ".venv/bin/bgfetch")])
    monkeypatch.setattr(browsers, "PACKAGES", ("no_such_package",))
    assert browsers.how_to_judge("chromium", ["a*"]) == (
        ".venv/bin/python -m pip install no_such_package && "
        ".venv/bin/bgfetch run 'a*' --on simulator --on chromium"
    )


# -- bad input: one clear error, exit code 2, nothing written --------------------------------

BAD_FILES = {
    "malformed": ('title = "open\n', r"malformed\.toml:1.*is no TOML"),
    "wrong-type": (GOOD.replace('"1 KiB"', "true"), r"wrong-type\.toml:5.*size"),
    "unknown-key": (GOOD.replace("size", "sise"), r"unknown-key\.toml:5[\s\S]*size"),
}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "no-such-scenario"], r"no scenario 'no-such-scenario'[\s\S]*bgfetch list"),
        (["run", "missing.toml"], r"no file missing\.toml[\s\S]*bgfetch list"),
        (["run", "clause:no-such-clause"], r"No clause begins with 'no-such-clause'"),
        (["run", "fault:cutt"], r"no fault 'cutt'. Did you mean cut\?"),
        (["run", "--on", "simulater"], r"simulater[\s\S]*simulator"),
        (["run", "--on", "chromuim"], r"chromuim[\s\S]*chromium"),
        (["run", "--sed", "1"], r"No such option.*--sed[\s\S]*--seed"),
        (["run", "--seed", "-1"], r"--seed"),
        (["run", "--repeat", "0"], r"--repeat"),
        (["run", "--seed", "many"], r"--seed.*\n?.*many"),
        (["rnu"], r"no command 'rnu'. Did you mean run\?"),
        (["show", "*"], r"means \d+ scenarios"),
        (["report", "nowhere"], r"nowhere holds no readable results\.jsonl"),
        (["schema", "secnario"], r"secnario"),
        *[(["run", f"{name}.toml"], told) for name, (_, told) in BAD_FILES.items()],
        *[(["list", f"{name}.toml"], told) for name, (_, told) in BAD_FILES.items()],
        (["run", "good.toml", "--out", "file"], r"file is a file"),
        (["run", "good.toml", "--out", "file/run"], r"cannot be written to file/run"),
        (["run", "good.toml", "--out", "older"], r"older holds an older run[\s\S]*--out older-2"),
        (["run", "good.toml", "--out", "/proc/run"], r"cannot be written to /proc/run"),
        (["run", "good.toml", "copy/good.toml"], r"both called good"),
    ],
)
def test_bad_input_is_one_clear_error_and_nothing_is_written(
    bgfetch: Bgfetch, tmp_path: Path, words: list[str], told: str
) -> None:
    for name, text in {"good": GOOD, "copy/good": GOOD, **{k: v for k, (v, _) in BAD_FILES.items()}}.items():
        path = tmp_path / f"{name}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "older").mkdir()
    (tmp_path / "older/results.jsonl").write_text("{}")
    before = files(tmp_path)
    done = bgfetch(*words)
    assert done.exit_code == 2, done.output
    assert re.search(told, done.output), done.output
    assert "Traceback" not in done.output
    assert files(tmp_path) == before


def test_a_missing_browser_is_one_clear_error(
    bgfetch: Bgfetch, good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = bgfetch("run", str(good), "--on", "chromium")
    assert done.exit_code == 2
    assert re.search(r"chromium cannot be judged here: .*apt-get install chromium", done.output)
    assert files(tmp_path) == ["good.toml"]


@pytest.mark.parametrize("selector", ["no/such/*", "fault:refuse"])
def test_a_selection_of_nothing_runs_nothing(
    bgfetch: Bgfetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, selector: str
) -> None:
    monkeypatch.setattr("conformance.selectors.folder", lambda _: tmp_path)
    done = bgfetch("run", selector)
    assert (done.exit_code, files(tmp_path)) == (5, [])
    assert "bgfetch list" in done.output


def test_a_defect_of_ours_is_told_as_one(
    bgfetch: Bgfetch, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise AssertionError("impossible")

    monkeypatch.setattr("conformance.implementations.find", broken)
    done = bgfetch("run", str(good))
    assert done.exit_code == 3
    assert "impossible" in done.output


# -- what the commands print -----------------------------------------------------------------


def test_list_and_show_tell_the_whole_catalogue(bgfetch: Bgfetch) -> None:
    listed = json.loads(bgfetch("list", "--json").output)
    assert listed
    plain = bgfetch("list").output.splitlines()
    assert [line.split()[0] for line in plain] == [row["id"] for row in listed]
    for row in listed:
        told = bgfetch("show", row["id"])
        assert told.exit_code == 0
        for word in (row["title"], row["file"], *row["clauses"], *row["levers"]):
            assert word in told.output


def test_selectors_agree_with_what_is_listed(bgfetch: Bgfetch) -> None:
    listed = json.loads(bgfetch("list", "--json").output)
    first = listed[0]
    folder, _, name = first["id"].rpartition("/")

    def chosen(*selectors: str) -> list[str]:
        return [row["id"] for row in json.loads(bgfetch("list", "--json", *selectors).output)]

    assert chosen(first["id"]) == chosen(first["file"]) == chosen(first["id"], first["id"]) == [first["id"]]
    assert chosen(f"{folder}/*") == [row["id"] for row in listed if row["id"].startswith(f"{folder}/")]
    assert chosen(str(Path(first["file"]).parent)) == chosen(f"{folder}/*")
    assert first["id"] in chosen(f"*{name}")
    clause = first["clauses"][0]
    assert chosen(f"clause:{clause}") == [
        row["id"] for row in listed if any(one.startswith(clause) for one in row["clauses"])
    ]
    for fault in {fault for row in listed for fault in row["faults"]}:
        assert chosen(f"fault:{fault}") == [row["id"] for row in listed if fault in row["faults"]]


@pytest.mark.parametrize("name", ["scenario", "results", "observations", *LISTINGS])
def test_schemas_are_schemas(bgfetch: Bgfetch, name: str) -> None:
    schema = json.loads(bgfetch("schema", name).output)
    jsonschema.validators.validator_for(schema).check_schema(schema)


def test_what_a_run_writes_is_what_its_schemas_promise(bgfetch: Bgfetch, good: Path) -> None:
    assert bgfetch("run", str(good), "--out", "out").exit_code == 0
    for name, paths in {
        "results": [Path("out/results.jsonl")],
        "observations": list(Path("out/observations").rglob("*.jsonl")),
    }.items():
        schema = json.loads(bgfetch("schema", name).output)
        validator = jsonschema.Draft202012Validator(schema)
        rows = [json.loads(line) for path in paths for line in path.read_text().splitlines()]
        assert rows
        for row in rows:
            validator.validate(row)


@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        ("list", "--duplicates", "again"),
        ("clauses",),
        ("clauses", "--check-spec", "another.bs"),
        ("errata",),
        ("mutants", "permissions/query"),
    ],
    ids=" ".join,
)
def test_what_is_printed_as_json_is_what_its_schema_promises(
    bgfetch: Bgfetch, good: Path, words: tuple[str, ...]
) -> None:
    Path("again").mkdir()
    for name in ("one", "two"):
        Path(f"again/{name}.toml").write_text(good.read_text("utf-8"), "utf-8")
    Path("another.bs").write_text(SPEC, "utf-8")
    schema = json.loads(bgfetch("schema", words[0]).output)
    told = json.loads(bgfetch(*words, "--json").stdout)
    jsonschema.Draft202012Validator(schema).validate(told)
    assert told


def test_a_mutant_is_listed_with_what_notices_it(bgfetch: Bgfetch, good: Path) -> None:
    rows = json.loads(bgfetch("mutants", "--json", str(good)).output)
    assert all({"name", "clause", "killed_by"} <= set(row) for row in rows)
    noticed = [row["name"] for row in rows if row["killed_by"]]
    assert noticed
    assert len(noticed) < len(rows)
    assert bgfetch("run", str(good), "--on", f"mutant:{noticed[0]}").exit_code == 1


def test_a_report_can_be_made_again(bgfetch: Bgfetch, good: Path) -> None:
    bgfetch("run", str(good), "--out", "out")
    first = Path("out/report.html").read_bytes()
    Path("out/report.html").unlink()
    done = bgfetch("report", "out")
    assert (done.exit_code, done.output) == (0, "out/report.html\n")
    assert Path("out/report.html").read_bytes() == first
    assert bgfetch("report", "out/results.jsonl").exit_code == 0


def test_a_run_that_was_cut_short_has_a_report(bgfetch: Bgfetch, good: Path) -> None:
    bgfetch("run", str(good), "--out", "out")
    lines = Path("out/results.jsonl").read_text().splitlines(keepends=True)
    Path("out/results.jsonl").write_text("".join(lines[:-1]))
    assert bgfetch("report", "out").exit_code == 0
    assert "cut short" in Path("out/report.html").read_text()


def test_a_repeated_run_on_the_simulator_gives_every_result(bgfetch: Bgfetch, good: Path) -> None:
    assert bgfetch("run", str(good), "--repeat", "3", "--seed", "4", "--out", "out").exit_code == 0
    rows = [json.loads(line) for line in Path("out/results.jsonl").read_text().splitlines()]
    assert [(row["seed"], row["repetition"]) for row in rows[1:-1]] == [(4, 1), (5, 2), (6, 3)]


def test_doctor_finds_the_simulator_well(bgfetch: Bgfetch) -> None:
    done = bgfetch("doctor", "--on", "simulator")
    assert done.exit_code == 0
    assert re.search(r"fetch +yes", done.output)


def test_doctor_says_what_would_mend_a_missing_browser(
    bgfetch: Bgfetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = bgfetch("doctor", "--on", "chromium")
    assert done.exit_code == 2
    assert "apt-get install chromium" in done.output


def test_the_scenario_of_the_readme_is_one(bgfetch: Bgfetch) -> None:
    (told,) = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert tomllib.loads(told)
    Path("readme.toml").write_text(told)
    done = bgfetch("run", "readme.toml")
    assert done.exit_code == 0, done.output


# -- as a program ----------------------------------------------------------------------------


@pytest.fixture
def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def test_the_module_is_the_command(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "conformance", "--version"],
        capture_output=True, text=True, check=True, env=environment,
    )  # fmt: skip
    assert re.fullmatch(r"bgfetch \d+\.\d+\.\d+\n", done.stdout)


HEAVY = ("trio", "rich", "jinja2", "hypothesis", "selenium", "mitmproxy", "h11")


def test_listing_imports_nothing_heavy(environment: dict[str, str]) -> None:
    """What makes ``bgfetch list`` start at once, held without a clock."""
    code = (
        "import sys\n"
        "from conformance.command_line.commands import commands\n"
        "commands(['list'], standalone_mode=False)\n"
        f"sys.exit(', '.join(set({HEAVY!r}) & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def endless(tmp_path: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A run that would take forever, a result or two old."""
    path = tmp_path / "good.toml"
    path.write_text(GOOD)
    run = subprocess.Popen(
        [sys.executable, "-u", "-m", "conformance", "run", str(path), "--repeat", "10000000", "--out", "out"],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert run.stdout
    run.stdout.readline()
    run.stdout.readline()
    yield run
    run.kill()
    run.communicate()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_keeps_what_is_finished(
    endless: subprocess.Popen[str], tmp_path: Path, how: signal.Signals, bgfetch: Bgfetch
) -> None:
    endless.send_signal(how)
    _, told = endless.communicate(timeout=30)
    assert endless.returncode == 130
    assert re.fullmatch(
        r"bgfetch: interrupted\. \d+ of 10000000 results are kept\.\nTo see them: bgfetch report out\n", told
    )
    rows = [json.loads(line) for line in (tmp_path / "out/results.jsonl").read_text().splitlines()]
    assert {row["type"] for row in rows} == {"run", "result"}
    assert bgfetch("report", "out").exit_code == 0


def test_kill_9_leaves_whole_lines(endless: subprocess.Popen[str], tmp_path: Path) -> None:
    endless.kill()
    endless.communicate()
    rows = [json.loads(line) for line in (tmp_path / "out/results.jsonl").read_text().splitlines()]
    assert rows[0]["type"] == "run"
    for row in rows[1:]:
        assert (tmp_path / "out" / row["observations"]).exists()
