"""``bgfetch fuzz``: what is found is looked at again, cut down, written, tried first; nothing is lost."""

from __future__ import annotations

import errno
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.adversary import hunt, subjects
from conformance.adversary.apart import shape, told_apart
from conformance.adversary.browsers import broken_rules
from conformance.adversary.chance import Seeded
from conformance.adversary.generate import FEATURES, generate
from conformance.adversary.hand_reach import in_reach
from conformance.adversary.hastened import LONGEST, hastened
from conformance.adversary.unheard import unheard_of
from conformance.adversary.usable import can_run, usable
from conformance.command_line import hunt_told
from conformance.command_line.exit_codes import UNREAD
from conformance.command_line.mix import counts
from conformance.implementations.protocol import LEVERS, Description, Lever, Session, Trouble
from conformance.implementations.simulator import SimulatorImplementation
from conformance.mutants import mutants
from conformance.results import FAIL, Check
from conformance.scenario.healing import healed
from conformance.scenario.levers import required_levers
from conformance.scenario.load import load, scenario_from_document
from conformance.scenario.model import Scenario
from conformance.scenario.units import TIME
from simulator.observation import Record
from tests.simulate import judged, observe, scenario

MUTANT = "another-word-for-success"
"""Breaks a rule for every run, in nearly every example."""

Bgfetch = Callable[..., Result]


# -- in virtual time -------------------------------------------------------------------------


def test_what_is_found_is_written_small_and_fails_when_it_is_run_again(bgfetch: Bgfetch) -> None:
    found = bgfetch("fuzz", "--on", f"mutant:{MUTANT}", "--examples", "5", "--seed", "1")
    assert found.exit_code == 1, found.output
    (path,) = Path("bgfetch-found").glob("*.toml")
    small = load(path)
    assert len(small.steps) <= 3
    assert judged(small, f"mutant:{MUTANT}", small.seed)[0] == FAIL
    assert judged(small, "simulator", small.seed)[0] != FAIL
    assert f"Written to {path}" in found.output


def test_what_failed_before_is_tried_first_and_not_found_again(bgfetch: Bgfetch) -> None:
    words = ("fuzz", "--on", f"mutant:{MUTANT}", "--examples", "5", "--seed", "1")
    bgfetch(*words)
    again = bgfetch(*words)
    assert again.output.startswith("still fails")
    assert "0 new failures" in again.output
    assert again.exit_code == 1
    assert len(list(Path("bgfetch-found").iterdir())) == 1
    mended = bgfetch("fuzz", "--examples", "1")
    assert mended.output.startswith("passes now")
    assert mended.exit_code == 0


def test_the_same_seed_makes_the_same_examples_whatever_the_budget(bgfetch: Bgfetch) -> None:
    words = ("fuzz", "--on", f"mutant:{MUTANT}", "--seed", "3", "--out")
    longer, shorter = (bgfetch(*words, str(n), "--examples", str(n)).output for n in (40, 4))
    first = re.compile(r"Found in example (\d+)")
    assert first.findall(shorter) == [one for one in first.findall(longer) if int(one) <= 4]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--examples", "0"), "--examples"),
        (("--seconds", "0"), "--seconds"),
        (("--seconds", "nan"), "nan is no time. Leave --seconds away"),
        (("--seconds", "inf"), "inf is no time. Leave --seconds away"),
        (("--on", "chromum"), "Did you mean chromium?"),
        (("--out", "a-file/below"), "Choose another place with --out"),
        (("--out", "broken"), "broken/corrupt.toml"),
        (("--out", "/proc/found"), "/proc is no folder that you may use"),
        (("--out", "/proc"), "Choose another place with --out"),
    ],
)
def test_bad_input_is_told_before_anything_is_run(
    words: tuple[str, ...], told: str, bgfetch: Bgfetch
) -> None:
    Path("a-file").write_text("", encoding="utf-8")
    Path("broken").mkdir()
    Path("broken/corrupt.toml").write_text("title = ", encoding="utf-8")
    before = sorted(Path().rglob("*"))
    done = bgfetch("fuzz", "--examples", "3", *words)
    assert done.exit_code == 2, done.output
    assert told in str(done.exception) + done.output
    assert sorted(Path().rglob("*")) == before
    assert Path("broken/corrupt.toml").read_text(encoding="utf-8") == "title = "


def test_a_folder_that_is_locked_is_told_before_anything_is_run(
    bgfetch: Bgfetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*given: object, **more: object) -> object:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", locked)
    done = bgfetch("fuzz", "--examples", "1", "--out", "found")
    assert done.exit_code == 2, done.output
    assert "no folder that you may use (Permission denied).\nChoose another place" in done.output


@pytest.fixture
def no_room() -> Iterator[None]:
    """No file can get longer than it is."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_where_there_is_no_room_nothing_is_left_and_the_summary_is_told(
    no_room: None, bgfetch: Bgfetch, tmp_path: Path
) -> None:
    done = bgfetch("fuzz", "--on", f"mutant:{MUTANT}", "--examples", "5", "--seed", "1")
    assert done.exit_code == 2, done.output
    assert [path.name for path in tmp_path.rglob("*")] == ["bgfetch-found"]
    assert "1 new failures\nbgfetch: A failing scenario cannot be written" in done.output
    assert "File too large" in done.output
    assert "title = " in done.output


KEEPING = """
import sys
from pathlib import Path
from conformance.adversary.kept import Kept
kept = Kept(Path("found"))
sys.stdin.readline()
for number in range(100):
    kept.write(f"{sys.argv[1]} {number}", "the same")
"""


def test_hunts_that_share_a_folder_take_nothing_from_each_other(tmp_path: Path) -> None:
    hunts = [
        subprocess.Popen(
            [sys.executable, "-c", KEEPING, name],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
            stdin=subprocess.PIPE,
        )
        for name in "ab"
    ]
    for one in hunts:
        assert one.stdin
        one.stdin.close()
    assert [one.wait(60) for one in hunts] == [0, 0]
    texts = sorted(path.read_text(encoding="utf-8") for path in tmp_path.glob("found/*"))
    assert texts == sorted(f"{name} {number}" for name in "ab" for number in range(100))


def test_what_is_printed_to_see_a_finding_again_is_safe_to_type(bgfetch: Bgfetch) -> None:
    folder = "a dir/ä'x"
    done = bgfetch("fuzz", "--on", f"mutant:{MUTANT}", "--examples", "5", "--seed", "1", "--out", folder)
    (path,) = Path(folder).glob("*.toml")
    (typed,) = re.findall("To see it again: (.*)", done.output)
    assert shlex.split(typed) == ["bgfetch", "replay", str(path), "--on", f"mutant:{MUTANT}"]


def test_a_reader_who_has_gone_away_ends_the_hunt_and_is_no_failure(tmp_path: Path) -> None:
    fuzz = subprocess.Popen(
        [sys.executable, "-u", "-m", "conformance", "fuzz", "--on", f"mutant:{MUTANT}"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert fuzz.stdout
    fuzz.stdout.close()
    assert fuzz.stderr
    with fuzz.stderr:
        assert not fuzz.stderr.read()
    assert fuzz.wait() == UNREAD


def test_ctrl_c_keeps_what_was_found(tmp_path: Path) -> None:
    words = [sys.executable, "-u", "-m", "conformance", "fuzz", "--on", f"mutant:{MUTANT}"]
    fuzz = subprocess.Popen(
        [*words, "--examples", "1000000"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert fuzz.stdout
    for line in fuzz.stdout:
        if "Written to" in line:
            break
    fuzz.send_signal(signal.SIGINT)
    output, errors = fuzz.communicate()
    assert fuzz.returncode == 130, errors
    assert "What was found is kept" in errors
    assert "1 new failures" in output
    assert list(tmp_path.glob("bgfetch-found/*.toml"))


def test_where_nothing_can_be_run_nothing_has_passed(bgfetch: Bgfetch) -> None:
    done = bgfetch("fuzz", "--on", "simulator:without-api", "--examples", "3")
    assert done.exit_code == 5, done.output
    assert "verdicts  unsupported 3" in done.output
    assert "  unsupported    3  fetch: this user agent has no Background Fetch API\n" in done.output
    assert "success" not in done.output


def test_what_has_no_lever_that_every_example_needs_is_told_which(
    fickle: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def described(self: Fickle) -> Description:
        return Description("fickle", "1", {"fetch": Lever(False, "not built in")})

    monkeypatch.setattr(Fickle, "open", described)
    done = fickle(".", 3)
    assert done.exit_code == 5, done.output
    assert "  unsupported    3  fetch: not built in\n" in done.output


@pytest.mark.parametrize(("every", "lines"), [(0, ["1 of 3", "2 of 3", "3 of 3"]), (30, [])])
def test_where_there_is_no_terminal_a_line_now_and_then_says_how_far_it_is(
    every: float, lines: list[str], bgfetch: Bgfetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hunt_told, "EVERY_S", every)
    done = bgfetch("fuzz", "--examples", "3")
    told = re.compile(r"^(\d of 3) examples, [\d.e+]+ a second; 0 new failures$", re.MULTILINE)
    assert told.findall(done.stderr) == lines


def test_of_the_same_count_features_are_told_by_their_names() -> None:
    """They come out of sets, whose order differs from run to run."""
    assert counts(Counter("cabab")) == "a 2, b 2, c 1"
    assert counts(Counter("bacbc"), 2) == "b 2, c 2"


# -- in real time, with a stand-in for a browser ----------------------------------------------


LITTLE = Description(
    "fickle", "1", {name: Lever(name in ("fetch", "cross origin", "second worker")) for name in LEVERS}
)
"""What can do no more than every made-up scenario needs."""


class Fickle:
    """Not of the simulator as far as a hunt knows: a user agent that is at fault in some runs only.

    ``script`` says of the number of a run, from 1 on, whether it is at fault: "x", sound: ".", or
    trouble: "!"; what comes after it is like its last.
    """

    name = "fickle"

    def __init__(self, script: str) -> None:
        self._script, self._runs = script, 0
        self._agents = {".": SimulatorImplementation(), "x": SimulatorImplementation("x", mutants()[MUTANT])}

    async def open(self) -> Description:
        return LITTLE

    @asynccontextmanager
    async def start(self, scenario: Scenario, seed: int) -> AsyncIterator[Session]:
        now = self._script[min(self._runs, len(self._script) - 1)]
        self._runs += 1
        if now == "!":
            raise Trouble("The browser ended by itself.")
        async with self._agents[now].start(scenario, seed) as session:
            yield session

    async def close(self) -> None:
        """There is nothing to close."""


@pytest.fixture
def fickle(bgfetch: Bgfetch, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    def on_it(script: str, examples: int) -> Result:
        monkeypatch.setattr(subjects, "find", lambda name: Fickle(script))
        monkeypatch.setattr(subjects, "SHRINKING_S", 0.5)
        monkeypatch.setattr(hunt, "generate", plain_one)
        return bgfetch("fuzz", "--on", "fickle", "--examples", str(examples))

    return on_it


def plain_one(chance: Seeded, features: Collection[str]) -> Scenario:
    """What is at fault in every run of a user agent that is: what is made up need not show it."""
    chance.whole(0, 10**6)  # or there would be only one example
    return healed(scenario(PLAIN))


PLAIN = """
title = "For a test"
clauses = ["perform-a-background-fetch-algorithm/5"]
#
[origin."/a"]
size = 1000
[[steps]]
fetch = "f"
requests = ["/a"]
[[steps]]
until = "settled"
"""

SCRIPTS = {
    "sound": (".", 3, 0, []),
    "always": ("x", 1, 1, [""]),
    "not again": ("x...", 1, 4, ["unstable"]),
    "once again": ("xx..", 1, 4, ["unstable"]),
    "twice again": ("xx.x.", 1, 4, ["unstable"]),
    "trouble at first": ("!.", 2, 3, ["trouble"]),
    "trouble, then at fault": ("!x", 2, 1, ["", "trouble"]),
    "trouble when looked at again": ("x!xx.", 1, 4, ["unstable"]),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_failure_is_believed_once_it_was_seen_three_times_more(
    name: str, fickle: Callable[..., Result]
) -> None:
    script, examples, code, folders = SCRIPTS[name]
    done = fickle(script, examples)
    assert done.exit_code == code, done.output
    found = Path("bgfetch-found")
    assert sorted({str(path.parent.relative_to(found)) for path in found.rglob("*.toml")}) == [
        folder or "." for folder in folders
    ]
    assert f"{examples} examples" in done.output


@pytest.mark.parametrize(("script", "again"), [("x...", 0), ("xx..", 1), ("xx.x.", 2)])
def test_an_unstable_failure_is_told_with_its_counts(
    script: str, again: int, fickle: Callable[..., Result]
) -> None:
    told = f"Unstable: seen in {again} of 3 more runs."
    assert told in fickle(script, 1).output
    kept = [path.read_text(encoding="utf-8") for path in Path("bgfetch-found/unstable").iterdir()]
    assert any(told in text for text in kept)


@pytest.mark.parametrize(
    ("script", "quota", "told"),
    [
        ("x", "", "still fails"),
        (".", "", "passes now"),
        ("!.", "", "trouble now"),
        ("x", "storage = { quota = 0 }", "cannot be run"),
    ],
)
def test_of_what_failed_before_it_is_told_how_it_is_now(
    script: str, quota: str, told: str, fickle: Callable[..., Result]
) -> None:
    kept = Path("bgfetch-found/kept.toml")
    kept.parent.mkdir()
    kept.write_text(PLAIN.replace("#", quota), encoding="utf-8")
    assert re.search(f"^{told} +{kept}$", fickle(script, 1).output, re.MULTILINE)


def test_trouble_that_does_not_end_ends_the_hunt(
    fickle: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = iter([LITTLE])

    async def open_once(self: Fickle) -> Description:
        if described := next(opened, None):
            return described
        raise Trouble("There is no browser any more.")

    monkeypatch.setattr(Fickle, "open", open_once)
    done = fickle("!", 5)
    assert done.exit_code == 2, done.output
    assert "There is no browser any more" in str(done.exception) + done.output


# -- what an implementation can be asked for --------------------------------------------------

levers = st.sets(st.sampled_from(sorted(LEVERS)))


@settings(deadline=None)  # a scenario takes as long to make as the machine is busy
@given(levers, st.integers(0, 1000))
def test_what_can_be_run_needs_no_lever_that_is_missing(there: set[str], seed: int) -> None:
    scenario = generate(Seeded(seed))
    described = Description("x", "1", {name: Lever(name in there) for name in LEVERS})
    assert not can_run(scenario, described) or set(required_levers(scenario)) <= there


def test_with_every_lever_nearly_every_feature_is_usable_and_with_none_those_of_the_answers() -> None:
    every = Description("x", "1", {name: Lever(True) for name in LEVERS})
    assert set(FEATURES) - set(usable(every)) <= {"updateUI", "waitUntil", "permission"}
    little = set(usable(LITTLE))
    real = Description("x", "1", {name: Lever(name not in ("torn write", "policy")) for name in LEVERS})
    assert {"browser kill", "network metered", "wait"} <= set(usable(real))
    assert {"status", "redirect", "get", "matchAll", "several requests"} <= little
    assert not {"network offline", "browser kill", "user pause", "permission", "cut", "kill_keeps"} & little


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_nothing_takes_long_in_real_time_and_all_else_stays(seed: int) -> None:
    scenario = generate(Seeded(seed))
    short = hastened(scenario)
    waits = [step.arguments["wait"] for step in short.steps if step.verb == "wait"]
    assert max(waits, default=0) <= TIME.read(LONGEST)
    assert hastened(short).document == short.document
    assert [step.verb for step in short.steps] == [step.verb for step in scenario.steps]
    assert required_levers(short) == required_levers(scenario)


HELD = """
title = "For a test"
clauses = ["perform-a-background-fetch-algorithm/5"]
[origin."/a"]
size = 1000
attempts = [{ stall = { after = 10, until = "gate" } }]
[[steps]]
fetch = "f"
requests = ["/a"]
[[steps]]
wait = "1 ms"
"""


@pytest.mark.parametrize(
    ("does", "reached"),
    [
        (["pause", "resume", "cancel"], True),
        (["pause", "resume", "click"], True),
        (["cancel", "click"], False),
        (["click", "click"], False),
        (["release", "click"], True),
        (["release", "cancel"], False),
    ],
)
def test_a_hand_reaches_what_runs_and_is_still_shown(does: list[str], reached: bool) -> None:
    steps = {"release": '[[steps]]\nrelease = "gate"\n[[steps]]\nwait = "1 s"\n'}
    text = "".join(steps.get(one, f'[[steps]]\nuser = "{one}"\nof = "f"\n') for one in does)
    assert in_reach(scenario(HELD + text)) == reached


@pytest.mark.parametrize(("on", "can"), [("page", True), ("worker", False)])
def test_nobody_waits_for_the_bytes_of_a_fetch_that_may_be_refused(on: str, can: bool) -> None:
    """Whether a worker may call fetch() is open (erratum 26)."""
    waits = HELD.replace('requests = ["/a"]', f'requests = ["/a"]\non = "{on}"\nlevel = "observe"')
    every = Description("x", "1", {name: Lever(True) for name in LEVERS})
    waits += '[[steps]]\nuntil = { sent = 10, path = "/a" }\n[[steps]]\nfetch = "g"\nrequests = ["/a"]\n'
    assert can_run(scenario(waits), every) == can


# -- outcomes that the reference never has ------------------------------------------------------


CUT = scenario(
    """
    title = "For a test"
    clauses = ["complete-a-record-algorithm/11.r8.2"]
    [origin."/a"]
    size = 100000
    attempts = [{ cut = { after = 1000 } }]
    [[steps]]
    fetch = "f"
    requests = ["/a"]
    [[steps]]
    until = "settled"
    """
)


@pytest.mark.parametrize("policy", [{}, {"cut_while_online": "retry"}])
def test_what_the_reference_may_come_to_is_not_unheard_of(policy: dict[str, str]) -> None:
    chosen = scenario_from_document({**CUT.document, "policy": policy}, "chosen")
    assert unheard_of(CUT, observe(chosen), 0) is None


def test_what_it_never_comes_to_is_told_beside_the_nearest_outcome_and_its_policy() -> None:
    retried = scenario_from_document({**CUT.document, "policy": {"cut_while_online": "retry"}}, "chosen")
    lost = [seen for seen in observe(retried) if not isinstance(seen.data, Record)]
    nearest = unheard_of(CUT, lost, 0)
    assert nearest
    assert nearest.policy == {"cut_while_online": "retry"}
    assert nearest.told == (
        "The nearest outcome of the reference, under cut_while_online retry:",
        'records of f: nothing, and not /a 200 v1[0:100000] ""',
    )


# -- how it is told ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actual", "expected", "told"),
    [
        ([{"a": 1, "b": 300_000}], [{"a": 1, "b": 0}], "x: b 300,000, and not b 0"),
        (
            [("f", {"r": {"id": "f", "n": ""}})],
            [("f", {"r": {"id": "f", "n": "no"}})],
            'x: r n "", and not r n no',
        ),
        (["one", "two"], ["two"], "x: one, and not nothing"),
        (None, ["two"], "x: nothing, and not two"),
        ([{"version": "v1", "start": 0, "stop": 5}], [], "x: v1[0:5], and not nothing"),
    ],
)
def test_of_a_difference_only_what_differs_is_told(actual: Any, expected: Any, told: str) -> None:
    assert told_apart("x", actual, expected) == told


def test_a_rule_broken_in_two_ways_is_two_findings() -> None:
    ways = ("/a holds v1[0:5] v2[5:9]", "/b holds v1[0:7] v2[7:90]", "downloaded 5 of n1")
    checks = [Check("c/1", "must", "text", FAIL, "sound", actual) for actual in ways]
    findings = broken_rules(checks)
    assert len(findings) == 2
    assert not findings[0].is_like(findings[1])
    assert shape(ways[0]) == shape(ways[1])


def test_a_kept_scenario_is_toml_that_says_what_is_wrong(bgfetch: Bgfetch) -> None:
    bgfetch("fuzz", "--on", f"mutant:{MUTANT}", "--examples", "2", "--seed", "9")
    (path,) = Path("bgfetch-found").glob("*.toml")
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# Found by: bgfetch fuzz --on mutant:{MUTANT} --seed 9 --examples ")
    assert tomli_w.dumps(dict(load(path).document)) in text
