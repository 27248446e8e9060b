"""Clients of a service worker: opening a window, which takes a user who has just clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator import urls
from simulator.environment import WorkerGlobal
from simulator.observation import Page
from simulator.overrides import point
from simulator.promise import Promise, rejected_with
from simulator.script_errors import ScriptError, type_error

if TYPE_CHECKING:
    from simulator.user_agent import UserAgent


@point("mdn/backgroundfetchclick_event/1")
def may_open_a_window(ua: UserAgent, worker: WorkerGlobal) -> bool:
    """Only while the event of a click is active: no other one comes from the user."""
    return any(event.active and event.type == "backgroundfetchclick" for event in worker.registration.events)


def open_window(ua: UserAgent, worker: WorkerGlobal, url: str) -> Promise[str]:
    """clients.openWindow(): gives the new window's URL. Rejects with InvalidAccessError or TypeError."""
    if not may_open_a_window(ua, worker):
        error = ScriptError("InvalidAccessError", "a window can only be opened when the user has clicked")
        return rejected_with(ua.turns, error)
    whole = urls.parse(url, worker.url)
    if whole is None:
        return rejected_with(ua.turns, type_error(f"{url!r} is no URL"))
    path = whole.path
    if any(path.startswith(scope) for scope in ua.registrations):
        ua.open_page(path, path)  # elsewhere it is a page that has no part in any fetch
    ua.see("page", path, path, Page("opened", path))
    promise: Promise[str] = Promise(ua.turns)
    promise.resolve(whole.href)
    return promise
