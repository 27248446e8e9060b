"""Work shared out among processes of this machine: each result as soon as it is known.

Who takes the results sees to all of it: when that ends, however it ends, the workers end too. A
worker that is killed loses nothing, because what it was at is done again.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from multiprocessing.connection import Connection, wait
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

# A fresh interpreter for each: a fork would take along whatever threads and signals there are here.
_CONTEXT = multiprocessing.get_context("spawn")


class WorkerDied(Exception):
    """A worker came to its end over a thing, and so did the next that was given it."""

    def __init__(self, thing: object, how: str) -> None:
        super().__init__(f"{_briefly(thing)} ended each worker that it was given to: {how}")
        self.thing, self.how = thing, how


def done(work: Callable[[T], R], things: Iterable[T], workers: int = 0) -> Generator[tuple[T, R]]:
    """Each thing with what ``work`` makes of it, in the order in which they are finished.

    ``work`` is a function of a module. ``workers`` 0: as many as there are cores. Raises WorkerDied,
    and RuntimeError, with the whole story, for what is raised in a worker.
    """
    waiting = iter(things)
    crew: list[_Worker[T, R]] = []
    try:
        crew.extend(_Worker(work, thing) for thing in islice(waiting, workers or os.cpu_count() or 1))
        while crew:
            ready = wait([worker.link for worker in crew])
            for place, worker in enumerate(crew):
                if worker.link not in ready:
                    continue
                thing = worker.thing
                try:
                    result = worker.result()
                except (EOFError, OSError):
                    crew[place] = worker.replaced()
                    continue
                worker.go_on(waiting)
                yield thing, result
            crew = [worker for worker in crew if not worker.ended]
    finally:
        for worker in crew:
            worker.end()


class _Worker(Generic[T, R]):
    """A process, and the thing that it is at."""

    def __init__(self, work: Callable[[T], R], thing: T, *, again: bool = False) -> None:
        self.work, self.thing, self.again, self.ended = work, thing, again, False
        self.link, theirs = _CONTEXT.Pipe()
        self.process = _CONTEXT.Process(target=_serve, args=(theirs, work), daemon=True)
        self.process.start()
        theirs.close()
        self._give(thing)

    def _give(self, thing: T) -> None:
        self.thing = thing
        try:
            self.link.send(thing)
        except OSError:
            return  # it was killed while it waited, which whoever looks for its result will find

    def result(self) -> R:
        """What came of the thing. Raises EOFError or OSError where the worker was killed over it."""
        result, story = self.link.recv()
        if story:
            raise RuntimeError(f"in a worker, over {_briefly(self.thing)}:\n{story}")
        return result  # type: ignore[no-any-return]

    def go_on(self, waiting: Iterator[T]) -> None:
        """Begin the next thing, or end where there is none."""
        self.again = False
        for thing in waiting:
            self._give(thing)
            return
        self.end()

    def replaced(self) -> _Worker[T, R]:
        """Another worker for the thing of this one, which has died. Raises WorkerDied the second time."""
        self.end()
        if self.again:
            raise WorkerDied(self.thing, _how(self.process.exitcode))
        return _Worker(self.work, self.thing, again=True)

    def end(self) -> None:
        """End the process at once, in the middle of whatever it does."""
        self.ended = True
        self.process.kill()
        self.process.join()
        self.link.close()


def _briefly(thing: object) -> str:
    return str(thing)[:100]


def _how(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        name = signal.Signals(-exitcode).name
        return f"killed by {name}" + (", which is also how too little memory ends" if exitcode == -9 else "")
    return f"exit code {exitcode}"


def _serve(link: Connection, work: Callable[[T], R]) -> None:
    """The life of a worker: do what is given, until nobody is there to give."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asked
    gc.set_threshold(200_000, 10, 100)  # as for the command line itself
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            thing = link.recv()
            try:
                result, story = work(thing), ""
            except Exception:
                result, story = None, traceback.format_exc()
            link.send((result, story))


def _end_with_parent() -> None:
    """Whoever asked may be killed in the middle of a long piece of work, which is then for nobody."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "a worker has been started by somebody"
    parent.join()
    os._exit(1)
