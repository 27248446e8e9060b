"""What would go on outside of the turns, in code that a user of the simulator wrote, and is refused.

A wait in real time never ends in virtual time, and a task that Trio starts by itself runs when it
likes: either would make a run come out otherwise each time.
"""

from __future__ import annotations

import math

import trio
from trio.lowlevel import Task


class OutsideTheTurns(Exception):
    """Code under simulation waited, or started a task, with Trio's own means instead of the browser's."""


class Guard(trio.abc.Clock, trio.abc.Instrument):
    """Trio's clock, which stands still, and a witness of every task that begins.

    What it notices cannot be raised from here, where Trio calls: whoever may raise calls ``check``.
    """

    def __init__(self) -> None:
        self._wrong = ""

    def start_clock(self) -> None:
        """Nothing runs."""

    def current_time(self) -> float:
        return 0.0

    def deadline_to_sleep_time(self, deadline: float) -> float:
        if deadline < math.inf:
            self._wrong = self._wrong or (
                "something waits in real time (trio.sleep, move_on_after or fail_after), and time is virtual "
                "here; use browser.sleep(8 * HOUR), or browser.until(…, within=…)"
            )
        return math.inf

    def task_spawned(self, task: Task) -> None:
        parent = task.parent_nursery and task.parent_nursery.parent_task
        trios_own = parent is None or parent.parent_nursery is None
        if not trios_own and not task.name.startswith("simulator.turns."):
            self._wrong = self._wrong or (
                f"the task {task.name} was started in a nursery of Trio's own, where it runs when it likes; "
                "use: async with browser.nursery() as nursery: nursery.start_soon(…)"
            )

    def check(self) -> None:
        """Raises OutsideTheTurns if anything went on outside of the turns."""
        if self._wrong:
            raise OutsideTheTurns(self._wrong)
