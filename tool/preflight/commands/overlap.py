"""``preflight overlap``: the same vendor or the same work twice, and suite against best of breed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from preflight import overlap_views, suites
from preflight.commands.completion import complete_vendor
from preflight.commands.options import format_option
from preflight.facts import cost, graph, overlap
from preflight.shell import terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from preflight.commands.session import Session
    from preflight.model import Context, JsonObject


@click.command(short_help="Show vendors that look like one or do the same work, and what is bought twice.")
@click.argument("vendors", nargs=-1, metavar="[ID]...", shell_complete=complete_vendor)
@format_option(overlap_views.FORMATS)
@click.option("--suites", "with_suites", is_flag=True, help="Compare one suite with several vendors, too.")
@click.pass_obj
def command(session: Session, *, vendors: tuple[str, ...], output: str, with_suites: bool) -> int:
    """Show vendors that look like one, vendors for the same work, and subscriptions held double, with the reasons.

    With an ID or several: only what concerns those. The exit code is 0 whatever is found: this is a list to think
    about, not a gate.
    """
    session.refuse_without(overlap, "overlap")
    wanted = frozenset(session.file(entry).id for entry in session.chosen(vendors)) if vendors else frozenset()
    records = {file.id: file.document.known for file in session.records() if file.document}
    context = session.policy.context(session.today, frozenset(records))
    extracts = {vendor: overlap.extract(record, context) for vendor, record in records.items()}
    findings = overlap_views.collect(overlap.gather(extracts, context), wanted, session.today.isoformat())
    if with_suites:
        session.refuse_without(graph, "integrations")
        costs = _costs(session, records, context)
        groups = suites.compare(records, context, costs, wanted)
        findings = replace(findings, groups=groups, costs=costs)
    session.tell_unrecorded("/capabilities", "capabilities", "whether they do the work of others is not known")
    session.tell_unrecorded("/legal_entity", "legal entity", "whether they belong to others is not known")
    terminal.show(overlap_views.FORMATS[output](findings))
    return 0


def _costs(session: Session, records: Mapping[str, JsonObject], context: Context) -> suites.Costs | None:
    """Return what the vendors cost a year, where the registry has what that is computed of."""
    if not any(fact.NAME == cost.NAME for fact in session.policy.facts):
        return None
    known = {vendor: cost.of(record, context) for vendor, record in records.items()}
    annual = {vendor: float(each["annual"]) for vendor, each in known.items() if "annual" in each}
    return suites.Costs(annual, next((each["currency"] for each in known.values()), ""))
