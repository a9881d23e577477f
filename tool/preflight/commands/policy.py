"""``preflight policy``: the rules' own tests, their book, and what they answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from tabulate import tabulate

from preflight import book, coverage, editor, examples
from preflight.errors import CannotJudge
from preflight.escaping import terminal as escape
from preflight.shell import registry, starter, terminal
from preflight.shell.files import write
from preflight.wording import counted

if TYPE_CHECKING:
    from preflight.commands.session import Session


@click.group("policy", short_help="Test the rules, write their book, show what they answer.")
def command() -> None:
    """Work on the rules themselves."""


@command.command("test", short_help="Run the examples of every rule.")
@click.option("--quiet", is_flag=True, help="Show only what fails.")
@click.pass_obj
def test(session: Session, *, quiet: bool) -> int:
    """Run the examples of every rule: passing ones have to pass, failing ones to fail by that rule alone.

    Exit code 2 where one does not: a rule that does not do what it says cannot judge.
    """
    found = list(examples.faults(session.policy))
    for fault in found:
        terminal.show(escape(f"{fault.path}  {fault.example}  {fault.message}") + "\n")
    rules = session.policy.rules
    count = sum(len(each.rule.examples.passing) + len(each.rule.examples.failing) for each in rules)
    if not (quiet or session.quiet):
        wrong = f"{counted(len(found), 'fault')}" if found else "all hold"
        terminal.show(f"{counted(len(rules), 'rule')}, {counted(count, 'example')}: {wrong}\n")
    return 2 if found else 0


@command.command("docs", short_help="Write the policy book as Markdown.")
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False), metavar="[DIR]")
@click.pass_obj
def docs(session: Session, folder: Path | None) -> int:
    """Write the policy book as Markdown: to stdout, or as pages into DIR."""
    pages = book_pages(session)
    for name, text in pages.items():
        if folder is None:
            terminal.show(text + "\n")
        else:
            write(folder / name, text)
    if folder is not None:
        terminal.note(f"{counted(len(pages), 'page')} written to {folder}", quiet=session.quiet)
    return 0


def book_pages(session: Session) -> dict[str, str]:
    """Return the pages of the policy book."""
    documents = session.policy.documents
    rules = [compiled.rule for compiled in session.policy.rules]
    known = documents["requirements"].value["requirements"] if "requirements" in documents else []
    chapters = documents["checklist"].value["domains"] if "checklist" in documents else []
    pages = book.pages(
        rules, {each["id"]: each["title"] for each in known}, {each["name"]: each["title"] for each in chapters}
    )
    if {"requirements", "checklist"} <= set(documents):
        pages["traceability.md"] = book.traceability(coverage.rows(session.policy))
    return pages


@command.command("schemas", short_help="Write the schemas for editors.")
@click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("schemas/editor"), metavar="[DIR]"
)
@click.pass_obj
def schemas(session: Session, folder: Path) -> int:
    """Write the schemas in the older draft that editors complete with. Default DIR: schemas/editor."""
    found = {starter.KIND_PATH.format(kind): starter.schema(kind) for kind in starter.kinds() if kind != "vendor"}
    found[session.layout.schema] = registry.load_shape(session.source, session.layout).schema
    for path, schema in found.items():
        text = json.dumps(editor.flavour(schema), indent=1, ensure_ascii=False) + "\n"
        write(session.root / folder / path.rpartition("/")[2], text)
    terminal.note(f"{counted(len(found), 'schema')} written to {folder}", quiet=session.quiet)
    return 0


@command.command("coverage", short_help="Show what answers each requirement.")
@click.option(
    "--format",
    "output",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Output format.",
)
@click.option("--quiet", is_flag=True, help="Show only what is missing.")
@click.pass_obj
def cover(session: Session, output: str, *, quiet: bool) -> int:
    """Show which rules and fields answer each requirement.

    Exit code 2 while one of them has no answer.
    """
    for name in ("requirements", "checklist"):
        if name not in session.policy.documents:
            message = f"there is no {session.layout.policies}/{name}.yaml, so coverage has nothing to compare with"
            raise CannotJudge(message, fix="Take the one that 'preflight init' writes as a start.")
    rows = coverage.rows(session.policy)
    lacking = [row for row in rows if row.lacks]
    if output == "json":
        entries = [
            {"id": row.id, "title": row.title, "rules": row.rules, "fields": row.fields, "lacks": row.lacks}
            for row in rows
        ]
        terminal.show(json.dumps(entries, indent=2, ensure_ascii=False) + "\n")
    else:
        shown = lacking if quiet or session.quiet else rows
        table = [[row.id, "\n".join(row.rules) or "-", "\n".join(row.fields) or "-", row.lacks] for row in shown]
        if table:
            terminal.show(tabulate(table, ["requirement", "rules", "fields", "missing"], tablefmt="simple") + "\n")
        if not (quiet or session.quiet):
            terminal.show(f"\n{len(rows) - len(lacking)} of {counted(len(rows), 'requirement')} answered\n")
    return 2 if lacking else 0
