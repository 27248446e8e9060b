"""No two scenarios say the same; one that only has other names or sizes is found, whatever it is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import trio
from click.testing import CliRunner

from conformance.command_line.commands import commands
from conformance.duplicates import duplicates
from conformance.scenario.load import scenario_from_text
from tests.scenario_documents import HEAD
from tests.simulate import catalogue

ONE = (
    HEAD
    + """
[origin."/a"]
size = "300 KiB"
attempts = [{ stall = { after = "100 KiB" } }]
[origin."/b"]
size = "1 KiB"
[[steps]]
fetch = "f"
requests = ["/a", "/b"]
gives = { id = "f" }
[[steps]]
network = "offline"
when = { downloaded = "100 KiB" }
[[steps]]
network = "online"
[[steps]]
until = "settled"
"""
)


def test_the_catalogue_says_nothing_twice() -> None:
    groups = trio.run(duplicates, catalogue())
    assert not [[one.id for one in group] for group in groups]


def same(*texts: str) -> list[list[str]]:
    scenarios = [
        scenario_from_text(text, f"{number}.toml", str(number)) for number, text in enumerate(texts, 1)
    ]
    return [[one.id for one in group] for group in trio.run(duplicates, scenarios)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"/a"', '"/other"'),
        ('"f"', '"g"'),
        ("300 KiB", "400 KiB"),
        ('title = "', 'title = "No, '),
    ],
)
def test_another_name_or_size_is_no_other_scenario(old: str, new: str) -> None:
    assert same(ONE, ONE.replace(old, new)) == [["1", "2"]]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("readme/1", "readme/2"),
        ('{ after = "100 KiB" }', "{ after = 102401 }"),
        ('size = "1 KiB"', 'size = "1 KiB"\nstatus = 404'),
        ('size = "1 KiB"', 'size = "1 KiB"\nrange.header = "bytes"'),
        ('network = "online"', 'network = "online"\n[[steps]]\nget = "f"'),
        ('"/a", "/b"', '"/b", "/a", "/a"'),
    ],
)
def test_another_clause_fault_or_order_is_another_scenario(old: str, new: str) -> None:
    assert old in ONE
    assert not same(ONE, ONE.replace(old, new))


def test_three_of_a_kind_are_one_group() -> None:
    other = ONE.replace("readme/1", "readme/2")
    assert same(ONE, other, ONE, ONE.replace("/b", "/c")) == [["1", "3", "4"]]


@pytest.fixture
def twice(tmp_path: Path) -> Path:
    (tmp_path / "one.toml").write_text(ONE)
    (tmp_path / "two.toml").write_text(ONE)
    return tmp_path


def test_the_command_names_them_and_tells_by_its_exit_code(twice: Path) -> None:
    done = CliRunner().invoke(commands, ["list", "--duplicates", str(twice)])
    assert (done.exit_code, done.output) == (1, "one  two\n")
    done = CliRunner().invoke(commands, ["list", "--duplicates", "--json", str(twice)])
    assert done.exit_code == 1
    assert json.loads(done.output) == [{"clauses": ["readme/1"], "scenarios": ["one", "two"]}]
    (twice / "two.toml").unlink()
    done = CliRunner().invoke(commands, ["list", "--duplicates", str(twice)])
    assert (done.exit_code, done.output) == (0, "")
    assert CliRunner().invoke(commands, ["list", "--duplicates", "--json", str(twice)]).output == "[]\n"
