"""Reading Content-Range: what the grammar gives is taken with its values, and nothing else is taken."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.extract_content_range_values import ContentRange, extract_content_range_values
from simulator.fetch import Response

AGENT = SimpleNamespace(overrides={})
numbers = st.integers(0, 2**80)


def read(value: str) -> ContentRange | None:
    return extract_content_range_values(
        AGENT, Response("https://own.test/a", 206, (("content-range", value),))
    )


@given(numbers, numbers, numbers, st.integers(0, 5), st.sampled_from(["bytes", "Bytes", "BYTES", "bYtEs"]))
def test_what_the_grammar_gives_is_read(first: int, more: int, after: int, zeros: int, unit: str) -> None:
    last, length = first + more, first + more + 1 + after
    pad = "0" * zeros
    known = read(f"{unit} {pad}{first}-{pad}{last}/{pad}{length}")
    assert known == ContentRange(first, last, length)
    assert read(f"{unit} {first}-{last}/*") == ContentRange(first, last, None)


@given(numbers, numbers, numbers)
def test_a_range_outside_the_whole_is_none(first: int, last: int, length: int) -> None:
    within = first <= last < length
    assert (read(f"bytes {first}-{last}/{length}") is not None) is within


@given(st.text(alphabet="bytes 0123456789-/*+.,=\t", max_size=24))
def test_nothing_else_is_taken(value: str) -> None:
    if read(value) is None:
        return
    unit, _, rest = value.partition(" ")
    positions, _, length = rest.partition("/")
    digits = [*positions.split("-"), *([length] if length != "*" else [])]
    assert unit.lower() == "bytes"
    assert len(digits) in (2, 3)
    assert all(one.isascii() and one.isdigit() for one in digits)


@given(st.data())
def test_one_sign_too_many_or_too_few_spoils_it(data: st.DataObject) -> None:
    whole = "bytes 10-19/30"
    at = data.draw(st.integers(0, len(whole) - 1))
    sign = data.draw(st.sampled_from(" \t+-.,;*x\u0661"))
    assert read(whole[:at] + sign + whole[at:]) is None
    if not whole[at].isdigit():
        assert read(whole[:at] + whole[at + 1 :]) is None


@pytest.mark.parametrize("digits", [100, 5_000])
def test_a_number_may_have_any_number_of_digits(digits: int) -> None:
    found = read(f"bytes 0-{'9' * digits}/*")
    assert found is not None
    assert found.last_byte_pos == 10**digits - 1
