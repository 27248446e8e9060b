"""The page keeps its size: what is left out is counted, and the most telling stays longest."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import read_run
from reports.clause_table import Text
from reports.html import _page, render
from reports.parts import Part
from reports.room import LIMIT, lightened
from tests.report_sample import CLAUSES, write_sample
from tests.report_synthetic import write_synthetic


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Part, ...]:
    run = read_run(write_sample(tmp_path_factory.mktemp("room") / "run"))
    return _page(run, CLAUSES, Text(), full=False).parts


def _pictures(parts: tuple[Part, ...]) -> int:
    return sum(bool(one.picture or one.same) for part in parts for one in part.told)


def _lines(parts: tuple[Part, ...]) -> int:
    return sum(len(who.lines) for part in parts for one in part.told for who in one.witnesses)


@settings(deadline=None)
@given(over=st.integers(0, 200_000))
def test_what_is_left_out_is_said_and_nothing_is_lost_twice(parts: tuple[Part, ...], over: int) -> None:
    lighter = lightened(parts, over)
    undrawn = sum(part.undrawn for part in lighter.parts) - sum(part.undrawn for part in parts)
    assert undrawn == _pictures(parts) - _pictures(lighter.parts)
    assert lighter.observations == _lines(parts) - _lines(lighter.parts)
    left = sum(who.left_out for part in lighter.parts for one in part.told for who in one.witnesses)
    before = sum(who.left_out for part in parts for one in part.told for who in one.witnesses)
    assert left - before == lighter.observations
    assert [part.anchor for part in lighter.parts] == [part.anchor for part in parts]
    assert [part.findings for part in lighter.parts] == [part.findings for part in parts]


def _drawn(parts: tuple[Part, ...], *, failed: bool) -> set[str]:
    return {part.anchor for part in parts if part.failed is failed and any(one.picture for one in part.told)}


def test_a_failure_keeps_a_picture_while_what_passed_has_one(parts: tuple[Part, ...]) -> None:
    few = 0
    for over in range(0, 400_000, 2_000):
        left = lightened(parts, over).parts
        if _drawn(left, failed=False):
            assert _drawn(left, failed=True) == _drawn(parts, failed=True)
            few += _drawn(left, failed=False) != _drawn(parts, failed=False)
    assert few  # it came to leaving out


def test_more_than_fits_is_left_out_with_a_word(tmp_path: Path) -> None:
    text = render(read_run(write_synthetic(tmp_path / "run", 400)), {})
    assert len(text.encode()) <= LIMIT
    assert "To keep this page near 2 MB, " in text
    assert text.count('<svg class="tl"') > 100
