"""From the expect table of a scenario to expectations, read against the story that the steps told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from conformance.scenario.conditions import condition
from conformance.scenario.errors import BAD, Spot, quoted
from conformance.scenario.model import (
    Alternative,
    Expect,
    Expectation,
    ExpectEvent,
    ExpectProgress,
    ExpectRecord,
    ExpectRequest,
    ExpectResult,
)
from conformance.scenario.story import Story, is_worker
from conformance.scenario.verbs import settling
from conformance.scenario.weight import Weight

Raw = Mapping[str, Any]
E = TypeVar("E", bound=Expectation)


def expectations(raw: Raw, spot: Spot, story: Story, weight: Weight) -> Expect:
    """What must hold together. ``weight`` is what an expectation weighs that does not say so itself."""

    def listed(key: str, read: Callable[[Raw, Spot, Story, Weight], Iterator[E]]) -> tuple[E, ...]:
        places = [(one, spot / key / place) for place, one in enumerate(raw.get(key, ()))]
        whole = [(one, here) for one, here in places if one is not BAD]
        return tuple(e for one, here in whole for e in read(one, here, story, weight.within(one, here)))

    alternatives = [(one, spot / "any" / place) for place, one in enumerate(raw.get("any", ()))]
    return Expect(
        requests=listed("requests", _request) if "requests" in raw else None,
        events=listed("events", _event) if "events" in raw else None,
        records=listed("records", _record),
        progress=listed("progress", _progress),
        results=listed("results", _result),
        any=tuple(_alternative(one, at, story, weight) for one, at in alternatives if one is not BAD),
    )


def _base(weight: Weight, spot: Spot) -> dict[str, Any]:
    return {
        "clause": weight.clause,
        "level": weight.level,
        "authority": weight.authority,
        "line": spot.line,
    }


def _given(raw: Raw, *keys: str) -> dict[str, Any]:
    """What is said under these keys; None leaves a field open."""
    return {key: raw.get(key) for key in keys}


def _count(raw: Raw) -> tuple[int, int]:
    count = raw.get("count", 1)
    return (count, count) if isinstance(count, int) else count


def _paths(raw: Raw, spot: Spot, story: Story) -> Iterator[str]:
    """The paths that an expectation means, after reporting those that nothing asks for or answers."""
    for path in story.families.expand(raw.get("path", ""), spot / "path"):
        if "path" in raw and not spot.reading.broken(*spot.path, "path"):
            story.check_path(path, spot / "path")
            yield path


def _request(raw: Raw, spot: Spot, story: Story, weight: Weight) -> Iterator[ExpectRequest]:
    given = raw.get("range", "")
    asked = {"range": given} if isinstance(given, str) else {"range_from": given.get("from")}
    for path in _paths(raw, spot, story):
        yield ExpectRequest(
            **_base(weight, spot),
            path=path,
            method=raw.get("method", "GET"),
            **asked,
            received=raw.get("received"),
            headers=raw.get("headers", {}),
            count=_count(raw),
        )


def _event(raw: Raw, spot: Spot, story: Story, weight: Weight) -> Iterator[ExpectEvent]:
    worker = raw.get("worker", "")
    if worker and worker not in story.scopes:
        (spot / "worker").wrong(
            f"no worker has the scope {quoted(worker)}", allowed=story.scopes, given=worker
        )
    yield ExpectEvent(
        **_base(weight, spot),
        **_given(raw, "type", "result", "failureReason", "interface"),
        of=story.fetch(raw.get("of"), spot),
        worker=worker,
        attributes=raw.get("attributes", {}),
        count=_count(raw),
    )


def _record(raw: Raw, spot: Spot, story: Story, weight: Weight) -> Iterator[ExpectRecord]:
    excepted = tuple(
        path
        for place, one in enumerate(raw.get("except", ()))
        if one is not BAD
        for path in story.families.expand(one, spot / "except" / place)
    )
    paths = dict.fromkeys(_paths(raw, spot, story))
    for path in excepted:
        if path not in paths and not spot.reading.broken(*spot.path, "path"):
            (spot / "except").wrong(f"{quoted(path)} is not of the family that it is excepted from")
    if "url" in raw:
        story.check_path(raw["url"], spot / "url")
    left_out = set(excepted)
    for path in paths:
        if path not in left_out:
            yield ExpectRecord(
                **_base(weight, spot),
                path=path,
                excepted=excepted,
                of=_fetch_of(path, raw, spot, story),
                **_given(raw, "status", "body", "version", "url", "responseType"),
                headers=raw.get("headers", {}),
                absent=tuple(name for name in raw.get("absent", ()) if name is not BAD),
                throws=raw.get("throws", ""),
                count=_count(raw),
            )


def _fetch_of(path: str, raw: Raw, spot: Spot, story: Story) -> str:
    """The fetch whose record is meant: the only one that asks for this path, if none is named."""
    asking = story.asked.get(path, set())
    return next(iter(asking)) if "of" not in raw and len(asking) == 1 else story.fetch(raw.get("of"), spot)


def _progress(raw: Raw, spot: Spot, story: Story, weight: Weight) -> Iterator[ExpectProgress]:
    on = raw.get("on", "page")
    if not is_worker(on) and on not in story.seen and story.sure.steps:
        (spot / "on").wrong(f"no page was called {quoted(on)}", allowed=story.seen, given=on)
    first = raw.get("first")
    yield ExpectProgress(
        **_base(weight, spot),
        on=on,
        of=story.fetch(raw.get("of"), spot),
        first=(first, first) if isinstance(first, int) else first,
        **_given(raw, "monotone", "last", "count"),
        **_given(raw, "result", "failureReason", "interface", "bubbles", "cancelable"),
    )


def _result(raw: Raw, spot: Spot, story: Story, weight: Weight) -> Iterator[ExpectResult]:
    step = raw.get("step", "")
    if "step" in raw and step not in story.named and story.sure.steps:
        (spot / "step").wrong(
            f"no step is called {quoted(step)}",
            allowed=sorted(story.named),
            given=step,
            fix='as = "…" at the step',
        )
    yield ExpectResult(**_base(weight, spot), step=step, **settling(raw, spot))


def _alternative(raw: Raw, spot: Spot, story: Story, around: Weight) -> Alternative:
    weight = around.within(raw, spot)
    needs = condition(raw["needs"], spot / "needs", story, afterwards=True) if "needs" in raw else None
    return Alternative(
        expect=expectations(raw, spot, story, weight),
        policy=raw.get("policy", {}),
        level=weight.level,
        authority=weight.authority,
        needs=needs,
        line=spot.line,
    )
