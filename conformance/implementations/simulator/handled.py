"""What a scenario can have the handler of an event do, on the simulator, beside waiting.

The twin of ``handlerVerbs`` in fixtures/worker.js.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from conformance.implementations.simulator.calls import Calls, update_ui
from simulator.background_fetch_event import BackgroundFetchEvent
from simulator.clients import open_window
from simulator.fetch import NetworkError, fetch
from simulator.origin.stream import Broken
from simulator.request import request_constructor
from simulator.script_errors import quota_exceeded_error, type_error
from simulator.storage import Cached, QuotaExceeded


async def _update_ui(script: Calls, event: BackgroundFetchEvent, options: Mapping[str, Any]) -> Any:
    return await update_ui(event, options)


async def _cache(script: Calls, event: BackgroundFetchEvent, name: str) -> None:
    """Put the response of every record into a cache."""
    for record in await event.registration.matchAll():
        response = await record.responseReady
        if record.request.method != "GET":
            raise type_error("only the answer of a GET can be put into a cache")
        held = Cached(response.response, tuple(await response.body.read_all()))
        if script.environment.closed:
            return  # the worker has ended meanwhile, and its script with it
        try:
            script.environment.ua.storage.put(name, record.request.url, held)
        except QuotaExceeded:
            raise quota_exceeded_error(f"{held.size} bytes do not fit in the quota") from None


async def _open_window(script: Calls, event: BackgroundFetchEvent, path: str) -> dict[str, str]:
    worker = event.worker
    assert worker is not None, "a handler runs in a worker"
    return {"url": script.hosts.path_of_url(await open_window(worker.ua, worker, path))}


async def _download(script: Calls, event: BackgroundFetchEvent, path: str) -> dict[str, int]:
    """Fetch something without the help of a background fetch; it ends with the worker."""
    ua, ended = script.environment.ua, script.environment.ended
    request, size = request_constructor(path, script.environment.url), 0
    request.origin = ua.origin
    with ua.turns.abort_when(lambda: ended.value, ended):
        try:
            async with fetch(ua, request, lambda transmitted: None) as arriving:
                while arriving.body and (span := await arriving.body.read()):
                    size += len(span)
        except (NetworkError, Broken):
            raise type_error(f"{path} could not be fetched") from None
    return {"size": size}


HANDLED: Mapping[str, Callable[[Calls, BackgroundFetchEvent, Any], Awaitable[Any]]] = {
    "updateUI": _update_ui,
    "cache": _cache,
    "openWindow": _open_window,
    "download": _download,
}
"""What a handler can do, by the words of the grammar."""
