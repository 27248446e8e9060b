"""The commands that the documents tell people to type, and what is typed in their place in a test.

A block of shell is run as it stands, line by line in one shell, in a folder where the things that it
speaks of are there. What stands in the tables is run otherwise (a smaller number, a scenario for a
placeholder, the simulator for the browser), or not at all, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "baselines/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
)
SHELLS = ("sh", "console", "bash", "shell")
PROGRAMS = (
    *("bgfetch", "pytest", "python", "python3", "pip", "tox", "ruff", "mypy", "dask", "trace_processor"),
    *("apt-get", "sudo", "nice", "podman", "docker", "npx", "git", "cat", "exit", ".ci/run"),
)
"""What a line of shell begins with, by which one is known that stands in the text or in a plain block."""

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"`([^`\n]+)`")

EXAMPLE = "complete-a-record-algorithm/offline-resumes-by-range"
SMALL = "permissions/query"

Rule = tuple[str, str, str]
"""What is written, what is typed in its place, and why."""

INSTEAD: tuple[Rule, ...] = (
    (r"on chromium", "on simulator", "a browser takes its time; one test takes it"),
    (r"^pytest scenarios", "pytest scenarios/permissions", "other tests run the catalogue"),
    (r"bgfetch run(?= --on| --baseline|$)", f"bgfetch run {SMALL}", "other tests run the catalogue"),
    (r"bgfetch mutants$", f"bgfetch mutants {SMALL}", "tests/test_mutants.py runs them on all"),
    (r"python -m pytest( -\w .+)?$", "python -m pytest --version", "these are the tests, which .ci/run runs"),
    (r"bgfetch fuzz( --on \S+)?( --seed \d+)?$", r"\g<0> --examples 2", "less of it"),
    (r"--examples \d+", "--examples 2", "less of it"),
    (r"--repeat \d+", "--repeat 2", "less of it"),
    (r"--seeds \d+-\d+", "--seeds 0-4", "less of it"),
    (r"adversary_speed( \d+)?$", "adversary_speed 1", "less of it"),
    (r"benchmarks\.sweep 2", "benchmarks.sweep 2 4 1", "less of it"),
    (r"benchmarks\.adversary$", r"\g<0> --help", "takes a day; tests/test_quality.py has a small one"),
    (r"tcp://10\.0\.0\.1:8786", '"$CLUSTER"', "a cluster on this machine"),
    (r"\bSCENARIO\b", EXAMPLE, "a placeholder"),
    (r"\bSECTION/NAME\b", SMALL, "a placeholder"),
    (r"\bmutant:NAME\b", "mutant:numbers-are-clamped", "a placeholder"),
    (r"\bFILE\b", "baselines/chromium.toml", "a placeholder"),
)

NOT_RUN: Mapping[str, str] = {
    ".venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy": ".ci/run runs them",
    "mypy --strict": "the name of a mode, which .ci/run has from the configuration",
    "bgfetch clauses --coverage": "takes minutes; tests/test_coverage.py asks the same of a few scenarios",
    "python -m conformance.specification index.bs": "rewrites the checkout; tests/test_coverage.py",
    "python -m tests.orders --write": "rewrites the checkout; tests/test_orders.py holds what it writes",
}
"""Commands that are not run here, with the reason, and who runs them."""

ENDS: Mapping[str, int] = {
    f"bgfetch run {EXAMPLE} --on simulator --on mutant:no-range-header": 1,  # is there to fail
    "bgfetch clauses --check-spec index.bs": 1,  # the text that is there is another one
}
"""Exit codes other than 0."""

ON_CHROMIUM = (
    "bgfetch run SCENARIO --on simulator --on chromium",
    "bgfetch replay permissions/query --on chromium",
)
"""What is also typed with the browser itself."""


@frozen
class Told:
    """Lines of one block, or one command of the text."""

    place: str
    lines: tuple[str, ...]


def blocks() -> Iterator[Told]:
    """Every block of shell."""
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for fence in _FENCE.finditer(text):
            if fence[1] in SHELLS:
                yield Told(_place(document, text, fence.start()), _commands(fence[1], fence[2]))


def quoted() -> Iterator[Told]:
    """Every command with something behind it that stands in the text and in no block."""
    known = {line for block in blocks() for line in block.lines}
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        text = _FENCE.sub(lambda fence: "\n" * fence[0].count("\n"), text)
        for found in _QUOTED.finditer(text):
            if found[1].removeprefix(".venv/bin/").split(" ")[0] in PROGRAMS and " " in found[1]:
                if found[1] not in known:
                    yield Told(_place(document, text, found.start()), (found[1],))
                known.add(found[1])


def plain() -> Iterator[tuple[str, str]]:
    """The first line of each block that names no language, with its place."""
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for fence in _FENCE.finditer(text):
            if not fence[1]:
                yield _place(document, text, fence.start()), fence[2].lstrip().partition("\n")[0]


def typed(line: str, table: Iterable[Rule] = INSTEAD) -> str:
    """What is typed for a line; nothing for one that is not run."""
    if line in NOT_RUN:
        return ":"
    for written, instead, _ in table:
        line = re.sub(written, instead, line)
    return line


def to_be_typed() -> Iterator[Told]:
    """Every block and every command of the text, without the lines that another one has had typed."""
    before = {":"}
    for told in (*blocks(), *quoted()):
        new = tuple(line for line in told.lines if typed(line) not in before)
        before |= {typed(line) for line in new}
        if new:
            yield Told(told.place, new)


def _place(document: Path, text: str, at: int) -> str:
    return f"{document.relative_to(ROOT)}:{text.count(chr(10), 0, at) + 1}"


def _commands(language: str, block: str) -> tuple[str, ...]:
    lines = block.replace("\\\n", " ").splitlines()
    if language == "console":
        lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    return tuple(line for line in (re.sub(r"(^|\s+)#.*", "", line) for line in lines) if line)
