"""How a run came out, apart from the order in which it did: what can be compared with another run.

An outcome is a table: how each step's promise settled, the events and records of each fetch, the
requests for each path, what progress and the user interface came to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import asdict

from simulator.content import SHORTEST_KNOWN, told
from simulator.observation import (
    Attributes,
    Display,
    Event,
    EventDone,
    Observation,
    Permission,
    Progress,
    Record,
    Request,
    Run,
    Settled,
    Stuck,
    Upload,
)

Outcome = Mapping[str, Any]
"""What came of each thing, by words that say which."""


def outcome(observations: Sequence[Observation]) -> Outcome:
    """All that came of a run."""
    found: dict[str, list[Any]] = defaultdict(list)
    for seen in observations:
        match seen.data:
            case Settled():
                found[f"{seen.witness} {seen.actor}: {seen.of}"].append(asdict(seen.data))
            case Event():
                found[f"events of {seen.of}"].append((seen.actor, asdict(seen.data)))
            case Record():
                found[f"records of {seen.data.fetch}"].append((seen.of, asdict(seen.data)))
            case Request():
                found[f"requests for {seen.of}"].append(asdict(seen.data))
            case Upload():
                found[f"uploads for {seen.of}"].append(asdict(seen.data))
            case Progress() | Attributes():
                found[f"{seen.kind} of {seen.of} at {seen.actor}"] = [asdict(seen.data)]
            case Permission():
                found[f"permission told to {seen.actor}"].append(asdict(seen.data))
            case EventDone():
                found[f"ends of events of {seen.of}"].append(seen.actor)
            case Display():
                found[f"display of {seen.of}"] = [asdict(seen.data)]
            case Stuck():
                found["standing still at step"].append(seen.of)
    return found


def differences(one: Outcome, others: Sequence[Outcome]) -> dict[str, tuple[Any, Any]]:
    """Where an outcome is none of the others, though these all agree: what it has, and what they have."""
    first = others[0]
    names = sorted({*one, *(name for other in others for name in other)})
    return {
        name: (one.get(name), first.get(name))
        for name in names
        if not _same(one.get(name), first.get(name))
        and all(_same(other.get(name), first.get(name)) for other in others)
    }


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same to script, to which 0 is not false."""
    return one == other and repr(one) == repr(other)


def coarse(observations: Sequence[Observation]) -> Outcome:
    """What a site cannot help noticing: how fetches ended, what their records hold, which calls failed.

    Numbers that depend on when one looks are left out, so that runs in real time can be compared.
    """
    found: dict[str, list[Any]] = defaultdict(list)
    for seen in observations:
        match seen.data:
            case Settled(outcome=how, exception=exception):
                found[f"step {seen.of}"].append((how, exception))
            case Event(type=type, registration=registration):
                found[f"events of {seen.of}"].append((type, registration.get("failureReason")))
            case Record(fetch=fetch, status=status, runs=runs, exception=exception):
                found[f"records of {fetch}"].append((seen.of, status, _held(runs), exception))
            case Stuck():
                found["standing still at step"].append(seen.of)
    return {name: sorted(values, key=repr) for name, values in found.items()}


def _held(runs: Sequence[Run]) -> str:
    """What a body holds, in words; of one too short to be told only how long it is."""
    size = sum(run.stop - run.start for run in runs)
    return told(runs) if size == 0 or size >= SHORTEST_KNOWN else f"{size} bytes"
