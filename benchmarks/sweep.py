"""How much faster a sweep is on several cores: python -m benchmarks.sweep [JOBS [SEEDS [ROUNDS]]]

The same seeds by one worker and by several, in turn; of each the quickest of the rounds counts, so
that a slow moment of the machine falls on all alike. Starting the workers is part of it. What an
example costs in time of the processor hardly changes on a busy machine, and tells what is lost.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from functools import partial

from conformance.adversary.sweep import Seeds, examine
from conformance.processes import done

BLOCK = 50


def main(jobs: int = 0, seeds: int = 1000, rounds: int = 3) -> None:
    """Print the rate of one worker and of several, and what the several gain."""
    several = jobs or os.cpu_count() or 1
    least = {1: (float("inf"), 0.0), several: (float("inf"), 0.0)}
    for _ in range(rounds):
        for workers, quickest in least.items():
            least[workers] = min(quickest, _timed(seeds, workers))
    for workers, (seconds, cost) in least.items():
        rate = f"{seeds} examples in {seconds:.2f} s, {seeds / seconds:.0f} a second"
        print(f"{workers} workers: {rate}; {cost / seeds * 1e3:.2f} ms of processor time each")
    print(f"{least[1][0] / least[several][0]:.2f} times faster")


def _timed(seeds: int, workers: int) -> tuple[float, float]:
    """The seconds that it took, and those of the processors."""
    blocks = [Seeds(first, min(first + BLOCK, seeds) - 1) for first in range(0, seeds, BLOCK)]
    began, cost = time.monotonic(), _processor()
    found = dict(done(partial(examine, "simulator"), blocks, workers))
    assert len(found) == len(blocks)
    return time.monotonic() - began, _processor() - cost


def _processor() -> float:
    """The processor time of this process and of all its workers that have ended."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usage)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
