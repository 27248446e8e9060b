"""What the documents say is so: their code runs, the modules and sections that they name exist."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from conformance.clauses import clauses
from conformance.mutants.pruning import mutants_that_matter
from conformance.scenario.load import scenario_from_text
from simulator import browser
from tests.simulate import catalogue, judged

ROOT = Path(__file__).resolve().parent.parent
DESIGN = (ROOT / "docs/design.md").read_text(encoding="utf-8")
SITE = (ROOT / "docs/simulate-your-site.md").read_text(encoding="utf-8")

ROWS = re.findall(r"^\| ([\w/-]+) \| (`simulator/.*`) \|$", DESIGN, re.MULTILINE)
"""The map from section to modules."""


def told_modules(text: str) -> set[str]:
    return set(re.findall(r"`((?:simulator|conformance|reports)/[\w/]+\.py)`", text))


@pytest.mark.parametrize(("section", "modules"), ROWS)
def test_a_section_is_one_of_the_specification_and_its_modules_speak_of_it(
    section: str, modules: str
) -> None:
    assert section in {clause.section for clause in clauses().values()}
    sources = [(ROOT / path).read_text(encoding="utf-8") for path in sorted(told_modules(modules))]
    mentions = [section in source for source in sources]
    assert any(mentions), f"none of {modules} names the section {section}"


def test_the_map_is_read_at_all() -> None:
    assert len(ROWS) > 20


@pytest.mark.parametrize("path", sorted(told_modules(DESIGN)))
def test_every_module_that_is_named_exists(path: str) -> None:
    assert (ROOT / path).exists(), f"docs/design.md names {path}, which is gone"


def test_every_module_of_the_simulator_has_its_place() -> None:
    modules = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "simulator").rglob("*.py")
        if path.name != "__init__.py"
    }
    missing = sorted(modules - told_modules(DESIGN))
    assert not missing, f"add to the tables of docs/design.md: {missing}"


# -- for site authors -----------------------------------------------------------------------

EXAMPLES = re.findall(r"```python\n(.*?)```", SITE, re.DOTALL)


def stories() -> list[tuple[str, Callable[[], None]]]:
    """The tests in the code of the document."""
    found = []
    for code in EXAMPLES:
        names: dict[str, Callable[[], None]] = {}
        exec(compile(code, "docs/simulate-your-site.md", "exec"), names)
        found += [(name, thing) for name, thing in names.items() if name.startswith("test_")]
    return found


@pytest.mark.parametrize(("name", "test"), stories(), ids=lambda one: one if isinstance(one, str) else "")
def test_the_code_runs(name: str, test: Callable[[], None]) -> None:
    test()


def test_there_is_code_to_run() -> None:
    assert len(stories()) == len(EXAMPLES) == 2


def test_every_public_name_is_told() -> None:
    own = [*browser.__all__, *(name for name in vars(browser.Browser) if not name.startswith("_"))]
    untold = [name for name in own if not re.search(rf"\b{name}\b", SITE)]
    assert not untold


def test_every_example_is_a_file() -> None:
    documents = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    linked = set(re.findall(r"\]\((examples/[\w.]+)\)", documents))
    there = {f"examples/{path.name}" for path in (ROOT / "docs/examples").glob("*.py")}
    assert linked == there


# -- for those who write scenarios ---------------------------------------------------------

WRITE = (ROOT / "docs/write-a-scenario.md").read_text(encoding="utf-8")
WHOLE, STRUCK = re.findall(r"```toml\n(.*?)```", WRITE, re.DOTALL)


@pytest.mark.parametrize(
    "text", [WHOLE, WHOLE.partition("[origin")[0] + STRUCK + "\n[[steps]]\nuntil = 'settled'"]
)
def test_the_scenario_passes_and_some_mutant_fails_it(text: str) -> None:
    told = scenario_from_text(text, "tests/told", "told.toml")
    assert judged(told)[0] == "pass"
    assert any(judged(told, f"mutant:{name}")[0] == "fail" for name in trio.run(mutants_that_matter, told))


# -- findings -------------------------------------------------------------------------------

FINDINGS = re.findall(
    r"^\| ([\w/.-]+)(?: \((?:practice|erratum \d+)\))? \| .+ \| (`.+`) \|$",
    (ROOT / "docs/findings.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


@pytest.mark.parametrize(("clause", "scenarios"), FINDINGS)
def test_a_finding_names_a_clause_and_scenarios_that_judge_it(clause: str, scenarios: str) -> None:
    assert clause in clauses()
    for id in re.findall(r"`([^`]+)`", scenarios):
        one = next((one for one in catalogue() if one.id == id), None)
        assert one, f"docs/findings.md names {id}, which is no scenario"


def test_the_findings_are_read_at_all() -> None:
    assert len(FINDINGS) > 40
