"""A DevTools session with one page: commands, and events as they come. Speaks JSON over a web socket."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import trio
from trio_websocket import ConnectionClosed, HandshakeError, WebSocketConnection, connect_websocket_url

from conformance.implementations.protocol import Trouble

_PATIENCE_S = 10
_LARGEST_MESSAGE = 64 << 20

Tell = Callable[[str, Mapping[str, Any]], None]
"""Takes an event: its method and its parameters."""


class DevTools:
    """``listen`` has to run while commands are sent. ``tell`` gets each event: its method and parameters."""

    def __init__(self, socket: WebSocketConnection, tell: Tell) -> None:
        self._socket, self._tell = socket, tell
        self._sent = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self._answered = trio.Condition()

    async def listen(self) -> None:
        """Take in what comes, until the page or the browser ends."""
        try:
            while True:
                message = json.loads(await self._socket.get_message())
                if "id" in message:
                    async with self._answered:
                        self._answers[message["id"]] = message
                        self._answered.notify_all()
                else:
                    self._tell(message["method"], message["params"])
        except ConnectionClosed:
            pass

    async def close(self) -> None:
        """End the session."""
        await self._socket.aclose()

    async def say(self, method: str, **parameters: Any) -> int:
        """Send one command and do not wait for its answer, which has the number that is given."""
        self._sent += 1
        message = {"id": self._sent, "method": method, "params": parameters}
        try:
            await self._socket.send_message(json.dumps(message))
        except ConnectionClosed:
            raise Trouble(f"DevTools cannot be told {method}: the page or the browser has ended.") from None
        return self._sent

    async def command(self, method: str, **parameters: Any) -> Mapping[str, Any]:
        """Send one command; gives its result. Raises Trouble when DevTools refuses it or is silent."""
        number = await self.say(method, **parameters)
        with trio.move_on_after(_PATIENCE_S):
            async with self._answered:
                while number not in self._answers:
                    await self._answered.wait()
        if number not in self._answers:
            raise Trouble(f"The browser hangs: DevTools has not answered {method} for {_PATIENCE_S} s.")
        answer = self._answers.pop(number)
        if "error" in answer:
            raise Trouble(f"DevTools refused {method}: {answer['error'].get('message')}")
        result: Mapping[str, Any] = answer["result"]
        return result


async def attach(nursery: trio.Nursery, debugger: str, target: str, tell: Tell) -> DevTools:
    """A session with the page ``target`` of the browser that listens at ``debugger``, host:port."""
    return await connect(nursery, f"ws://{debugger}/devtools/page/{target}", tell)


async def connect(nursery: trio.Nursery, url: str, tell: Tell) -> DevTools:
    """A session with whatever speaks the protocol at ``url``. Raises Trouble where nothing does."""
    try:
        socket = await connect_websocket_url(nursery, url, max_message_size=_LARGEST_MESSAGE)
    except (OSError, HandshakeError) as error:
        raise Trouble(f"The browser's DevTools cannot be reached at {url}: {error!r}") from error
    session = DevTools(socket, tell)
    nursery.start_soon(session.listen)
    return session
