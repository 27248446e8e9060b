"""The runner: every result is written, whatever happens; one broken scenario does not spoil the next."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.errors import BadInput
from conformance.implementations.protocol import Description, Lever, Session, Trouble, Unsupported
from conformance.results import ERROR, FAIL, INCONCLUSIVE, PASS, UNSUPPORTED, Check, Result
from conformance.run_folder import RunFolder
from conformance.runner import Plan, _header, run
from conformance.scenario.model import Scenario
from conformance.selectors import Catalogue, faults
from simulator.observation import Log, Observation, Worker
from tests.conftest import scenario

Story = Mapping[str, BaseException | str]
"""By scenario id: the verdict to give, or what to raise when it is driven."""


class Fake:
    """An implementation that plays a story and writes down what was asked of it."""

    def __init__(self, name: str = "fake", levers: Sequence[str] = ("fetch",), opens: int = 99) -> None:
        self.name, self.levers, self.opens = name, levers, opens
        self.calls: list[str] = []

    async def open(self) -> Description:
        self.calls.append("open")
        if self.calls.count("open") > self.opens:
            raise Trouble("the fake will not open again")
        return Description(self.name, "1.0", {name: Lever(available=True) for name in self.levers})

    @asynccontextmanager
    async def start(self, scenario: Scenario, seed: int) -> AsyncIterator[Session]:
        self.calls.append(f"{scenario.id}/{seed}")
        log = Log(clock=lambda: 7)
        log.see("worker", "/", "", Worker("started"))
        yield SimpleNamespace(log=log, id=scenario.id)

    async def close(self) -> None:
        self.calls.append("close")


class Watch:
    def __init__(self) -> None:
        self.results: list[Result] = []

    def starts(self, scenario: str, implementation: str) -> None: ...

    def ended(self, result: Result, *, disturbed: bool) -> None:
        self.results.append(result)


Play = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Play:
    """Run a story on implementations, into a folder; give the lines of results.jsonl."""

    def play(
        story: Story, *implementations: Fake, needs: Sequence[str] = (), **options: Any
    ) -> list[dict[str, Any]]:
        import trio

        async def drive(scenario: Scenario, session: Any) -> None:
            if isinstance(told := story[scenario.id], BaseException):
                raise told

        def judge(scenario: Scenario, observations: Sequence[Observation]) -> list[Check]:
            return [Check("a/1", "must", "text", str(story[scenario.id]), "this", "that")]

        monkeypatch.setattr("conformance.runner.drive", drive)
        monkeypatch.setattr("conformance.runner.judge", judge)
        monkeypatch.setattr("conformance.runner.required_levers", lambda _: needs)
        plan = Plan([scenario(name) for name in story], implementations, **options)
        trio.run(run, plan, RunFolder.create(tmp_path / "run"), Watch())
        return lines(tmp_path / "run")

    return play


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "results.jsonl").read_text().splitlines()]


def verdicts(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {row["scenario"]: row["verdict"] for row in rows if row["type"] == "result"}


def test_a_run_is_a_header_a_line_per_result_and_an_end(play: Play, tmp_path: Path) -> None:
    fake = Fake()
    rows = play({"a/x": PASS, "b": FAIL, "c": INCONCLUSIVE}, fake, seed=3)
    assert [row["type"] for row in rows] == ["run", "result", "result", "result", "end"]
    assert rows[0]["implementations"] == {"fake": "1.0"}
    assert rows[0]["levers"] == {"fake": {"fetch": {"available": True, "why": ""}}}
    assert (rows[-1]["expected"], rows[-1]["actual"], rows[-1]["virtual"]) == (3, 3, 21)
    assert verdicts(rows) == {"a/x": PASS, "b": FAIL, "c": INCONCLUSIVE}
    assert rows[1]["observations"] == "observations/a/x/fake-3-1.jsonl"
    seen = (tmp_path / "run" / rows[1]["observations"]).read_text().splitlines()
    assert [Observation.from_json(json.loads(one)).data for one in seen] == [Worker("started")]
    assert fake.calls == ["open", "a/x/3", "b/3", "c/3", "close"]


def test_the_header_says_which_faults_a_scenario_has_in_store() -> None:
    catalogue = Catalogue()
    for chosen in (catalogue.select(["fault:stall"])[:5], catalogue.select(["*offline-before*"])[:5]):
        header = _header(Plan(chosen, ()), [])
        assert [one["faults"] for one in header.scenarios] == [sorted(faults(one)) for one in chosen]
        assert list(header.scenarios[0]) == ["id", "title", "clauses", "faults", "file", "line", "text"]


def test_repetitions_are_whole_rounds_with_a_seed_each(play: Play) -> None:
    fake = Fake()
    rows = play({"a": PASS, "b": PASS}, fake, seed=5, repeat=2)
    assert fake.calls[1:-1] == ["a/5", "b/5", "a/6", "b/6"]
    assert [(r["seed"], r["repetition"]) for r in rows if r["type"] == "result"] == [
        (5, 1),
        (5, 1),
        (6, 2),
        (6, 2),
    ]


def test_implementations_run_one_after_another_and_each_is_closed_when_it_is_through(play: Play) -> None:
    one, two = Fake("one"), Fake("mutant:two")
    rows = play({"a": PASS}, one, two)
    assert [row["implementation"] for row in rows[1:-1]] == ["one", "mutant:two"]
    assert one.calls == two.calls == ["open", "a/0", "close"]
    assert rows[2]["observations"] == "observations/a/mutant%3Atwo-0-1.jsonl"


def test_a_missing_lever_is_unsupported_by_name_and_the_scenario_is_never_started(play: Play) -> None:
    fake = Fake()
    (row,) = play({"a": PASS}, fake, needs=["fetch", "quota"])[1:-1]
    assert (row["verdict"], row["checks"]) == (UNSUPPORTED, [])
    assert row["note"] == "quota: fake has no such lever"
    assert fake.calls == ["open", "close"]


def test_a_lever_found_missing_on_the_way_is_unsupported_too(play: Play) -> None:
    (row,) = play({"a": Unsupported("offline", "no namespace")}, Fake())[1:-1]
    assert (row["verdict"], row["note"]) == (UNSUPPORTED, "offline: no namespace")
    assert row["observations"]


@pytest.mark.parametrize(
    ("broken", "note"),
    [
        (Trouble("the tab crashed"), "the tab crashed"),
        (ExceptionGroup("nursery", [ValueError("noise"), Trouble("the tab crashed")]), "the tab crashed"),
        (KeyError("lost"), "the harness broke: KeyError: 'lost'"),
    ],
)
def test_trouble_is_an_error_and_the_next_scenario_gets_a_fresh_start(
    play: Play, tmp_path: Path, broken: Exception, note: str
) -> None:
    fake = Fake()
    rows = play({"a": broken, "b": PASS}, fake)
    assert verdicts(rows) == {"a": ERROR, "b": PASS}
    assert rows[1]["note"].startswith(note)
    assert fake.calls == ["open", "a/0", "close", "open", "b/0", "close"]
    story = (tmp_path / "run/observations/a/fake-0-1.trouble.txt").read_text()
    assert type(broken).__name__ in story


def test_what_does_not_open_again_is_an_error_for_each_scenario_left(play: Play) -> None:
    fake = Fake(opens=1)
    rows = play({"a": Trouble("gone"), "b": PASS, "c": PASS}, fake)
    assert verdicts(rows) == {"a": ERROR, "b": ERROR, "c": ERROR}
    assert "the fake will not open again" in rows[3]["note"]
    assert fake.calls.count("open") == 2
    assert rows[-1]["actual"] == 3


def test_what_does_not_open_at_all_is_bad_input_and_leaves_nothing(play: Play, tmp_path: Path) -> None:
    first, second = Fake("first"), Fake("second", opens=0)
    with pytest.raises(BadInput, match="second cannot be judged here: the fake will not open again"):
        play({"a": PASS}, first, second)
    assert first.calls == ["open", "close"]
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_closes_everything_keeps_what_is_finished_and_writes_no_end(
    play: Play, tmp_path: Path
) -> None:
    one, two = Fake("one"), Fake("two")
    with pytest.raises(KeyboardInterrupt):
        play({"a": PASS, "b": KeyboardInterrupt(), "c": PASS}, one, two)
    assert [row["type"] for row in lines(tmp_path / "run")] == ["run", "result"]
    assert (one.calls[-1], two.calls) == ("close", ["open", "close"])


def test_ctrl_c_before_the_first_result_leaves_nothing(play: Play, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        play({"a": KeyboardInterrupt()}, Fake())
    assert list(tmp_path.iterdir()) == []


def test_a_result_is_on_disk_before_the_next_scenario_starts(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[int] = []
    fake = Fake()
    start = fake.start

    def looking(scenario: Scenario, seed: int) -> Any:
        found.append(len(lines(tmp_path / "run")))
        return start(scenario, seed)

    monkeypatch.setattr(fake, "start", looking)
    play({"a": PASS, "b": PASS, "c": PASS}, fake)
    assert found == [1, 2, 3]
