"""A failure as a scenario file, which anybody can run, and in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import tomli_w

from conformance.adversary.oracles import BROKEN, Finding
from conformance.clauses import clauses
from conformance.scenario.model import Scenario
from conformance.scenario.telling import told

Raw = dict[str, Any]


def as_file(document: Raw, finding: Finding, seed: int, found_by: str) -> str:
    """The text of a scenario file that shows a finding; ``found_by`` is the command that came upon it."""
    known = [one for one in finding.about if one in clauses()]
    whole = {
        "title": title(finding),
        "clauses": known or document["clauses"],
        **({"seed": seed} if seed else {}),
        **{key: value for key, value in document.items() if key not in ("title", "clauses", "seed")},
    }
    comments = (
        f"# {line}" for line in (f"Found by: {found_by}", *map(_one_line, finding.told), *_hint(finding))
    )
    return "\n".join((*comments, "", tomli_w.dumps(whole)))


def _hint(finding: Finding) -> Iterator[str]:
    if finding.kind != BROKEN:
        yield "This file expects nothing: `bgfetch replay` asks the reference what it would come to,"
        yield "`bgfetch run` judges only what holds in every run."


def title(finding: Finding) -> str:
    """What a sound user agent does, as far as the finding says it."""
    expected = finding.told[0].partition("expected ")[2].partition(";")[0] if finding.kind == "broken" else ""
    return _one_line(expected)[:120] or f"It comes to what the reference does: {', '.join(finding.about)}"


def sentences(scenario: Scenario, finding: Finding) -> Iterator[str]:
    """The failure told: what is done, step by step, and what is wrong then."""
    for step in scenario.steps:
        yield f"  {step.number}. {told(step)}"
    yield from (f"  But {_one_line(line)}" for line in finding.told)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
