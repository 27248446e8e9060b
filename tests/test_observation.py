"""The observation type: what is written is read back, the schema agrees, nothing else gets in."""

from __future__ import annotations

import json

import attrs
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.observation import (
    KINDS,
    WITNESSES,
    Browser,
    Kind,
    Log,
    Network,
    Observation,
    Progress,
    Request,
    Storage,
    schema,
    select,
)

TEXT = st.text(max_size=8)
# Fields that hold any JSON are given a little of it.
JSON = st.one_of(st.none(), st.booleans(), st.integers(), TEXT, st.lists(st.integers(), max_size=2))


def _filled(cls: type[Kind]) -> st.SearchStrategy[Kind]:
    fields = {field.name: _value(field.name, cls) for field in attrs.fields(cls)}  # type: ignore[arg-type]
    return st.builds(cls, **fields)


def _value(name: str, cls: type[Kind]) -> st.SearchStrategy[object]:
    special: dict[str, st.SearchStrategy[object]] = {
        "value": JSON,
        "registration": st.dictionaries(TEXT, JSON, max_size=2),
        "details": st.dictionaries(TEXT, TEXT, max_size=2),
        "runs": st.lists(st.builds(KINDS["run"], version=TEXT, start=st.integers(), stop=st.integers())).map(
            tuple
        ),
        "headers": st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
        "icons": st.lists(TEXT, max_size=2).map(tuple),
        "offers": st.none() | st.lists(TEXT, max_size=2).map(tuple),
    }
    if name in special:
        return special[name]
    hint = str(cls.__annotations__[name])
    base = {"int": st.integers(), "str": TEXT, "bool": st.booleans()}[hint.partition(" ")[0]]
    return st.one_of(st.none(), base) if "None" in hint else base


KIND_NAMES = [name for name in KINDS if name != "run"]
OBSERVATIONS = st.sampled_from(KIND_NAMES).flatmap(
    lambda name: st.builds(
        Observation,
        time=st.integers(0, 2**60),
        sequence=st.integers(1, 2**30),
        witness=st.sampled_from(WITNESSES),
        actor=TEXT,
        of=TEXT,
        data=_filled(KINDS[name]),
        cause=st.one_of(st.none(), st.integers(1, 9)),
    )
)
VALIDATOR = jsonschema.Draft202012Validator(schema())


@given(OBSERVATIONS)
def test_a_line_is_read_back_and_is_what_the_schema_says(seen: Observation) -> None:
    line = seen.line()
    assert Observation.from_json(json.loads(line)) == seen
    assert Observation.from_json(json.loads(line)).line() == line
    VALIDATOR.validate(json.loads(line))


def test_what_seldom_is_so_is_written_only_where_it_is() -> None:
    for plain, special in [
        (Network(online=True), Network(online=True, captive=True)),
        (Storage(None), Storage(None, evicted=True)),
        (Browser("killed"), Browser("killed", torn=5)),
    ]:
        rows = [Observation(1, 1, "harness", "harness", "", one).to_json() for one in (plain, special)]
        fewer, more = (set(row["data"]) for row in rows)
        assert len(more - fewer) == 1
        assert [Observation.from_json(row).data for row in rows] == [plain, special]
        for row in rows:
            VALIDATOR.validate(row)


def test_the_list_of_kinds_is_closed_and_each_says_what_it_is() -> None:
    assert 20 <= len(KIND_NAMES) <= 32
    assert all(KINDS[name].__doc__ for name in KIND_NAMES)
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "sneeze"}, "unknown kind 'sneeze'"),
        ({"witness": "nobody"}, "unknown witness 'nobody'"),
        ({"data": {"number": 1, "method": "GET", "colour": "red"}}, "request has no field 'colour'"),
        ({"data": {"number": "one", "method": "GET"}}, "request.number should be int"),
        ({"data": {"number": True, "method": "GET"}}, "request.number should be int"),
        ({"data": {"method": "GET"}}, "request: .*number"),
    ],
)
def test_what_is_no_observation_is_refused(change: dict[str, object], message: str) -> None:
    row = Observation(1, 1, "origin", "h", "/a", Request(1, "GET")).to_json()
    with pytest.raises(ValueError, match=message):
        Observation.from_json({**row, **change})
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(json.loads(json.dumps({**row, **change})))


def test_a_log_numbers_what_it_takes_and_takes_nothing_once_closed() -> None:
    heard: list[int] = []
    log = Log(lambda: 7, lambda seen: heard.append(seen.sequence))
    log.see("origin", "h", "/a", Request(1, "GET"))
    log.take(Observation(3, 99, "page", "page", "f", Progress(1, 0, "", "", True)))
    log.close()
    log.see("origin", "h", "/a", Request(2, "GET"))
    assert [(seen.time, seen.sequence) for seen in log.observations] == [(7, 1), (3, 2)]
    assert heard == [1, 2]
    assert [data.number for _, data in select(log.observations, Request, witness="origin", of="/a")] == [1]
