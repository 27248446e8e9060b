"""The user's hand: what a user does with the list of downloads that the browser shows, with a mouse.

Where to press is read from the browser's own views, and that it was of use from what follows:
requests that end or begin, events that arrive. An action that nothing follows within the limit
is no word on the browser, and makes the scenario inconclusive.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

import trio
from attrs import define

from conformance.facts import END_EVENTS
from conformance.implementations.chromium.views import View, Views
from conformance.implementations.protocol import Trouble
from conformance.scenario.model import Scenario, Step
from simulator.observation import (
    Closed,
    Devtools,
    Display,
    Event,
    Log,
    Network,
    Request,
    Sent,
    Unconfirmed,
    select,
)
from simulator.origin.hosts import Hosts

if TYPE_CHECKING:
    from conformance.implementations.chromium.machine import Machine
    from conformance.implementations.chromium.screen import Screen

T = TypeVar("T")
Place = tuple[int, int]

BUTTONS = {
    "accept": "Resume",  # a fetch that waits for the user is shown as a paused one
    "refuse": "Cancel",
    "pause": "Pause",
    "resume": "Resume",
    "cancel": "Cancel",
}
"""What each action presses. A click is on the row itself."""

EFFECTS = {
    "accept": "it is shown as running, with a request under way",
    "refuse": "the fetch ends",
    "pause": "it is shown as paused, and no bytes come",
    "resume": "it is shown as running, with a request under way",
    "cancel": "the fetch ends",
    "click": "a backgroundfetchclick event",
}
"""By what it is known that an action has taken effect."""

OPENS_WITHIN_S = 8
"""How long the list may take to show a fetch."""

TAKES_WITHIN_S = 10
"""How long an action may take to show an effect."""

QUIET = 500_000_000
"""After so many nanoseconds without a byte a transfer is taken to stand still."""

_DEAF_S = 1
"""A list that has just opened takes no click for half a second, lest one was meant for what it covers."""

_AGAIN_AFTER_S = 3
_CHANGES_WITHIN_S = 2
_LOOK_EVERY_S = 0.05


@define
class Row:
    """A fetch in the list: where, what it is called, and which of its buttons are offered."""

    view: View
    title: str
    buttons: dict[str, View]

    @property
    def paused(self) -> bool:
        return BUTTONS["resume"] in self.buttons


def _tells_the_end(told: Iterable[Devtools], events: Iterable[Event]) -> bool:
    """Whether DevTools or the worker tells of the end of a fetch."""
    completed = any(one.event == "Background Fetch completed" for one in told)
    return completed or any(event.type in END_EVENTS for event in events)


class Hand:
    """The user of one scenario."""

    def __init__(self, machine: Machine, scenario: Scenario, hosts: Hosts, log: Log) -> None:
        self._machine, self._scenario, self._hosts, self._log = machine, scenario, hosts, log

    async def use(self, step: Step) -> None:
        """Do what the user does in a step, and see to its effect. Raises Unsupported and Trouble."""
        screen, views = await self._machine.interface()
        try:
            await Act(screen, views, self._scenario, self._hosts.url(""), self._log, step).do()
        finally:
            await views.close()


class Act:
    """One action on one fetch."""

    def __init__(
        self, screen: Screen, views: Views, scenario: Scenario, origin: str, log: Log, step: Step
    ) -> None:
        self._screen, self._views, self._origin, self._log, self._step = screen, views, origin, log, step
        self._word, self._of = step.arguments["user"], step.of
        fetch = next(one for one in scenario.steps if one.verb == "fetch" and one.name == step.of)
        self._title = fetch.arguments.get("options", {}).get("title", "")
        self._all_get = all(request.method == "GET" for request in fetch.arguments["requests"])
        self._pressed = False
        self._began, self._since = log.clock(), len(log.observations)

    async def do(self) -> None:
        """Press what the action presses, wait for its effect, and tell what is shown then.

        Of a fetch that is over nothing is offered but a click: then there is nothing to press.
        """
        await self._open()
        if self._over():
            return
        pressed = await self._until(self._press, _AGAIN_AFTER_S)
        # Pausing need not be offered for a job that is not all GET: then there is nothing to press.
        if (pressed or self._all_get or self._word != "pause") and not await self._confirmed():
            waited = self._log.clock() - self._began
            self._log.see(
                "harness", "harness", str(self._step.number), Unconfirmed(EFFECTS[self._word], waited)
            )
        if row := await self._seen(self._row):
            self._log.see("ui", "ui", self._of, Display(row.title, paused=row.paused))

    # -- what is done -----------------------------------------------------------------------

    async def _open(self) -> None:
        """Have the list open and show the fetch. It shows what there was when it was opened."""
        if not await self._until(self._shown_or_over, OPENS_WITHIN_S):
            raise Trouble(
                f"The browser's list of downloads has not shown {self._of} within {OPENS_WITHIN_S} s, "
                f"so that the user cannot {self._word} it."
            )
        await trio.sleep(_DEAF_S)

    async def _shown_or_over(self) -> bool:
        return self._over() or await self._shown()

    async def _shown(self) -> bool:
        """Whether the fetch is shown; where it is not, the list is opened, or closed to be opened again."""
        if await self._seen(self._row):
            return True
        if icon := await self._seen(self._icon):
            before = await self._is_open()
            await self._click(*icon)
            await self._until(lambda: self._is_open_as(not before), _CHANGES_WITHIN_S)
        return bool(await self._seen(self._row))

    async def _press(self) -> bool:
        """Press what is to be pressed, the row itself or a button of it; gives whether it was offered."""
        row = await self._seen(self._place_of_row)
        if row and self._word != "click":
            await self._screen.mouse(
                "mousemove", *row
            )  # a row's buttons are drawn while the mouse is over it
            row = await self._seen(self._place_of_button)
        if not row:
            return False
        self._pressed = True
        await self._click(*row)
        return True

    async def _click(self, x: int, y: int) -> None:
        """Press and let go the mouse's button at a place."""
        await self._screen.mouse("mousemove", x, y, "click", 1)

    # -- what comes of it ---------------------------------------------------------------------

    async def _confirmed(self) -> bool:
        """Wait for the effect, and press again what is still offered; gives whether there was one."""
        with trio.move_on_after(TAKES_WITHIN_S):
            while not await self._until(self._took_effect, _AGAIN_AFTER_S):
                await self._press()
            return True
        return False

    async def _took_effect(self) -> bool:
        """Whether what is to follow has followed. What was never pressed has no effect, whatever happens."""
        if not self._pressed:
            return self._over()
        match self._word:
            case "click":
                return any(event.type == "backgroundfetchclick" for event in self._new(Event))
            case "refuse" | "cancel":
                return self._ended()
        row = await self._seen(self._row)
        paused = bool(row and row.paused)
        if self._word == "pause":
            return paused and self._quiet()
        return self._ended() or (not paused and (self._under_way() or not self._online()))

    def _ended(self) -> bool:
        return _tells_the_end(self._new(Devtools), self._new(Event))

    def _over(self) -> bool:
        """Whether a fetch that is not to be clicked on has come to its end, before or by now."""
        seen = self._log.observations
        told = (data for _, data in select(seen, Devtools, of=self._of))
        events = (data for _, data in select(seen, Event, of=self._of))
        return self._word != "click" and _tells_the_end(told, events)

    def _new(self, kind: type[T]) -> Iterator[T]:
        """What was seen of this kind, of the fetch, since the action began."""
        for seen in self._log.observations[self._since :]:
            if isinstance(seen.data, kind) and seen.of == self._of:
                yield seen.data

    def _quiet(self) -> bool:
        """Whether no byte has come through for a while."""
        sent = [seen.time for seen in self._log.observations if isinstance(seen.data, Sent)]
        return not sent or self._log.clock() - sent[-1] > QUIET

    def _under_way(self) -> bool:
        """Whether a request of the scenario has neither its whole answer nor an end."""
        wire = [seen for seen in self._log.observations if seen.witness == "proxy"]
        asked = {(seen.of, one.number) for seen, one in select(wire, Request)}
        sent = {(seen.of, one.number) for seen, one in select(wire, Sent) if one.complete}
        return bool(asked - sent - {(seen.of, one.number) for seen, one in select(wire, Closed)})

    def _online(self) -> bool:
        states = [state.online for _, state in select(self._log.observations, Network)]
        return not states or states[-1]

    # -- what is shown ------------------------------------------------------------------------

    async def _icon(self, root: View) -> Place | None:
        """Where the icon of the list is, once the browser shows it."""
        for badge in root.inside("DownloadsImageBadge"):
            if badge.above and await self._is_drawn(badge.above):
                return await self._views.middle(badge.above)
        return None

    async def _is_open(self) -> bool:
        return bool(await self._seen(self._list))

    async def _is_open_as(self, wanted: bool) -> bool:
        return await self._is_open() is wanted

    async def _list(self, root: View) -> View | None:
        return next(root.inside("DownloadBubbleDialog"), None)

    async def _row(self, root: View) -> Row | None:
        """The fetch's row: of the rows of its origin the one with its title, else the topmost."""
        rows = [await self._read(view) for view in root.inside("DownloadBubbleRowView")]
        ours = [row for row in rows if row]
        titled = [row for row in ours if row.title == self._title]
        return next(iter([*titled, *ours]), None)

    async def _read(self, view: View) -> Row | None:
        """A row of this scenario's origin; None for another's."""
        texts = [(await self._views.told(label)).get("Text", "") for label in view.inside("Label")]
        if not any(self._origin in text for text in texts):
            return None
        buttons = {}
        for button in view.inside("ImageButton"):
            told = await self._views.told(button)
            if told["Visible"] == "true":
                buttons[told["TooltipText"]] = button
        return Row(view, texts[0], buttons)

    async def _place_of_row(self, root: View) -> Place | None:
        row = await self._row(root)
        return await self._views.middle(row.view) if row else None

    async def _place_of_button(self, root: View) -> Place | None:
        row = await self._row(root)
        button = row and row.buttons.get(BUTTONS[self._word])
        if not button or not await self._is_drawn(button):
            return None
        return await self._views.middle(button)

    async def _is_drawn(self, view: View) -> bool:
        return (await self._views.told(view))["IsDrawn"] == "true"

    async def _seen(self, find: Callable[[View], Awaitable[T | None]]) -> T | None:
        """What ``find`` finds among the views; None where they change while they are looked at."""
        try:
            return await find(await self._views.look())
        except Trouble:
            return None

    async def _until(self, holds: Callable[[], Awaitable[bool]], within_s: float) -> bool:
        """Look again and again until it holds, but not for longer; gives whether it does."""
        with trio.move_on_after(within_s):
            while True:
                if await holds():
                    return True
                await trio.sleep(_LOOK_EVERY_S)
        return False
