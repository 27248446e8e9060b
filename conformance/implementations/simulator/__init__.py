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
    """The reference user agent with ``overrides`` laid over it, under ``name``.

    ``lacking`` are the levers that it does not have, with the reason. ``written_out``: every byte of
    a body goes through h11, instead of as ranges. ``most`` is the number of turns after which a run
    that comes to no end is given up.
    """

    def __init__(
        self,
        name: str = "simulator",
        overrides: Sequence[Override] = (),
        lacking: Mapping[str, Lever] = MappingProxyType({}),
        *,
        written_out: bool = False,
        most: int = 2_000_000,
    ) -> None:
        self.name, self.lacking, self.written_out = name, lacking, written_out
        self.overrides = tuple(overrides)
        self.most = most

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
        async with Turns(seed, most=self.most).running() as turns:
            overrides = [*policy, *self.overrides]
            session = SimulatorSession(scenario, turns, overrides, written_out=self.written_out)
            try:
                yield session
            finally:
                session.log.close()

    async def close(self) -> None:
        """Nothing stays open between scenarios."""
