"""The one override mechanism: laid over each other in order, put together once, seen by nobody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from attrs import define
from hypothesis import given
from hypothesis import strategies as st

from conformance.clauses import clauses
from conformance.errata import errata
from simulator.errata import literal
from simulator.overrides import MUTANT, POINTS, Catalogue, Override, point, put_together
from simulator.policies import DEFAULTS, UnknownPolicy, overrides_for


@define
class Agent:
    overrides: Mapping[Any, Callable[..., Any]]
    size: int = 10


@point("background-fetch-manager-fetch/8.2")
def grown(ua: Agent, by: int) -> int:
    """A size, grown."""
    return ua.size + by


POINTS.remove(grown)  # the simulator's own list stays as it is


def _times(factor: int) -> Override:
    def replaced(original: object, ua: Agent, by: int) -> int:
        return factor * original(ua, by)  # type: ignore[operator, no-any-return]

    return Override(MUTANT, f"times-{factor}", grown, replaced, "")


def test_without_an_override_the_point_is_the_function_itself() -> None:
    assert grown(Agent({}), 5) == 15


@given(st.lists(st.integers(-5, 5), max_size=6))
def test_overrides_are_laid_over_each_other(factors: list[int]) -> None:
    agent = Agent(put_together([_times(factor) for factor in factors]))
    expected = 15
    for factor in factors:
        expected *= factor
    assert grown(agent, 5) == expected
    assert grown(Agent({}), 5) == 15  # another agent has none of them


def test_an_override_is_of_the_clause_of_its_point() -> None:
    assert _times(2).clause == "background-fetch-manager-fetch/8.2"


def test_a_name_of_a_catalogue_may_replace_several_points() -> None:
    catalogue = Catalogue(MUTANT)
    for at in POINTS[:2]:
        catalogue("both", at)(lambda original, ua: None)
    assert [override.point for override in catalogue.by_name["both"]] == POINTS[:2]


def test_every_point_stands_for_a_clause_that_there_is_and_says_what_it_decides() -> None:
    assert len(POINTS) > 50
    for one in POINTS:
        assert one.clause in clauses(), one.name
        assert one.__doc__, one.name


def test_every_literal_reading_is_of_an_erratum() -> None:
    for name, overrides in literal.by_name.items():
        assert name in errata()
        assert all(override.summary for override in overrides)


def test_what_the_reference_does_by_itself_needs_no_override() -> None:
    assert overrides_for(DEFAULTS) == []
    assert overrides_for({"cut_while_online": "retry"})


@pytest.mark.parametrize(
    "policy",
    [
        *({"event_lifetime_max": 300}, {"kill_keeps": "none"}, {"pause_on_metered": True}),
        *({"portal": "unknown"}, {"downloads_at_once": 2}, {"slice": 1000}, {"progress_every": 10**9}),
        {"failure_wins": "last"},
    ],
)
def test_a_policy_that_differs_is_an_override_that_says_so(policy: dict[str, object]) -> None:
    (only,) = overrides_for(policy)
    assert next(iter(policy)) in only.name
    assert only.summary


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ({"cut_while_onlin": "fail"}, "did you mean 'cut_while_online'"),
        ({"colour": "red"}, "there are: cut_while_online"),
        ({"cut_while_online": "maybe"}, "it can be: 'fail', 'retry'"),
        ({"slice": 0}, "must be 1 at least"),
    ],
)
def test_an_unknown_policy_says_what_there_is(policy: dict[str, str], message: str) -> None:
    with pytest.raises(UnknownPolicy, match=message):
        overrides_for(policy)
