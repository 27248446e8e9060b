"""What a token means here and now: its scenario found or made again, and its trace told from another one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import evolve

from conformance import __version__
from conformance.errors import BadInput
from conformance.implementations.protocol import Implementation
from conformance.implementations.simulator import SimulatorImplementation
from conformance.results import FAIL, PASS
from conformance.runner import Outcome
from conformance.scenario.errors import ScenarioError
from conformance.scenario.load import scenario_from_document
from conformance.scenario.model import Expect, Scenario
from conformance.selectors import Catalogue, selector_of
from conformance.tokens import Token, digest, digest_of
from simulator.policies import UnknownPolicy, overrides_for


class Irreproducible(Exception):
    """The same version gives another trace of the same scenario: a defect of ours."""


def scenario_of(token: Token) -> Scenario:
    """The scenario that a token means. Raises BadInput where it is gone, or says something else now."""
    scenario = _under_its_policy(
        token, _found(token) if token.generated is None else _made_up(token.generated)
    )
    here = digest_of(scenario)
    if token.document not in ("", here):
        changed = f"The scenario {token.scenario} says something else than when the token was made"
        if token.generated is not None:
            changed = f"Of {token.generated} the generator makes another scenario than for the token"
        raise BadInput(
            f"{changed}: its digest is {here}, not {token.document}. {_why(token)}",
            f"To run what it is now: bgfetch replay {token.unbound()}",
        )
    return scenario


def compare(token: Token, trace: str) -> Sequence[str]:
    """What there is to say of the versions where a trace, as text, is the one that a token means.

    Raises BadInput where it is not, and the token is of another version; Irreproducible where it is of this.
    """
    here = digest(trace)
    if token.trace not in ("", here):
        told = f"The trace is not the token's: its digest is {here}, not {token.trace}. {_why(token)}"
        then = f"To see the trace that it is now: bgfetch replay {token.unbound()}"
        if token.version == __version__:
            raise Irreproducible(f"{told}\n{then}")
        raise BadInput(told, then)
    if token.version == __version__:
        return []
    told = "the trace is the same" if token.trace else "no trace was compared"
    return [f"The token is of v{token.version}, and this is v{__version__}: {told}."]


def against_the_reference(
    outcome: Outcome, scenario: Scenario, implementation: Implementation, seed: int
) -> Outcome:
    """An outcome that passes, judged once more where the scenario is of no catalogue and expects nothing.

    What the reference comes to is then what is expected of a user agent of the simulator, as in a hunt.
    """
    expects = scenario.expect != Expect() or selector_of(scenario) == scenario.id
    if outcome.verdict != PASS or expects or not isinstance(implementation, SimulatorImplementation):
        return outcome
    from conformance.adversary.oracles import examined

    finding = examined(scenario, implementation, scenario.seed + seed, both=True).finding
    return evolve(outcome, verdict=FAIL, note="\n".join(finding.told)) if finding else outcome


def _why(token: Token) -> str:
    """Why a token may not come to the same here."""
    if token.version != __version__:
        versions = f"The token is of v{token.version}, and this is v{__version__}"
        return f"{versions}: only that one is sure to do the same."
    return (
        f"Both are of v{__version__}. Unless token, scenario or code were changed by hand since, this is a "
        "defect of bgfetch: please report it with the token."
    )


def _found(token: Token) -> Scenario:
    try:
        return Catalogue().one(token.scenario)
    except BadInput as error:
        if token.version == __version__:
            raise
        raise BadInput(f"{error.what} {_why(token)}", error.then) from None


def _made_up(seed: int) -> Scenario:
    from conformance.adversary.chance import Seeded
    from conformance.adversary.generate import generate

    return generate(Seeded(seed))


def _under_its_policy(token: Token, scenario: Scenario) -> Scenario:
    """The scenario with the token's policy laid over its own."""
    for field, value in token.policy.items():
        policy = {**scenario.document.get("policy", {}), field: _plain(value)}
        try:
            scenario = scenario_from_document({**scenario.document, "policy": policy}, scenario.id)
            overrides_for({field: scenario.policy[field]})
        except (ScenarioError, UnknownPolicy) as error:
            raise BadInput(
                f"The policy.{field} of this token is none: {error}",
                "The fields and values are in docs/scenario-files.md, under The world.",
            ) from None
    return scenario


def _plain(value: str) -> bool | int | str:
    """A value of a policy as a scenario file has it."""
    if value in ("true", "false"):
        return value == "true"
    return int(value) if re.fullmatch(r"[0-9]{1,18}", value) else value
