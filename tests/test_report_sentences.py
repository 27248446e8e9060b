"""A scenario in sentences: who does what, and what was waited for before it."""

from __future__ import annotations

import pytest

from reports.sentences import sentence, steps
from simulator.observation import Step
from tests.simulate import catalogue, observe

TOLD = [
    (Step("network", "network offline"), "The network is now offline."),
    (
        Step("network", "network offline", 'downloaded = "100 KiB"'),
        'Once downloaded = "100 KiB": The network is now offline.',
    ),
    (
        Step("fetch", "fetch f requests /a, /b options {title = Two}"),
        "The page calls fetch() for f: /a, /b, with {title = Two}.",
    ),
    (Step("get", "other: get f"), "Page other calls get() for f."),
    (Step("tea", "tea"), "tea"),
]


@pytest.mark.parametrize(("step", "told"), TOLD, ids=lambda value: getattr(value, "told", None))
def test_a_step_is_told_in_a_sentence(step: Step, told: str) -> None:
    assert sentence(step) == told


def test_what_a_step_waits_for_is_told_in_every_scenario() -> None:
    waiting = 0
    for one in catalogue():
        told = list(steps(observe(one)))
        for step, words in zip(one.steps, told, strict=False):
            waiting += step.when is not None
            assert (step.when is not None) == words.startswith("Once "), one.id
    assert waiting > 100
