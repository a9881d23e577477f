"""``preflight hook``: the gate on the server that takes the pushes, or before a commit."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from preflight import engine
from preflight.commands import gate
from preflight.commands.session import Session
from preflight.errors import PreflightError
from preflight.model import Outcome
from preflight.shell import terminal
from preflight.shell.git import GitTree
from preflight.tables import wrapped
from preflight.wording import counted, verdict_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.engine import Judged
    from preflight.model import Report, Rule, Verdict

LINE = re.compile("([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64}) (.+)", re.ASCII)
BRANCHES, TAGS = "refs/heads/", "refs/tags/"
MOST_LINES = 24  # on the terminal of whoever pushes
WIDTH = 72  # git puts «remote: » in front
ACCEPTED, REFUSED = 0, 1


@click.group("hook", short_help="Enforce the gate in a git hook.")
def command() -> None:
    """Enforce the gate in a git hook."""


@dataclass(frozen=True, slots=True)
class Update:
    """One line of what git tells a pre-receive hook; a name of zeros means that there is none."""

    old: str
    new: str
    ref: str

    @property
    def creates(self) -> bool:
        """Whether the branch is new."""
        return set(self.old) == {"0"}

    @property
    def deletes(self) -> bool:
        """Whether the branch goes."""
        return set(self.new) == {"0"}


@command.command("pre-receive", short_help="Judge a push; for hooks/pre-receive of a bare repository.")
@click.option(
    "--branch", "branches", multiple=True, default=("main",), show_default=True, help="A branch that the gate guards."
)
@click.pass_obj
def pre_receive(session: Session, branches: tuple[str, ...]) -> int:
    """Judge a push, as hooks/pre-receive of a bare repository.

    Reads what git writes to the hook: a line an update. A guarded branch takes a push only if its change has no red
    flag by the rules that it had before; it is neither deleted nor rewritten. Other branches are for proposals and
    are not judged. Refs that change what history shows are refused everywhere.
    """
    guarded = {BRANCHES + name for name in branches}
    refused = False
    for update in _updates(sys.stdin.read()):
        said = list(_judged(session, update, guarded=update.ref in guarded))
        for line in said:
            terminal.show(line + "\n")
        refused = refused or bool(said)
    return REFUSED if refused else ACCEPTED


def _updates(text: str) -> list[Update]:
    """Read what git writes. Raises UsageError for anything else: a hook that reads nothing guards nothing."""
    rows = [LINE.fullmatch(line) for line in text.splitlines()]
    updates = [Update(*row.groups()) for row in rows if row]
    if not updates or len(updates) < len(rows):
        message = "this hook reads what git writes to it: a line 'OLD NEW REF' an update"
        raise click.UsageError(message + ". Let git run it, from hooks/pre-receive.")
    return updates


def _judged(session: Session, update: Update, *, guarded: bool) -> Iterator[str]:
    """Yield why an update is refused; nothing where it is not."""
    if not update.ref.startswith((BRANCHES, TAGS)):
        yield f"REFUSED: {update.ref} would change what history shows; push branches and tags only."
        return
    if not guarded:
        return
    name = update.ref.removeprefix(BRANCHES)
    if update.deletes:
        yield f"REFUSED: {name} is guarded and is not deleted."
        return
    try:
        if not update.creates and GitTree(session.root, update.new).fork(update.old) != update.old:
            yield f"REFUSED: this would rewrite the history of {name}. Fetch it, rebase onto it, and push again."
            return
        results, rules = _results(session, update)
    except PreflightError as error:
        yield "REFUSED: the gate cannot judge this push."
        yield from wrapped(str(error), WIDTH, "  ", "  ")
        return
    report = engine.report(results, rules, session.today.isoformat())
    if report.summary.blocked:
        yield from _told(report, name, update)


def _results(session: Session, update: Update) -> tuple[Sequence[Judged], Sequence[Rule]]:
    quiet = Session(session.root, session.today, quiet=True)
    if update.creates:  # there is no base yet: the registry has to hold by its own rules
        alone = Session(session.root, session.today, update.new, quiet=True)
        return alone.judge(alone.entries), [compiled.rule for compiled in alone.policy.rules]
    change = gate.judge(quiet, update.old, update.new, (), everything=False)
    return change.results, change.rules


def _told(report: Report, branch: str, update: Update) -> Iterator[str]:
    """Yield what blocks and how to fix it, in as many lines as fit on a screen."""
    blocking = [each for each in report.verdicts if each.outcome is Outcome.FAIL and each.blocks]
    head = [f"REFUSED: {counted(len(blocking), 'red flag')} in what was pushed to {branch}", ""]
    tail = ["", *wrapped(verdict_line(report), WIDTH)]
    command_line = f"preflight check --base {update.old[:12]} --head {update.new[:12]}"
    lines: list[str] = []
    for index, verdict in enumerate(blocking):
        told = list(_finding(verdict))
        if len(head) + len(lines) + len(told) + len(tail) + 2 > MOST_LINES:
            lines += [f"… and {counted(len(blocking) - index, 'more red flag')}:", f"  {command_line}"]
            break
        lines += told
    yield from [*head, *lines, *tail]


def _finding(verdict: Verdict) -> Iterator[str]:
    yield from wrapped(f"{verdict.path}:{verdict.line}:{verdict.column}  {verdict.rule}", WIDTH)
    yield from wrapped(verdict.message, WIDTH, "  ", "  ")
    yield from wrapped(f"→ {verdict.fix}", WIDTH, "  ", "  ")
