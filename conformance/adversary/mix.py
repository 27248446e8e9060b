"""Which features came into play in a run: what was made up and never happened tests nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from conformance.adversary.calls import CALLS
from conformance.adversary.levers import LEVERS
from conformance.adversary.origins import FAULTS
from conformance.adversary.policy import POLICY
from conformance.scenario.model import EVICT, RequestSpec, Scenario, Step
from conformance.scenario.story import is_worker
from simulator.observation import Fault, Observation, Request, Response, Upload, select
from simulator.observation import Step as StepSeen

Trace = Sequence[Observation]
Sign = Callable[[Scenario, list[Step], Trace], bool]


def fired(scenario: Scenario, trace: Trace) -> set[str]:
    """The features of a scenario that its run has come to."""
    begun = {seen.of for seen, _ in select(trace, StepSeen)}
    steps = [step for step in scenario.steps if str(step.number) in begun]
    return {name for name, sign in SIGNS.items() if sign(scenario, steps, trace)}


def _verb(*verbs: str) -> Sign:
    return lambda scenario, steps, trace: any(step.verb in verbs for step in steps)


def _does(verb: str, *words: str) -> Sign:
    return lambda scenario, steps, trace: any(step.arguments.get(verb) in words for step in steps)


def _struck(kind: str) -> Sign:
    return lambda scenario, steps, trace: any(fault.fault == kind for _, fault in select(trace, Fault))


def _fetches(steps: list[Step]) -> Iterator[Step]:
    return (step for step in steps if step.verb == "fetch")


def _requested(holds: Callable[[RequestSpec], object]) -> Sign:
    """Whether a request of the kind was given to fetch()."""
    return lambda scenario, steps, trace: any(
        holds(one) for step in _fetches(steps) for one in step.arguments["requests"]
    )


def _asked(holds: Callable[[Step], object]) -> Sign:
    return lambda scenario, steps, trace: any(holds(step) for step in _fetches(steps))


def _answered(holds: Callable[[Scenario, str, int], object]) -> Sign:
    """Whether an answer was sent that differs in this from the plain one."""
    return lambda scenario, steps, trace: any(
        holds(scenario, seen.of, data.number) for seen, data in select(trace, Response)
    )


def _answer(key: str, *, always: bool = False) -> Callable[[Scenario, str, int], object]:
    """Whether the answer of this number has another ``key`` than the plain one; ``always``: any."""

    def differs(scenario: Scenario, path: str, number: int) -> bool:
        resource = scenario.resource(path)
        if resource is None:
            return False
        given = getattr(resource.attempt(max(number, 1)), key)
        return bool(given) if always else given != getattr(resource.answer, key)

    return differs


def _says_another_range(scenario: Scenario, path: str, number: int) -> bool:
    resource = scenario.resource(path)
    return resource is not None and resource.attempt(max(number, 1)).range.header is not None


_SPECIAL: Mapping[str, Sign] = {
    "another fetch": lambda scenario, steps, trace: len(list(_fetches(steps))) > 1,
    "release": _verb("release"),
    "held": lambda s, steps, trace: any(
        step.verb == "until" and step.arguments["until"].sent is not None for step in steps
    ),
    "eviction": _does("storage", EVICT),
    "storage": lambda s, steps, t: any(step.arguments.get("storage", EVICT) != EVICT for step in steps),
    "network offline": lambda s, steps, t: any(
        step.verb == "network" and not step.arguments["network"].online for step in steps
    ),
    "network captive": lambda s, steps, t: any(
        step.verb == "network" and step.arguments["network"].captive for step in steps
    ),
    "network metered": lambda s, steps, t: any(
        step.verb == "network" and step.arguments["network"].metered for step in steps
    ),
    "network slow": lambda s, steps, t: any(
        step.verb == "network" and (step.arguments["network"].bandwidth or step.arguments["network"].latency)
        for step in steps
    ),
    "user pause": _does("user", "pause", "resume"),
    "user cancel": _does("user", "cancel"),
    "user click": _does("user", "click"),
    "user dismiss": _does("user", "dismiss"),
    "user consent": _does("user", "accept", "refuse", "always-allow", "always-deny"),
    **{f"browser {word}": _does("browser", word) for word in ("kill", "quit", "terminate")},
    "torn write": lambda s, steps, t: any("torn" in step.arguments for step in steps),
    **{f"worker {word}": _does("worker", word) for word in ("stop", "update", "unregister")},
    "upload": lambda s, steps, trace: any(True for _ in select(trace, Upload)),
    "stream": _requested(lambda one: one.stream is not None),
    "several requests": _asked(lambda step: len(step.arguments["requests"]) > 1),
    "cross origin": lambda s, steps, trace: any(
        seen.of.startswith("//") for seen, _ in select(trace, Request)
    ),
    "request headers": _requested(lambda one: one.headers),
    "odd request": _requested(
        lambda one: one.mode or one.credentials or one.redirect or one.spoiled or ":" in one.path
    ),
    "odd calls": lambda s, steps, t: any({"times", "arguments"} & set(step.arguments) for step in steps),
    "downloadTotal": _asked(lambda step: "downloadTotal" in step.arguments["options"]),
    "icons": _asked(lambda step: "icons" in step.arguments["options"]),
    "worker calls": _asked(lambda step: is_worker(step.on)),
    "two workers": lambda scenario, steps, trace: len(scenario.workers) > 1,
    "no worker": lambda scenario, steps, trace: any(not one.installs for one in scenario.workers.values()),
    "handlers": lambda s, steps, trace: any(seen.of.startswith("backgroundfetch") for seen in trace),
    "connectSrc": lambda scenario, steps, trace: scenario.connect_src is not None,
    "starts otherwise": lambda scenario, steps, trace: bool(
        {"permission", "network", "storage"} & set(scenario.document)
    ),
    "status": _answered(_answer("status")),
    "redirect": _answered(_answer("redirect", always=True)),
    "bent range": _answered(_answer("range")),
    "content range": _answered(_says_another_range),
    "new version": _answered(_answer("version")),
    "other validators": _answered(
        lambda s, path, n: _answer("etag")(s, path, n) or _answer("last_modified")(s, path, n)
    ),
    "unasked part": lambda s, steps, trace: any(
        _answer("status")(s, seen.of, data.number) and data.status == 206
        for seen, data in select(trace, Response)
        if data.number == 1
    ),
    "latency": _answered(_answer("latency")),
    "upload fault": lambda s, steps, trace: any(
        fault.of == "upload" for one in s.origin.values() for a in one.attempts for fault in a.faults
    ),
    "coding": _answered(_answer("coding", always=True)),
    "validators": lambda scenario, steps, trace: any(
        one.answer.etag is not None or one.answer.last_modified for one in scenario.origin.values()
    ),
    "headers": _answered(_answer("headers", always=True)),
    "cors": _answered(lambda s, path, n: path.startswith("//")),
}


def _policy(field: str) -> Sign:
    return lambda scenario, steps, trace: field in scenario.policy


SIGNS: Mapping[str, Sign] = {
    **{name: _verb(name) for name in (*CALLS, *LEVERS)},
    **{name: _struck(name) for name in FAULTS},
    **{field: _policy(field) for field in POLICY},
    **_SPECIAL,
}
"""What shows of each feature that it came into play."""
