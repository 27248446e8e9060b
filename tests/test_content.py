"""Content that describes itself: what was spliced together is read back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.content import BLOCK, Span, content, runs_of, runs_of_spans, told, word
from simulator.observation import Run

VERSIONS = st.sampled_from(["v1", "v2", "12345678"])
# A piece too short to hold a whole block cannot be recognised; the two ends of a splice agree by
# chance for a few bytes at most where they are not cut at a block.
PIECES = st.lists(
    st.builds(
        lambda version, start, length: Span("/a", version, start * BLOCK, (start + length) * BLOCK),
        VERSIONS,
        st.integers(0, 2000),
        st.integers(4, 3000),
    ),
    max_size=5,
)


@given(PIECES)
def test_runs_are_read_back_from_bytes(pieces: list[Span]) -> None:
    body = b"".join(map(bytes, pieces))
    assert len(body) == sum(map(len, pieces))
    assert runs_of(body, "/a") == runs_of_spans(pieces)


@given(VERSIONS, st.integers(0, 5000), st.integers(0, 40_000))
def test_any_stretch_is_one_run(version: str, start: int, length: int) -> None:
    length += 2 * BLOCK
    assert runs_of(content("/a", version, start, start + length), "/a") == (
        Run(version, start, start + length),
    )


@given(st.integers(100, 5000), st.integers(1, 100), st.integers(100, 5000))
def test_a_gap_or_repeat_never_passes_for_sound(first: int, shift: int, more: int) -> None:
    for start in (first + shift, first - shift):
        body = content("/a", "v1", 0, first) + content("/a", "v1", start, start + more)
        assert word(runs_of(body, "/a"), len(body)) not in ("intact", "prefix")


@given(st.binary(max_size=3000))
def test_foreign_bytes_are_unknown_and_never_break_the_reading(body: bytes) -> None:
    runs = runs_of(body, "/a")
    assert all(run.version == "?" for run in runs) or b" v" in body
    assert sum(run.stop - run.start for run in runs) == len(body)


@pytest.mark.parametrize("length", range(2 * BLOCK))
def test_small_bodies_are_known_from_their_first_byte(length: int) -> None:
    runs = runs_of(content("/a", "v1", 0, length), "/a")
    expected = "empty" if length == 0 else "intact"
    known = length == 0 or length >= 17  # shorter than its head, a block tells nothing
    assert (word(runs, length or 1) == expected) is known


def test_another_resource_is_unknown() -> None:
    assert told(runs_of(content("/b", "v1", 0, 320), "/a")) == "?[0:320]"


@pytest.mark.parametrize(
    ("runs", "size", "expected"),
    [
        ((), 0, "intact"),
        ((), 10, "empty"),
        ((Run("v1", 0, 10),), 10, "intact"),
        ((Run("v1", 0, 5),), 10, "prefix"),
        ((Run("v1", 5, 10),), 10, "v1[5:10]"),
        ((Run("?", 0, 10),), 10, "?[0:10]"),
        ((Run("v1", 0, 5), Run("v2", 5, 10)), 10, "v1[0:5] v2[5:10]"),
        ((Run("v1", 0, 20),), 10, "v1[0:20]"),
        ((Run("v1", 0, 10),), None, "v1[0:10]"),
    ],
)
def test_a_body_in_one_word(runs: tuple[Run, ...], size: int | None, expected: str) -> None:
    assert word(runs, size) == expected


def test_a_span_is_as_long_as_its_bytes_and_costs_nothing_until_asked() -> None:
    span = Span("/a", "v1", 0, 10**15)
    assert len(span) == 10**15
    head, tail = span.cut(40)
    assert bytes(head) == content("/a", "v1", 0, 40)
    assert (tail.start, tail.stop) == (40, 10**15)
