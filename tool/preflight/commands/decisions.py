"""``preflight decisions``: who decided what, and whether it counts today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from preflight.breaches import did_you_mean
from preflight.commands.completion import complete_vendor
from preflight.commands.options import format_option
from preflight.deciding import listing, standing
from preflight.deciding.listing import Frame, Row
from preflight.decisions import FOLDER
from preflight.decisions.statement import POLICIES
from preflight.errors import CannotJudge, UsageError
from preflight.facts import oversight
from preflight.shell import decision_files, registry, terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from preflight.commands.session import Session
    from preflight.deciding.listing import Standing
    from preflight.decisions import Decision
    from preflight.decisions.court import Fault
    from preflight.model import JsonObject

TOLD = "waiver/"  # begins the rule of what the gate says of a waiver that covers nothing


@click.command(short_help="List signed decisions, and whether they count today.")
@click.argument("vendor", metavar="[ID]", required=False, shell_complete=complete_vendor)
@format_option(listing.FORMATS)
@click.option("--all", "everything", is_flag=True, help="List past ones, too: revoked, or run out and renewed.")
@click.pass_obj
def command(session: Session, vendor: str | None, *, output: str, everything: bool) -> int:
    """List the decisions in vendors/decisions/, of one vendor or of all: approvals, waivers, revocations, amendments.

    Each with who decided, until when, by which key, since when it is here, and whether it counts today: an approval
    that the vendor has outgrown and a waiver whose finding has changed are told, with the reason. Files with a fault
    are listed below; they count for nothing. The exit code is 0 whatever is found: this is a list, not a gate.
    """
    if not session.layout.managed:
        message = "this registry has a layout of its own, in which decisions have no place"
        raise CannotJudge(message, fix="'preflight init' writes a registry that has one.")
    _refuse_unknown(session, vendor)
    verified = session.verified
    wanted = [each for each in verified.decisions if vendor in (None, each.statement.vendor)]
    faults = [each for each in verified.faults if vendor in (None, _vendor(each))]
    past = listing.past(verified.decisions)
    shown = wanted if everything else [each for each in wanted if each.path not in past]
    frame = Frame(session.today, faults, len(wanted) - len(shown), terminal.width())
    terminal.show(listing.FORMATS[output](rows(session, shown), frame))
    return 0


def rows(session: Session, shown: Sequence[Decision]) -> list[Row]:
    """Return decisions as they stand today, in the order of vendor and day. Raises CannotJudge."""
    notes = {**_approvals(session, shown), **_waivers(session, shown)}
    return [_row(each, notes, session.verified.arrived) for each in _in_order(shown)]


def _refuse_unknown(session: Session, vendor: str | None) -> None:
    if vendor is None or vendor == POLICIES:
        return
    known = {registry.stem(entry.path) for entry in session.entries}
    known |= decision_files.vendors_of(entry.path for entry in session.source.entries(FOLDER))
    if vendor not in known:
        message = f"there is no vendor {vendor!r} here, and no decision on it"
        raise UsageError(message, fix=did_you_mean(vendor, known) or "See 'preflight inventory list'.")


def _vendor(fault: Fault) -> str:
    return fault[0].removeprefix(FOLDER + "/").partition("/")[0]


def _in_order(decisions: Iterable[Decision]) -> list[Decision]:
    return sorted(decisions, key=lambda each: (each.statement.vendor, each.statement.decided_on, each.path))


def _row(each: Decision, notes: Mapping[str, tuple[Standing, str]], arrived: Mapping[str, date]) -> Row:
    state, why = notes.get(each.path, (each.state, ""))
    return Row(each, state, why, arrived.get(each.path))


def _approvals(session: Session, shown: Iterable[Decision]) -> dict[str, tuple[Standing, str]]:
    """Return by path what is to be said of approvals in force: why they do not hold, or that nobody asks for them."""
    mine = [each for each in shown if each.in_force and each.statement.kind == "approve"]
    if not mine or not any(fact.NAME == oversight.NAME for fact in session.policy.facts):
        return {}
    survey = session.survey
    given: dict[str, list[JsonObject]] = {}
    found: dict[str, tuple[Standing, str]] = {}
    for each in mine:
        vendor = each.statement.vendor
        if vendor in survey.cases:
            approval = {**each.statement.approval, "id": each.id, "state": each.state}
            given.setdefault(vendor, []).append(approval)
        else:
            found[each.path] = ("exceeded", "there is no record of it here that is of the right form")
    extracts = {vendor: taken[oversight.NAME] for vendor, taken in survey.extracts.items()}
    failing = standing.failing(given, extracts, survey.context)
    for each in mine:
        vendor, role = each.statement.vendor, each.statement.role
        if (vendor, each.id) in failing:
            found[each.path] = ("exceeded", failing[vendor, each.id])
        elif vendor in survey.cases:
            demanded = survey.shared[vendor][oversight.NAME]["demanded"]
            if role not in {one["role"] for one in demanded}:
                found[each.path] = ("in-force", "that role is not asked now")
    return found


def _waivers(session: Session, shown: Iterable[Decision]) -> dict[str, tuple[Standing, str]]:
    """Return by path why waivers in force let nothing stand."""
    mine = {each.path: each for each in shown if each.in_force and each.statement.kind == "waive"}
    if not mine:
        return {}
    found: dict[str, tuple[Standing, str]] = {
        each.decision.path: ("idle", each.why) for each in session.verified.idle if each.decision.path in mine
    }
    records = {registry.stem(entry.path) for entry in session.entries}
    vendors = sorted({each.statement.vendor for each in mine.values()} & records)
    judged = session.judge(session.chosen(vendors)) if vendors else []
    for verdict in (verdict for each in judged for verdict in each.verdicts):
        if verdict.rule.startswith(TOLD) and verdict.path in mine:
            found.setdefault(verdict.path, ("idle", verdict.message.partition("lets nothing stand: ")[2]))
    return found
