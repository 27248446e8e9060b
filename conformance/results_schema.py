"""The JSON Schema of a line of ``results.jsonl``, generated from the result model."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from typing import Any

from attrs import fields

from conformance.results import VERDICTS, Check, Result, RunEnd, RunHeader

Schema = dict[str, Any]

_SIMPLE = {int: "integer", str: "string", bool: "boolean"}
WORDS: dict[str, Schema] = {
    "verdict": {"enum": list(VERDICTS)},
    "level": {"enum": ["must", "should", "may", "observe"]},
}


def schema() -> dict[str, Any]:
    """The schema of one line: the ``run`` line, a ``result`` line or the ``end`` line."""
    lines = {"run": RunHeader, "result": Result, "end": RunEnd}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "bgfetch results: one line of results.jsonl",
        "oneOf": [_line(name, cls) for name, cls in lines.items()],
    }


def _line(name: str, cls: type[Any]) -> dict[str, Any]:
    table = _object(cls)
    table["properties"] = {"type": {"const": name}, **table["properties"]}
    table["required"] = ["type", *table["required"]]
    return {"description": " ".join((cls.__doc__ or "").split()), **table}


def _object(cls: type[Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    names = [field.name for field in fields(cls)]
    return closed(**{name: WORDS.get(name) or _type(hints[name]) for name in names})


def closed(**properties: Schema) -> Schema:
    """An object of just these keys, all of them there."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _type(hint: Any) -> dict[str, Any]:
    if hint is Any:
        return {}
    if hint in _SIMPLE:
        return {"type": _SIMPLE[hint]}
    if hint is Check:
        return _object(Check)
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType:
        return {"anyOf": [_type(inner[0]), {"type": "null"}]}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": _type(inner[1])}
    return {"type": "array", "items": _type(inner[0])}
