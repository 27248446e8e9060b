"""What somebody else wrote, judged through ``command:``: the documents' example, and what is no adapter."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Bgfetch = Callable[..., Result]

EXAMPLE = shlex.join([sys.executable, str(Path(__file__).parent.parent / "docs/examples/adapter.py")])
SECTION = "background-fetch-manager-fetch"


@pytest.mark.parametrize(
    ("scenario", "verdict", "told"),
    [
        (f"{SECTION}/empty-list", "pass", ""),
        (f"{SECTION}/no-cors", "unsupported", "no download has been written yet"),
        (f"{SECTION}/permission-denied", "unsupported", "permission: beginner has no such lever"),
    ],
)
def test_the_example_is_judged_by_what_it_can_do(
    bgfetch: Bgfetch, scenario: str, verdict: str, told: str
) -> None:
    bgfetch("run", scenario, "--on", f"command:{EXAMPLE}", "--out", "out")
    lines = map(json.loads, Path("out/results.jsonl").read_text().splitlines())
    (result,) = [line for line in lines if line["type"] == "result"]
    assert result["verdict"] == verdict
    assert told in result["note"]


def test_an_example_that_is_wrong_fails(bgfetch: Bgfetch, tmp_path: Path) -> None:
    """It takes an empty list: the check of the clause fails, and what it gave stands beside it."""
    source = Path(shlex.split(EXAMPLE)[1]).read_text()
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        source.replace(
            '    if not step["requests"]:\n        raise TypeError\n    raise', "    return {}\n    raise"
        )
    )
    result = bgfetch(
        "run", f"{SECTION}/empty-list", "--on", f"command:{shlex.join([sys.executable, str(wrong)])}"
    )
    assert result.exit_code == 1, result.output
    assert "background-fetch-manager-fetch/5" in result.output


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("command:", "names no program"),
        ("command:  ", "names no program"),
        ("command:'", "No closing quotation"),
        ("command:no-such-program", "could not be started"),
        ("command:true", "ended by itself, with code 0"),
        ("command:cat", "answered 'hello' where 'welcome' was due"),
    ],
)
def test_what_is_no_adapter_is_bad_input(bgfetch: Bgfetch, name: str, told: str) -> None:
    result = bgfetch("run", f"{SECTION}/empty-list", "--on", name)
    assert result.exit_code == 2, result.output
    assert told in result.output
