"""Amounts as people write them: "100 KiB" in bytes, "8 h" in nanoseconds, "64 kbit/s" in bits per second.

Fractions are allowed where the result is whole ("1.5 MiB"), because a byte, a nanosecond or a
bit per second cannot be split; anything else is an error that says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from attrs import frozen

from conformance.scenario.errors import nearest, quoted

_AMOUNT = re.compile(r"([+-]?)([0-9]{1,20}(?:\.[0-9]{1,20})?) ?([A-Za-z]+(?:/s)?)")


class UnitError(ValueError):
    """An amount that is none; ``why`` and ``fix`` say more."""

    def __init__(self, what: str, why: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.why, self.fix = why, fix


@frozen
class Units:
    """The units of one quantity: how much of ``plain`` each is worth, and the largest sound amount."""

    plain: str
    example: str
    worth: Mapping[str, int]
    limit: int
    limit_told: str

    @property
    def pattern(self) -> str:
        """A regular expression that takes every amount of this quantity."""
        return f"^[0-9]+(\\.[0-9]+)? ?({'|'.join(self.worth)})$"

    def read(self, text: str) -> int:
        """The amount in plain units. Raises UnitError."""
        found = _AMOUNT.fullmatch(text)
        if not found:
            raise UnitError(
                f"{quoted(text)} is not a number and a unit",
                f"units are {', '.join(self.worth)}",
                self.example,
            )
        sign, number, unit = found.groups()
        if unit not in self.worth:
            raise UnitError(f"{quoted(text)} has the unknown unit {unit}", *self._unit_meant(number, unit))
        if sign == "-":
            raise UnitError(f"{quoted(text)} is negative", f"an amount in {self.plain} counts from 0 up")
        amount = Fraction(number) * self.worth[unit]
        if amount.denominator != 1:
            raise UnitError(
                f"{quoted(text)} is no whole number of {self.plain}", f"{self.plain} cannot be split"
            )
        return self.check(int(amount))

    def check(self, amount: int) -> int:
        """The same amount, if it is a sound one. Raises UnitError."""
        if amount < 0:
            raise UnitError(f"{amount} is negative", f"an amount in {self.plain} counts from 0 up")
        if amount > self.limit:
            raise UnitError(
                f"more than {self.limit_told}", "no scenario needs so much: is it the right unit?"
            )
        return amount

    def _unit_meant(self, number: str, unit: str) -> tuple[str, str]:
        meant = nearest(unit, list(self.worth))
        return f"units are {', '.join(self.worth)}", f'"{number} {meant}"' if meant else self.example


SIZE = Units(
    plain="bytes",
    example='"100 KiB"',
    worth={
        "B": 1,
        **{f"{prefix}B": 1000**n for n, prefix in enumerate(("k", "M", "G", "T"), 1)},
        **{f"{prefix}iB": 1024**n for n, prefix in enumerate(("K", "M", "G", "T"), 1)},
    },
    limit=2**53,
    limit_told="2^53 bytes",
)

_SECOND = 10**9

TIME = Units(
    plain="nanoseconds",
    example='"2 s"',
    worth={
        "ns": 1,
        "us": 1000,
        "ms": 10**6,
        "s": _SECOND,
        "min": 60 * _SECOND,
        "h": 3600 * _SECOND,
        "d": 24 * 3600 * _SECOND,
    },
    limit=10 * 365 * 24 * 3600 * _SECOND,
    limit_told="10 years",
)

RATE = Units(
    plain="bits per second",
    example='"64 kbit/s"',
    worth={f"{prefix}bit/s": 1000**n for n, prefix in enumerate(("", "k", "M", "G"))},
    limit=10**15,
    limit_told="10^15 bits per second",
)
