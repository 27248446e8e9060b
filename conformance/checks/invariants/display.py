"""Invariants of what the user interface shows, wherever its witness could see all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.checks.evidence import Evidence
from conformance.checks.invariants.rule import Broken, Invariant
from simulator.observation import Display, Observation, select

Shown = tuple[Observation, Display]


def _shown(seen: Evidence) -> Iterator[Shown]:
    return (pair for pair in select(seen.observations, Display, witness="ui") if pair[1].offers is not None)


def _anything(seen: Evidence) -> Iterator[Observation]:
    return (observation for observation, _ in _shown(seen))


def _without_its_origin(seen: Evidence) -> Iterator[Broken]:
    return _where(seen, lambda shown: shown.origin != "own", lambda shown: f"origin {shown.origin}")


def _bandwidth_told_wrongly(seen: Evidence) -> Iterator[Broken]:
    def wrong(shown: Display) -> bool:
        return shown.bandwidth != (shown.result == "" and not shown.paused)

    return _where(seen, wrong, lambda shown: f"bandwidth {shown.bandwidth}")


def _no_way_to_abort(seen: Evidence) -> Iterator[Broken]:
    def wrong(shown: Display) -> bool:
        return shown.shown and shown.result == "" and "cancel" not in (shown.offers or ())

    return _where(seen, wrong, lambda shown: "no way to abort")


def _where(
    seen: Evidence, wrong: Callable[[Display], bool], what: Callable[[Display], str]
) -> Iterator[Broken]:
    for observation, shown in _shown(seen):
        if wrong(shown):
            yield f"{observation.of}: {what(shown)}", observation


INVARIANTS = (
    Invariant(
        "background-fetch-display-algorithm/1",
        "what is shown always bears the origin of the registration's scope",
        _anything,
        _without_its_origin,
    ),
    Invariant(
        "background-fetch-display-algorithm/2",
        "bandwidth is told to be in use while the fetch runs and is not paused, and then only",
        _anything,
        _bandwidth_told_wrongly,
        "erratum 20",
    ),
    Invariant(
        "background-fetch-display-algorithm/8",
        "the user can abort as long as the fetch runs",
        _anything,
        _no_way_to_abort,
    ),
)
