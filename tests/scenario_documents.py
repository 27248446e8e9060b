"""Scenario documents for tests: the fourteen cases of the grammar, and strategies that make others."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from conformance.scenario.forms import (
    Amount,
    Flag,
    Form,
    Free,
    ListOf,
    MapOf,
    Number,
    OneOf,
    Pair,
    Setting,
    Text,
    Whole,
    Word,
    Yes,
)
from conformance.scenario.grammar import SCENARIO
from conformance.scenario.grammar.rows import Row
from conformance.scenario.tables import TABLES, Key, TableOf

CASES = sorted((Path(__file__).parent / "cases").glob("*.toml"))
TEXTS = {path.stem: path.read_text("utf-8") for path in CASES}
DOCUMENTS = {name: tomllib.loads(text) for name, text in TEXTS.items()}

HEAD = 'title = "A test"\nclauses = ["readme/1"]\n'
"""The least that every file must have."""

PLAIN = HEAD + (
    '[origin."/a"]\nsize = "1 KiB"\n[[steps]]\nfetch = "f"\nrequests = ["/a"]\n[[steps]]\nuntil = "settled"\n'
)
"""A sound file of nine lines, to which a test adds its own."""


def examples(number: int) -> settings:
    """Settings for tests that draw whole documents, which takes its time."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=number, deadline=None, suppress_health_check=slow)


# -- spoiling a document ------------------------------------------------------------------------

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every path of a document, itself left out."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


@st.composite
def spoiled_documents(draw: st.DrawFn) -> dict[str, Any]:
    """One of the cases with one to three places changed: another value, a value from elsewhere, or none."""
    document: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(list(DOCUMENTS.values()))))
    other = draw(st.sampled_from(list(DOCUMENTS.values())))
    for _ in range(draw(st.integers(1, 3))):
        known = list(places(document))
        if not known:
            break
        *outer, key = draw(st.sampled_from(known))
        home = at(document, tuple(outer))
        change = draw(st.sampled_from(["value", "elsewhere", "remove", "rename"]))
        if change == "value":
            home[key] = draw(json_values)
        elif change == "elsewhere":
            home[key] = copy.deepcopy(at(other, draw(st.sampled_from(list(places(other))))))
        elif change == "rename" and isinstance(home, dict):
            home[draw(st.text(max_size=8))] = home.pop(key)
        else:
            del home[key]
    return document


@st.composite
def spoiled_rows(draw: st.DrawFn) -> dict[str, Any]:
    """One of the cases with rows: what they say is from the other cases, or spoiled."""
    document: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(list(DOCUMENTS.values()))))
    rows = draw(st.lists(spoiled_documents(), max_size=3))
    names = st.sampled_from(["one", "two", "two-3", "Four", "", 5])
    document["rows"] = [{"name": draw(names), **_some(draw, row)} for row in rows]
    return document


def _some(draw: st.DrawFn, table: dict[str, Any]) -> dict[str, Any]:
    kept = draw(st.sets(st.sampled_from(sorted(map(str, table))))) if table else set()
    return {key: value for key, value in table.items() if key in kept}


# -- making a document by the grammar -----------------------------------------------------------

DEPTH = 4
"""How deep alternatives may hold alternatives before they are left out."""


def values(form: Form, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that a form of the grammar takes, most of the time."""
    return _MADE[type(form)](form, depth)


def _table(form: TableOf, depth: int) -> st.SearchStrategy[Any]:
    grammar = TABLES[form.table]
    if not grammar.verbs:
        return _object(grammar.keys, depth)
    return st.one_of([_object((*grammar.keys, verb, *more), depth, verb) for verb, more in grammar.verbs])


def _object(keys: tuple[Key, ...], depth: int, verb: Key | None = None) -> st.SearchStrategy[Any]:
    must = {key.name: values(key.form, depth + 1) for key in keys if key.required or key is verb}
    may = {
        key.name: key for key in keys if key.name not in must and not (key.name == "any" and depth > DEPTH)
    }
    more = {name: st.deferred(lambda key=key: values(key.form, depth + 1)) for name, key in may.items()}  # type: ignore[misc]
    return st.fixed_dictionaries(must, optional=more)


def _amount(form: Amount, depth: int) -> st.SearchStrategy[Any]:
    text = st.tuples(st.decimals(0, 99, places=1), st.sampled_from(list(form.units.worth)))
    texts = text.map(lambda pair: f"{pair[0]} {pair[1]}")
    return texts | st.integers(form.least, 10**6) if form.bare else texts


def _text(form: Text, depth: int) -> st.SearchStrategy[str]:
    plain = st.from_regex(form.pattern, fullmatch=True) if form.pattern else st.text(max_size=8)
    return plain.filter(bool) if not form.empty else plain


def _row(form: Row, depth: int) -> st.SearchStrategy[dict[str, Any]]:
    """A row: a name, and some of what a file may say."""
    keys = {key.name: key for key in TABLES["scenario"].keys if key.name != "rows"}
    more = {name: st.deferred(lambda key=key: values(key.form, DEPTH)) for name, key in keys.items()}  # type: ignore[misc]
    return st.fixed_dictionaries({"name": st.sampled_from(["one", "two", "3-4"])}, optional=more)


def _setting(form: Setting, depth: int) -> st.SearchStrategy[Any]:
    return st.integers(0, 99) | st.sampled_from(["retry", "5 min", "1 KiB"])


_MADE: dict[type[Form], Callable[[Any, int], st.SearchStrategy[Any]]] = {
    TableOf: _table,
    Row: _row,
    Amount: _amount,
    Text: _text,
    Setting: _setting,
    Word: lambda form, depth: st.sampled_from(form.words),
    Flag: lambda form, depth: st.booleans(),
    Yes: lambda form, depth: st.just(True),
    Number: lambda form, depth: st.integers(-9, 9) | st.floats(-9, 9),
    Whole: lambda form, depth: st.integers(form.low, form.high),
    Free: lambda form, depth: json_values,
    ListOf: lambda form, depth: st.lists(values(form.item, depth), min_size=form.least, max_size=2),
    Pair: lambda form, depth: st.lists(values(form.item, depth), min_size=2, max_size=2),
    MapOf: lambda form, depth: st.dictionaries(values(form.key), values(form.item, depth), max_size=2),
    OneOf: lambda form, depth: st.one_of([values(one, depth) for one in form.forms]),
}

documents_by_grammar = values(SCENARIO)
