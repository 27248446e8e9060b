"""What the documents tell people to type works when it is typed: every block of shell, and every command.

What a line may not do is said in ``told_commands``. A block that is neither run nor excepted fails here.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import copytree

import click
import pytest
from distributed import LocalCluster

from conformance.command_line.commands import commands
from tests.test_coverage import SPEC
from tests.told_commands import (
    ENDS,
    INSTEAD,
    NOT_RUN,
    ON_CHROMIUM,
    PROGRAMS,
    ROOT,
    Told,
    blocks,
    plain,
    quoted,
    to_be_typed,
    typed,
)

LINES = [line for told in (*blocks(), *quoted()) for line in told.lines]
RUNS = ("RUN", "after-the-fix", "yesterday", "today", "bgfetch-results/one")
"""Folders of runs that the documents speak of."""

_NOTED = '#!/bin/bash\necho "{name} $*" >> "$NOTES"\n'
_PYTHON3 = f"""#!/bin/bash
[ "$1 $2" = "-m venv" ] || exec "{sys.executable}" "$@"
mkdir -p "$3" && cp -r "$DOUBLES" "$3/bin"
"""
DOUBLES = {
    **{name: _NOTED.format(name=name) for name in ("apt-get", "pip", "podman")},
    "sudo": '#!/bin/bash\nexec "$@"\n',
    "python3": _PYTHON3,
    "python": f'#!/bin/bash\nexec "{sys.executable}" "$@"\n',
    "pytest": f'#!/bin/bash\nexec "{sys.executable}" -m pytest "$@"\n',
    "bgfetch": f'#!/bin/bash\nexec "{sys.executable}" -m conformance "$@"\n',
}
"""What is on the PATH: this checkout, and in the place of what would reach outside, a note of it."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as of somebody who has done what the documents speak of before."""
    home = tmp_path_factory.mktemp("prepared")
    for name in ("docs", "scenarios"):
        (home / name).symlink_to(ROOT / name)
    for name, text in DOUBLES.items():
        (home / "doubles").mkdir(exist_ok=True)
        (home / "doubles" / name).write_text(text)
        (home / "doubles" / name).chmod(0o755)
    copytree(home / "doubles", home / ".venv/bin")
    (home / "baselines").mkdir()
    (home / "baselines/chromium.toml").write_text('implementation = "simulator"\n')
    (home / "index.bs").write_text(SPEC)
    (home / "notes").touch()
    (home / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    document = (ROOT / "docs/write-a-scenario.md").read_text(encoding="utf-8")
    scenario = re.findall(r"```toml\n(.*?)```", document, re.DOTALL)[0]
    (home / "bgfetch-found").mkdir()
    for name in ("retries.toml", "bgfetch-found/records-1.toml"):
        (home / name).write_text(scenario)
    assert _run(home, ["bgfetch run clause:validate-partial-response-algorithm --out RUN"]) == [0]
    for name in RUNS[1:]:
        copytree(home / "RUN", home / name)
    return home


@pytest.fixture
def home(prepared: Path, tmp_path: Path) -> Path:
    return Path(copytree(prepared, tmp_path / "home", symlinks=True))


def _run(home: Path, lines: Sequence[str], **environment: str) -> list[int]:
    """Type lines into one shell; the exit code of each that it came to, and of one that ended it."""
    noted = "\n".join(f"{line}\necho $? >&3" for line in lines)
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-o", "pipefail", "-c", f"exec 3>codes\n{noted}\ntrue"],
        cwd=home,
        env={
            "HOME": str(home),
            "PATH": f"{home / 'doubles'}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "DOUBLES": str(home / "doubles"),
            "NOTES": str(home / "notes"),
            "GITHUB_STEP_SUMMARY": str(home / "summary.md"),
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(done.stdout)
    codes = [int(code) for code in (home / "codes").read_text().split()]
    return [*codes, done.returncode][: len(lines)]


@pytest.fixture
def cluster(told: Told) -> Iterator[str]:
    """The address of a cluster of one worker, for a block that asks for one."""
    if not any("--cluster" in line for line in told.lines):
        yield ""
        return
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None) as made:
        yield made.scheduler_address


@pytest.mark.parametrize("told", list(to_be_typed()), ids=lambda told: told.place)
def test_what_is_told_can_be_typed(told: Told, home: Path, cluster: str) -> None:
    codes = _run(home, [typed(line) for line in told.lines], CLUSTER=cluster)
    came = dict(zip(told.lines, codes, strict=False))
    assert came == {line: ENDS.get(line, 0) for line in told.lines}
    assert all(_is_one_of_ours(line.split()[-1]) for line in _installed(home))


def _installed(home: Path) -> list[str]:
    """What pip was asked."""
    notes = home / "notes"
    return (
        [line for line in notes.read_text().splitlines() if line.startswith("pip")] if notes.exists() else []
    )


def _is_one_of_ours(wanted: str) -> bool:
    """Whether it is this distribution, with extras that it has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    name, _, extras = wanted.removesuffix("]").partition("[")
    there = {"", *project["optional-dependencies"]}
    return name in (".", project["name"]) and set(extras.split(",")) <= there


@pytest.mark.browser
@pytest.mark.parametrize("line", ON_CHROMIUM)
def test_what_is_told_of_the_browser_can_be_typed(line: str, home: Path) -> None:
    command = typed(line, [rule for rule in INSTEAD if "chromium" not in rule[0]])
    assert "chromium" in command
    assert _run(home, [command]) == [0]


# -- nothing is left out, and no table says more than there is ------------------------------


def test_no_command_hides_in_a_block_that_names_no_language() -> None:
    hidden = [place for place, line in plain() if line.split(" ")[0] in PROGRAMS]
    assert not hidden, "begin these blocks with ```sh"


def test_every_rule_and_every_exception_is_of_a_command() -> None:
    assert {*NOT_RUN, *ENDS, *ON_CHROMIUM} <= set(LINES)
    without = {one[0]: [rule for rule in INSTEAD if rule is not one] for one in INSTEAD}
    needed = [one for one, rest in without.items() if any(typed(line) != typed(line, rest) for line in LINES)]
    assert needed == list(without)


def _told_to_bgfetch() -> Iterator[list[str]]:
    for line in dict.fromkeys(part.strip() for whole in LINES for part in re.split(r"&&|\|\|", whole)):
        words = shlex.split(line)
        if words[0].removeprefix(".venv/bin/") == "bgfetch":
            yield words[1:]


@pytest.mark.parametrize("words", list(_told_to_bgfetch()), ids=shlex.join)
def test_every_command_that_the_documents_tell_exists(words: list[str]) -> None:
    """As it stands, also where something else is typed here: the command takes these options."""
    context = click.Context(commands, info_name="bgfetch")
    command = commands.get_command(context, words[0])
    assert command, f"no command {words[0]}"
    command.make_context(words[0], list(words[1:]), parent=context)


def test_ci_runs_the_very_commands_that_are_not_run_here() -> None:
    ci = (ROOT / ".ci/run").read_text(encoding="utf-8")
    first, second, *_ = ("\n".join(told.lines) for told in blocks())
    assert first.endswith("bgfetch run")
    assert second in ci
    (style,) = (line for line in NOT_RUN if "ruff" in line)
    assert all(part in ci for part in style.split(" && "))
