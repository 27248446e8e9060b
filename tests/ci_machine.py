"""A CI machine in a folder: runs the shell blocks of a workflow, an action or a pipeline as they stand.

What would reach outside is a double on the PATH: ``apt-get`` and ``sudo`` only write down what they
were asked, ``python3 -m venv`` makes a ``pip`` of that kind and a ``bgfetch`` that is this checkout's,
run on a small selection of scenarios and with the simulator in the place of the browser.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from attrs import Factory, define
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
SELECTION = "background-fetch-manager/*"

_NOTED = '#!/bin/bash\necho "{name} $*" >> "$NOTES"\n'
_PYTHON3 = f"""#!/bin/bash
[ "$1 $2" = "-m venv" ] || exec "{sys.executable}" "$@"
mkdir -p "$3/bin"
cp "$DOUBLES/noted-pip" "$3/bin/pip"
cp "$DOUBLES/our-bgfetch" "$3/bin/bgfetch"
"""
_BGFETCH = f"""#!/bin/bash
command=$1; shift
words=()
for word in "$@"; do words+=("${{word/#chromium/simulator}}"); done
if [ "$command" = run ]; then words=('{SELECTION}' "${{words[@]}}"); fi
exec "{sys.executable}" -m conformance "$command" "${{words[@]}}"
"""

Yaml = Mapping[str, Any]


def read_yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


@define
class Machine:
    """One machine of a job: its folder is the checkout, ``artifacts`` is what all jobs share."""

    home: Path
    artifacts: Path
    environment: dict[str, str] = Factory(dict)
    failed: bool = False

    def __attrs_post_init__(self) -> None:
        doubles = self.home.with_name(f"{self.home.name}-doubles")
        for folder in (doubles, self.home / "baselines", self.artifacts, self._temp):
            folder.mkdir(parents=True, exist_ok=True)
        scripts = {name: _NOTED.format(name=name) for name in ("apt-get", "noted-pip")}
        scripts |= {"sudo": '#!/bin/bash\nexec "$@"\n', "python3": _PYTHON3, "our-bgfetch": _BGFETCH}
        for name, text in scripts.items():
            (doubles / name).write_text(text)
            (doubles / name).chmod(0o755)
        (self.home / "baselines/chromium.toml").write_text('implementation = "simulator"\n')
        self.environment |= {
            "PATH": f"{doubles}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "DOUBLES": str(doubles),
            "NOTES": str(self.notes),
            "RUNNER_TEMP": str(self._temp),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_PATH": str(self._temp / "path"),
            "GITHUB_STEP_SUMMARY": str(self.summary),
        }

    @property
    def _temp(self) -> Path:
        return self.home.with_name(f"{self.home.name}-temp")

    @property
    def notes(self) -> Path:
        return self._temp / "notes"

    @property
    def summary(self) -> Path:
        return self._temp / "summary.md"

    def shell(self, block: str, environment: Mapping[str, str]) -> None:
        """Run a block as a runner does: in bash, ending at the first failure."""
        assert "${{" not in block, "an expression in a block of shell lets whoever wrote its value type there"
        added = self._temp / "path"
        more = ":".join(reversed(added.read_text().split())) if added.exists() else ""
        path = f"{more}:{self.environment['PATH']}" if more else self.environment["PATH"]
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", block],
            cwd=self.home,
            env={"HOME": str(self.home), **self.environment, **environment, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        print(done.stdout)
        self.failed = self.failed or done.returncode != 0

    # -- steps of a GitHub workflow ---------------------------------------------------------

    def steps(self, steps: list[Yaml], values: Mapping[str, str]) -> None:
        """The steps of a job or of an action; after a failure only those that always run."""
        for step in steps:
            condition = step.get("if", "")
            if self.failed and condition != "always()":
                continue
            if condition in ("", "always()") or _holds(condition, values):
                self._step(step, values)

    def _step(self, step: Yaml, values: Mapping[str, str]) -> None:
        given = {name: filled(str(value), values) for name, value in step.get("with", {}).items()}
        if "run" in step:
            self.shell(step["run"], {name: filled(v, values) for name, v in step.get("env", {}).items()})
        elif step["uses"] == "./":
            self._action(given)
        elif step["uses"].startswith("actions/upload-artifact@"):
            shutil.copytree(self.home / given["path"], self.artifacts / given["name"])
        elif step["uses"].startswith("actions/download-artifact@"):
            for found in self.artifacts.iterdir():
                if fnmatch(found.name, given["pattern"]):
                    shutil.copytree(found, self.home / given["path"] / found.name)
        else:
            assert step["uses"].startswith("actions/checkout@"), step

    def _action(self, given: Mapping[str, str]) -> None:
        action = read_yaml(ROOT / "action.yml")
        assert given.keys() <= action["inputs"].keys()
        inputs = {name: one["default"] for name, one in action["inputs"].items()} | dict(given)
        self.steps(action["runs"]["steps"], {f"inputs.{name}": value for name, value in inputs.items()})


def filled(text: str, values: Mapping[str, str]) -> str:
    """A value with its expressions replaced. Raises KeyError for one that nobody gives."""
    return re.sub(r"\$\{\{ *([\w.-]+) *\}\}", lambda found: values[found[1]], text)


def _holds(condition: str, values: Mapping[str, str]) -> bool:
    name, _, wanted = condition.partition(" == ")
    return values[name] == wanted.strip("'")
