"""From the workers tables of a scenario to what the handlers of its service workers do."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.scenario.errors import BAD, Spot
from conformance.scenario.grammar.vocabulary import EVENTS
from conformance.scenario.model import WORKER_VERBS, WorkerScript, WorkerStep
from conformance.scenario.verbs import Raw, settling
from conformance.scenario.weight import Weight


def workers(raw: Mapping[str, Raw], spot: Spot, weight: Weight) -> dict[str, WorkerScript]:
    """The service workers by scope, with what their handlers do."""
    return {scope: _worker_script(scope, handlers, spot / scope, weight) for scope, handlers in raw.items()}


def _worker_script(scope: str, handlers: Raw, spot: Spot, weight: Weight) -> WorkerScript:
    made = {
        event: tuple(
            _worker_step(one, spot / event / place, weight)
            for place, one in enumerate(listed)
            if one is not BAD
        )
        for event, listed in handlers.items()
        if event in EVENTS
    }
    by_attribute, sees_fetches = handlers.get("listens") == "by attribute", handlers.get("fetch", False)
    return WorkerScript(scope, made, "install" not in handlers, by_attribute, sees_fetches)


def _worker_step(raw: Raw, spot: Spot, weight: Weight) -> WorkerStep:
    verb = next((verb for verb in WORKER_VERBS if verb in raw), "updateUI")
    own = weight.within(raw, spot)
    return WorkerStep(
        verb,
        {verb: raw.get(verb)},
        **settling(raw, spot),
        level=own.level,
        authority=own.authority,
        clause=own.clause,
        line=spot.line,
    )
