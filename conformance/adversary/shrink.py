"""Makes a scenario that fails as small as it will go: steps first, then requests, the rest, the numbers.

Hypothesis shrinks the choices behind an example; here the scenario itself is cut down, so that the
order of what counts as smaller is ours, what a seed has made shrinks as well, and so little is run
that a browser can be asked.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from attrs import define

from conformance.adversary.hunt import Failure
from conformance.adversary.oracles import Finding, broken, observe
from conformance.implementations.protocol import Unsupported
from conformance.implementations.simulator import SimulatorImplementation
from conformance.scenario.errors import ScenarioError
from conformance.scenario.healing import healed
from conformance.scenario.load import scenario_from_document
from conformance.scenario.model import Scenario

Raw = dict[str, Any]
Path = tuple[str | int, ...]

AFTER_HEALING_S = 10.0

ROUND = (0, 1, 10, 1000, 100_000)
ROUND_TIMES = ("0 s", "1 s", "1 min", "1 h")


def shrunk(failure: Failure, examine: Callable[[Scenario], Finding | None]) -> tuple[Scenario, Finding]:
    """The smallest scenario with the same trouble as a failure's, and what is then wrong with its run."""

    def same(scenario: Scenario) -> Finding | None:
        found = examine(scenario)
        return found if found and found.is_like(failure.finding) else None

    def soundly(scenario: Scenario) -> bool:
        """Also where less is mended it must be the user agent that fails, and not the scenario."""
        try:
            seen = observe(scenario, SimulatorImplementation(), failure.seed)
        except Unsupported:
            return False  # a value of a policy that is rounder than can be
        return broken(scenario, seen) is None and same(scenario) is not None

    document = Shrinker(lambda one: same(one) is not None).shrink(dict(failure.scenario.document))
    small = scenario_from_document(document, "found")
    least = small if soundly(small) else _less_mended(small, soundly)
    # What only healing needed can go now that healing is over.
    document = Shrinker(soundly, AFTER_HEALING_S, mend=lambda one: one).shrink(dict(least.document))
    least = scenario_from_document(document, "found")
    found = same(least)
    return (least, found) if found else (failure.scenario, failure.finding)


def _less_mended(small: Scenario, fails: Callable[[Scenario], bool]) -> Scenario:
    """Healed with the fewest steps: what healing adds goes where it fails without, but the last."""
    whole = healed(small)
    for place in reversed(range(len(small.steps), len(whole.steps) - 1)):
        steps = whole.document["steps"]
        with suppress(ScenarioError):
            fewer = {**whole.document, "steps": steps[:place] + steps[place + 1 :]}
            if fails(less := scenario_from_document(fewer, "found")):
                whole = less
    return whole


@define
class Shrinker:
    """Looks for smaller documents of a scenario.

    ``fails`` says whether one still shows the same trouble, once ``mend`` has made it one that can end.
    """

    fails: Callable[[Scenario], bool]
    most_seconds: float = 30.0
    mend: Callable[[Scenario], Scenario] = healed
    _ends: float = 0.0

    def shrink(self, document: Raw) -> Raw:
        """The smallest document that was found within the time; the given one where there is no smaller."""
        self._ends = time.monotonic() + self.most_seconds
        before = None
        while before != document and time.monotonic() < self._ends:
            before = document
            for smaller in (_fewer_steps, _fewer_requests, _less_of_the_rest, _rounder, _plainer):
                document = self._as_far_as_it_goes(document, smaller)
        return document

    def _as_far_as_it_goes(self, document: Raw, smaller: Callable[[Raw], Iterator[Raw]]) -> Raw:
        """Take every smaller document that still fails, and go on from there until there is none."""
        candidates = smaller(document)
        while time.monotonic() < self._ends:
            candidate = next(candidates, None)
            if candidate is None:
                return document
            if self._still_fails(candidate):
                document, candidates = candidate, smaller(candidate)
        return document

    def _still_fails(self, document: Raw) -> bool:
        try:
            return self.fails(self.mend(scenario_from_document(document, "shrunk")))
        except ScenarioError:
            return False  # what was taken away was needed by something else


def _fewer_steps(document: Raw) -> Iterator[Raw]:
    """Without a half of the steps, a quarter, and so on down to single ones, the last first."""
    steps = document["steps"]
    length = len(steps) // 2
    while length:
        for start in range(len(steps) - length, -1, -length):
            yield {**document, "steps": steps[:start] + steps[start + length :]}
        length //= 2


def _fewer_requests(document: Raw) -> Iterator[Raw]:
    """With one request less."""
    for path in _places(document):
        if len(path) >= 2 and path[-2] == "requests" and isinstance(path[-1], int):
            yield _without(document, path)


def _less_of_the_rest(document: Raw) -> Iterator[Raw]:
    """Without one key, or one item of a list; whole tables before what is in them."""
    for path in sorted(_places(document), key=len):
        if not _stays(path):
            yield _without(document, path)


def _stays(path: Path) -> bool:
    """Whether a place is what makes it a scenario, or this one.

    Without its level what a made-up call comes to would have to be right: not smaller, but another one.
    """
    return path[0] in ("title", "clauses") or path == ("steps",) or path[-1] == "level"


def _rounder(document: Raw) -> Iterator[Raw]:
    """With one number, or time, that is smaller or rounder. A policy's is not: slices of a byte take long."""
    for path in _places(document):
        value = None if path[0] == "policy" else _at(document, path)
        if isinstance(value, int) and not isinstance(value, bool):
            simpler: Sequence[Any] = [one for one in ROUND if one < value]
        elif isinstance(value, str) and value.endswith((" ms", " h", " d", " min")):
            simpler = ROUND_TIMES[: ROUND_TIMES.index(value)] if value in ROUND_TIMES else ROUND_TIMES
        else:
            continue
        yield from (_with(document, path, one) for one in simpler)


def _plainer(document: Raw) -> Iterator[Raw]:
    """With a plain word for one that is odd, wherever it stands: an id with blanks, another origin's path."""
    words = {
        word
        for path in _places(document)
        for word in (path[-1], _at(document, path))
        if isinstance(word, str)
    }
    for word in sorted(words):
        plain = word.strip().removeprefix("//cdn")
        if plain and plain not in words:
            yield _renamed(document, word, plain)


def _renamed(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {new if key == old else key: _renamed(one, old, new) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, old, new) for one in value]
    return new if value == old else value


# -- places in a document -------------------------------------------------------------------


def _places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where everything in a document is, from the outside in."""
    items: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, item in items:
        yield (*path, key)
        yield from _places(item, (*path, key))


def _at(document: Any, path: Path) -> Any:
    for key in path:
        document = document[key]
    return document


def _without(document: Raw, path: Path) -> Raw:
    changed = copy.deepcopy(document)
    del _at(changed, path[:-1])[path[-1]]
    return changed


def _with(document: Raw, path: Path, value: Any) -> Raw:
    changed = copy.deepcopy(document)
    _at(changed, path[:-1])[path[-1]] = value
    return changed
