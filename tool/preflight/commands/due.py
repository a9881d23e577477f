"""``preflight due``: what falls due, for one person, one team or the whole registry."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from preflight.breaches import did_you_mean
from preflight.commands.completion import complete_vendor
from preflight.commands.options import format_option
from preflight.due import items as due
from preflight.due import listing
from preflight.errors import UsageError
from preflight.facts import due as due_facts
from preflight.model import REGISTRY
from preflight.places import PolicyPositions
from preflight.shell import terminal

if TYPE_CHECKING:
    from preflight.commands.session import Session
    from preflight.shell.registry import RecordFile

MOST_DAYS = 36_500


@click.command(short_help="List what falls due: notices, reviews, certificates, tests.")
@click.option(
    "--within",
    type=click.IntRange(0, MOST_DAYS),
    metavar="DAYS",
    help="How far to look ahead. Default: the horizon in policies/calendar.yaml. What is overdue is always listed.",
)
@click.option("--owner", metavar="PERSON|TEAM", help="Only what that person or team has to see to.")
@click.option(
    "--vendor",
    "vendors",
    multiple=True,
    metavar="ID",
    shell_complete=complete_vendor,
    help="Only that vendor. Can be given several times.",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(due.KINDS),
    help="Only that kind of thing. Can be given several times.",
)
@format_option(listing.FORMATS, note="ics is a calendar to subscribe to")
@click.pass_obj
def command(  # noqa: PLR0913 - one argument an option
    session: Session,
    *,
    within: int | None,
    owner: str | None,
    vendors: tuple[str, ...],
    kinds: tuple[str, ...],
    output: str,
) -> int:
    """List what falls due, the soonest first: last days to cancel, ends of terms, certificates, evidence and approvals
    that run out, reviews and tests that come round, steps and actions that were agreed; and of the registry itself,
    currency rates, meetings of the committee and roles that end.

    The exit code is 0 whatever is due: this is a list, not a gate.
    """  # noqa: D205 - the first sentence is as long as it is
    session.refuse_without(due_facts, "what falls due")
    wanted = {session.file(entry).id for entry in session.chosen(vendors)} if vendors else set()
    _refuse_unknown(session, owner)
    files = {file.id: file for file in session.records()}
    records = {name: file.document.known for name, file in files.items() if file.document}
    context = session.policy.context(session.today, frozenset(records))
    ahead = context.policies["calendar"]["horizon_days"] if within is None else within
    found = due.narrowed(due.collect(records, context, ahead), wanted, kinds)
    if owner is not None:
        found = due.of_owner(found, owner, context)
    session.tell_unrecorded("/contract/subscriptions", "subscriptions", "by when to cancel is not known")
    session.tell_unrecorded("/reviews", "reviews", "which of them are due is not known")
    placed = [_placed(session, each, files) for each in found]
    frame = listing.Frame(session.today, ahead, terminal.width(), terminal.colours(wanted=session.color))
    text = listing.FORMATS[output](placed, frame)
    if output == "ics" and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(newline="")  # its lines end in CR LF everywhere, and in nothing more on Windows
    terminal.show(text)
    return 0


def _refuse_unknown(session: Session, owner: str | None) -> None:
    people = session.policy.documents.get("people")
    if owner is None or people is None:
        return
    known = [each["id"] for group in ("people", "teams") for each in people.value[group]]
    if owner not in known:
        message = f"{owner!r} is neither a person nor a team in {people.path}"
        raise UsageError(message, fix=did_you_mean(owner, known) or "Use an id from that file.")


def _placed(session: Session, item: due.DueItem, files: dict[str, RecordFile]) -> due.DueItem:
    """Say where in which file an item stands."""
    if item.vendor == REGISTRY:
        place, path, pointer = PolicyPositions(session.policy.documents).placed(item.pointer)
        return replace(item, path=path, line=place.line, pointer=pointer)
    file = files[item.vendor]
    line = file.document.position(item.pointer).line if file.document else 1
    return replace(item, path=file.path, line=line)
