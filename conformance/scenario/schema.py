"""The JSON Schema of a scenario file, made from the grammar by which such files are read.

It takes whatever the loader takes. The loader takes less: names must mean something, clauses
must exist, and some things that are each sound contradict one another.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conformance.scenario.grammar import SCENARIO
from conformance.scenario.tables import TABLES, Grammar, Key


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a scenario as a document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "bgfetch scenario",
        **SCENARIO.schema(),
        "$defs": {name: _table(grammar) for name, grammar in TABLES.items()},
    }


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
