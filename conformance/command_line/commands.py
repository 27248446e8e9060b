"""The commands by name, found when asked for, and how bad input is told."""

from __future__ import annotations

import sys
import traceback
from importlib import import_module
from typing import Any

import click

from conformance import __version__
from conformance.command_line.exit_codes import BAD_INPUT, HARNESS_BROKE, INTERRUPTED, UNREAD
from conformance.errors import BadInput, did_you_mean
from conformance.scenario.errors import ScenarioError

COMMANDS = (
    "run", "replay", "fuzz", "sweep", "list", "show", "report", "diff", "merge", "baseline", "doctor",
    "clauses", "errata", "mutants", "schema",
)  # fmt: skip


class Refused(click.ClickException):
    """One clear error on standard error: what happened, then what to type."""

    exit_code = BAD_INPUT

    def show(self, file: Any = None) -> None:
        click.echo(f"bgfetch: {self.message}", file=file, err=file is None)


class Commands(click.Group):
    """A group whose commands are modules beside this one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"conformance.command_line.{cmd_name}").command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            known = f"The commands are: {', '.join(COMMANDS)}. To see what each does: bgfetch --help"
            raise Refused(f"There is no command {name!r}.{did_you_mean(name, COMMANDS)}\n{known}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (BadInput, ScenarioError) as error:
            raise Refused(str(error)) from error
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            sys.exit(UNREAD)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise  # click's own way of ending
        except Exception:
            traceback.print_exc()
            click.echo(
                "bgfetch: this is a defect of bgfetch itself; please report it with the lines above.",
                err=True,
            )
            sys.exit(HARNESS_BROKE)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="bgfetch %(version)s")
def commands() -> None:
    """Judge implementations of the Background Fetch API against its specification.

    One catalogue of scenarios runs on a simulator in virtual time and on real browsers; the
    same checks judge both. Begin with: bgfetch run
    """
