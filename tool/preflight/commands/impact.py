"""``preflight impact``: what breaks if this goes down, and what feeds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from preflight import impact_views, lineage
from preflight.breaches import did_you_mean
from preflight.commands.completion import complete_vendor
from preflight.commands.options import format_option
from preflight.errors import UsageError
from preflight.facts import graph
from preflight.shell import terminal
from preflight.shell.registry import stem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from preflight.commands.session import Session
    from preflight.lineage import Landscape
    from preflight.model import JsonObject

MOST_LISTED = 20  # ids in an error


@click.command(short_help="Show what breaks if a vendor or system goes down, and what feeds it.")
@click.argument("system", required=False, metavar="[SYSTEM]", shell_complete=complete_vendor)
@format_option(["table", "json", "mermaid"], note="mermaid is a diagram that GitHub draws")
@click.option("--lineage", "--upstream", "lineage_only", is_flag=True, help="Only what feeds it.")
@click.option("--single-points", "points_only", is_flag=True, help="Only the list of single points of failure.")
@click.pass_obj
def command(session: Session, *, system: str | None, output: str, lineage_only: bool, points_only: bool) -> int:
    """Show what breaks if SYSTEM goes down: by which way, how soon it is felt, what catches it, whom to call.

    SYSTEM is the id of a vendor, or of a system in policies/systems.yaml. Without it: the single points of
    failure, and those with the widest reach; as a diagram, all integrations.
    """
    if (system and points_only) or (lineage_only and not system):
        message = "--lineage needs a SYSTEM, and --single-points goes without one"
        raise UsageError(message, fix="See 'preflight impact --help'.")
    session.refuse_without(graph, "integrations")
    seen = surveyed(session)
    session.tell_unrecorded("/integrations", "integrations", "what hangs on them is not known")
    as_of = session.today.isoformat()
    if system is None:
        terminal.show(_overview(seen, as_of, output, points_only=points_only))
        return 0
    if system not in seen.parties:
        raise _unknown(system, seen)
    impact = seen.impact(system)
    if output == "json":
        text = impact_views.impact_json(impact, as_of, lineage_only=lineage_only)
    elif output == "mermaid":
        text = impact_views.impact_diagram(impact, lineage_only=lineage_only)
    else:
        text = "\n".join(impact_views.impact_table(impact, as_of, lineage_only=lineage_only)) + "\n"
    terminal.show(text)
    return 0


def _overview(landscape: Landscape, as_of: str, output: str, *, points_only: bool) -> str:
    if output == "json":
        return impact_views.overview_json(landscape, as_of, points_only=points_only)
    if output == "mermaid":
        return impact_views.overview_diagram(landscape, points_only=points_only)
    return "\n".join(impact_views.overview_table(landscape, as_of, points_only=points_only)) + "\n"


def surveyed(session: Session) -> Landscape:
    """Read the registry as a landscape."""
    return landscape({file.id: file.document.known for file in session.records() if file.document}, session)


def landscape(records: Mapping[str, JsonObject], session: Session) -> Landscape:
    """Return the registry, of which those are the records of the right form, as a landscape."""
    # A vendor whose file cannot be read is a vendor all the same, and no system of ours.
    vendors = frozenset(records) | {stem(entry.path) for entry in session.entries}
    return lineage.survey(records, session.policy.context(session.today, vendors))


def _unknown(system: str, landscape: Landscape) -> UsageError:
    known = sorted(landscape.parties)
    more = f" and {len(known) - MOST_LISTED} more" if len(known) > MOST_LISTED else ""
    fix = did_you_mean(system, known) or f"Known are: {', '.join(known[:MOST_LISTED])}{more}."
    return UsageError(f"there is no vendor or system {system!r} here", fix=fix)
