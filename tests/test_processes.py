"""Work shared out among processes: all of it comes back once, whatever becomes of the workers."""

from __future__ import annotations

import multiprocessing
import os
import signal
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from conformance import processes
from conformance.processes import WorkerDied, done


def double(thing: int) -> int:
    return 2 * thing


def fails_at_three(thing: int) -> int:
    if thing == 3:
        raise ValueError("three")
    return thing


def dies_at_three(folder: Path, times: int, thing: int) -> int:
    """End the process over 3, so many times."""
    deaths = len(list(folder.iterdir()))
    if thing == 3 and deaths < times:
        (folder / str(deaths)).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return thing


def workers() -> list[int | None]:
    return [process.pid for process in multiprocessing.active_children()]


@pytest.mark.parametrize(("things", "count"), [(0, 2), (1, 2), (7, 1), (7, 3)])
def test_every_thing_comes_back_once_with_its_result(things: int, count: int) -> None:
    assert sorted(done(double, range(things), count)) == [(one, 2 * one) for one in range(things)]
    assert not workers()


def test_things_are_taken_only_as_they_are_needed() -> None:
    things = iter(range(10**12))
    with closing(done(double, things, 2)) as results:
        assert {next(results)[0] for _ in range(3)} <= set(range(5))
    assert next(things) <= 5
    assert not workers()


@pytest.mark.parametrize("count", [1, 2])
def test_what_a_killed_worker_was_at_is_done_again(count: int, tmp_path: Path) -> None:
    assert sorted(done(partial(dies_at_three, tmp_path, 1), range(6), count)) == [(n, n) for n in range(6)]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_worker_killed_while_it_waits_loses_nothing(tmp_path: Path) -> None:
    with closing(done(double, range(6), 1)) as results:
        found = [next(results)]
        for pid in workers():
            assert pid
            os.kill(pid, signal.SIGKILL)
        found += results
    assert sorted(found) == [(n, 2 * n) for n in range(6)]


def test_a_thing_that_ends_two_workers_is_named_and_the_others_are_kept(tmp_path: Path) -> None:
    found = []
    with pytest.raises(WorkerDied, match=r"^3 ended each .*killed by SIGKILL") as died:  # noqa: PT012
        for one in done(partial(dies_at_three, tmp_path, 2), range(4), 1):
            found.append(one)  # noqa: PERF402
    assert died.value.thing == 3
    assert found == [(0, 0), (1, 1), (2, 2)]
    assert not workers()


def test_what_is_raised_in_a_worker_is_raised_here_with_its_story() -> None:
    with pytest.raises(RuntimeError, match=r"over 3:\n(.|\n)*in fails_at_three(.|\n)*ValueError: three"):
        list(done(fails_at_three, range(5), 2))
    assert not workers()


def test_a_worker_that_is_given_nothing_any_more_ends_without_a_word() -> None:
    """Who shares out the work may close the link before the worker is killed, or end by itself."""
    ours, theirs = processes._CONTEXT.Pipe()
    worker = processes._CONTEXT.Process(target=processes._serve, args=(theirs, double), daemon=True)
    worker.start()
    theirs.close()
    ours.close()
    worker.join(30)
    assert worker.exitcode == 0
