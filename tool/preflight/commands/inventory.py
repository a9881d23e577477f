"""``preflight inventory``: what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from preflight.commands import inventory_build, inventory_diff, stocktaking
from preflight.commands.options import format_option
from preflight.errors import CannotJudge, UsageError
from preflight.facts import completeness
from preflight.inventory import listing
from preflight.schema_tree import Node, suggestion
from preflight.shell import registry, terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from preflight.commands.session import Session
    from preflight.engine import Judged
    from preflight.model import Json

SAASBOM = "saasbom"


@click.group("inventory", short_help="Show what is in the registry: a list, or a site.")
def command() -> None:
    """Show what is in the registry: as a list, or as pages that people open by themselves."""


command.add_command(inventory_build.command)
command.add_command(inventory_diff.command)


@command.command("list")
@format_option([*listing.FORMATS, SAASBOM], note="saasbom is a CycloneDX bill of materials of services")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="POINTER",
    help="A field to show as a column, for example /data/residency. Can be given several times.",
)
@click.pass_obj
def list_vendors(session: Session, output: str, columns: tuple[str, ...]) -> int:
    """List all vendors with status, owners, findings and completeness.

    Works on any folder of YAML records: without a schema and rules, it lists the fields that they have.
    """
    if output == SAASBOM:
        terminal.show(_bill(session, columns))
        return 0
    _refuse_unknown(session, columns)
    files = session.files(session.entries)
    readable = [(file.id, file.path, file.document.value if file.document else None) for file in files]
    rows = listing.rows(readable, _judged(session), columns, _completeness(session, readable))
    terminal.show(listing.FORMATS[output](rows, session.today.isoformat(), terminal.width()))
    return 0


def _bill(session: Session, columns: Sequence[str]) -> str:
    """Return the bill of materials. Raises UsageError where the package that writes it is missing."""
    if columns:
        message = f"--column and --format {SAASBOM} exclude each other"
        raise UsageError(message, fix="A bill of materials has fields of its own.")
    with inventory_build.of_the_extra("the bill of materials"):
        from preflight.inventory.exports import saasbom  # noqa: PLC0415 - needs an extra

        return saasbom.render(stocktaking.take(session, past=False))


def _refuse_unknown(session: Session, columns: Sequence[str]) -> None:
    """Refuse a column that no record can have; without a schema, any may be there."""
    if session.source.kind(session.layout.schema) is None:
        return
    schema = registry.load_shape(session.source, session.layout).schema
    node = Node(schema, schema)
    for column in columns:
        if node.at(column) is None:
            message = f"the schema has no field {column}"
            raise UsageError(message, fix=suggestion(node, column))


def _completeness(session: Session, records: Sequence[tuple[str, str, Json]]) -> dict[str, int]:
    """Return the share of answered questions by path, where the registry has a checklist and the records fit it."""
    try:
        checklist = session.policy.documents.get("checklist")
    except CannotJudge:
        return {}
    if checklist is None or not any(fact.NAME == completeness.NAME for fact in session.policy.facts):
        return {}
    fitting = [(path, value) for _, path, value in records if session.policy.shape.fits(value)]
    return {path: completeness.overall(value, checklist.value) for path, value in fitting}


def _judged(session: Session) -> dict[str, Judged] | None:
    """Return verdicts by vendor, or None where the registry has no schema or rules."""
    try:
        _ = session.policy
    except CannotJudge as reason:
        if any(session.source.entries(session.layout.rules)):
            raise  # rules that are there and broken are no reason to leave verdicts out
        terminal.note(f"without verdicts: {reason.message}", quiet=session.quiet)
        return None
    return {judged.path: judged for judged in session.judge(session.entries)}
