"""How many examples are made up, run and judged in a second: python -m benchmarks.adversary_speed [EXAMPLES]

As ``bgfetch fuzz --on simulator`` does it, under Hypothesis, one in ten with both ways of carrying
bodies. Time is the processor's, so that others on the machine count as little as can be; the unit
"cal" is one heap pop, call and push, measured in between. The mix says what was in the examples.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

from benchmarks.catalogue import CALIBRATION, calibrate, timed
from conformance.adversary.generate import FEATURES
from conformance.adversary.hunt import Budget, Tally, hunt
from conformance.adversary.oracles import MOST_TURNS, Examination, examined
from conformance.implementations.simulator import SimulatorImplementation
from conformance.scenario.model import Scenario

TARGET = 80


ROUNDS = 3


def main(examples: int) -> None:
    """Print the rate of the best round, and in what share of its examples each feature came into play."""
    rounds, cal = [], min(timed(calibrate) for _ in range(ROUNDS)) / CALIBRATION
    for seed in range(ROUNDS):
        rounds.append(_round(seed, examples))
        cal = min(cal, timed(calibrate) / CALIBRATION)
    rates = [rate for rate, _ in rounds]
    told = ", ".join(f"{rate:.0f}" for rate in rates)
    print(f"{max(rates):.0f} examples a second, the best of {told}; target {TARGET}")
    print(f"{1 / max(rates) / cal:,.0f} cal an example; cal {cal * 1e9:.0f} ns")
    mix = sum((tally.features for _, tally in rounds), Counter[str]())
    shares = (f"{name} {number / examples / ROUNDS:.1%}" for name, number in mix.most_common())
    print(f"mix: {', '.join(shares)}")
    print(f"never: {', '.join(name for name in FEATURES if not mix[name]) or 'none'}")


def _round(seed: int, examples: int) -> tuple[float, Tally]:
    """Examples a second, and what was in them."""
    on, began = SimulatorImplementation(most=MOST_TURNS), time.process_time()

    def examine(scenario: Scenario, order: int, both: bool) -> Examination:
        return examined(scenario, on, order, both=both)

    tally = hunt(examine, Budget(examples), seed, lambda tally: None)
    return tally.examples / (time.process_time() - began), tally


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
