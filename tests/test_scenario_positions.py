"""Every key, header and list item of a TOML file is found on the line and column where it stands."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from conformance.scenario.positions import positions
from tests.scenario_documents import DOCUMENTS, TEXTS, places

TRICKY = """\
# a comment with = and [brackets]
title = "a # no comment" # a comment
"quoted key" = 'single'   # another
a.b."c d" = 1
[origin."/a"]
  size = 10
attempts = [{ stall = { after = "[[x]]" } },
  # in between
  { cut = { after = 3, how = "fin" } }]
[[steps]]
fetch = "f"
[steps.when]
downloaded = 3
[[steps]]
text = \"\"\"
[not] = a header
\"\"\"
last = ''' ' '' '''
[workers."/"]
[[workers."/".backgroundfetchsuccess]]
waitUntil = "never"
[[workers."/".backgroundfetchsuccess]]
"wait\\u0055ntil" = "never"
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("title",), (2, 1)),
        (("quoted key",), (3, 1)),
        (("a",), (4, 1)),
        (("a", "b"), (4, 3)),
        (("a", "b", "c d"), (4, 5)),
        (("origin",), (5, 1)),
        (("origin", "/a"), (5, 1)),
        (("origin", "/a", "size"), (6, 3)),
        (("origin", "/a", "attempts", 0), (7, 13)),
        (("origin", "/a", "attempts", 0, "stall", "after"), (7, 25)),
        (("origin", "/a", "attempts", 1), (9, 3)),
        (("origin", "/a", "attempts", 1, "cut", "how"), (9, 24)),
        (("steps", 0), (10, 1)),
        (("steps", 0, "when", "downloaded"), (13, 1)),
        (("steps", 1, "text"), (15, 1)),
        (("steps", 1, "last"), (18, 1)),
        (("workers", "/", "backgroundfetchsuccess", 0, "waitUntil"), (21, 1)),
        (("workers", "/", "backgroundfetchsuccess", 1, "waitUntil"), (23, 1)),
    ],
)
def test_where_keys_stand(path: tuple[Any, ...], place: tuple[int, int]) -> None:
    assert positions(TRICKY)[path] == place


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("text", [TRICKY, *TEXTS.values()])
def test_exactly_the_paths_of_the_document_are_known(text: str, ending: str) -> None:
    whole = text.replace("\n", ending)
    assert set(positions(whole)) == set(places(tomllib.loads(whole)))


_bare = st.from_regex(r"[a-z][a-z0-9_-]{0,5}", fullmatch=True)
_odd = st.sampled_from(["", " ", "a.b", 'q"q', "[x]", "é", "tab\t", "back\\slash", "'", "#"])


def _quoted(text: str) -> str:
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\u{ord(c):04x}" for c in text) + '"'


def _key(key: str) -> str:
    bare = key and all(c.isascii() and (c.isalnum() or c in "-_") for c in key)
    return key if bare else _quoted(key)


def _value(value: Any) -> str:
    match value:
        case dict():
            return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
        case list():
            return "[ # a list\n" + ",\n ".join(_value(v) for v in value) + "\n]"
        case str():
            return f"'{value}'" if value.isalnum() else _quoted(value)
    return str(value).lower()


_values = st.recursive(
    st.integers(-9, 9) | st.booleans() | _odd | _bare,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_bare | _odd, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(_bare | _odd, _values, min_size=1, max_size=5))
def test_every_key_is_found_where_it_is_written(document: dict[str, Any]) -> None:
    text = "".join(f"{_key(key)} = {_value(value)}\n" for key, value in document.items())
    assume(tomllib.loads(text) == document)
    found, lines = positions(text), text.split("\n")
    assert set(found) == set(places(document))
    for path, (line, column) in found.items():
        if isinstance(path[-1], str):
            assert lines[line - 1][column - 1 :].startswith(_key(path[-1]))


@given(st.sampled_from(list(TEXTS.values())), st.data())
def test_a_text_that_is_no_toml_does_no_harm(text: str, data: st.DataObject) -> None:
    cut, piece = data.draw(st.integers(0, len(text))), data.draw(st.text(max_size=5))
    positions(text[:cut] + piece + text[cut + data.draw(st.integers(0, 5)) :])


def test_the_cases_are_there() -> None:
    assert sorted(DOCUMENTS) == list("abcdefghijklmn")
