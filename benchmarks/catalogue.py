"""What a scenario costs on the simulator: python -m benchmarks.catalogue [ROUNDS]

Times are the least of several rounds, run one after another through the whole catalogue, so
that a slow moment of the machine falls on all alike. The unit "cal" is one heap pop, call and
push, measured in the same rounds.
"""

from __future__ import annotations

import heapq
import sys
import time
from collections.abc import Callable

from conformance.checks import judge
from tests.simulate import catalogue, observe

CALIBRATION = 20_000


def main(rounds: int) -> None:
    """Print the cost of every scenario, dearest first, and of the catalogue."""
    cal, least = float("inf"), {one.id: float("inf") for one in catalogue()}
    seen = {one.id: len(observe(one)) for one in catalogue()}
    for _ in range(rounds):
        cal = min(cal, timed(calibrate) / CALIBRATION)
        for one in catalogue():
            least[one.id] = min(least[one.id], timed(lambda one=one: judge(one, observe(one))))  # type: ignore[misc]
    print(f"{'scenario':<70} {'ms':>8} {'cal':>9} {'observations':>13}")
    for name, cost in sorted(least.items(), key=lambda row: -row[1]):
        print(f"{name:<70} {cost * 1e3:8.2f} {cost / cal:9,.0f} {seen[name]:13}")
    total = sum(least.values())
    rate = len(least) / total
    print(f"\n{len(least)} scenarios: {total * 1e3:.0f} ms, {rate:.0f} a second; cal {cal * 1e9:.0f} ns")


def timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def calibrate() -> None:
    heap = list(range(100))
    for number in range(CALIBRATION):
        heapq.heappop(heap)
        abs(number)
        heapq.heappush(heap, number)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
