"""The JSON Schema of a scenario file, made from the grammar by which such files are read.

It takes whatever the loader takes. The loader takes less: names must mean something, clauses
must exist, and some things that are each sound contradict one another.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conformance.scenario.grammar import SCENARIO
from conformance.scenario.grammar.rows import ROW_NAME
from conformance.scenario.tables import TABLES, Grammar, Key


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a scenario as a document."""
    whole = {name: _table(grammar) for name, grammar in TABLES.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "bgfetch scenario",
        **SCENARIO.schema(),
        "$defs": {
            **whole,
            "row": _row(whole["scenario"]),
            **{name + _LAID: _laid(whole[name]) for name in whole},
        },
    }


_LAID = " laid over another"


def _row(scenario: dict[str, Any]) -> dict[str, Any]:
    """A row: its name, and of a scenario whatever differs."""
    laid = _laid(scenario)
    keys = {name: key for name, key in laid["properties"].items() if name != "rows"}
    name = {"description": "its name, with which its id ends", **ROW_NAME.schema()}
    return {
        **laid,
        "description": "a row: what differs from the file; tables merge, lists and values replace",
        "properties": {"name": name, **keys},
        "required": ["name"],
    }


def _laid(part: Any) -> Any:
    """The schema of a table that merges with another: nothing need be there. Lists replace, and stay."""
    if not isinstance(part, dict) or part.get("type") == "array":
        return part
    if "$ref" in part:
        return {**part, "$ref": part["$ref"] + _LAID}
    loose = {key: value for key, value in part.items() if key not in ("required", "minProperties")}
    for key in ("properties", "additionalProperties", "anyOf", "oneOf"):
        match loose.get(key):
            case list() as several:
                loose[key] = [_laid(one) for one in several]
            case dict() as table if key == "properties":
                loose[key] = {name: _laid(one) for name, one in table.items()}
            case dict() as one:
                loose[key] = _laid(one)
    return loose


def _table(grammar: Grammar) -> dict[str, Any]:
    if not grammar.verbs:
        return {"description": grammar.says, **_object(grammar.keys)}
    variants = [_object((*grammar.keys, verb, *more), verb) for verb, more in grammar.verbs]
    return {"description": grammar.says, "oneOf": variants}


def _object(keys: Iterable[Key], verb: Key | None = None) -> dict[str, Any]:
    keys = list(keys)
    required = [key.name for key in keys if key.required or key is verb]
    return {
        "type": "object",
        "properties": {key.name: _key(key) for key in keys},
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }


def _key(key: Key) -> dict[str, Any]:
    default = f" Default: {key.default}." if key.default else ""
    return {"description": f"{key.says}.{default}", **key.form.schema()}
