"""``preflight policy``: the rules' own tests, their book, and what they answer."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight import book, coverage, editor, engine, examples, whatif
from preflight.commands.options import format_option
from preflight.commands.session import Session
from preflight.errors import CannotJudge
from preflight.escaping import terminal as escape
from preflight.shell import registry, starter, terminal
from preflight.shell.files import write
from preflight.wording import counted

if TYPE_CHECKING:
    from preflight.model import Report


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
    known = documents["requirements"].value if "requirements" in documents else {}
    titles = {each["id"]: each["title"] for each in known.get("requirements", ())}
    chapters = [book.Chapter(**each) for each in known.get("chapters", ())]
    pages = book.pages(rules, titles, chapters)
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


@command.command("diff", short_help="What if: the registry under the rules of another commit, and of now.")
@click.argument("revision", metavar="REV")
@click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output format."
)
@click.pass_obj
def diff(session: Session, revision: str, output: str) -> int:
    """Judge all vendors by the rules, schemas and policies of REV and by those of now, and show the difference.

    The records are the same in both; so is the day. Exit code 1 where a vendor turns red.
    """
    other = Session(session.root, session.today, session.at, law=revision, quiet=session.quiet, color=session.color)
    reports = [_report(each) for each in (other, session)]
    difference = whatif.compare(*reports)
    if output == "json":
        terminal.show(json.dumps(whatif.document(difference, revision), indent=2, ensure_ascii=False) + "\n")
    else:
        terminal.show("\n".join(whatif.lines(difference, revision)) + "\n")
    return int(any(each.turn is whatif.Turn.RED for each in difference.vendors))


def _report(session: Session) -> Report:
    rules = [compiled.rule for compiled in session.policy.rules]
    return engine.report(session.judge(session.entries), rules, session.today.isoformat())


@command.command("coverage", short_help="Show what answers each requirement.")
@format_option(["table", "json"])
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
            {
                "id": row.id,
                "title": row.title,
                "rules": row.rules,
                "fields": row.fields,
                "answered_by": row.answered_by,
                "lacks": row.lacks,
            }
            for row in rows
        ]
        terminal.show(json.dumps(entries, indent=2, ensure_ascii=False) + "\n")
    else:
        shown = lacking if quiet or session.quiet else rows
        for row in shown:
            terminal.show(_coverage(row, terminal.width()))
        if not (quiet or session.quiet):
            planned = sum(row.planned for row in rows)
            answered, later = len(rows) - len(lacking) - planned, f", {planned} planned" if planned else ""
            terminal.show(f"\n{answered} of {counted(len(rows), 'requirement')} answered{later}\n")
    return 2 if lacking else 0


def _coverage(row: coverage.Row, width: int) -> str:
    """Show one requirement and what answers it; as text, because a table of paths fits no terminal."""
    lines = textwrap.wrap(escape(f"{row.id}  {row.title}"), width or 80, subsequent_indent="      ")
    lines += [f"      rule   {escape(each)}" for each in row.rules]
    lines += [f"      field  {escape(each)}" for each in row.fields]
    lines += [f"      by     {escape(row.answered_by)}"] if row.answered_by else []
    lines += [f"      MISSING: {escape(row.lacks)}"] if row.lacks else []
    return "\n".join(lines) + "\n"
