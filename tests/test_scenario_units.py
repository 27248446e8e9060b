"""Amounts come out in plain units, whole and within bounds, or with an error that says why not."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.scenario.units import RATE, SIZE, TIME, UnitError, Units

SECOND = 10**9


@pytest.mark.parametrize(
    ("units", "text", "amount"),
    [
        (SIZE, "0 B", 0),
        (SIZE, "100 KiB", 102_400),
        (SIZE, "100KiB", 102_400),
        (SIZE, "1.5 MiB", 1_572_864),
        (SIZE, "10 kB", 10_000),
        (SIZE, "0.5 KiB", 512),
        (SIZE, "8192 TiB", 2**53),
        (TIME, "8 h", 8 * 3600 * SECOND),
        (TIME, "1.5 h", 5400 * SECOND),
        (TIME, "5 min", 300 * SECOND),
        (TIME, "2 s", 2 * SECOND),
        (TIME, "300 ms", 300_000_000),
        (TIME, "1 us", 1000),
        (TIME, "7 ns", 7),
        (TIME, "1 d", 86_400 * SECOND),
        (TIME, "3650 d", TIME.limit),
        (RATE, "64 kbit/s", 64_000),
        (RATE, "1 Mbit/s", 1_000_000),
        (RATE, "1.5 Gbit/s", 1_500_000_000),
        (RATE, "56 bit/s", 56),
    ],
)
def test_amounts_in_plain_units(units: Units, text: str, amount: int) -> None:
    assert units.read(text) == amount


@pytest.mark.parametrize(
    ("units", "text", "what", "fix"),
    [
        (SIZE, "0.3 B", "no whole number of bytes", ""),
        (SIZE, "-1 KiB", "negative", ""),
        (SIZE, "1 kib", "unknown unit kib", '"1 KiB"'),
        (SIZE, "1 s", "unknown unit s", '"100 KiB"'),
        (SIZE, "1", "not a number and a unit", '"100 KiB"'),
        (SIZE, "", "not a number and a unit", '"100 KiB"'),
        (SIZE, "KiB", "not a number and a unit", '"100 KiB"'),
        (SIZE, "1e3 KiB", "not a number and a unit", '"100 KiB"'),
        (SIZE, "٣ KiB", "not a number and a unit", '"100 KiB"'),
        (SIZE, "1 KiB\n", "not a number and a unit", '"100 KiB"'),
        (SIZE, "8193 TiB", "more than 2^53 bytes", ""),
        (SIZE, "9" * 5000 + " B", "not a number and a unit", '"100 KiB"'),
        (TIME, "2 sec", "unknown unit sec", '"2 s"'),
        (TIME, "3651 d", "more than 10 years", ""),
        (TIME, "0.5 ns", "no whole number of nanoseconds", ""),
        (RATE, "64 kbits", "unknown unit kbits", '"64 kbit/s"'),
    ],
)
def test_what_is_no_amount(units: Units, text: str, what: str, fix: str) -> None:
    with pytest.raises(UnitError) as raised:
        units.read(text)
    assert what in str(raised.value)
    assert raised.value.fix == fix


@given(st.sampled_from([SIZE, TIME, RATE]), st.data())
def test_an_amount_is_its_number_times_its_unit(units: Units, data: st.DataObject) -> None:
    number = data.draw(st.decimals(0, 1000, places=3))
    unit = data.draw(st.sampled_from(list(units.worth)))
    exact = Fraction(number) * units.worth[unit]
    if exact.denominator == 1 and exact <= units.limit:
        assert units.read(f"{number} {unit}") == exact
    else:
        with pytest.raises(UnitError):
            units.read(f"{number} {unit}")
