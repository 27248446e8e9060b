"""The terminal twin of the report's timeline: one scenario run here and now, drawn in letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.results import Result
from conformance.scenario.model import Scenario
from simulator.observation import Observation


def lines(scenario: Scenario, names: Sequence[str]) -> Iterator[str]:
    """Run the scenario on each implementation and draw what was seen, one picture above the other.

    Raises BadInput for an implementation that there is not, or that cannot be opened.
    """
    import trio

    from reports.timeline.terminal import pictures

    results = trio.run(_run, scenario, list(dict.fromkeys(names)))
    yield from pictures([(result.implementation, result, seen) for result, seen in results])


async def _run(scenario: Scenario, names: Sequence[str]) -> list[tuple[Result, Sequence[Observation]]]:
    from conformance.implementations import find
    from conformance.runner import Candidate

    results: list[tuple[Result, Sequence[Observation]]] = []
    for name in names:
        candidate = Candidate(find(name))
        try:
            await candidate.open_first()
            outcome = await candidate.judged(scenario, 0)
        finally:
            await candidate.close()
        result = Result(scenario.id, name, outcome.verdict, outcome.checks, note=outcome.note)
        results.append((result, outcome.observations))
    return results
