"""The service workers of one scenario: handing them steps, stopping, updating, unregistering them.

Where a page is open the work is done from there, as a site would do it; where none is, through
DevTools. Whatever is done counts only once its effect has been seen.
"""

from __future__ import annotations

import json
from typing import Any

from conformance.implementations.chromium.calls import worker_steps
from conformance.implementations.chromium.machine import Machine
from conformance.implementations.chromium.pages import Pages
from conformance.implementations.protocol import Trouble
from conformance.scenario.model import Scenario, Step
from simulator.observation import Log, Worker
from simulator.origin.hosts import Hosts


class Workers:
    """Service workers by scope, as paths of the scenario."""

    def __init__(self, machine: Machine, scenario: Scenario, hosts: Hosts, pages: Pages, log: Log) -> None:
        self._machine, self._scenario, self._hosts = machine, scenario, hosts
        self._pages, self._log = pages, log
        self._version = 1
        self._write_script()

    def _write_script(self) -> None:
        self._machine.worker_steps = worker_steps(self._scenario, self._version)

    def scope(self, on: str) -> str:
        """The scope that "worker" or "worker /scope/" means."""
        return on.removeprefix("worker").strip() or next(iter(self._scenario.workers))

    def scope_of(self, registration: str) -> str:
        """The scope of the registration that DevTools gives this number."""
        url = self._machine.service_workers.scope(registration)
        return self._hosts.path_of_url(url) if url else next(iter(self._scenario.workers), "")

    async def begin(self, scope: str, call: dict[str, Any]) -> None:
        """Have a worker make a call; returns once it is made. Raises Trouble when its event is lost."""
        if pages := self._pages.open_ones:
            script = "return bgfetch.tellWorker(...arguments)"
            begun = await self._pages.script(pages[0], script, scope, call)
        else:
            begun = await self._evaluate(scope, f"take({json.dumps(call)}).begun")
        if not begun:
            raise Trouble(
                f"The worker of {scope} has no event to call {call['verb']}() of: it was stopped "
                "since, or the event has not come. Wait for the event in the step before."
            )

    async def _evaluate(self, scope: str, expression: str) -> Any:
        """Run script in a worker, which is started for it where it is stopped."""
        known, url = self._machine.service_workers, self._hosts.url(scope)
        await self._machine.devtools.command("ServiceWorker.startWorker", scopeURL=url)
        await known.until(lambda: bool(known.targets(url)), f"the worker of {scope} runs")
        session = await self._machine.attach(known.targets(url)[0], lambda method, parameters: None)
        answer = await session.command("Runtime.evaluate", expression=expression)
        await session.close()
        if "exceptionDetails" in answer:
            raise Trouble(f"Script failed in the worker of {scope}: {answer['exceptionDetails'].get('text')}")
        return answer["result"].get("value")

    # -- levers -----------------------------------------------------------------------------

    async def change(self, step: Step) -> None:
        """Stop, update or unregister a worker. Raises Trouble when that has no effect."""
        scope = self.scope(step.on)
        match step.arguments["worker"]:
            case "stop":
                await self._stop(scope)
            case "update":
                await self._update(scope)
            case "unregister":
                await self._unregister(scope)

    async def _stop(self, scope: str) -> None:
        known, url = self._machine.service_workers, self._hosts.url(scope)
        for version in known.running(url):
            await self._machine.devtools.command("ServiceWorker.stopWorker", versionId=version["versionId"])
        await known.until(lambda: not known.running(url), f"the worker of {scope} has stopped")
        self._log.see("devtools", scope, scope, Worker("stopped"))

    async def _update(self, scope: str) -> None:
        """Change the script, have the browser look for a change, and wait until the new one is active."""
        known, url = self._machine.service_workers, self._hosts.url(scope)
        before = known.activated(url)
        self._version += 1
        self._write_script()
        await self._machine.devtools.command("ServiceWorker.updateRegistration", scopeURL=url)
        await known.until(
            lambda: bool(known.activated(url) - before), f"a new version of the worker of {scope} is active"
        )

    async def _unregister(self, scope: str) -> None:
        known, url = self._machine.service_workers, self._hosts.url(scope)
        if pages := self._pages.open_ones:
            script = "return bgfetch.unregister(arguments[0])"
            if not await self._pages.script(pages[0], script, scope):
                raise Trouble(f"The registration of {scope} is still there after unregister().")
        else:
            await self._machine.devtools.command("ServiceWorker.unregister", scopeURL=url)
            await known.until(lambda: not known.registered(url), f"{scope} is unregistered")
        self._log.see("harness", "harness", scope, Worker("unregistered"))
