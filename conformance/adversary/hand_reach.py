"""Whether a user can do what a made-up scenario wants: nobody cancels what is not shown any more.

A hand looks for a fetch for seconds, and a browser that does not show it is harness trouble. So
what is out of reach on the reference is not asked of a browser, where time runs faster than steps.
"""

from __future__ import annotations

from itertools import combinations

from conformance.adversary.oracles import Trace, observe
from conformance.facts import END_EVENTS
from conformance.implementations.simulator import SimulatorImplementation
from conformance.scenario.model import Scenario, Step
from simulator.observation import Event, Settled, select
from simulator.observation import Step as StepSeen


def in_reach(scenario: Scenario) -> bool:
    """Whether every step of the user's comes while its fetch runs, or for a click once it has begun."""
    steps = [step for step in scenario.steps if step.verb == "user"]
    if not steps or any(one.of == last.of for last, one in combinations(steps, 2) if _takes_off(last)):
        return not steps
    trace = observe(scenario, SimulatorImplementation(), 0)
    return all(_in_reach(step, scenario, trace) for step in steps)


def _takes_off(step: Step) -> bool:
    """Whether a step takes its fetch off the list, so that no hand reaches it any more."""
    return step.arguments["user"] in ("click", "cancel", "dismiss")


def _in_reach(step: Step, scenario: Scenario, trace: Trace) -> bool:
    begun = next((seen for seen, _ in select(trace, StepSeen) if seen.of == str(step.number)), None)
    if begun is None:
        return False
    before = trace[: trace.index(begun)]
    calls = {str(one.number) for one in scenario.steps if one.verb == "fetch" and one.name == step.of}
    rejected = any(seen.of in calls and data.outcome == "rejected" for seen, data in select(before, Settled))
    over = any(seen.of == step.of and data.type in END_EVENTS for seen, data in select(before, Event))
    return not rejected and (step.arguments["user"] == "click" or not over)
