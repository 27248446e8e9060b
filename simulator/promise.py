"""Promises: what the API's methods return. Awaiting one waits for it to settle, as a turn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import Any, Generic, TypeVar

from simulator.script_errors import ScriptError
from simulator.turns import Cell, Turns

T = TypeVar("T")


class Promise(Generic[T]):
    """A promise, pending until it is resolved or rejected; later calls change nothing."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._value: Any = None
        self.state = Cell("pending")

    def resolve(self, value: T) -> None:
        self._settle("fulfilled", value)

    def reject(self, error: ScriptError) -> None:
        self._settle("rejected", error)

    def _settle(self, state: str, value: Any) -> None:
        if self.state.value == "pending":
            self._value = value
            self.state.value = state

    async def settled(self) -> None:
        """Wait until it is no longer pending."""
        await self._turns.until(lambda: self.state.value != "pending", self.state, why="a promise to settle")

    def __await__(self) -> Generator[Any, None, T]:
        yield from self.settled().__await__()
        if self.state.value == "rejected":
            raise self._value
        value: T = self._value
        return value


def rejected_with(turns: Turns, error: ScriptError) -> Promise[Any]:
    """A promise rejected with an error."""
    promise: Promise[Any] = Promise(turns)
    promise.reject(error)
    return promise


def promise_of(turns: Turns, steps: Callable[[], Awaitable[T]]) -> Promise[T]:
    """A promise for steps run in parallel: what they return resolves it, a ScriptError rejects it."""
    promise: Promise[T] = Promise(turns)

    async def run() -> None:
        try:
            promise.resolve(await steps())
        except ScriptError as error:
            promise.reject(error)

    turns.start_soon(run)
    return promise
