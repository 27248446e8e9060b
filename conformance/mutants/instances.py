"""Mutants of objects and their progress."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from conformance.mutants.catalogue import mutant
from simulator import get_a_background_fetch_registration_instance, update_background_fetch_instances


@mutant("progress-after-the-result", update_background_fetch_instances.is_settled)
def _(original: Any, ua: Any, instance: Any) -> bool:
    """Instances hear of progress after the result."""
    return False


@mutant("progress-after-the-result", update_background_fetch_instances.is_unchanged)
@mutant("progress-without-change", update_background_fetch_instances.is_unchanged)
def _(original: Any, ua: Any, instance: Any, state: Any) -> bool:
    """Progress events come although nothing has changed."""
    return False


@mutant("progress-runs-backwards", update_background_fetch_instances.fire_progress)
def _(original: Any, ua: Any, instance: Any, state: Any) -> None:
    """downloaded is told as what is still missing, where downloadTotal says what there is."""
    missing = max(0, instance.downloadTotal - state.downloaded)
    original(ua, instance, evolve(state, downloaded=missing) if instance.downloadTotal else state)


@mutant("progress-silent", update_background_fetch_instances.fire_progress)
def _(original: Any, ua: Any, instance: Any, state: Any) -> None:
    """No progress event is fired."""


@mutant("only-one-page-told", update_background_fetch_instances.environments_told)
def _(original: Any, ua: Any, bg_fetch: Any) -> Any:
    """Only the first environment that holds an instance is told."""
    return original(ua, bg_fetch)[:1]


@mutant("new-object-each-time", get_a_background_fetch_registration_instance.existing_instance)
def _(original: Any, ua: Any, environment: Any, bg_fetch: Any) -> None:
    """get() gives a new object where there is one already."""
