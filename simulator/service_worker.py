"""Service workers, to the depth that a background fetch needs: registrations, events, lifetimes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from simulator.concepts import BackgroundFetch
from simulator.environment import WorkerGlobal
from simulator.observation import Worker
from simulator.overrides import point
from simulator.queues import ParallelQueue
from simulator.script_errors import invalid_state_error
from simulator.turns import Cell

if TYPE_CHECKING:
    from simulator.request import Request
    from simulator.user_agent import UserAgent

Script = Callable[[WorkerGlobal], None]
"""A worker's script: run once in its new global scope, where it adds its listeners."""


@point("service-worker-registration-concept-extensions/1")
def initial_active_fetches(ua: UserAgent) -> dict[str, BackgroundFetch]:
    """A registration begins without active fetches."""
    return {}


@point("service-worker-registration-concept-extensions/2")
def edit(
    ua: UserAgent, registration: ServiceWorkerRegistration, steps: Callable[[], Awaitable[None]]
) -> None:
    """The active fetches are edited one step after another, in the order of the calls."""
    registration.active_background_fetches_edit_queue.enqueue(steps)


class ServiceWorkerRegistration:
    """A service worker registration, extended as service-worker-registration-concept-extensions has it."""

    def __init__(self, ua: UserAgent, scope: str, script: Script) -> None:
        self.ua, self.scope, self.script = ua, scope, script
        self.active_worker = True
        self.active_background_fetches = initial_active_fetches(ua)
        self.active_background_fetches_edit_queue = ParallelQueue(ua.turns)
        # Beside those that are active, those whose end event is not over: their records are stored.
        self.stored_background_fetches: dict[BackgroundFetch, None] = {}
        self.events: list[ExtendableEvent] = []
        self._running: WorkerGlobal | None = None

    def running_worker(self) -> WorkerGlobal:
        """The worker's global scope, started if it is not running."""
        if self._running is None:
            self._running = WorkerGlobal(self.ua, self)
            self.ua.see("worker", self.scope, self.scope, Worker("started"))
            self.script(self._running)
        return self._running

    def stop_worker(self) -> None:
        """End the running worker, if any, and its events; the next functional event starts another."""
        if self._running is not None:
            self._running.close()
            self._running = None
            for event in self.events:
                event.end()
            self.events.clear()
            self.ua.see("worker", self.scope, self.scope, Worker("stopped"))


class ExtendableEvent:
    """A functional event, whose lifetime lasts until what was given to ``waitUntil`` has settled."""

    bubbles = False
    cancelable = False

    def __init__(self, type: str, *, is_trusted: bool = True) -> None:
        self.type, self.isTrusted = type, is_trusted
        self.dispatching = False
        self.ended = False
        self.pending = Cell(0)
        self.worker: WorkerGlobal | None = None

    @property
    def active(self) -> bool:
        return not self.ended and (self.dispatching or self.pending.value > 0)

    def waitUntil(self, steps: Awaitable[Any]) -> None:
        """Keep the event alive until ``steps`` have come to their end.

        Raises InvalidStateError of script when the event is no longer active.
        """
        if self.worker is None or not may_be_extended(self.worker.ua, self):
            raise invalid_state_error("waitUntil() on an event that is over")
        extend(self.worker.ua, self, steps)

    async def keep_alive(self, steps: Awaitable[Any]) -> None:
        """Have one promise more pending until it has settled."""
        await steps
        self.pending.value -= 1

    def end(self) -> None:
        """End the event with its worker, whatever is pending."""
        self.ended = True
        self.pending.changed()

    def dispatch(self, worker: WorkerGlobal) -> None:
        """Run the worker's listeners; a task of its event loop."""
        self.worker = worker
        worker.registration.events.append(self)
        self.dispatching = True
        worker.dispatch(self)
        self.dispatching = False
        self.pending.changed()


@point("perform-a-background-fetch-algorithm/8.13.1")
def may_be_extended(ua: UserAgent, event: ExtendableEvent) -> bool:
    """waitUntil() may be called as long as the event is active, also by what it was kept alive for."""
    return event.active


@point("perform-a-background-fetch-algorithm/8.13.1")
def extend(ua: UserAgent, event: ExtendableEvent, steps: Awaitable[Any]) -> None:
    """Every promise given to waitUntil() counts, whenever it was given."""
    event.pending.value += 1
    ua.turns.start_soon(event.keep_alive, steps)


@point("perform-a-background-fetch-algorithm/8.13c")
def fired(ua: UserAgent, event: ExtendableEvent) -> None:
    """What the agent fires is trusted, does not bubble, and cannot be cancelled."""
    event.isTrusted, event.bubbles, event.cancelable = True, False, False


class FetchEvent(ExtendableEvent):
    """A request on its way, shown to the worker. Nobody here responds with anything of his own."""

    def __init__(self, request: Request) -> None:
        super().__init__("fetch")
        self.request = request


@point("complete-a-record-algorithm/6")
def passes_a_worker(ua: UserAgent, request: Request) -> bool:
    """Only a request whose service-workers mode says so goes by the worker that controls its client."""
    return request.service_workers_mode == "all"


async def let_the_worker_see(ua: UserAgent, request: Request) -> None:
    """Service Workers, handle fetch: as far as showing the request to the worker goes."""
    controller = request.controller
    if controller and passes_a_worker(ua, request):
        await fire_a_functional_event(ua, controller, lambda worker: FetchEvent(request))


@point("perform-a-background-fetch-algorithm/8.13.1")
def event_lifetime_max(ua: UserAgent) -> int | None:
    """Nanoseconds after which the agent ends a worker whose event is still active; None: never."""
    return None


async def _limit(ua: UserAgent, event: ExtendableEvent, most: int) -> None:
    def over() -> bool:
        return not event.active

    with ua.turns.alarm(most) as alarm:
        await ua.turns.until(lambda: over() or alarm.value, alarm, event.pending, why=f"{event.type} to end")
    if not over() and event.worker is not None:
        event.worker.registration.stop_worker()


async def fire_a_functional_event(
    ua: UserAgent,
    registration: ServiceWorkerRegistration,
    make: Callable[[WorkerGlobal], ExtendableEvent],
) -> ExtendableEvent | None:
    """Fire a functional event; returns it once dispatched, or None where no worker is active."""
    if not registration.active_worker:
        return None
    worker = registration.running_worker()
    dispatched: Cell[ExtendableEvent | None] = Cell(None)

    def task() -> None:
        event = make(worker)
        fired(ua, event)
        event.dispatch(worker)
        dispatched.value = event

    worker.event_loop.queue_a_task(task)
    await ua.turns.until(lambda: dispatched.value is not None, dispatched, why="an event to be dispatched")
    event, most = dispatched.value, event_lifetime_max(ua)
    if event is not None and most is not None:
        ua.turns.start_soon(_limit, ua, event, most)
    return event
