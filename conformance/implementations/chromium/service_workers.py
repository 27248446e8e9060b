"""What DevTools tells of the service workers of a browser: which are registered, running, activated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import trio

from conformance.implementations.protocol import Trouble
from conformance.network.real_time import RealTime
from simulator.turns import Watched

Row = Mapping[str, Any]

_PATIENCE_S = 10


class ServiceWorkers:
    """The registrations and versions of one running browser, of all origins. Scopes are whole URLs."""

    def __init__(self) -> None:
        self._registrations: dict[str, Row] = {}
        self._versions: dict[str, Row] = {}
        self._news = Watched()

    def take(self, method: str, parameters: Row) -> None:
        """Take in an event of the domain ServiceWorker; others are passed over."""
        if method == "ServiceWorker.workerRegistrationUpdated":
            told = {row["registrationId"]: row for row in parameters["registrations"]}
            self._registrations |= told
        elif method == "ServiceWorker.workerVersionUpdated":
            self._versions |= {row["versionId"]: row for row in parameters["versions"]}
        else:
            return
        self._news.changed()

    def scope(self, registration: str) -> str:
        """The scope of the registration with this number, "" if it is not known."""
        return str(self._registrations.get(registration, {}).get("scopeURL", ""))

    def registered(self, scope: str) -> bool:
        """Whether there is a registration of this scope."""
        rows = self._registrations.values()
        return any(row["scopeURL"] == scope and not row["isDeleted"] for row in rows)

    def running(self, scope: str) -> list[Row]:
        """The versions of a scope that are not stopped."""
        return [row for row in self._versions_of(scope) if row["runningStatus"] != "stopped"]

    def targets(self, scope: str) -> list[str]:
        """The DevTools targets of the running and activated versions of a scope."""
        running = (row for row in self.running(scope) if row["status"] == "activated")
        return [row["targetId"] for row in running if row.get("targetId")]

    def activated(self, scope: str) -> set[str]:
        """The numbers of the versions of a scope that are activated."""
        return {row["versionId"] for row in self._versions_of(scope) if row["status"] == "activated"}

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until ``holds``, asked again at every event. Raises Trouble saying ``what`` did not come."""
        with trio.move_on_after(_PATIENCE_S) as limit:
            await RealTime().until(holds, self._news)
        if limit.cancelled_caught:
            raise Trouble(f"Within {_PATIENCE_S} s the browser has not told that {what}.")

    def _versions_of(self, scope: str) -> list[Row]:
        mine = {number for number, row in self._registrations.items() if row["scopeURL"] == scope}
        return [row for row in self._versions.values() if row["registrationId"] in mine]
