"""Whether a user agent was seen to make the choices that a scenario presupposes (its ``policy``).

The simulator is set to them. A browser chooses for itself: what it chose shows in what it did, and
where it chose otherwise, or nothing shows what it chose, the scenario's expectations say nothing
about it. A rule here looks for the choice only, never for what the scenario expects beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from conformance.checks.evidence import Evidence
from conformance.facts import END_EVENTS
from conformance.scenario.model import Step
from conformance.scenario.story import is_worker
from simulator.observation import (
    Browser,
    Closed,
    Display,
    Event,
    EventDone,
    Fault,
    Network,
    Never,
    Observation,
    Permission,
    Progress,
    Request,
    Sent,
    Worker,
    select,
)
from simulator.observation import Step as StepSeen


def chosen_otherwise(seen: Evidence) -> str:
    """What keeps the presupposed choices from being seen to have been made; "" where they were."""
    written = seen.scenario.document.get("policy", {})
    reasons = [
        f"{field} = {written.get(field, value)}: {reason}"
        for field, value in seen.scenario.policy.items()
        if (reason := RULES.get(field, _untold)(seen, value))
    ]
    return f"not chosen as the scenario presupposes: {'; '.join(reasons)}" if reasons else ""


def _untold(seen: Evidence, value: Any) -> str:
    return "nothing that a witness can see tells of this choice"


# -- cut_while_online ------------------------------------------------------------------------


def _cut_while_online(seen: Evidence, wanted: str) -> str:
    """A connection broke while online, and its path was asked for once more, or the fetch ended without."""
    again, given_up = "", ""
    for fault in _breaks_while_online(seen):
        later = [one for one, _ in seen.requests.get(fault.of, []) if one.sequence > fault.sequence]
        again = again or (fault.of if later else "")
        given_up = given_up or ("" if later or not _ended_after(seen, fault) else fault.of)
    if not again and not given_up:
        return "no connection was seen to break, or what came of it was not"
    if wanted == "fail":
        return f"{again} was asked for once more after its connection had broken" if again else ""
    return f"{given_up} was not asked for again after its connection had broken" if given_up else ""


def _breaks_while_online(seen: Evidence) -> Iterator[Observation]:
    online = seen.scenario.network.online
    for one in seen.observations:
        if isinstance(one.data, Network):
            online = one.data.online
        elif isinstance(one.data, Fault) and one.data.fault in ("cut", "refuse") and online:
            yield one


def _ended_after(seen: Evidence, moment: Observation) -> bool:
    events = select(seen.observations, Event, witness="worker")
    return any(one.sequence > moment.sequence and event.type in END_EVENTS for one, event in events)


# -- prompt_starts_paused, pause_in_background ------------------------------------------------


def _prompt_starts_paused(seen: Evidence, wanted: bool) -> str:
    """At prompt nothing is sent before the user's word, though there was time; or it is."""
    stretches = list(_unanswered(seen, lambda step, state: state == "prompt"))
    return _held_back(stretches, wanted) if stretches else "no fetch began while the permission was at prompt"


def _pause_in_background(seen: Evidence, wanted: bool) -> str:
    """Of what a worker has begun nothing is sent before the user's word, though there was time; or it is."""
    stretches = list(_unanswered(seen, lambda step, state: is_worker(step.on)))
    return _held_back(stretches, wanted) if stretches else "no worker began a fetch"


def _held_back(stretches: list[tuple[Step, list[Observation]]], wanted: bool) -> str:
    for step, stretch in stretches:
        paths = {request.path for request in step.arguments.get("requests", ())}
        # Once it is shown as paused it has started so; what goes wrong later is for the scenario to judge.
        shown = next((n for n, one in enumerate(stretch) if _shows_a_pause(one, step.name)), len(stretch))
        asked = any(isinstance(one.data, Request) and one.of in paths for one in stretch[:shown])
        if asked and wanted:
            return f"{step.name} was sent before the user had said anything"
        if not asked and not wanted:
            return f"{step.name} was not sent before the user had said anything"
        if wanted and not any(_shows_a_pause(one, step.name) for one in stretch):
            return f"no display shows {step.name} paused, and no window of a never step was waited for"
    return ""


def _unanswered(
    seen: Evidence, concerned: Callable[[Step, str], bool]
) -> Iterator[tuple[Step, list[Observation]]]:
    """Each fetch() that is concerned, with what was seen until the user said something.

    ``concerned`` is asked with the step that calls it and the permission's state.
    """
    state, steps = seen.scenario.permission, {str(step.number): step for step in seen.scenario.steps}
    for place, one in enumerate(seen.observations):
        if isinstance(one.data, Permission):
            state = one.data.state
        elif isinstance(one.data, StepSeen) and one.data.verb == "fetch" and concerned(steps[one.of], state):
            rest = seen.observations[place + 1 :]
            end = next((n for n, later in enumerate(rest) if _answers(later)), len(rest))
            yield steps[one.of], list(rest[:end])


def _answers(one: Observation) -> bool:
    """Whether this may be what a fetch that is held back waits for: a word of the user, a permission."""
    return isinstance(one.data, Permission) or (isinstance(one.data, StepSeen) and one.data.verb == "user")


def _shows_a_pause(one: Observation, fetch: str) -> bool:
    shown = isinstance(one.data, Display) and one.of == fetch and one.data.paused
    return shown or (isinstance(one.data, Never) and not one.data.happened)


# -- pause_on_metered ------------------------------------------------------------------------


def _pause_on_metered(seen: Evidence, wanted: bool) -> str:
    """On a metered link a fetch is shown paused, or its bytes go on."""
    metered, paused, went_on = seen.scenario.network.metered, False, False
    for one in seen.observations:
        if isinstance(one.data, Network):
            metered = one.data.metered
        elif metered and isinstance(one.data, Display):
            paused |= one.data.paused
        elif metered and isinstance(one.data, Request | Sent) and one.witness == "origin":
            went_on |= not paused
    if wanted:
        return "" if paused else "no fetch was shown paused on a metered link"
    return "" if went_on and not paused else "no fetch was seen to go on over a metered link"


# -- event_lifetime_max ----------------------------------------------------------------------


def _event_lifetime_max(seen: Evidence, wanted: int | str) -> str:
    """A worker that held on to its event was ended after so long; for "never", each ended by itself."""
    done = {(one.actor, one.of, data.type): one.time for one, data in select(seen.observations, EventDone)}
    for one, event in select(seen.observations, Event, witness="worker"):
        end = done.get((one.actor, one.of, event.type))
        if end is not None and (wanted == "never" or end - one.time <= int(wanted)):
            continue
        if wanted == "never":
            return f"{event.type} was not seen to end by itself"
        if end is not None:
            return f"{event.type} lived on, for {(end - one.time) / 1e9:g} s"
        stops = [stop.time for stop in _stops(seen, one.actor) if stop.time > one.time]
        if not stops:
            last = (seen.observations[-1].time - one.time) / 1e9
            return f"the worker was not seen to be ended; the run was over {last:.3g} s after the event"
        if stops[0] - one.time > int(wanted):
            return f"the worker was ended only after {(stops[0] - one.time) / 1e9:g} s"
    return "" if seen.events else "no event was seen"


def _stops(seen: Evidence, scope: str) -> Iterator[Observation]:
    """When the worker of a scope was ended by the agent itself, and not by a step."""
    if any(step.verb == "worker" for step in seen.scenario.steps):
        return
    for one, data in select(seen.observations, Worker):
        if data.state == "stopped" and urlsplit(one.actor).path == scope:
            yield one


# -- kill_keeps ------------------------------------------------------------------------------


def _kill_keeps(seen: Evidence, wanted: str) -> str:
    """After a kill an unfinished body is asked for as a whole, or from where the origin had stopped."""
    kills = [one for one, data in select(seen.observations, Browser) if data.state == "killed"]
    found = [pair for kill in kills for pair in _resumed(seen, kill)]
    for sent, lost, (request, data) in found:
        start = re.fullmatch(r"bytes=(\d+)-", data.range)
        kept = int(start[1]) if start else 0
        if wanted == "none" and kept:
            return f"{request.of} was asked for from byte {kept} on"
        if wanted == "all" and kept != max(0, sent - lost):
            return f"{request.of} was asked for from byte {kept} on, though {sent} bytes had been sent"
    return "" if found else "no body that was unfinished at a kill was asked for again"


def _resumed(seen: Evidence, kill: Observation) -> Iterator[tuple[int, int, tuple[Observation, Request]]]:
    """The first request after a kill for each path that was under way.

    With the bytes sent of it before, and how many of them the kill took.
    """
    lost = kill.data.torn if isinstance(kill.data, Browser) else 0
    for path, requests in seen.requests.items():
        before = [
            data
            for one, data in select(seen.observations, Sent, witness="origin", of=path)
            if one.sequence < kill.sequence
        ]
        after = [pair for pair in requests if pair[0].sequence > kill.sequence]
        if before and not before[-1].complete and after:
            yield before[-1].sent, lost, after[0]


# -- portal ----------------------------------------------------------------------------------


def _portal(seen: Evidence, wanted: str) -> str:
    """Behind a captive portal a fetch of nothing but GET failed, or it went on once the portal was left."""
    steps = {str(step.number): step for step in seen.scenario.steps}
    paths, waited = dict[str, set[str]](), set[str]()
    captive, failed, went_on = False, "", ""
    for one in seen.observations:
        match one.data:
            case StepSeen(verb="fetch"):
                requests = steps[one.of].arguments.get("requests", ())
                if all(request.method == "GET" for request in requests):
                    paths[steps[one.of].name] = {request.path for request in requests}
            case Network(captive=now):
                waited |= set().union(*paths.values()) if captive and not now else set()
                captive = now
            case Event(registration=told) if captive and told.get("failureReason") == "fetch-error":
                failed = failed or (one.of if one.of in paths else "")
            case Request() if one.of in waited:
                went_on = went_on or one.of
    if wanted == "known":
        return (
            f"{failed} failed behind it" if failed else "" if went_on else "nothing was seen to outlast one"
        )
    return (
        f"{went_on} was asked for once it was left"
        if went_on
        else ""
        if failed
        else "nothing failed behind one"
    )


# -- downloads_at_once -----------------------------------------------------------------------


def _downloads_at_once(seen: Evidence, wanted: int | str) -> str:
    """So many requests of a fetch were open together, and never more; "all": all of them."""
    shown = False
    for step in seen.scenario.steps:
        if step.verb == "fetch":
            there, most = len(step.arguments["requests"]), _most_open(seen, step)
            limit = there if wanted == "all" else int(wanted)
            if most > limit:
                return f"{most} requests of {step.name} were open at once"
            shown |= most == limit and there > (1 if wanted == "all" else limit)
    return "" if shown else "of no fetch of several requests were so many seen open at once"


def _most_open(seen: Evidence, step: Step) -> int:
    """How many requests of a fetch the origin had not yet answered to the end, at the most."""
    paths, now, most = {request.path for request in step.arguments["requests"]}, set(), 0
    for one in seen.observations:
        if one.witness != "origin" or one.of not in paths:
            continue
        match one.data:
            case Request(number=number):
                now.add((one.of, number))
            case Sent(number=number, complete=True) | Closed(number=number):
                now.discard((one.of, number))
        most = max(most, len(now))
    return most


# -- progress_every --------------------------------------------------------------------------


def _progress_every(seen: Evidence, wanted: int | str) -> str:
    """Progress without a result came to an object so often at most."""
    if wanted == "slice":
        return _untold(seen, wanted)
    last, gaps = dict[tuple[str, str], int](), list[int]()
    for one, data in select(seen.observations, Progress):
        if not data.result:
            gaps += [one.time - last[one.actor, one.of]] if (one.actor, one.of) in last else []
            last[one.actor, one.of] = one.time
    if not gaps:
        return "no object was told of progress twice"
    return f"{min(gaps) / 1e9:g} s lay between two events" if min(gaps) < int(wanted) else ""


RULES: Mapping[str, Callable[[Evidence, Any], str]] = {
    "cut_while_online": _cut_while_online,
    "prompt_starts_paused": _prompt_starts_paused,
    "pause_in_background": _pause_in_background,
    "pause_on_metered": _pause_on_metered,
    "event_lifetime_max": _event_lifetime_max,
    "kill_keeps": _kill_keeps,
    "portal": _portal,
    "downloads_at_once": _downloads_at_once,
    "slice": _untold,
    "progress_every": _progress_every,
    "failure_wins": _untold,
}
"""For each field of a policy, what tells whether the user agent made the choice: "" or what is amiss."""
