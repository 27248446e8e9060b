"""The forms that a value in a scenario file can have: each reads a value and knows its JSON Schema.

Reading never raises: what is wrong is reported at its place and ``BAD`` is given instead, so
that one pass finds every fault of a file. Amounts come out in plain units.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from attrs import evolve, field, frozen

from conformance.scenario.errors import BAD, Spot, quoted, told
from conformance.scenario.units import SIZE, TIME, UnitError, Units

Json = Any


@frozen
class Form:
    """Base of the forms: any value, as it is. ``says`` is the form in words, for messages."""

    says: str = "any value"

    def takes(self, value: object) -> bool:
        """Whether the value is of the right type at all."""
        return True

    def read(self, value: Any, spot: Spot) -> Any:
        """The value in plain terms, or BAD after reporting at ``spot`` what is wrong."""
        if not self.takes(value):
            return spot.wrong(f"{spot.name} should be {self.says}, not {told(value)}")
        return self.plain(value, spot)

    def plain(self, value: Any, spot: Spot) -> Any:
        return value

    def schema(self) -> dict[str, Json]:
        """The JSON Schema of the form; it takes whatever ``read`` takes."""
        return {}


@frozen
class Text(Form):
    """Text; with ``pattern``, of a certain shape that ``says`` describes."""

    says: str = "text"
    pattern: str = ""
    empty: bool = True

    def takes(self, value: object) -> bool:
        return isinstance(value, str)

    def plain(self, value: str, spot: Spot) -> Any:
        if not value and not self.empty:
            return spot.wrong(f"{spot.name} is empty", fix=f"{self.says}")
        if self.pattern and not re.fullmatch(self.pattern, value):
            return spot.wrong(f"{spot.name} should be {self.says}, not {told(value)}")
        return value

    def schema(self) -> dict[str, Json]:
        shape = {"pattern": f"^(?:{self.pattern})$"} if self.pattern else {}
        return {"type": "string", **shape, **({} if self.empty else {"minLength": 1})}


@frozen
class Word(Form):
    """One of a closed list of words."""

    words: tuple[str, ...] = ()

    def takes(self, value: object) -> bool:
        return isinstance(value, str) and value in self.words

    def read(self, value: Any, spot: Spot) -> Any:
        if self.takes(value):
            return value
        return spot.wrong(f"{spot.name} cannot be {told(value)}", allowed=self.words, given=value)

    def schema(self) -> dict[str, Json]:
        return {"enum": list(self.words)}


def word(*words: str) -> Word:
    return Word(" or ".join(quoted(one) for one in words), words)


@frozen
class Flag(Form):
    """True or false."""

    says: str = "true or false"

    def takes(self, value: object) -> bool:
        return isinstance(value, bool)

    def schema(self) -> dict[str, Json]:
        return {"type": "boolean"}


@frozen
class Yes(Flag):
    """True: the key's being there says it all."""

    says: str = "true"

    def takes(self, value: object) -> bool:
        return value is True

    def schema(self) -> dict[str, Json]:
        return {"const": True}


@frozen
class Number(Form):
    """Any number that JSON has, fractions and negatives too."""

    says: str = "a number"

    def takes(self, value: object) -> bool:
        most = 2**65 if isinstance(value, float) else 2**63
        return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < most

    def schema(self) -> dict[str, Json]:
        return {"type": "number"}


@frozen
class Whole(Form):
    """A whole number between two bounds."""

    says: str = "a whole number"
    low: int = 0
    high: int = 2**53

    def takes(self, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    def plain(self, value: int, spot: Spot) -> Any:
        if not self.low <= value <= self.high:
            return spot.wrong(f"{spot.name} is {told(value)}, outside {self.low} to {self.high}")
        return value

    def schema(self) -> dict[str, Json]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@frozen
class Amount(Form):
    """An amount with its unit, given in plain units; ``bare``: a bare number is one in plain units."""

    units: Units = field(kw_only=True)
    bare: bool = False
    least: int = 0

    def takes(self, value: object) -> bool:
        return isinstance(value, (str, int, float)) and not isinstance(value, bool)

    def plain(self, value: str | float, spot: Spot) -> Any:
        try:
            amount = self._amount(value)
        except UnitError as error:
            return spot.wrong(f"{spot.name}: {error}", why=error.why, fix=error.fix)
        if amount < self.least:
            return spot.wrong(f"{spot.name} must be at least {self.least} {self.units.plain}")
        return amount

    def _amount(self, value: str | float) -> int:
        if isinstance(value, str):
            return self.units.read(value)
        if isinstance(value, float):
            known = math.isfinite(value) and value >= 0 and value == int(value)
            fix = str(int(value)) if known and self.bare else self.units.example
            raise UnitError(f"{value} is no amount", fix=fix)
        if not self.bare:
            units = ", ".join(self.units.worth)
            raise UnitError("a number without a unit", f"units are {units}", self.units.example)
        return self.units.check(value)

    def schema(self) -> dict[str, Json]:
        text = {"type": "string", "pattern": self.units.pattern}
        if not self.bare:
            return text
        return {"anyOf": [text, {"type": "integer", "minimum": self.least, "maximum": self.units.limit}]}


@frozen
class Setting(Form):
    """What a policy field is set to: a word, a whole number, or a size or time in plain units."""

    says: str = "a word, a whole number, a size or a time"

    def takes(self, value: object) -> bool:
        return isinstance(value, (str, int)) and not isinstance(value, bool)

    def plain(self, value: str | int, spot: Spot) -> Any:
        if isinstance(value, int):
            return Whole().read(value, spot)
        if re.fullmatch(r"[a-z][a-z0-9_-]*", value):
            return value
        units = SIZE if value.endswith("B") else TIME
        return Amount(self.says, units=units).read(value, spot)

    def schema(self) -> dict[str, Json]:
        words = {"type": "string", "pattern": "^[a-z][a-z0-9_-]*$"}
        amounts = [{"type": "string", "pattern": units.pattern} for units in (SIZE, TIME)]
        return {"anyOf": [words, Whole().schema(), *amounts]}


@frozen
class Free(Form):
    """A value that is compared or handed on as it is: anything that JSON has.

    Only in a table, under the keys that are ``sizes``, text is a size.
    """

    says: str = "text, a number, true or false, a list or a table"
    sizes: tuple[str, ...] = ()

    def read(self, value: Any, spot: Spot) -> Any:
        match value:
            case bool() | str():
                return value
            case int() if abs(value) < 2**63:
                return value
            case float() if math.isfinite(value):
                return value
            case list() | tuple():
                items = [self.read(item, spot / place) for place, item in enumerate(value)]
                return BAD if BAD in items else items
            case Mapping() if all(isinstance(key, str) for key in value):
                table = {key: self._member(key, item, spot / key) for key, item in value.items()}
                return BAD if BAD in table.values() else table
        return spot.wrong(f"{spot.name} should be {self.says}, not {told(value)}")

    def _member(self, key: str, item: Any, spot: Spot) -> Any:
        form = Amount("a size", units=SIZE) if key in self.sizes and isinstance(item, str) else self
        return form.read(item, spot)


@frozen
class ListOf(Form):
    """A list, each item of one form. A bad item stays in its place as BAD."""

    says: str = "a list"
    item: Form = Form()
    least: int = 0

    def takes(self, value: object) -> bool:
        return isinstance(value, (list, tuple))

    def plain(self, value: list[Any], spot: Spot) -> Any:
        if len(value) < self.least:
            return spot.wrong(f"{spot.name} is empty", fix=f"at least {self.least}: {self.item.says}")
        return [self.item.read(item, spot / place) for place, item in enumerate(value)]

    def schema(self) -> dict[str, Json]:
        return {
            "type": "array",
            "items": self.item.schema(),
            **({"minItems": self.least} if self.least else {}),
        }


@frozen
class Pair(Form):
    """An interval ``[lo, hi]``, both ends included."""

    says: str = "an interval [lo, hi]"
    item: Form = Whole()

    def takes(self, value: object) -> bool:
        return isinstance(value, (list, tuple)) and len(value) == 2

    def plain(self, value: list[Any], spot: Spot) -> Any:
        low, high = (self.item.read(item, spot / place) for place, item in enumerate(value))
        if low is BAD or high is BAD:
            return BAD
        if low > high:
            return spot.wrong(f"{spot.name} begins at {low} and ends at {high}", fix=f"[{high}, {low}]")
        return (low, high)

    def schema(self) -> dict[str, Json]:
        return {"type": "array", "items": self.item.schema(), "minItems": 2, "maxItems": 2}


@frozen
class MapOf(Form):
    """A table whose keys are names of the writer's own; the values are all of one form."""

    says: str = "a table"
    item: Form = Form()
    key: Form = Text()

    def takes(self, value: object) -> bool:
        return isinstance(value, Mapping)

    def plain(self, value: Mapping[str, Any], spot: Spot) -> Any:
        table = {}
        for key, item in value.items():
            here = spot / key
            name = self.key.read(key, evolve(here, label="the name"))
            table[key] = BAD if name is BAD else self.item.read(item, here)
        return {key: item for key, item in table.items() if item is not BAD}

    def schema(self) -> dict[str, Json]:
        return {
            "type": "object",
            "propertyNames": self.key.schema(),
            "additionalProperties": self.item.schema(),
        }


@frozen
class OneOf(Form):
    """The first of several forms that takes the type of the value."""

    forms: tuple[Form, ...] = ()

    def takes(self, value: object) -> bool:
        return any(form.takes(value) for form in self.forms)

    def read(self, value: Any, spot: Spot) -> Any:
        form = next((form for form in self.forms if form.takes(value)), None)
        if form:
            return form.read(value, spot)
        words = [word for form in self.forms if isinstance(form, Word) for word in form.words]
        return spot.wrong(
            f"{spot.name} should be {self.says}, not {told(value)}",
            allowed=words if isinstance(value, str) else (),
            given=value,
        )

    def schema(self) -> dict[str, Json]:
        return {"anyOf": [form.schema() for form in self.forms]}


def one_of(*forms: Form) -> OneOf:
    return OneOf(" or ".join(form.says for form in forms), forms)
