"""The JSON Schemas of what commands print with ``--json``, and of ``bgfetch diff --format json``."""

from __future__ import annotations

from conformance.results_schema import WORDS, Schema, closed

_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_COUNT: Schema = {"type": "integer", "minimum": 0}


def _map(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def _array(*rows: Schema) -> Schema:
    """An array of rows, each of one of these forms."""
    return {"type": "array", "items": rows[0] if len(rows) == 1 else {"anyOf": list(rows)}}


_SCENARIO = closed(
    id=_TEXT,
    title=_TEXT,
    clauses=_TEXTS,
    level=WORDS["level"],
    levers=_TEXTS,
    faults=_TEXTS,
    file=_TEXT,
    line=_COUNT,
)
_ALIKE = closed(clauses=_TEXTS, scenarios=_TEXTS)
_CLAUSE = {
    "id": _TEXT,
    "level": _TEXT,
    "witnesses": _TEXTS,
    "text": _TEXT,
    "section": _TEXT,
    "simulated": _TEXT,
    "scenarios": _TEXTS,
}
_CHANGED = closed(id=_TEXT, section=_TEXT, what=_TEXT, text=_TEXT)
_ERRATUM = closed(
    number=_TEXT,
    kind=_TEXT,
    sections=_TEXTS,
    literal=_TEXT,
    intended=_TEXT,
    override=_TEXT,
    scenarios=_TEXTS,
)
_MUTANT = closed(
    name=_TEXT,
    clause=_TEXT,
    summary=_TEXT,
    killed_by=_TEXTS,
    share={"type": "number", "minimum": 0, "maximum": 1},
)
_RUN = closed(started=_TEXT, bgfetch=_TEXT, implementations=_map(_TEXT), missing=_TEXTS)
_SIDE = closed(verdicts={"type": "array", "items": WORDS["verdict"]}, clauses=_TEXTS)
_CHANGE = closed(
    kind=_TEXT,
    scenario=_TEXT,
    implementation=_TEXT,
    before={"anyOf": [_SIDE, {"type": "null"}]},
    after={"anyOf": [_SIDE, {"type": "null"}]},
)

LISTINGS: dict[str, Schema] = {
    "list": _array(_SCENARIO, _ALIKE),
    "clauses": _array(
        closed(**_CLAUSE), closed(**_CLAUSE, covered={"type": "boolean"}, by=_map(_TEXTS)), _CHANGED
    ),
    "errata": _array(_ERRATUM),
    "mutants": _array(_MUTANT),
    "diff": closed(compared=_COUNT, counts=_map(_COUNT), before=_RUN, after=_RUN, changes=_array(_CHANGE)),
}
"""By the command that prints it."""


def schema(name: str) -> Schema:
    """The schema of what a command prints."""
    title = f"bgfetch {name}: what it prints as JSON"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **LISTINGS[name]}
