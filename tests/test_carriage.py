"""Bodies as ranges and bodies written out through h11 are one and the same world."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.implementations.simulator import SimulatorImplementation
from conformance.mutants import mutants
from conformance.scenario.healing import healed
from conformance.scenario.model import Scenario
from simulator.content import Span, Unread, runs_of_spans
from tests.simulate import catalogue, observe

SMALL = [one for one in catalogue() if len(one.origin) < 100]


def traces(one: Scenario, seed: int, mutant: str = "") -> tuple[list[str], list[str]]:
    """The trace with bodies as ranges, and the one with bodies written out."""
    overrides = mutants()[mutant] if mutant else ()
    each = (SimulatorImplementation("simulator", overrides, written_out=out) for out in (False, True))
    ranges, written = ([seen.line() for seen in observe(one, on, seed)] for on in each)
    return ranges, written


@pytest.mark.parametrize("one", catalogue(), ids=lambda one: one.id)
def test_the_catalogue_has_one_trace(one: Scenario) -> None:
    ranges, written = traces(one, seed=0)
    assert written == ranges


@settings(deadline=None)
@given(st.data(), st.sampled_from(SMALL), st.integers(0, 1000))
def test_so_has_whatever_is_made_of_it(data: st.DataObject, one: Scenario, seed: int) -> None:
    """Broken off somewhere and healed, under any order."""
    ranges, written = traces(healed(one, data.draw(st.integers(0, len(one.steps)))), seed)
    assert written == ranges


@pytest.mark.parametrize(
    ("mutant", "id"),
    [
        ("validators-ignored", "validate-partial-response-algorithm/changed-etag"),
        ("whole-answer-appended", "complete-a-record-algorithm/resumed-answer-is-whole"),
        ("stored-bytes-doubled", "mdn-background-fetch-api/killed-mid-way"),
    ],
)
def test_a_spliced_body_is_told_alike(mutant: str, id: str) -> None:
    """What was stored is read from the bytes alone, and is what the ranges say."""
    one = next(one for one in catalogue() if one.id == id)
    ranges, written = traces(one, 0, mutant)
    assert written == ranges
    assert ranges != traces(one, 0)[0]


@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=6).filter(lambda all: sum(all) >= 64),
    st.sampled_from(["/a", "//cdn/b?c"]),
)
def test_pieces_of_any_size_are_read_as_one_body(lengths: list[int], resource: str) -> None:
    # A shorter body may hold no whole block, and says nothing of itself.
    at, spans, unread = 0, [], []
    for length in lengths:
        spans.append(Span(resource, "v1", at, at + length))
        unread.append(Unread(resource, bytes(spans[-1])))
        at += length
    assert runs_of_spans(unread) == runs_of_spans(spans)
    assert sum(map(len, unread)) == at


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_unread_bytes_are_cut_like_others(length: int, at: int) -> None:
    whole = Unread("/a", bytes(Span("/a", "v1", 0, length)))
    first, rest = whole.cut(min(at, length))
    assert bytes(first) + bytes(rest) == bytes(whole)
    assert (len(first), len(rest)) == (min(at, length), length - min(at, length))
