"""What the calls of fetch() in a run came to: who made each, for which scope, and whether it was accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from attrs import evolve, frozen

from conformance.checks.evidence import Evidence
from conformance.scenario.model import RequestSpec, Step
from simulator import urls
from simulator.observation import Called, Observation, Page, Settled, Storage, Worker, select

_OWN = "own.invalid"


@frozen
class Made:
    """One call of fetch() that was made. ``settled`` is None while its promise is pending.

    ``place`` is the path of the caller, which relative URLs are relative to.
    """

    step: Step
    place: str
    scope: str
    called: Observation
    settled: Observation | None
    refused: bool

    @property
    def name(self) -> str:
        return self.step.name

    @property
    def id(self) -> str:
        return str(self.step.arguments["fetch"])

    @property
    def requests(self) -> tuple[RequestSpec, ...]:
        return tuple(self.step.arguments.get("requests", ()))

    @property
    def download_total(self) -> int:
        """The limit that was set; 0 for none, and where Web IDL makes another number of it."""
        total = self.step.arguments.get("options", {}).get("downloadTotal", 0)
        return total if isinstance(total, int) and total > 0 else 0


@lru_cache(maxsize=2)
def made(seen: Evidence) -> Sequence[Made]:
    """Every call of fetch() that was made, in order. Kept, because every rule asks."""
    found = []
    for step in (step for step in seen.scenario.steps if step.verb == "fetch"):
        for called, _ in select(seen.observations, Called, of=str(step.number)):
            settled, data = seen.settled.get(str(step.number), (None, None))
            refused = data is not None and all(one.outcome == "rejected" for one in _each(step, data))
            place, scope = _place_of(seen, called.actor, called), scope_of(seen, step, called)
            found.append(Made(step, place, scope, called, settled, refused))
    return found


def scope_of(seen: Evidence, step: Step, called: Observation) -> str:
    """The scope of the registration whose manager was called: a worker's own, a page's by its path."""
    place = _place_of(seen, step.arguments.get("through", called.actor), called)
    if called.witness == "worker":
        return place
    return max((one for one in seen.scenario.workers if place.startswith(one)), key=len, default="")


def _place_of(seen: Evidence, actor: str, called: Observation) -> str:
    """Where an actor was when a call was made: a worker's scope, the path of a page."""
    if called.witness == "worker":
        return actor
    opened = select(seen.observations, Page, actor=actor)
    places = [page.at for at, page in opened if page.state == "opened" and at.sequence < called.sequence]
    return places[-1] if places else "/"


@lru_cache(maxsize=2)
def only_of_its_name(seen: Evidence) -> Mapping[str, Made]:
    """The accepted fetches whose name no other call bears: only of them is it sure what was seen of whom."""
    all = made(seen)
    names = [one.name for one in all]
    return {one.name: one for one in all if names.count(one.name) == 1 and not one.refused}


def calls(seen: Evidence, *verbs: str) -> Iterator[tuple[Step, Observation, Observation, Settled]]:
    """Every call of these verbs that settled: its step, where it was made and settled, and how.

    What was called several times at once settles as a list, of what each call gave or threw.
    """
    for step in seen.scenario.steps:
        found = seen.settled.get(str(step.number))
        if step.verb in verbs and found:
            for called, _ in select(seen.observations, Called, of=str(step.number)):
                yield from ((step, called, found[0], one) for one in _each(step, found[1]))


def _each(step: Step, settled: Settled) -> Iterator[Settled]:
    if "times" not in step.arguments or not isinstance(settled.value, list):
        yield settled
        return
    for value in settled.value:
        if isinstance(value, dict) and "throws" in value:
            yield Settled("rejected", None, str(value["throws"]))
        else:
            yield evolve(settled, value=value)


def paths(seen: Evidence, one: Made) -> set[str]:
    """Every path that is asked for on behalf of a fetch: its requests' own, and where those are led on to."""
    return led_on(seen, {asked_as(request.path, one.place) for request in one.requests})


def asked_as(path: str, place: str = "/") -> str:
    """The path by which origins know what is asked for: whole, without scheme, port and fragment."""
    url = urls.parse(path, f"https://{_OWN}{place or '/'}")
    if url is None or not url.host:
        return path
    return url.target if url.host == _OWN else f"//{url.host}{url.target}"


def led_on(seen: Evidence, asked: set[str]) -> set[str]:
    """These paths, and all that redirects may lead on to from there."""
    found, waiting = set(asked), list(asked)
    while waiting:
        resource = seen.scenario.resource(waiting.pop())
        answers = (resource.answer, *resource.attempts) if resource else ()
        new = {asked_as(answer.redirect) for answer in answers if answer.redirect} - found
        found |= new
        waiting += new
    return found


def own_paths(seen: Evidence, one: Made) -> set[str]:
    """Those of its paths that are asked for on behalf of nothing else, be it a fetch or script itself."""
    others = [paths(seen, other) for other in made(seen) if other.step is not one.step]
    return paths(seen, one).difference(*others, led_on(seen, set(_loaded(seen))))


def _loaded(seen: Evidence) -> Iterator[str]:
    """What pages and the handlers of workers fetch by themselves."""
    yield from (str(step.arguments["load"]) for step in seen.scenario.steps if step.verb == "load")
    handlers = (steps for script in seen.scenario.workers.values() for steps in script.handlers.values())
    for steps in handlers:
        yield from (str(step.arguments["download"]) for step in steps if step.verb == "download")


def unfinished(seen: Evidence) -> list[str]:
    """The names of accepted fetches that never had their end event, though a worker could have taken it.

    Of a healed scenario there must be none (perform-a-background-fetch-algorithm/8.13a).
    """
    unregistered = {at.of for at, data in select(seen.observations, Worker) if data.state == "unregistered"}
    if any(data.evicted for _, data in select(seen.observations, Storage)):
        unregistered |= set(seen.scenario.workers)
    accepted = Counter(
        one.name
        for one in made(seen)
        if one.settled is not None and not one.refused and one.scope not in unregistered
    )
    return [name for name, times in accepted.items() if len(seen.events.get(name, ())) < times]
