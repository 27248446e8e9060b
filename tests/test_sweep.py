"""A sweep comes to the same, whoever works it out and however often it is cut short."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance import __version__
from conformance import fingerprint as of_sources
from conformance.adversary import sweep as sweeping
from conformance.adversary.chance import Seeded
from conformance.adversary.generate import generate
from conformance.adversary.oracles import Examination, Finding
from conformance.adversary.sweep import Block, Found, Seeds, Sweep, examine, troubles
from conformance.adversary.sweep_log import SweepLog
from conformance.errors import BadInput
from conformance.scenario.model import Scenario
from tests.marked import carrying, eventually

SMALL = 10
SEEDS, ON = "0-149", "mutant:link-switched-on"
PROGRAM = f"""
from conformance.adversary import sweep
sweep.BLOCK = {SMALL}
from conformance.command_line import main
main()
"""

Bgfetch = Callable[..., Result]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "BLOCK", SMALL)


# -- the whole, from the command line -------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The log of a sweep that one worker has worked out in one go."""
    log = tmp_path_factory.mktemp("whole") / "log.jsonl"
    started = program("--jobs", "1", "--out", str(log))
    assert not started.communicate(timeout=300)[1]
    assert started.returncode == 1, "the mutant is found"
    return log.read_bytes()


def program(*words: str, **environment: str) -> subprocess.Popen[str]:
    """A sweep in a process of its own, in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "sweep", "--seeds", SEEDS, "--on", ON, *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
        start_new_session=True,
    )


def blocks(log: Path) -> list[bytes]:
    """The whole lines of a log after the first."""
    return [line for line in log.read_bytes().splitlines(keepends=True)[1:] if line.endswith(b"\n")]


@pytest.mark.parametrize("jobs", ["2", "5"])
def test_the_log_is_the_same_however_many_work(
    jobs: str, whole: bytes, bgfetch: Bgfetch, tmp_path: Path
) -> None:
    bgfetch("sweep", "--seeds", SEEDS, "--on", ON, "--jobs", jobs, "--out", "log.jsonl")
    assert (tmp_path / "log.jsonl").read_bytes() == whole
    lines = [json.loads(line) for line in whole.splitlines()]
    assert [one["seeds"] for one in lines[1:]] == [f"{n}-{n + 9}" for n in range(0, 150, 10)]
    assert sum(one["examples"] for one in lines[1:]) == 150


@pytest.fixture
def mark() -> Iterator[str]:
    made = uuid.uuid4().hex
    yield made
    for entry in carrying(made):  # the test has failed, and must not make others fail
        os.kill(int(entry.name), signal.SIGKILL)


@pytest.mark.parametrize(
    ("how", "group", "code"),
    [(signal.SIGINT, True, 130), (signal.SIGTERM, False, 130), (signal.SIGKILL, False, -9)],
)
def test_a_sweep_that_is_cut_short_leaves_nobody_and_goes_on_with_the_same_command(
    how: signal.Signals, group: bool, code: int, whole: bytes, bgfetch: Bgfetch, tmp_path: Path, mark: str
) -> None:
    log = tmp_path / "log.jsonl"
    one = program("--jobs", "2", "--out", str(log), BGFETCH_TEST_MARK=mark)
    assert eventually(lambda: log.exists() and len(blocks(log)) >= 2, 120)
    (os.killpg if group else os.kill)(one.pid, how)
    told = one.communicate(timeout=120)[1]
    assert one.returncode == code
    assert eventually(lambda: not list(carrying(mark))), "a worker is left"
    kept = blocks(log)
    assert 2 <= len(kept) < 15
    if code == 130:
        assert told == (
            f"bgfetch: interrupted. {len(kept)} blocks are kept in {log}, "
            "and the same command goes on from there.\n"
        )
    again = bgfetch("sweep", "--seeds", SEEDS, "--on", ON, "--jobs", "2", "--out", str(log))
    assert f"{len(kept)} blocks are in {log} already." in again.output
    assert log.read_bytes() == whole


def test_a_worker_that_is_killed_loses_nothing(whole: bytes, tmp_path: Path, mark: str) -> None:
    log = tmp_path / "log.jsonl"
    one = program("--jobs", "2", "--out", str(log), BGFETCH_TEST_MARK=mark)
    assert eventually(lambda: log.exists() and len(blocks(log)) >= 1, 120)
    os.kill(worker(mark), signal.SIGKILL)
    assert not one.communicate(timeout=300)[1]
    assert one.returncode == 1
    assert log.read_bytes() == whole


def worker(mark: str) -> int:
    """One of the workers of a sweep."""
    return next(
        int(entry.name) for entry in carrying(mark) if b"spawn_main" in (entry / "cmdline").read_bytes()
    )


def test_the_end_tells_the_mix_the_endings_and_each_trouble_once(bgfetch: Bgfetch, tmp_path: Path) -> None:
    told = bgfetch("sweep", "--seeds", "0..59", "--on", ON, "--jobs", "1")
    assert told.exit_code == 1
    assert "features  wait" in told.output
    assert "endings   success" in told.output
    met = re.findall(r"^(\d+) times \w+, first in seed (\d+):$", told.output, re.MULTILINE)
    assert met, told.output
    for _, first in met:
        again = f"bgfetch replay v{__version__},generated={first},seed={first},on={ON}"
        assert f"To see it again: {again}\n" in told.output
    findings = sum(int(times) for times, _ in met)
    assert told.output.endswith(f"\n60 examples, {findings} findings, {len(met)} troubles\n")
    assert not list(tmp_path.iterdir()), "without --out nothing is kept"


def test_the_reference_has_nothing_wrong_with_it(bgfetch: Bgfetch) -> None:
    told = bgfetch("sweep", "--seeds", "0-19", "--jobs", "1")
    assert told.exit_code == 0
    assert "never     " in told.output
    assert told.output.endswith("\n20 examples, 0 findings, 0 troubles\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--seeds", "9-0"], "'9-0' is no range of seeds: it ends before it begins."),
        (["--seeds", "9-0"], "--seeds 0-9\n"),
        (["--seeds", "-5"], "'-5' is no range of seeds: it takes two whole numbers"),
        (["--seeds", "5"], "--seeds 5-5\n"),
        (["--seeds", "٣-٥"], "it takes two whole numbers"),
        (["--seeds", "0-9 "], "is no range of seeds"),
        (["--seeds", "0-9999999999999999999"], "a seed has at most 18 digits"),
        (["--seeds", f"0-1{'0' * 9999}"], "'0-1000000000000000…' is no range of seeds"),
        (["--seeds", "0-9", "--on", "mutant:range-exposd"], "Did you mean mutant:range-exposed?"),
        (["--seeds", "0-9", "--on", "chromium"], "chromium cannot be swept"),
        (["--seeds", "0-9", "--on", "simulator:without-api"], "it lacks fetch"),
        (["--seeds", "0-9", "--jobs", "0"], "--jobs"),
        (["--seeds", "0-9", "--jobs", "2", "--cluster", "tcp://127.0.0.1:1"], "Give only one"),
        (["--seeds", "0-9", "--out", "nowhere/log"], "cannot be written: No such file or directory"),
        (["--seeds", "0-9", "--out", "."], "is a directory"),
        (["--seeds", "0-9", "--out", "nowhere/log"], "mkdir -p nowhere\n"),
        (["--seeds", "0-9", "--out", ""], "which is no regular file"),
        (["--seeds", "0-9", "--out", "/dev/full"], "--out sweep.jsonl"),
        (["--seeds", "0-9", "--out", "/dev/zero"], "which is no regular file"),
        (["--seeds", "0-9", "--out", "/proc/log"], "Give a file that you may write"),
        ([], "--seeds"),
    ],
)
def test_bad_input_is_told_and_leaves_nothing(
    words: list[str], told: str, bgfetch: Bgfetch, tmp_path: Path
) -> None:
    answer = bgfetch("sweep", *words)
    assert answer.exit_code == 2
    assert told in answer.output
    assert not list(tmp_path.iterdir())


def test_a_pipe_is_no_log_and_is_not_waited_for(bgfetch: Bgfetch, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    told = bgfetch("sweep", "--seeds", "0-9", "--out", "pipe")
    assert told.exit_code == 2
    assert "A log cannot be kept in pipe, which is no regular file." in told.output


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_room_does_not_help_where_nobody_may_write(
    number: int, bgfetch: Bgfetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    told = bgfetch("sweep", "--seeds", "0-9", "--out", "log.jsonl")
    assert told.exit_code == 2
    assert "Give a file that you may write with --out" in told.output
    assert "room" not in told.output


# -- what a seed comes to -------------------------------------------------------------------


def test_every_tenth_seed_is_run_with_both_ways_of_carrying_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, bool]] = []

    def examined(scenario: object, on: object, seed: int, *, both: bool) -> Examination:
        asked.append((seed, both))
        return Examination()

    monkeypatch.setattr(sweeping, "examined", examined)
    examine("simulator", Seeds(5, 25))
    assert asked == [(seed, seed in (10, 20)) for seed in range(5, 26)]


def test_an_exception_of_ours_is_a_finding_and_does_not_end_the_sweep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(chance: Seeded) -> Scenario:
        if chance.whole(0, 1):
            raise KeyError("no such key")
        return generate(chance)

    monkeypatch.setattr(sweeping, "generate", broken)
    block = examine("simulator", Seeds(0, 9))
    assert 0 < len(block.found) < 10
    assert {one.finding for one in block.found} == {
        Finding("defect", ("KeyError",), ("KeyError: 'no such key'",))
    }


def test_findings_that_are_alike_are_told_once_by_the_smallest_seed() -> None:
    def block(first: int, *found: tuple[int, str]) -> Block:
        findings = (Found(seed, Finding("broken", (about,), ("told",))) for seed, about in found)
        return Block(Seeds(first, first + 9), {}, {}, tuple(findings), "")

    known = troubles([block(10, (12, "a"), (13, "b")), block(0, (3, "a"))])
    assert [(one.first.seed, one.count) for one in known] == [(3, 2), (13, 1)]


# -- the log --------------------------------------------------------------------------------

NAMES = st.sampled_from(["wait", "match", "ü"])
WORDS = st.text(max_size=10)
FINDINGS = st.builds(
    Finding, st.sampled_from(["broken", "differs"]), st.tuples(WORDS), st.lists(WORDS, max_size=2).map(tuple)
)


@st.composite
def finished(draw: st.DrawFn) -> tuple[Sweep, list[Block]]:
    """A sweep, and its blocks as they might have come out, in some order."""
    first, size = draw(st.integers(0, 10**6)), draw(st.integers(1, 60))
    sweep = Sweep("simulator", Seeds(first, first + size - 1))
    made = [
        Block(
            seeds,
            draw(st.dictionaries(NAMES, st.integers(1, len(seeds)))),
            draw(st.dictionaries(NAMES, st.integers(1, 20))),
            tuple(Found(seeds.first, one) for one in draw(st.lists(FINDINGS, max_size=2))),
            sweep.code,
        )
        for seeds in sweep.seeds.blocks()
    ]
    return sweep, draw(st.permutations(made))


def log_of(sweep: Sweep, path: Path, made: list[Block]) -> SweepLog:
    log = SweepLog(sweep, path)
    for block in made:
        if block.seeds not in log.blocks:
            log.add(block)
    return log


PLENTY = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@PLENTY
@given(finished(), st.data())
def test_a_log_that_was_cut_anywhere_comes_to_the_same(
    tmp_path: Path, made: tuple[Sweep, list[Block]], data: st.DataObject
) -> None:
    sweep, blocks = made
    path = tmp_path / f"{uuid.uuid4().hex}.jsonl"
    log_of(sweep, path, blocks).close()
    length = data.draw(st.integers(0, path.stat().st_size))
    os.truncate(path, length)
    log = SweepLog(sweep, path)
    assert set(log.blocks) | set(log.missing) == {block.seeds for block in blocks}
    assert bool(log.dropped) == (length > 0 and path.stat().st_size < length)
    assert all(log.blocks[one.seeds] == one for one in blocks if one.seeds in log.blocks)
    log.close()
    log = log_of(sweep, path, blocks)
    log.finish()
    log.close()
    straight = tmp_path / f"{uuid.uuid4().hex}.jsonl"
    log_of(sweep, straight, sorted(blocks, key=lambda one: one.seeds)).close()
    assert path.read_bytes() == straight.read_bytes()


@pytest.fixture
def sweep() -> Sweep:
    return Sweep("simulator", Seeds(0, 24))


def empty(seeds: Seeds, code: str | None = None) -> Block:
    return Block(seeds, {"wait": 1}, {}, (), code or of_sources.fingerprint())


@pytest.fixture
def path(sweep: Sweep, tmp_path: Path) -> Path:
    """A log with two of three blocks."""
    made = tmp_path / "log.jsonl"
    log_of(sweep, made, [empty(seeds) for seeds in list(sweep.seeds.blocks())[:2]]).close()
    return made


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (Sweep("simulator", Seeds(0, 25)), "sweep is '0-24' there and '0-25' here"),
        (Sweep("mutant:range-exposed", Seeds(0, 24)), "on is 'simulator' there"),
        (Sweep("simulator", Seeds(0, 24), "0.0.1+old"), "and '0.0.1+old' here"),
    ],
)
def test_the_log_of_another_sweep_is_refused_and_left_as_it_is(other: Sweep, told: str, path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(BadInput, match="Choose another file with --out") as refused:
        SweepLog(other, path)
    assert told in refused.value.what
    assert path.read_bytes() == before


FINDING = {"seed": 5, "kind": "broken", "about": ["a"], "told": ["b"], "shape": ""}


def changed(line: bytes, **more: object) -> bytes:
    """A line of a log as somebody's hand has changed it."""
    return json.dumps(json.loads(line) | more).encode() + b"\n"


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda lines: [b"my diary\n", *lines], "is no log of a sweep"),
        (lambda lines: [b'{"sweep": "0-24"}\n', *lines[1:]], "is no log of a sweep"),
        (lambda lines: [b"\0\0\0"], "is no log of a sweep"),
        (lambda lines: [lines[0], b"{}\n", lines[2]], "Line 2 .*sed -i 2d"),
        (lambda lines: [lines[0], lines[1][:-20] + b"\n", lines[2]], "Line 2 .*sed -i 2d"),
        (lambda lines: [lines[0], lines[1].replace(b"0-9", b"0-8"), lines[2]], "Line 2 .*sed -i 2d"),
        (lambda lines: [lines[0], lines[1].replace(b"0-9", b"1-10"), lines[2]], "Line 2 .*sed -i 2d"),
        (lambda lines: [*lines[:2], changed(lines[1], endings={"success": 1}), lines[2]], "Line 3 .*-i 3d"),
        *(
            (lambda lines, more=more: [lines[0], changed(lines[1], **more), lines[2]], "Line 2 .*sed -i 2d")
            for more in (
                {"examples": 1500},
                {"examples": "10"},
                {"features": {"wait": 11}},
                {"features": {"wait": -1}},
                {"features": {"wait": 1.5}},
                {"features": {"wait": None}},
                {"endings": {"success": -1}},
                {"findings": [FINDING | {"seed": 10}]},
                {"findings": [FINDING | {"kind": "odd"}]},
                {"findings": [FINDING | {"about": "abc"}]},
                {"findings": [FINDING | {"told": [5]}]},
                {"findings": [FINDING | {"shape": None}]},
                {"findings": 5},
            )
        ),
    ],
)
def test_a_file_that_is_no_log_or_damaged_within_is_refused_and_left_as_it_is(
    damage: Callable[[list[bytes]], list[bytes]], told: str, path: Path, sweep: Sweep
) -> None:
    path.write_bytes(b"".join(damage(path.read_bytes().splitlines(keepends=True))))
    before = path.read_bytes()
    with pytest.raises(BadInput, match=f"(?s){told}"):
        SweepLog(sweep, path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "written",
    [
        lambda lines: [one.replace(b"\n", b"\r\n") for one in lines],
        lambda lines: [*lines, lines[1]],
        lambda lines: [lines[0], *lines[2:], lines[1]],
        lambda lines: [changed(one) for one in lines],
        lambda lines: [*lines[:2], changed(lines[2], features={"wait": 1, "match": 1}), lines[3]],
    ],
)
def test_a_finished_log_is_the_same_however_it_was_written(
    written: Callable[[list[bytes]], list[bytes]], sweep: Sweep, tmp_path: Path
) -> None:
    path = tmp_path / "log.jsonl"
    seeds = list(sweep.seeds.blocks())
    both = Block(seeds[1], {"match": 1, "wait": 1}, {}, (Found(12, Finding("broken", ("a",), (), "b")),), "")
    made = [evolve(both, code=sweep.code) if one == both.seeds else empty(one) for one in seeds]
    log_of(sweep, path, made).close()
    straight = path.read_bytes()
    path.write_bytes(b"".join(written(straight.splitlines(keepends=True))))
    with closing(SweepLog(sweep, path)) as log:
        assert not log.dropped
        assert not list(log.missing)
        log.finish()
    assert path.read_bytes() == straight


@pytest.mark.parametrize("last", [b"{}\n", b'{"seeds":"20-2', b"\0" * 100, b"\xff\n", b"[]\n"])
def test_a_damaged_last_line_is_dropped_with_a_word(last: bytes, path: Path, sweep: Sweep) -> None:
    before = path.read_bytes()
    path.write_bytes(before + last)
    log = SweepLog(sweep, path)
    assert f"The last line of {path} was not whole" in log.dropped
    assert path.read_bytes() == before
    assert list(log.missing) == [Seeds(20, 24)]
    log.close()


def test_a_log_that_somebody_writes_is_refused(path: Path, sweep: Sweep) -> None:
    with path.open("rb") as theirs:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        with pytest.raises(BadInput, match="is being written by another sweep"):
            SweepLog(sweep, path)


def test_sources_that_change_under_a_sweep_end_it(path: Path, sweep: Sweep) -> None:
    log = SweepLog(sweep, path)
    with pytest.raises(BadInput, match=r"The sources have changed under the sweep.*0\.2\+new"):
        log.add(empty(Seeds(20, 24), code="0.2+new"))
    assert len(blocks(path)) == 2
    log.close()


def test_a_full_disk_keeps_what_is_finished(
    path: Path, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()

    def full(file: int, data: bytes) -> int:
        if len(data) > 20:
            return write(file, data[:20])
        raise OSError(28, "No space left on device")

    write = os.write
    log = SweepLog(sweep, path)
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(BadInput, match=r"No space left on device.*\nThe 2 finished blocks are safe"):
        log.add(empty(Seeds(20, 24)))
    log.close()
    assert path.read_bytes() == before


def test_a_sweep_that_came_to_nothing_leaves_no_log(sweep: Sweep, tmp_path: Path) -> None:
    SweepLog(sweep, tmp_path / "log.jsonl").close()
    assert not list(tmp_path.iterdir())


# -- which sources --------------------------------------------------------------------------


def test_the_fingerprint_is_of_every_module_and_of_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = tuple(Path(shutil.copytree(one, tmp_path / one.name)) for one in of_sources.PACKAGES)

    def again() -> str:
        monkeypatch.setattr(of_sources, "PACKAGES", copies)
        return of_sources.fingerprint.__wrapped__()

    before = of_sources.fingerprint()
    assert again() == before
    (tmp_path / "conformance" / "notes.txt").write_text("nothing")
    assert again() == before
    with (tmp_path / "simulator" / "fetch.py").open("a") as module:
        module.write("\n")
    assert again() != before
