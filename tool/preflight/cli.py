"""The click group behind ``preflight``, and exceptions turned into exit codes."""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import signal
import sys
import traceback
from datetime import UTC, date, datetime
from pathlib import Path

import click

from preflight import __version__
from preflight.commands import COMMANDS, LIGHT
from preflight.errors import PreflightError
from preflight.escaping import terminal as escape

ISO_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
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
            if ISO_DATE.fullmatch(value):
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
    from preflight.commands.given import Given  # noqa: PLC0415 - help needs none of it

    # UTC, so that a gate in one time zone and an auditor in another see the same day.
    today = as_of or datetime.now(UTC).date()
    given = Given(root, today, at, quiet=quiet, color=not no_color)
    context.obj = given if context.invoked_subcommand in LIGHT else given.session


def run(arguments: list[str] | None = None) -> int:  # noqa: PLR0911 - one return an exit code
    """Run the command line; return the exit code. Nothing a user can write ends in a traceback."""
    _prepare_streams()
    with contextlib.suppress(ValueError):  # only the main thread may; others are ended with it
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended like Ctrl-C, worker processes included
    try:
        return int(cli.main(args=arguments, prog_name="preflight", standalone_mode=False) or 0)
    except click.exceptions.Exit as finished:
        return finished.exit_code
    except click.ClickException as error:
        _say(
            f"{error.ctx.get_usage()}\n" if isinstance(error, click.UsageError) and error.ctx else "",
            error.format_message(),
        )
        return CANNOT_JUDGE
    except (KeyboardInterrupt, click.Abort):
        _say("", "interrupted; nothing was judged")
        return INTERRUPTED
    except PreflightError as error:
        _say("", *str(error).splitlines())
        return CANNOT_JUDGE
    except OSError as error:  # a disk that is full, a device that is gone: nothing that we could have done better
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _say("", f"the system refuses: {error}")
        return CANNOT_JUDGE
    except Exception as error:  # noqa: BLE001 - the last resort: said in one line, with the details on request
        return _defect(error)


def _prepare_streams() -> None:
    """Make verdicts UTF-8 whatever the locale says, and give a closed stream somewhere to go."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the caller; the exit code still tells
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - as long as we run
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def _say(before: str, *lines: str) -> None:
    """Write an error. Where even that fails, the exit code has to do."""
    with contextlib.suppress(OSError):
        sys.stderr.write(before + "".join(f"preflight: {escape(line)}\n" for line in lines))
        sys.stderr.flush()


def _defect(error: Exception) -> int:
    _say("", f"this is a defect of preflight, not of your files: {type(error).__name__}: {error}")
    if os.environ.get("PREFLIGHT_DEBUG"):
        traceback.print_exception(error)
    else:
        _say("", "please report it; PREFLIGHT_DEBUG=1 shows where it happened")
    return DEFECT
