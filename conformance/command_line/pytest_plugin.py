"""A pytest plug-in: scenario files are collected as tests, one for each implementation.

    pytest scenarios --bgfetch-on chromium --bgfetch-baseline baselines/chromium.toml

Without ``--bgfetch-on`` it does nothing, so that it is in nobody's way. Implementations stay open
from their first scenario to the end of the session, as in ``bgfetch run``; under xdist each worker
has its own.
"""

from __future__ import annotations

import queue
import re
import shlex
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trio

if TYPE_CHECKING:
    from conformance.baseline.model import Baseline
    from conformance.results import Result
    from conformance.runner import Candidate
    from conformance.scenario.model import Scenario

_SCENARIO = re.compile(r"^[ \t]*(clauses[ \t]*=|\[+[ \t]*(steps|expect|rows)[ \t]*[].])", re.MULTILINE)
"""What scenario files have, and hardly another TOML file. One of these will do: where the others are missing
or misspelt, the file is a broken scenario, and is told to be one.
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("bgfetch", "scenarios of the Background Fetch API")
    group.addoption(
        "--bgfetch-on", action="append", default=[], metavar="IMPLEMENTATION",
        help="Collect scenario files, and judge this implementation. May be given again.",
    )  # fmt: skip
    group.addoption(
        "--bgfetch-baseline", type=Path, metavar="FILE",
        help="What an implementation is known to get wrong: that is an expected failure.",
    )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Refuse what cannot be meant before anything is collected."""
    names, file = config.getoption("bgfetch_on"), config.getoption("bgfetch_baseline")
    if not names:
        return
    from conformance.baseline.file import read
    from conformance.errors import BadInput
    from conformance.implementations import find
    from conformance.scenario.errors import ScenarioError

    try:
        for name in names:
            find(name)
        config.stash[BASELINE] = read(file) if file else None
    except (BadInput, ScenarioError) as error:
        raise pytest.UsageError(str(error)) from None


def pytest_unconfigure(config: pytest.Config) -> None:
    if desk := config.stash.get(DESK, None):
        desk.close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Scenario files, and whatever .toml file was named outright, so that its errors are told."""
    if not parent.config.getoption("bgfetch_on") or file_path.suffix != ".toml":
        return None
    if parent.session.isinitpath(file_path) or _SCENARIO.search(file_path.read_text("utf-8", "replace")):
        collector: pytest.Collector = ScenarioFile.from_parent(parent, path=file_path)
        return collector
    return None


class ScenarioFile(pytest.File):
    """A scenario file: an item for each of its scenarios and each implementation."""

    def collect(self) -> Iterator[pytest.Item]:
        from conformance.scenario.errors import ScenarioError
        from conformance.scenario.load import load_all
        from conformance.scenario.model import MARK

        try:
            scenarios = load_all(self.path)
        except ScenarioError as error:
            raise self.CollectError(str(error)) from None
        for scenario in scenarios:
            row = scenario.id.partition(MARK)[2]
            for on in dict.fromkeys(self.config.getoption("bgfetch_on")):
                yield self._item(f"{row}[{on}]" if row else on, scenario, on)

    def _item(self, name: str, scenario: Scenario, implementation: str) -> pytest.Item:
        """An item whose id is given as a text, as it is kept for ``--lf``: pytest makes of a name in brackets
        something else than of the same text read back.
        """
        item: pytest.Item = ScenarioItem.from_parent(
            self,
            name=name,
            nodeid=f"{self.nodeid}::{name}",
            scenario=scenario,
            implementation=implementation,
        )
        return item


class NotAsExpected(Exception):
    """A scenario failed, or the harness had trouble; the message is the whole story."""


class ScenarioItem(pytest.Item):
    """One scenario on one implementation."""

    obj = None
    """pytest-trio takes for granted that each item has one."""

    def __init__(self, *, scenario: Scenario, implementation: str, **rest: Any) -> None:
        super().__init__(**rest)
        self.scenario, self.implementation = scenario, implementation

    def runtest(self) -> None:
        from conformance.command_line import expected
        from conformance.results import INCONCLUSIVE, PASS, UNSUPPORTED

        result = _desk(self.config).judged(self.implementation, self.scenario)
        baseline = self.config.stash[BASELINE]
        (left,) = expected.left([result], baseline)
        if left.verdict in (UNSUPPORTED, INCONCLUSIVE):
            pytest.skip(f"{left.verdict}: {left.note or 'the run could not tell'}")
        if left.verdict != PASS:
            raise NotAsExpected(self._story(left))
        if baseline and result.verdict != PASS:
            pytest.xfail("known: " + ", ".join(_known(result, baseline)))

    def _story(self, result: Result) -> str:
        from conformance.command_line import summary

        row = self.scenario.id.partition("#")[2]
        selector = f"{self.path}#{row}" if row else str(self.path)
        again = shlex.join(["bgfetch", "run", selector, "--on", self.implementation])
        return "\n".join([*summary.findings([result]), f"  again: {again}"]).strip()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, NotAsExpected):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, max(self.scenario.line - 1, 0), f"{self.scenario.id} on {self.implementation}"


def _known(result: Result, baseline: Baseline) -> list[str]:
    standing = baseline.standing(result)
    return [entry.clause for entry in standing.met] if standing else []


# -- the implementations --------------------------------------------------------------------


class Desk:
    """Where scenarios are handed in: pytest calls each item for itself, while an implementation lives
    in one Trio program from its opening to its end, which therefore has a thread of its own.
    """

    def __init__(self) -> None:
        started: queue.SimpleQueue[tuple[Any, trio.CancelScope, trio.lowlevel.TrioToken]] = (
            queue.SimpleQueue()
        )
        self._thread = threading.Thread(target=trio.run, args=(_serve, started), daemon=True)
        self._thread.start()
        self._orders, self._scope, self._token = started.get()

    def judged(self, implementation: str, scenario: Scenario) -> Result:
        """The result of a scenario; whatever goes wrong in it is its verdict."""
        answer: queue.SimpleQueue[Result] = queue.SimpleQueue()
        order = (implementation, scenario, answer)
        trio.from_thread.run(self._orders.send, order, trio_token=self._token)
        return answer.get()

    def close(self) -> None:
        """Close every implementation, in the middle of a scenario too."""
        trio.from_thread.run_sync(self._scope.cancel, trio_token=self._token)
        self._thread.join()


async def _serve(started: queue.SimpleQueue[Any]) -> None:
    from conformance.implementations import find
    from conformance.runner import Candidate

    send, orders = trio.open_memory_channel[Any](0)
    candidates: dict[str, Candidate] = {}
    with trio.CancelScope() as scope:
        started.put((send, scope, trio.lowlevel.current_trio_token()))
        try:
            async for name, scenario, answer in orders:
                if name not in candidates:
                    candidates[name] = Candidate(find(name))
                answer.put(await _result(candidates[name], scenario))
        finally:
            with trio.CancelScope(shield=True):
                for candidate in candidates.values():
                    await candidate.close()


async def _result(candidate: Candidate, scenario: Scenario) -> Result:
    from conformance.results import Result

    outcome = await candidate.judged(scenario, 0)
    return Result(scenario.id, candidate.name, outcome.verdict, outcome.checks, note=outcome.note)


def _desk(config: pytest.Config) -> Desk:
    """The session's desk, opened for its first scenario."""
    if DESK not in config.stash:
        config.stash[DESK] = Desk()
    return config.stash[DESK]


DESK = pytest.StashKey[Desk]()
BASELINE = pytest.StashKey["Baseline | None"]()
