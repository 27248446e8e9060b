"""The grammar of rows: a name, and whatever of the file is otherwise in this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from conformance.scenario.errors import BAD, Spot
from conformance.scenario.forms import Form, Json, ListOf, Text

ROW_NAME = Text("a name of small letters, digits and hyphens", r"[a-z0-9]+(-[a-z0-9]+)*", empty=False)


@frozen
class Row(Form):
    """A row. Only its name is read here: the rest is read once it lies over the file."""

    says: str = "a row"

    def takes(self, value: object) -> bool:
        return isinstance(value, Mapping)

    def plain(self, value: Mapping[str, Any], spot: Spot) -> Any:
        if "name" not in value:
            return spot.wrong("a row needs name", why="its id ends with it", fix='name = "…"')
        if "rows" in value:
            return (spot / "rows").wrong("a row has no rows of its own")
        return BAD if ROW_NAME.read(value["name"], spot / "name") is BAD else value

    def schema(self) -> dict[str, Json]:
        return {"$ref": "#/$defs/row"}


ROWS = ListOf("a list of rows", Row(), 1)
