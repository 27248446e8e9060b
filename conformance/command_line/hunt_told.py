"""How a hunt goes on and what came of it, told: live counts on a terminal, a summary at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from conformance.command_line.mix import counts, mix_told
from reports.text import clip

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live

    from conformance.adversary.found import Found
    from conformance.adversary.hunt import Tally

COMMON = 12
"""So many of the features are told while a hunt goes on."""
WIDEST = 160
LEVERS = 3
"""So many of the levers that are lacking are told: without the first mostly nothing can be run."""
EVERY_S = 30
"""How often it is told that a hunt goes on, where there is no terminal to keep counts on."""


class Teller:
    """Tells what is found, and on standard error now and then how far the hunt has come."""

    def __init__(self, expected: int) -> None:
        self._expected, self._due = expected, time.monotonic() + EVERY_S

    def say(self, text: str) -> None:
        click.echo(text)

    def looked(self, tally: Tally) -> None:
        """One more example was looked at."""
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + EVERY_S
            click.echo(next(_now(tally, self._expected)), err=True)


class LiveTeller(Teller):
    """Keeps the counts at the foot of a terminal."""

    def __init__(self, live: Live, expected: int) -> None:
        super().__init__(expected)
        self._live = live

    def say(self, text: str) -> None:
        self._live.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def looked(self, tally: Tally) -> None:
        self._live.update(_counts_now(tally, self._expected))


@contextmanager
def telling(expected: int) -> Iterator[Teller]:
    """Somebody to tell how a hunt goes on, fit for where standard output goes."""
    if not sys.stdout.isatty():
        yield Teller(expected)
        return
    from rich.live import Live

    with Live(transient=True, refresh_per_second=4) as live:
        yield LiveTeller(live, expected)


def _counts_now(tally: Tally, expected: int) -> Group:
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.text import Text

    bar = ProgressBar(expected, tally.examples, width=40)
    return Group(bar, *(Text(line, overflow="ellipsis", no_wrap=True) for line in _now(tally, expected)))


def _now(tally: Tally, expected: int) -> Iterator[str]:
    rate = tally.examples / tally.seconds if tally.seconds else 0
    yield f"{tally.examples} of {expected} examples, {rate:.3g} a second; {len(tally.failures)} new failures"
    yield f"features  {counts(tally.features, COMMON)}"
    yield f"endings   {counts(tally.outcomes)}"
    yield f"verdicts  {counts(tally.verdicts)}"


def ending(tally: Tally, found: Found | None) -> Iterator[str]:
    """The mix, what never came into play though it might have, what was met how often, the sum."""
    yield from mix_told(tally.features, tally.outcomes, found.subject.features if found else ())
    yield f"verdicts  {counts(tally.verdicts)}"
    for one in sorted(tally.known, key=lambda one: -one.times):
        yield f"  met {one.times:4}  {', '.join(one.finding.about)}  {one.finding.shape}".rstrip()
    if found:
        yield from _beside(found)
    yield f"{tally.examples} examples in {tally.seconds:.1f} s, {len(tally.failures)} new failures"


def _beside(found: Found) -> Iterator[str]:
    """What is no failure, and yet to be looked at."""
    for told, times in found.lacking.most_common(LEVERS):
        yield f"  unsupported {times:4}  {told}"
    for finding, times in found.unstable.most_common():
        yield f"  unstable {times:4}  {', '.join(finding.about)}  {finding.shape}"
    for told, times in found.unheard.most_common():
        yield f"  inconclusive {times:4}  {clip(told, WIDEST)}"
    for told, times in found.troubles.most_common():
        yield f"  harness trouble {times:4}  {told}"
