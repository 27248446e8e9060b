"""``bgfetch doctor``: what this machine can judge, and what would mend the rest."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import click
from attrs import frozen

from conformance import __version__
from conformance.command_line.exit_codes import AS_EXPECTED, BAD_INPUT

if TYPE_CHECKING:
    from conformance.implementations.protocol import Description, Implementation

PACKAGES = ("trio", "h11", "attrs", "mitmproxy", "selenium")


@frozen
class Finding:
    """One thing looked at: whether it is well, and what was found or what would mend it."""

    what: str
    told: str
    well: bool = True


@click.command("doctor", short_help="Check what this machine can judge.")
@click.option(
    "--on", "names", multiple=True, metavar="IMPLEMENTATION",
    help="Look at this one only, and end with 2 if it cannot be judged. Default: simulator and chromium.",
)  # fmt: skip
def command(names: tuple[str, ...]) -> None:
    """Check Python, the packages, the browsers and every lever of each implementation.

    Everything that is not well comes with what would mend it.
    """
    from conformance.implementations import find

    implementations = [find(name) for name in names or ("simulator", "chromium")]
    _print("This machine", list(_machine()))
    opened = [_implementation(one) for one in implementations]
    sys.exit(AS_EXPECTED if all(opened) or not names else BAD_INPUT)


def _machine() -> Iterator[Finding]:
    yield Finding("Python", platform.python_version())
    yield Finding("bgfetch", __version__)
    for package in PACKAGES:
        with suppress(PackageNotFoundError):  # whether it is missed depends on the browser, and is told there
            yield Finding(package, version(package))


def _implementation(implementation: Implementation) -> bool:
    """Print what there is to say of one implementation; give whether it could be opened."""
    if implementation.name == "chromium":
        from conformance.implementations.chromium import diagnose

        _print("chromium: what it needs", [Finding(what, told, well) for what, well, told in diagnose()])
    from conformance.implementations.protocol import LEVERS

    description = _opened(implementation)
    if isinstance(description, str):
        _print(implementation.name, [Finding("start", description, well=False)])
        return False
    levers = [
        Finding(name, lever.why or LEVERS.get(name, ""), lever.available)
        for name, lever in sorted(description.levers.items())
    ]
    _print(f"{implementation.name} {description.version}: levers", levers)
    return True


def _opened(implementation: Implementation) -> Description | str:
    """What an implementation says of itself, or why it could not be opened."""
    import trio

    async def look() -> Description:
        try:
            return await implementation.open()
        finally:
            with trio.CancelScope(shield=True):
                await implementation.close()

    try:
        return trio.run(look)
    except Exception as error:  # whatever it is, it is the finding
        return str(error) or type(error).__name__


def _print(title: str, findings: list[Finding]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for finding in findings:
        sign = Text("yes", "green") if finding.well else Text("no", "bold red")
        table.add_row(f"  {finding.what}", sign, Text(finding.told))
    console = Console(highlight=False)
    console.print(Text(title, "bold"))
    console.print(table)
