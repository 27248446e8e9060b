"""The simulator as an implementation: any reading or mutant of the reference user agent, in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from types import MappingProxyType

from conformance import __version__
from conformance.implementations.protocol import LEVERS, Description, Lever, Session, Unsupported
from conformance.implementations.simulator.session import SimulatorSession
from conformance.scenario.model import Scenario
from simulator.overrides import Override
from simulator.policies import UnknownPolicy, overrides_for
from simulator.turns import Turns


class SimulatorImplementation:
    """The reference user agent with ``overrides`` laid over it, under ``name``."""

    def __init__(
        self,
        name: str = "simulator",
        overrides: Sequence[Override] = (),
        lacking: Mapping[str, Lever] = MappingProxyType({}),
    ) -> None:
        """``lacking`` are the levers that it does not have, with the reason."""
        self.name, self.lacking = name, lacking
        self.overrides = tuple(overrides)

    async def open(self) -> Description:
        levers = {name: Lever(True) for name in LEVERS} | {**self.lacking}
        return Description(self.name, __version__, levers)

    @asynccontextmanager
    async def start(self, scenario: Scenario, seed: int) -> AsyncIterator[Session]:
        """A session in virtual time. Raises Unsupported for a policy that the simulator does not have."""
        try:
            policy = overrides_for(scenario.policy)
        except UnknownPolicy as error:
            raise Unsupported("policy", str(error)) from None
        async with Turns(seed).running() as turns:
            session = SimulatorSession(scenario, turns, [*policy, *self.overrides])
            try:
                yield session
            finally:
                session.log.close()

    async def close(self) -> None:
        """Nothing stays open between scenarios."""
