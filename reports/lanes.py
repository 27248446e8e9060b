"""Observations side by side: a lane per implementation, cut into blocks by the scenario's steps.

Times of a browser and of the simulator cannot be compared (a wait of hours is shortened on the
one and skipped on the other), so each lane keeps its own time axis and the steps, which all
implementations share, line the lanes up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import Factory, frozen

from conformance.results import PASS, Check, Result
from reports.telling import tell
from reports.text import clip, duration, plural
from simulator.observation import Observation, Step

LIMIT = 80
"""Observations shown of one result, beside its steps and proofs; the rest is announced."""
PROOFS = 12
"""Observations linked as the proof of one check; the rest is announced."""


@frozen
class Shown:
    """A result whose observations the page shows.

    ``prefix`` begins the anchors of its lines; ``proof`` has the sequence numbers of those that a
    check links to, and whether they speak "for" or "against".
    """

    column: str
    label: str
    result: Result
    seen: tuple[Observation, ...] | None
    prefix: str
    proof: Mapping[int, str] = Factory(dict)


@frozen
class Line:
    """One observation as it is shown; ``anchor`` is "" where nothing links to it.

    ``time`` is the time since the block began, in words; ``proof`` is "against" where a check that
    did not pass rests on it, "for" where one that passed does, else "".
    """

    number: int
    time: str
    witness: str
    who: str
    text: str
    cause: int | None
    anchor: str
    proof: str


@frozen
class Gap:
    """So many observations were left out here."""

    count: int


@frozen
class Lane:
    """What one implementation showed in one block; no lines for a step that it did not reach.

    ``begins`` is the time since the scenario's start at which the block began here, in words.
    """

    column: str
    begins: str
    lines: tuple[Line | Gap, ...]


@frozen
class Block:
    """The time from one step to the next, all lanes side by side."""

    title: str
    lanes: tuple[Lane, ...]


@frozen
class Proof:
    """One observation that a check rests on; ``anchor`` is "" where it is not in the run."""

    number: int
    anchor: str


@frozen
class Proofs:
    """The observations that a check rests on, and how many more of them are not linked."""

    links: tuple[Proof, ...]
    more: int


def proofs(shown: Shown, check: Check) -> Proofs:
    """The proof of a check as links into the lanes."""
    there = {seen.sequence for seen in shown.seen or ()}
    numbers = tuple(dict.fromkeys(check.proof))
    links = tuple(
        Proof(number, f"{shown.prefix}-{number}" if number in there else "") for number in numbers[:PROOFS]
    )
    return Proofs(links, max(0, len(numbers) - PROOFS))


def linked(checks: Iterable[Check]) -> dict[int, str]:
    """The sequence numbers that checks link to, with what they are proof of."""
    found: dict[int, str] = {}
    for check in sorted(checks, key=lambda check: check.verdict != PASS):
        for number in tuple(dict.fromkeys(check.proof))[:PROOFS]:
            found[number] = "for" if check.verdict == PASS else "against"
    return found


def blocks(shown: Sequence[Shown]) -> tuple[Block, ...]:
    """The lanes of several results, cut at their steps. Results without observations have no lane."""
    lanes = [(one, _by_step(one)) for one in shown if one.seen is not None]
    titles: dict[str, str] = {}
    for one, _ in lanes:
        titles.update({k: v for k, v in _titles(one).items() if k not in titles})
    before = {"": "Before the first step"} if any("" in steps for _, steps in lanes) else {}
    return tuple(
        Block(title, tuple(_lane(one, steps.get(key, ())) for one, steps in lanes))
        for key, title in {**before, **titles}.items()
    )


def _titles(one: Shown) -> dict[str, str]:
    steps = [(seen.of, seen.data) for seen in one.seen or () if isinstance(seen.data, Step)]
    return {of: f"Step {clip(of, 20)}: {clip(data.told or data.verb, 200)}" for of, data in steps}


def _by_step(one: Shown) -> dict[str, tuple[Observation | Gap, ...]]:
    """What is shown of a result by the step that was the last to begin before it."""
    found: dict[str, list[Observation | Gap]] = {}
    key = ""
    for seen in _kept(one.seen or (), one.proof):
        if isinstance(seen, Observation) and isinstance(seen.data, Step):
            key = seen.of
        found.setdefault(key, []).append(seen)
    return {key: tuple(kept) for key, kept in found.items()}


def _lane(one: Shown, kept: Sequence[Observation | Gap]) -> Lane:
    """One lane of a block; a block begins with its step, or with the scenario."""
    first = kept[0] if kept else None
    begins = first.time if isinstance(first, Observation) and isinstance(first.data, Step) else 0
    lines = tuple(
        seen if isinstance(seen, Gap) else _line(one, seen, begins, one.proof.get(seen.sequence, ""))
        for seen in kept
    )
    return Lane(one.column, duration(begins), lines)


def _line(one: Shown, seen: Observation, begins: int, proof: str) -> Line:
    who = seen.witness if seen.actor in ("", seen.witness) else f"{seen.witness} {clip(seen.actor, 60)}"
    text = "the step begins" if isinstance(seen.data, Step) else tell(seen)
    anchor = f"{one.prefix}-{seen.sequence}" if proof else ""
    since = "+" * (seen.time >= begins) + duration(seen.time - begins)
    return Line(seen.sequence, since, seen.witness, who, text, seen.cause, anchor, proof)


def _kept(seen: Sequence[Observation], proof: Mapping[int, str]) -> Iterator[Observation | Gap]:
    """What is shown of a list: its beginning and end, every step and proof, and gaps that are counted."""
    left_out = 0
    for place, one in enumerate(seen):
        middle = LIMIT * 3 // 4 <= place < len(seen) - LIMIT // 4
        if middle and one.sequence not in proof and not isinstance(one.data, Step):
            left_out += 1
            continue
        if left_out:
            yield Gap(left_out)
            left_out = 0
        yield one


def announce(shown: Shown) -> str:
    """What there is to see of a result and what of it is shown, in one sentence."""
    if shown.seen is None:
        return "its observations are not in the run" if shown.result.observations else "nothing was observed"
    kept = sum(not isinstance(one, Gap) for one in _kept(shown.seen, shown.proof))
    told = plural(len(shown.seen), "observation")
    if kept == len(shown.seen):
        return told
    return f"{told}, {kept:,} of them shown; all are in {clip(shown.result.observations, 120)}"
