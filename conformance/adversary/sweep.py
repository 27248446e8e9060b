"""A sweep: the scenarios of a range of generator seeds, run and judged in blocks.

What a block comes to depends on its seeds, on what is judged and on the sources, and on nothing
else: not on who works it out, when, or beside what.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from math import inf
from typing import Any

from attrs import Factory, asdict, define, evolve, frozen

from conformance.adversary.chance import Seeded
from conformance.adversary.generate import generate
from conformance.adversary.hunt import BOTH_BODIES
from conformance.adversary.mix import fired
from conformance.adversary.oracles import BODIES, BROKEN, DEFECT, DIFFERS, MOST_TURNS, Finding, examined
from conformance.errors import BadInput
from conformance.fingerprint import fingerprint
from conformance.implementations import find
from conformance.implementations.simulator import SimulatorImplementation
from simulator.observation import endings

BLOCK = 500
"""So many seeds make a block: a few seconds, which is what is lost when a worker is killed."""
TOLD = 3, 200
"""Of a finding so many lines, of so many characters, are kept: the seed has the rest."""

DIGITS = 18
"""No seed has more of them: such a range is longer than any life, and such a number is a slip."""

KINDS = BROKEN, DIFFERS, BODIES, DEFECT

Raw = dict[str, Any]


@frozen(order=True)
class Seeds:
    """The seeds from the first to the last, both included."""

    first: int
    last: int

    @classmethod
    def parse(cls, text: str) -> Seeds:
        """Read ``0-9999``, or ``0..9999``. Raises BadInput."""
        found = re.fullmatch(r"([0-9]+)(?:-|\.\.)([0-9]+)", text)
        if not found:
            alone = f"{text}-{text}" if re.fullmatch(f"[0-9]{{1,{DIGITS}}}", text) else "0-9999"
            raise _no_range(text, "it takes two whole numbers, the first and the last", alone)
        if max(map(len, found.groups())) > DIGITS:
            raise _no_range(text, f"a seed has at most {DIGITS} digits", f"0-{'9' * DIGITS}")
        first, last = map(int, found.groups())
        if first > last:
            raise _no_range(text, "it ends before it begins", f"{last}-{first}")
        return cls(first, last)

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

    def __len__(self) -> int:
        return self.last - self.first + 1

    def blocks(self) -> Iterator[Seeds]:
        """The blocks, in order; the last one may be smaller."""
        for first in range(self.first, self.last + 1, BLOCK):
            yield Seeds(first, min(first + BLOCK - 1, self.last))

    def has_block(self, block: Seeds) -> bool:
        """Whether it is one of the blocks."""
        whole = block.first - self.first >= 0 and (block.first - self.first) % BLOCK == 0
        return whole and block.last == min(block.first + BLOCK - 1, self.last)


def _no_range(text: str, why: str, instead: str) -> BadInput:
    shown = text if len(text) <= 3 * DIGITS else f"{text[:DIGITS]}…"
    return BadInput(
        f"{shown!r} is no range of seeds: {why}.",
        f"Say from which to which, both included; the first there is is 0: --seeds {instead}",
    )


@frozen
class Sweep:
    """Which seeds are swept, on what, and by which sources."""

    on: str
    seeds: Seeds
    code: str = Factory(fingerprint)

    def header(self) -> Raw:
        """The sweep as the first line of a log."""
        return {"sweep": str(self.seeds), "on": self.on, "block": BLOCK, "code": self.code}


@frozen
class Found:
    """A seed whose run has something wrong with it."""

    seed: int
    finding: Finding


@frozen
class Block:
    """What the seeds of a block came to. ``code`` is of the sources that have worked it out."""

    seeds: Seeds
    features: Mapping[str, int]
    endings: Mapping[str, int]
    found: tuple[Found, ...]
    code: str

    def line(self) -> Raw:
        """The block as a line of a log; ``code`` is the log's own."""
        return {
            "seeds": str(self.seeds),
            "examples": len(self.seeds),
            "features": dict(sorted(self.features.items())),
            "endings": dict(sorted(self.endings.items())),
            "findings": [{"seed": one.seed, **asdict(one.finding)} for one in self.found],
        }

    @classmethod
    def read(cls, line: Raw, code: str) -> Block:
        """The block of a line. Raises KeyError, TypeError, ValueError or BadInput for another line."""
        seeds = Seeds.parse(line["seeds"])
        _must(line["examples"] == len(seeds))
        found = tuple(_found(one, seeds) for one in line["findings"])
        # An example has a feature or has it not, and as many endings as it has fetches.
        return cls(seeds, _counts(line["features"], len(seeds)), _counts(line["endings"]), found, code)


def _must(holds: bool) -> None:
    if not holds:
        raise ValueError("no sweep comes to this")


def _counts(given: Mapping[str, int], most: float = inf) -> Mapping[str, int]:
    """Raises ValueError for counts that cannot be."""
    _must(all(type(number) is int and 0 <= number <= most for number in given.values()))
    return given


def _found(row: Raw, seeds: Seeds) -> Found:
    """A finding of a block. Raises ValueError, TypeError or KeyError for what is none."""
    seed, kind, shape = row["seed"], row["kind"], row["shape"]
    _must(type(seed) is int and seeds.first <= seed <= seeds.last and kind in KINDS)
    lines = [*row["about"], *row["told"], shape]
    _must(type(row["about"]) is type(row["told"]) is list and all(type(one) is str for one in lines))
    return Found(seed, Finding(kind, tuple(row["about"]), tuple(row["told"]), shape))


def user_agent(name: str) -> SimulatorImplementation:
    """What a sweep can judge, by its name after ``--on``. Raises BadInput for anything else."""
    found = find(name)
    if not isinstance(found, SimulatorImplementation):
        raise BadInput(
            f"{name} cannot be swept: a sweep runs in virtual time.", "Try: bgfetch sweep --on simulator …"
        )
    if found.lacking:
        raise BadInput(
            f"{name} cannot be swept: it lacks {', '.join(found.lacking)}, which every scenario needs.",
            f"Try: bgfetch run --on {name}",
        )
    return SimulatorImplementation(found.name, found.overrides, most=MOST_TURNS)


def examine(name: str, seeds: Seeds) -> Block:
    """Run and judge the scenario of each seed on the user agent of this name."""
    on, found = user_agent(name), []
    features: Counter[str] = Counter()
    endings: Counter[str] = Counter()
    for seed in range(seeds.first, seeds.last + 1):
        came_into_play, ends, finding = _one(seed, on)
        features.update(came_into_play)
        endings.update(ends)
        if finding:
            found.append(Found(seed, _brief(finding)))
    return Block(seeds, features, endings, tuple(found), fingerprint())


def _one(seed: int, on: SimulatorImplementation) -> tuple[set[str], Iterable[str], Finding | None]:
    """The features that came into play, how fetches ended, and what is wrong."""
    try:
        scenario = generate(Seeded(seed))
        one = examined(scenario, on, seed, both=seed % BOTH_BODIES == 0)
        return fired(scenario, one.trace), endings(one.trace), one.finding
    except Exception as error:  # of the generator or of a judge: a finding, and not the end of a sweep
        name = type(error).__name__
        return set(), [], Finding(DEFECT, (name,), (f"{name}: {error}",))


def _brief(finding: Finding) -> Finding:
    lines, characters = TOLD
    return evolve(finding, told=tuple(line[:characters] for line in finding.told[:lines]))


@define
class Trouble:
    """Findings that are alike: the first of them by its seed, and how many there are."""

    first: Found
    count: int = 1


def troubles(blocks: Iterable[Block]) -> list[Trouble]:
    """The findings of blocks put together where they are alike, in the order of their seeds."""
    known: list[Trouble] = []
    for found in (one for block in sorted(blocks, key=lambda one: one.seeds) for one in block.found):
        like = next((one for one in known if found.finding.is_like(one.first.finding)), None)
        if like:
            like.count += 1
        else:
            known.append(Trouble(found))
    return known
