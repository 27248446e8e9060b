"""The specification's source (Bikeshed): where each clause stands in it, and whether its text has changed.

The text itself is no part of this project. What is kept of it is a hash for each clause, of the
step that the clause's number means, or, where the number is ours alone, of the whole section.
Markup and white space are left out before hashing, so that only a change of words is a change.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from attrs import Factory, define, frozen

from conformance.clauses import Clause, clauses
from conformance.errors import BadInput

_FILE = Path(__file__).with_name("clause_hashes.json")

IDL = "idl"
"""Not a step: what of a section is interface definition."""

ELSEWHERE = {
    "background-fetch-concept/1": ("background-fetch-concept", ""),
    "background-fetch-concept/2": ("background-fetch-concept", ""),
    "background-fetch-registration-match-all/4": ("background-fetch-registration-match-all", ""),
    "extract-content-range-values-algorithm/4": ("header-syntax", ""),
}
"""Clauses whose words do not stand where their id would mean: the section, and the step or all of it."""


@frozen
class Place:
    """Where a clause was found when its hash was taken: a section, and a step of it or "" for all of it."""

    section: str
    step: str
    hash: str


@frozen
class Finding:
    """What became of a clause in another text: changed, moved, step gone or section gone."""

    clause: Clause
    what: str


@define
class Step:
    """A step of an algorithm: its own words, and the steps below it."""

    words: list[str] = Factory(list)
    below: dict[str, Step] = Factory(dict)

    def text(self) -> str:
        return "\n".join((*self.words, *(step.text() for step in self.below.values())))

    def walk(self, path: str = "") -> Iterator[tuple[str, Step]]:
        for number, step in self.below.items():
            inner = f"{path}.{number}" if path else number
            yield inner, step
            yield from step.walk(inner)


def read(file: Path) -> Mapping[str, str]:
    """The sections of a specification's source by anchor. Raises BadInput where it is none."""
    then = "Give the specification's Bikeshed source, index.bs, as in its repository."
    try:
        source = file.read_text("utf-8")
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.", then) from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is no text.", then) from error
    found = sections(source)
    if not {clause.section for clause in clauses().values()} & set(found):
        raise BadInput(
            f"{file} is not the Background Fetch specification: it has none of its sections.", then
        )
    return found


@cache
def places() -> Mapping[str, Place]:
    """Where each clause stood in the text that it was made from, by its id."""
    rows = json.loads(_FILE.read_text("utf-8"))
    return {id: Place(*row) for id, row in rows.items()}


def check(found: Mapping[str, str]) -> Iterator[Finding]:
    """What is no longer as it was, in the order of the clauses."""
    for id, place in places().items():
        if what := _became(place, found.get(place.section)):
            yield Finding(clauses()[id], what)


def _became(place: Place, text: str | None) -> str:
    if text is None:
        return "section gone"
    steps = steps_of(text)
    now = steps.get(place.step) if place.step else text
    if now is not None and fingerprint(now) == place.hash:
        return ""
    moved = [path for path, step in steps.items() if fingerprint(step) == place.hash]
    if place.step and moved:
        return f"moved to step {moved[0]}"
    return "changed" if now is not None else "step gone"


# -- making the hashes ----------------------------------------------------------------------


def located(found: Mapping[str, str]) -> dict[str, Place]:
    """The place of every clause that the text has."""
    made = {}
    for id, clause in clauses().items():
        section, step = ELSEWHERE.get(id, (clause.section, _step(clause)))
        if section in found:
            steps = steps_of(found[section])
            step = step if step in steps else ""
            made[id] = Place(section, step, fingerprint(steps[step] if step else found[section]))
    return made


def _step(clause: Clause) -> str:
    """The step that a clause's number means, our letter for one of several clauses of a step left out."""
    number = clause.id.rpartition("/")[2]
    return IDL if number.startswith("idl.") else re.sub(r"(?<=\d)[a-z]$", "", number)


# -- reading Bikeshed -----------------------------------------------------------------------

_HEADING = re.compile(r"^[ \t]*(#{1,6}) .*\{#([\w-]+)\}[ \t]*$", re.MULTILINE)
_NUMBERED = re.compile(r"^ *\d+\. ")
_IDL = re.compile(r"<script type=.?idl.?>(.*?)</script>", re.DOTALL)
_CALLBACK = re.compile(r"^ *To \[=process (request body|response)=\]")
_NOTE = re.compile(r"^ *(Note|Issue): ")


def sections(source: str) -> dict[str, str]:
    """Each section's own text, without those below it, by its anchor."""
    headings = list(_HEADING.finditer(source))
    ends = [*(one.start() for one in headings[1:]), len(source)]
    return {one[2]: source[one.start() : end] for one, end in zip(headings, ends, strict=False)}


@cache
def steps_of(section: str) -> Mapping[str, str]:
    """The numbered steps of a section, by their path: 8.3, or 11.r6.1 in the callback for the response.

    The source writes ``1.`` at every item of a list, so they are counted; depth is indentation.
    What a step goes on with, its bullets included, belongs to it, unless it is a note.
    """
    root = Step()
    open_steps: list[tuple[int, Step]] = []  # the innermost last, each with its indentation
    prefix: dict[int, str] = {}  # by the identity of a step, the callback whose list comes next
    for line in section.splitlines():
        numbered = _NUMBERED.match(line)
        indent = len(line) - len(line.lstrip())
        if numbered:
            while open_steps and open_steps[-1][0] >= indent:
                open_steps.pop()
            parent = open_steps[-1][1] if open_steps else root
            step = _added(parent, prefix.get(id(parent), ""))
            step.words.append(line[numbered.end() :])
            open_steps.append((indent, step))
        elif open_steps and line.strip() and not _NOTE.match(line):
            while len(open_steps) > 1 and open_steps[-1][0] >= indent:
                open_steps.pop()
            inner = open_steps[-1][1]
            inner.words.append(line)
            if callback := _CALLBACK.match(line):
                prefix[id(inner)] = "r" if callback[1] == "response" else "b"
    found = {path: step.text() for path, step in root.walk()}
    return {**found, IDL: "\n".join(_IDL.findall(section))}


def _added(parent: Step, prefix: str) -> Step:
    count = sum(1 for key in parent.below if key.startswith(prefix) and key[len(prefix) :].isdecimal())
    step = parent.below[f"{prefix}{count + 1}"] = Step()
    return step


def fingerprint(text: str) -> str:
    """A hash of the words of a text: what its markup shows, in one line."""
    shown = re.sub(r"^\s*(Note|Issue): .*$", "", text, flags=re.MULTILINE)
    shown = re.sub(r"<[^<>]*>", " ", shown)
    shown = re.sub(r"\[=(.*?)=\]|\{\{(.*?)\}\}", lambda m: _link(m[1] or m[2]), shown)
    shown = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", shown)
    shown = re.sub(r"^\s*(\d+\.|[*:]+|#+)\s", " ", shown, flags=re.MULTILINE)
    words = re.sub(r"[|`\\]", "", shown).split()
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]


def _link(target: str) -> str:
    """What an autolink shows: what is after its bar, else after what it is for."""
    return target.rpartition("|")[2].rpartition("/")[2].partition("!!")[0]


def write(file: Path) -> None:
    """Take the hashes of this text as those that the clauses were made from."""
    rows = {id: [one.section, one.step, one.hash] for id, one in located(read(file)).items()}
    lines = ",\n".join(f"{json.dumps(id)}: {json.dumps(row)}" for id, row in rows.items())
    _FILE.write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":  # python -m conformance.specification index.bs: once the clauses follow this text
    write(Path(sys.argv[1]))
