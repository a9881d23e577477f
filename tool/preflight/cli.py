"""The click group behind ``preflight``, and exceptions turned into exit codes."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from datetime import UTC, date, datetime
from pathlib import Path

import click

from preflight import __version__
from preflight.commands import COMMANDS
from preflight.errors import PreflightError
from preflight.escaping import terminal as escape

CANNOT_JUDGE, DEFECT, INTERRUPTED = 2, 3, 130


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order of their use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Import one command, or return None."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = importlib.import_module(f"preflight.commands.{COMMANDS[cmd_name]}").command
        return found


class DateType(click.ParamType[date]):
    """An ISO date."""

    name = "date"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read YYYY-MM-DD, and nothing else."""
        if isinstance(value, date):
            return value
        try:
            if len(value) == len("2026-01-01"):
                return date.fromisoformat(value)
        except ValueError:
            pass
        return self.fail(f"{value!r} is not a date that exists, as YYYY-MM-DD", param, ctx)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="preflight", message="%(prog)s %(version)s")
@click.option(
    "--root", type=click.Path(path_type=Path), default=".", help="Root of the registry. Default: this folder."
)
@click.option("--at", metavar="REV", help="Read records, rules and policies of that commit.")
@click.option(
    "--as-of", type=DateType(), metavar="DATE", help="Judge as of that day, YYYY-MM-DD. Default: today (UTC)."
)
@click.option("--quiet", is_flag=True, help="Show nothing but the verdict and errors.")
@click.option("--no-color", is_flag=True, help="No colours, also on a terminal.")
@click.pass_context
def cli(  # noqa: PLR0913 - one argument an option
    context: click.Context, *, root: Path, at: str | None, as_of: date | None, quiet: bool, no_color: bool
) -> None:
    """Vendor governance as code: the checklist before the purchase.

    Each vendor is a YAML file in git. 'preflight check' judges the files by the rules in policies/ and blocks
    while a red flag stands. Start with 'preflight init', then 'preflight new' and 'preflight check'.
    """
    from preflight.commands.session import Session  # noqa: PLC0415 - help needs none of it

    # UTC, so that a gate in one time zone and an auditor in another see the same day.
    today = as_of or datetime.now(UTC).date()
    context.obj = Session(root, today, at, quiet=quiet, color=not no_color)


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code. Nothing a user can write ends in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # verdicts are UTF-8 whatever the locale says
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
    try:
        return int(cli.main(args=arguments, prog_name="preflight", standalone_mode=False) or 0)
    except click.exceptions.Exit as finished:
        return finished.exit_code
    except click.ClickException as error:
        error.show()
        return CANNOT_JUDGE
    except (KeyboardInterrupt, click.Abort):
        click.echo("preflight: interrupted; nothing was judged", err=True)
        return INTERRUPTED
    except PreflightError as error:
        for line in str(error).splitlines():
            click.echo(f"preflight: {escape(line)}", err=True)
        return CANNOT_JUDGE
    except Exception as error:  # noqa: BLE001 - the last resort: said in one line, with the details on request
        return _defect(error)


def _defect(error: Exception) -> int:
    click.echo(
        f"preflight: this is a defect of preflight, not of your files: {type(error).__name__}: {escape(str(error))}",
        err=True,
    )
    if os.environ.get("PREFLIGHT_DEBUG"):
        traceback.print_exception(error)
    else:
        click.echo("preflight: please report it; PREFLIGHT_DEBUG=1 shows where it happened", err=True)
    return DEFECT
