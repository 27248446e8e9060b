"""The result model: a check, a result, a run, and their JSON. Reports read this and nothing else of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import Factory, asdict, frozen

PASS, FAIL, INCONCLUSIVE, UNSUPPORTED, ERROR = VERDICTS = (
    "pass",
    "fail",
    "inconclusive",
    "unsupported",
    "error",
)

Key = tuple[str, str, str, int, int]
"""What makes a result known: scenario, implementation, policy, seed, repetition."""


@frozen
class Check:
    """One judgement of one clause.

    ``source`` is expectation, invariant or clause. ``proof`` lists the sequence numbers of the
    observations that the verdict rests on. ``line`` points into the scenario file, 0 if none.
    """

    clause: str
    level: str
    authority: str
    verdict: str
    expected: str
    actual: str
    proof: tuple[int, ...] = ()
    source: str = "expectation"
    line: int = 0

    @property
    def must(self) -> bool:
        """Whether the verdict of its scenario hangs on it."""
        return self.level == "must"

    @property
    def fails(self) -> bool:
        """Whether it fails its scenario."""
        return self.must and self.verdict == FAIL

    @property
    def told(self) -> str:
        """What it expected and what there was, on one line."""
        return f"{self.clause}: expected {self.expected}; {self.actual}"

    @property
    def remarks(self) -> bool:
        """Whether it came out otherwise without failing anything: it is a should, a may or an observe."""
        return not self.must and self.verdict == FAIL


@frozen
class Result:
    """What one implementation did in one scenario: the verdict and all that it rests on.

    ``observations`` is the path of the observation file, relative to the run's folder; ``note``
    says what lever is missing, what broke, or what the run could not tell. ``wall`` and
    ``virtual`` are nanoseconds. ``token`` is what ``bgfetch replay`` gives the same trace again for,
    "" where time is real and nothing does.
    """

    scenario: str
    implementation: str
    verdict: str
    checks: tuple[Check, ...]
    policy: str = ""
    seed: int = 0
    repetition: int = 1
    note: str = ""
    wall: int = 0
    virtual: int = 0
    observations: str = ""
    token: str = ""

    @property
    def key(self) -> Key:
        """What makes the result known among others."""
        return (self.scenario, self.implementation, self.policy, self.seed, self.repetition)

    def to_json(self) -> dict[str, Any]:
        return {"type": "result", **asdict(self)}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Result:
        """Read what ``to_json`` wrote. Raises KeyError or TypeError where a field is missing or wrong."""
        rest = {k: v for k, v in row.items() if k not in ("type", "checks")}
        checks = tuple(Check(**{**c, "proof": tuple(c["proof"])}) for c in row["checks"])
        return cls(checks=checks, **rest)


@frozen
class RunHeader:
    """The first line of a run: who ran what, with which seed and options.

    ``implementations`` maps each name to its version; ``expected`` is the number of results due.
    """

    bgfetch: str
    python: str
    started: str
    seed: int
    expected: int
    implementations: Mapping[str, str]
    options: Mapping[str, Any] = Factory(dict)
    scenarios: Sequence[Mapping[str, Any]] = ()
    """For each scenario: id, title, clauses, file, text."""
    levers: Mapping[str, Mapping[str, Any]] = Factory(dict)
    baseline: str = ""
    """The text of the baseline that the run was held against, "" for none."""

    def to_json(self) -> dict[str, Any]:
        return {"type": "run", **asdict(self)}


@frozen
class RunEnd:
    """The last line of a run: how many results were due, how many came, and the times taken."""

    expected: int
    actual: int
    wall: int
    virtual: int

    def to_json(self) -> dict[str, Any]:
        return {"type": "end", **asdict(self)}


def verdict_of(checks: Sequence[Check]) -> str:
    """The verdict of a scenario: fail where a must fails, inconclusive where one could not be told.

    A failed should, may or observe is shown but never fails the scenario.
    """
    musts = [check.verdict for check in checks if check.must]
    for verdict in (ERROR, FAIL, INCONCLUSIVE):
        if verdict in musts:
            return verdict
    return PASS if checks else INCONCLUSIVE
