"""The observations of one run, put in order for the checks: who saw what of which fetch, path or step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar

from attrs import frozen

from conformance.facts import END_EVENTS
from conformance.scenario.model import Scenario
from simulator.observation import (
    Event,
    Kind,
    Observation,
    Progress,
    Record,
    Request,
    Settled,
    Stuck,
    Unconfirmed,
    Upload,
    select,
)

K = TypeVar("K", bound=Kind)
Seen = tuple[Observation, K]


@frozen(eq=False)
class Evidence:
    """What the witnesses of one run have told, by what it is about. Each is one of its own kind."""

    scenario: Scenario
    observations: Sequence[Observation]
    requests: dict[str, list[Seen[Request]]]
    uploads: dict[tuple[str, int], list[Seen[Upload]]]
    events: dict[str, list[Seen[Event]]]
    clicks: dict[str, list[Seen[Event]]]
    records: dict[tuple[str, str], list[Seen[Record]]]
    progress: dict[tuple[str, str], list[Seen[Progress]]]
    settled: dict[str, Seen[Settled]]
    stuck: dict[str, Seen[Stuck]]
    unconfirmed: dict[str, Seen[Unconfirmed]]

    @property
    def fetches(self) -> tuple[str, ...]:
        """The names of the fetches, in the order of their steps."""
        return tuple(dict.fromkeys(step.name for step in self.scenario.steps if step.verb == "fetch"))

    def fetch(self, of: str) -> str:
        """The fetch that is meant: the named one, or the only one."""
        return of or (self.fetches[0] if self.fetches else "")


def evidence(scenario: Scenario, observations: Sequence[Observation]) -> Evidence:
    """Index the observations of a run."""
    found = Evidence(
        scenario,
        observations,
        requests=defaultdict(list),
        uploads=defaultdict(list),
        events=defaultdict(list),
        clicks=defaultdict(list),
        records=defaultdict(list),
        progress=defaultdict(list),
        settled={seen.of: (seen, data) for seen, data in select(observations, Settled)},
        stuck={seen.of: (seen, data) for seen, data in select(observations, Stuck)},
        unconfirmed={seen.of: (seen, data) for seen, data in select(observations, Unconfirmed)},
    )
    for request in select(observations, Request, witness="origin"):
        found.requests[request[0].of].append(request)
    for upload in select(observations, Upload, witness="origin"):
        found.uploads[upload[0].of, upload[1].number].append(upload)
    for event in select(observations, Event, witness="worker"):
        ends = event[1].type in END_EVENTS
        (found.events if ends else found.clicks)[event[0].of].append(event)
    for record in select(observations, Record, witness="worker"):
        found.records[record[1].fetch, record[0].of].append(record)
    for progress in select(observations, Progress, witness="page"):
        found.progress[progress[0].actor, progress[0].of].append(progress)
    return found
