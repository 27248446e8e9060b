"""Implementations by name: what ``--on`` accepts, and how each is made."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Callable

from conformance.errors import BadInput
from conformance.implementations.protocol import Implementation


def names() -> tuple[str, ...]:
    """Every name that ``--on`` knows, the mutants and readings of single errata included."""
    from conformance.mutants import mutants
    from simulator.errata import literal

    readings = (f"simulator:literal={name}" for name in literal.by_name)
    return (
        "simulator",
        "chromium",
        "simulator:without-api",
        "simulator:literal",
        *readings,
        *(f"mutant:{name}" for name in mutants()),
    )


def find(name: str) -> Implementation:
    """The implementation of a name. Raises BadInput for one that does not exist, with the nearest."""
    for prefix, make in _MAKERS.items():
        meant = name == prefix or (prefix.endswith((":", "=")) and name.startswith(prefix))
        if meant and (made := make(name)):
            return made
    near = difflib.get_close_matches(name, names(), 1)
    hint = (
        f"Did you mean {near[0]}?"
        if near
        else "There are: simulator, chromium, mutant:NAME, command:PROGRAM."
    )
    raise BadInput(f"there is no implementation {name!r}", f"{hint} Levers of each: bgfetch doctor")


def _simulator(name: str) -> Implementation:
    from conformance.implementations.simulator import SimulatorImplementation

    return SimulatorImplementation(name)


def _literal(name: str) -> Implementation | None:
    from conformance.implementations.simulator import SimulatorImplementation
    from simulator.errata import literal

    _, _, erratum = name.partition("=")
    chosen = [erratum] if erratum else list(literal.by_name)
    if unknown := [one for one in chosen if one not in literal.by_name]:
        raise BadInput(
            f"the simulator has no literal reading of {unknown[0]!r}",
            f"It has: {', '.join(literal.by_name)}. Try: --on simulator:literal={min(literal.by_name)}",
        )
    return SimulatorImplementation(name, [override for one in chosen for override in literal.by_name[one]])


def _without_api(name: str) -> Implementation:
    """An implementation that has only what tells a page that the API is not there."""
    from conformance.implementations.protocol import Lever
    from conformance.implementations.simulator import SimulatorImplementation, without_api

    lacking = {"fetch": Lever(False, without_api.LACKING)}
    return SimulatorImplementation(name, without_api.overrides(), lacking)


def _mutant(name: str) -> Implementation | None:
    from conformance.implementations.simulator import SimulatorImplementation
    from conformance.mutants import mutants

    overrides = mutants().get(name.removeprefix("mutant:"))
    return SimulatorImplementation(name, overrides) if overrides else None


def _chromium(name: str) -> Implementation:
    from conformance.implementations.chromium import Chromium

    return Chromium()


def _command(name: str) -> Implementation:
    """Whatever speaks the protocol on its standard streams, started with these words."""
    from conformance.implementations.remote import Remote

    try:
        words = shlex.split(name.removeprefix("command:"))
    except ValueError as error:
        raise BadInput(f"{name!r} cannot be read as a command: {error}", _ADAPTER) from None
    if not words:
        raise BadInput("command: names no program", _ADAPTER)
    return Remote(name, words)


_ADAPTER = "Try: --on 'command:python docs/examples/adapter.py'"

_MAKERS: dict[str, Callable[[str], Implementation | None]] = {
    "simulator": _simulator,
    "simulator:without-api": _without_api,
    "simulator:literal": _literal,
    "simulator:literal=": _literal,
    "mutant:": _mutant,
    "chromium": _chromium,
    "command:": _command,
}
