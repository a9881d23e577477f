"""``preflight watch``: which issues a forge should have about what stands on the main branch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight.commands.due import MOST_DAYS
from preflight.commands.options import format_option
from preflight.due import items as due
from preflight.errors import UsageError
from preflight.facts import due as due_facts
from preflight.model import REGISTRY
from preflight.places import PolicyPositions
from preflight.shell import terminal
from preflight.shell.files import WorkingTree
from preflight.shell.repository import Repository
from preflight.watch import issues, plan, subjects
from preflight.wording import counted

if TYPE_CHECKING:
    from preflight.commands.session import Session
    from preflight.due.items import DueItem
    from preflight.watch.issues import Issue

MOST_NAMED = 4
MOST_BYTES = 64 * 1024 * 1024  # a thousand issues of the longest text that a forge takes


@click.command(short_help="Plan one issue a subject: what is due, and red flags on the main branch.")
@click.option(
    "--issues",
    "listed",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"The issues that are there: gh issue list --label {issues.LABEL} --state all --json {issues.FIELDS}.",
)
@click.option(
    "--author",
    default=issues.AUTHOR,
    show_default=True,
    metavar="NAME",
    help="The app whose issues are ours; those of others are left alone.",
)
@click.option(
    "--within",
    type=click.IntRange(0, MOST_DAYS),
    metavar="DAYS",
    help="How far to look ahead. Default: the reminders in policies/calendar.yaml, kind by kind.",
)
@format_option(plan.FORMATS, note="json has the texts")
@click.pass_obj
def command(session: Session, *, listed: Path | None, author: str, within: int | None, output: str) -> int:
    """Compare what stands with the issues that a forge has, and say which to open, update, close or keep.

    There is one issue for each vendor and kind of thing that falls due, and one for each vendor with red flags.
    Nothing is sent anywhere: a job that may write issues carries the plan out. The exit code is 0 whatever is
    found: this is a plan, not a gate.
    """
    there = _there(session, listed, author)
    session = _on_a_branch(session)
    judged = session.judge(session.entries)
    wanted = subjects.wanted(_due(session, within), [verdict for each in judged for verdict in each.verdicts])
    made = plan.plan(wanted, there, _unsure(session), session.today, within)
    terminal.show(plan.FORMATS[output](made))
    return 0


def _there(session: Session, listed: Path | None, author: str) -> tuple[Issue, ...]:
    if listed is None:
        return ()
    try:
        data = WorkingTree(listed.resolve().parent).read(listed.resolve().name, MOST_BYTES)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{listed} cannot be read: {getattr(error, 'strerror', None) or error}"
        raise UsageError(message, fix="Name a file that gh has written.") from None
    if len(data) > MOST_BYTES:
        message = f"{listed} has more than {MOST_BYTES:,} bytes"
        raise UsageError(message, fix="List fewer issues, by gh issue list --limit.")
    ours, strange = issues.read(text, author)
    if strange:
        told = f"{counted(strange, 'issue')} with the label {issues.LABEL} not by {author}, and left alone"
        terminal.note(told, quiet=session.quiet)
    return ours


def _due(session: Session, within: int | None) -> list[DueItem]:
    """Return what it is time for, the soonest first; nothing where the registry has no calendar."""
    if not any(offered.NAME == due_facts.NAME for offered in session.policy.facts):
        told = "what falls due is not known here ('preflight due' says why): only red flags are watched"
        terminal.note(told, quiet=session.quiet)
        return []
    files = {file.id: file for file in session.records()}
    records = {name: file.document.known for name, file in files.items() if file.document}
    context = session.policy.context(session.today, frozenset(records))
    reminders = context.policies["calendar"]["reminders"]
    furthest = max([subjects.SOON, *reminders.values()]) if within is None else within
    found = subjects.near(due.collect(records, context, furthest), reminders, within)
    policies = PolicyPositions(session.policy.documents)
    return [
        replace(each, path=policies.placed(each.pointer)[1] if each.vendor == REGISTRY else files[each.vendor].path)
        for each in found
    ]


def _on_a_branch(session: Session) -> Session:
    """Return the session of what is committed where there are vendor files that git does not know, and say so.

    Such a file stands on no branch, and would weigh on vendors that do.
    """
    repository = None if session.at else Repository.around(session.root)
    if repository is None or repository.head is None:
        return session
    found = sorted({entry.path for entry in session.entries} & set(repository.untracked(["."])))
    if not found:
        return session
    named = ", ".join(found[:MOST_NAMED]) + (" …" if len(found) > MOST_NAMED else "")
    files = counted(len(found), "vendor file")
    told = f"{files} not known to git ({named}), and so on no branch: only what is committed is watched"
    terminal.note(told, quiet=session.quiet)
    return replace(session, at="HEAD")


def _unsure(session: Session) -> set[str]:
    """Return the ids of vendors whose files are not of the right form."""
    sound = {file.path for file in session.records()}
    return {session.file(entry).id for entry in session.entries if entry.path not in sound}
