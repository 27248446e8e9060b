"""The form of a table: the keys that it may have, and which of them are verbs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from conformance.scenario.errors import BAD, Spot, nearest, quoted, told
from conformance.scenario.forms import Form, Json


@frozen
class Key:
    """A key of a table: what it holds, what is assumed without it, and what it means."""

    name: str
    form: Form
    says: str
    default: str = ""
    required: bool = False


@frozen
class Grammar:
    """The grammar of one kind of table. Of its ``verbs``, if it has any, exactly one must be there.

    A verb is a key that brings further keys with it, which go with no other verb unless it
    brings them too.
    """

    name: str
    says: str
    keys: tuple[Key, ...] = ()
    verbs: tuple[tuple[Key, tuple[Key, ...]], ...] = ()


TABLES: dict[str, Grammar] = {}
"""Every grammar by its name."""


def define(grammar: Grammar) -> TableOf:
    """Enter a grammar into the list, and give the form of its tables."""
    TABLES[grammar.name] = grammar
    return TableOf(grammar.says, grammar.name)


@frozen
class TableOf(Form):
    """A table of the grammar of that name. What is wrong in it is left out of what is read."""

    says: str = "a table"
    table: str = ""

    def takes(self, value: object) -> bool:
        return isinstance(value, Mapping)

    def plain(self, value: Mapping[str, Any], spot: Spot) -> Any:
        grammar = TABLES[self.table]
        keys = grammar.keys
        if grammar.verbs:
            verb, more = _verb(grammar, value, spot) or (None, ())
            if verb is None:
                return BAD
            keys = (*keys, verb, *more)
        return _read_keys(grammar, {key.name: key for key in keys}, value, spot)

    def schema(self) -> dict[str, Json]:
        return {"$ref": f"#/$defs/{self.table}"}


def _verb(grammar: Grammar, value: Mapping[str, Any], spot: Spot) -> tuple[Key, tuple[Key, ...]] | None:
    present = [(verb, more) for verb, more in grammar.verbs if verb.name in value]
    if len(present) == 1:
        return present[0]
    names = [verb.name for verb, _ in grammar.verbs]
    if present:
        two = " and ".join(verb.name for verb, _ in present)
        (spot / present[1][0].name).wrong(
            f"{grammar.says} has exactly one verb, and here are {two}",
            fix="a step for each",
        )
        return None
    given = next((key for key in value if nearest(key, names)), None)
    here = spot if given is None else spot / given
    here.wrong(f"{grammar.says} without a verb", allowed=names, given=given, fix="exactly one of these")
    return None


def _read_keys(
    grammar: Grammar, keys: Mapping[str, Key], value: Mapping[str, Any], spot: Spot
) -> dict[str, Any]:
    table, meant = {}, set()
    for name, item in value.items():
        if name not in keys:
            _unknown(grammar, keys, name, spot / name)
            meant.add(nearest(name, list(keys)))
        elif (plain := keys[name].form.read(item, spot / name)) is not BAD:
            table[name] = plain
    for key in keys.values():
        if key.required and key.name not in value and key.name not in meant:
            spot.wrong(f"{grammar.says} needs {key.name}", why=key.says, fix=f"{key.name} = {key.form.says}")
    return table


def _unknown(grammar: Grammar, keys: Mapping[str, Key], name: object, here: Spot) -> None:
    why = ""
    if homes := [other.says for other in TABLES.values() if name in _names(other)]:
        why = f"{name} belongs into {' or '.join(homes[:3])}"
    shown = quoted(name) if isinstance(name, str) else told(name)
    here.wrong(f"unknown key {shown} in {grammar.says}", why=why, allowed=sorted(keys), given=name)


def _names(grammar: Grammar) -> set[str]:
    keys = (*grammar.keys, *(key for verb, more in grammar.verbs for key in (verb, *more)))
    return {key.name for key in keys}
