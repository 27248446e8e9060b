"""The scenarios of every order of pause, abort, fail and complete are those that the module makes."""

from __future__ import annotations

import pytest

from conformance.scenario.load import scenarios_from_text
from tests.orders import EVENTS, ORDERS, PLACES, SECTION, files, played
from tests.simulate import catalogue


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_the_files_are_those_that_the_module_writes(path: object) -> None:
    written = {one: one.read_text("utf-8") for one in files()}
    assert written[path] == files()[path], "python -m tests.orders --write"  # type: ignore[index]


def test_there_is_each_order_at_each_place() -> None:
    assert len(ORDERS) == 4 + 12 + 24 + 24
    rows = [one.id for one in catalogue() if one.id.startswith(f"{SECTION}/orders-")]
    assert len(rows) == len(set(rows)) == 192
    assert {row.rpartition("#")[2] for row in rows} == {"-".join(order) for order in ORDERS}
    assert len(files()) == len(PLACES) * len(EVENTS)


@pytest.mark.parametrize(
    ("order", "end"),
    [
        ("pause", "success"),
        ("complete", "success"),
        ("fail", "fail"),
        ("abort", "abort"),
        ("complete abort", "success"),
        ("abort complete", "abort"),
        ("pause complete fail", "fail"),
        ("complete fail abort", "fail"),
        ("fail complete abort", "fail"),
        ("complete abort fail", "abort"),
        ("fail pause abort", "abort"),
    ],
)
def test_what_must_come_of_an_order(order: str, end: str) -> None:
    assert {played(place, order.split()).end for place in PLACES} == {end}


def test_the_files_are_of_a_size_to_be_read() -> None:
    for text in files().values():
        assert len(text.splitlines()) < 400
        assert len(scenarios_from_text(text, "x.toml", "x")) == 16
