"""Invariants of the user interface: what must hold of everything that it ever shows."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.checks.evidence import Evidence
from conformance.checks.invariant import Broken, Invariant
from simulator.observation import Display, Observation, select


def _shown(seen: Evidence) -> Iterator[tuple[Observation, Display]]:
    """What was shown, as far as its witness could see all of it."""
    return (pair for pair in select(seen.observations, Display, witness="ui") if pair[1].offers is not None)


def _anything_is_shown(seen: Evidence) -> bool:
    return any(True for _ in _shown(seen))


def _origin_of_another(seen: Evidence) -> Iterator[Broken]:
    for observation, shown in _shown(seen):
        if shown.origin != "own":
            yield f"{observation.of} shown with the origin {shown.origin}", observation


def _bandwidth_told_wrongly(seen: Evidence) -> Iterator[Broken]:
    for observation, shown in _shown(seen):
        if shown.bandwidth != (shown.result == "" and not shown.paused):
            told = "in use" if shown.bandwidth else "not in use"
            yield f"bandwidth told to be {told} by {observation.of}", observation


def _no_way_to_abort(seen: Evidence) -> Iterator[Broken]:
    for observation, shown in _shown(seen):
        if shown.shown and shown.result == "" and "cancel" not in (shown.offers or ()):
            yield f"{observation.of} runs and offers no abort", observation


INVARIANTS = (
    Invariant(
        "background-fetch-display-algorithm/1",
        "what is shown bears the origin of the registration's scope",
        _anything_is_shown,
        _origin_of_another,
    ),
    Invariant(
        "background-fetch-display-algorithm/2",
        "bandwidth is told to be in use while the fetch runs and is not paused, and then only",
        _anything_is_shown,
        _bandwidth_told_wrongly,
        authority="erratum 20",
    ),
    Invariant(
        "background-fetch-display-algorithm/8",
        "the user can abort as long as the fetch runs",
        _anything_is_shown,
        _no_way_to_abort,
    ),
)
