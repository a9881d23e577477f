"""``preflight inventory diff``: what came, went and moved between two commits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from preflight.commands import stocktaking
from preflight.commands.options import format_option
from preflight.commands.session import Session
from preflight.inventory import differences
from preflight.shell import terminal

if TYPE_CHECKING:
    from preflight.inventory.stock import Stock


@click.command("diff", short_help="Show what came, went and moved between two commits.")
@click.argument("before", metavar="REV1")
@click.argument("after", metavar="[REV2]", required=False)
@format_option(differences.FORMATS)
@click.pass_obj
def command(session: Session, before: str, after: str | None, *, output: str) -> int:
    """Show which vendors came and went from REV1 to REV2, and what moved in those that stayed.

    Without REV2: to the files as they are now. Both are looked at by the rules of their own commit and as of the same
    day, so that what moved was moved by somebody, and not by the calendar.
    """
    found = differences.compare(_stock(session, before), _stock(session, after or session.at))
    terminal.show(differences.FORMATS[output](found))
    return 0


def _stock(session: Session, revision: str | None) -> Stock:
    looked = Session(session.root, session.today, revision, quiet=session.quiet, color=session.color)
    taken = stocktaking.take(looked, past=False)
    return taken if revision is not None else replace(taken, exact=False)
