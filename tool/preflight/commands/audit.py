"""``preflight audit``: what the git log proves. One module a subcommand, loaded when it is called."""

from __future__ import annotations

import importlib

import click

# Name → module in this folder; its click command is called ``command``.
SUBCOMMANDS = {
    "log": "audit_log",
    "replay": "audit_replay",
    "verify": "audit_verify",
    "checkpoint": "audit_checkpoint",
    "export": "audit_export",
    "who": "audit_who",
    "alignment": "audit_alignment",
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in SUBCOMMANDS:
            return None
        found: click.Command = importlib.import_module(f"preflight.commands.{SUBCOMMANDS[cmd_name]}").command
        return found


@click.group("audit", cls=_Lazy, short_help="Show what the git log tells of vendors, decisions and policies.")
def command() -> None:
    """Show what the git log tells: which vendor changed when, in which field, and by whom."""
