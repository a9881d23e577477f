"""``preflight hook``: the gate on the server that takes the pushes, or before a commit."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from preflight import concealment, engine
from preflight.commands import amendments, founding, gate, refusal
from preflight.commands.session import Session
from preflight.decisions import FOLDER
from preflight.errors import PreflightError, UsageError
from preflight.facts.spend import earlier
from preflight.model import Novelty
from preflight.periods import CLOCKS_APART
from preflight.shell import terminal
from preflight.shell.git import GitTree
from preflight.shell.repository import Repository
from preflight.tables import wrapped
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from preflight.engine import Judged
    from preflight.model import Report, Rule, Verdict

LINE = re.compile("([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64}) ([^\\0]+)", re.ASCII)
COMMIT = re.compile("[0-9A-Fa-f]{7,64}", re.ASCII)  # what would pass for the short name of one
BRANCHES, TAGS = "refs/heads/", "refs/tags/"
REMOTES = frozenset({"origin", "upstream", "remotes"})  # what clones call the server
OF_GIT = frozenset({"@", "head", "fetch_head", "merge_head", "orig_head"})  # in lower case
ACCEPTED, REFUSED = 0, 1
MOST_COMMITS = 200  # that one push puts on the line of a guarded branch
ATTRIBUTES = ".gitattributes"


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
    # As bytes: a ref may be named in any encoding.
    updates = _updates(sys.stdin.buffer.read().decode("utf-8", "surrogateescape"))
    repository = Repository.around(session.root)
    stands: list[Verdict] = []
    refusals = [said for update in updates if (said := list(_judged(session, repository, update, guarded, stands)))]
    begun = () if refusals else _begun(session, repository, updates, guarded)
    for line in refusal.on_one_screen(refusals) if refusals else [*begun, *refusal.standing(stands)]:
        terminal.show(line + "\n")
    return REFUSED if refusals else ACCEPTED


def _begun(
    session: Session, repository: Repository | None, updates: Iterable[Update], guarded: Collection[str]
) -> Iterator[str]:
    """Say that nothing was judged, where a registry begins with its rules alone."""
    for update in updates:
        if _target(repository, update, guarded) in guarded and update.creates:
            alone = _of(session, update.new)
            if founding.begins(repository, alone):
                yield from _unjudged(alone, "push")


def _unjudged(alone: Session, what: str) -> Iterator[str]:
    rules = counted(len(_rules(alone)), "rule")
    text = f"This begins the registry with {rules} and without a vendor: nothing was judged. "
    yield from wrapped(f"{text}Every later {what} is judged by the rules before it.", refusal.WIDTH, "", "  ")


def _of(session: Session, commit: str) -> Session:
    return Session(session.root, session.today, commit, quiet=True)


def _target(repository: Repository | None, update: Update, guarded: Collection[str]) -> str:
    """Return the branch that an update moves: a symbolic ref on the server is another name of one."""
    return update.ref if update.ref in guarded or repository is None else repository.target(update.ref)


def _updates(text: str) -> list[Update]:
    """Read what git writes. Raises UsageError for anything else: a hook that reads nothing guards nothing."""
    rows = [LINE.fullmatch(line) for line in text.removesuffix("\n").split("\n")]
    updates = [Update(*row.groups()) for row in rows if row]
    if not updates or len(updates) < len(rows):
        message = "this hook reads what git writes to it: a line 'OLD NEW REF' an update"
        raise click.UsageError(message + ". Let git run it, from hooks/pre-receive.")
    return updates


def _judged(
    session: Session,
    repository: Repository | None,
    update: Update,
    guarded: Collection[str],
    stands: list[Verdict],
) -> Iterator[str]:
    """Yield why an update is refused; nothing where it is not. What then stands from now on is added to ``stands``."""
    try:
        if not update.ref.startswith((BRANCHES, TAGS)):
            yield from refusal.refused(
                f"this would change what history shows: {update.ref}", "Push branches and tags only."
            )
            return
        if shadowed := _shadowed(update, guarded):
            yield from refusal.refused(
                f"{update.ref} would be taken for {shadowed} by whoever names that.", "Call it otherwise."
            )
            return
        target = _target(repository, update, guarded)
        if target in guarded:
            yield from _guarded(session, repository, update, target.removeprefix(BRANCHES), guarded, stands)
    except PreflightError as error:
        yield from refusal.refused("the gate cannot judge this push.")
        yield from wrapped(error.fault, refusal.WIDTH, "  ", "  ")
        look = f"Put that right, and look with '{_command_line(session, update, guarded)}' before you push again."
        yield from refusal.remedy(error.fix or look)


def _shadowed(update: Update, guarded: Collection[str]) -> str | None:
    """Return what somebody may mean, here or in a clone, for whom git would take this ref: such as a guarded branch."""
    if update.deletes or update.ref in guarded:
        return None
    short = update.ref.removeprefix(BRANCHES if update.ref.startswith(BRANCHES) else TAGS)
    if COMMIT.fullmatch(short):
        return "a commit"
    # Where files have no case, Main and main are one branch.
    short = short.casefold()
    if short in {*REMOTES, *OF_GIT}:
        return "a name of git's own"
    for branch in sorted(guarded):
        name = branch.removeprefix(BRANCHES)
        remote, _, rest = short.partition("/")
        alike = {each.casefold() for each in (name, branch, branch.removeprefix("refs/"))}
        if short in alike or (rest == name.casefold() and remote in REMOTES):
            return name
    return None


def _guarded(  # noqa: PLR0913, PLR0917 - what is judged, and where
    session: Session,
    repository: Repository | None,
    update: Update,
    name: str,
    guarded: Collection[str],
    stands: list[Verdict],
) -> Iterator[str]:
    """Yield why an update of a guarded branch is refused; nothing where it is not. Raises PreflightError."""
    if astray := _astray(session, update, name):
        yield from refusal.refused(*astray)
        return
    if hidden := _hidden(session, repository, update):
        first, others = hidden[0], len({each.path for each in hidden}) - 1
        more = f" and {counted(others, 'other file')}" if others else ""
        reason = f"{ATTRIBUTES} {first.effect}: {first.path}{more} ({first.attribute})."
        yield from refusal.refused(reason, "Keep such attributes off what the gate manages.")
        return
    head = GitTree(session.root, update.new)
    if not update.creates and (path := amendments.unsigned(_of(session, update.old), head)):
        yield from refusal.refused(f"a commit on the way changes the policy itself to what nobody signed: {path}.")
        yield from refusal.remedy(
            f"Make one commit of those that change it, or merge them into {name} (git merge --no-ff)."
        )
        return
    results, rules = _results(session, repository, update, guarded)
    report = engine.report(results, rules, session.today.isoformat())
    if report.summary.blocked:
        yield from refusal.blocked(report, f"in what was pushed to {name}", _command_line(session, update, guarded))
        return
    stands += _stand(report)


def _astray(session: Session, update: Update, name: str) -> tuple[str, str] | None:
    """Say why a guarded branch may not go where a push puts it, and the way out; None where it may."""
    if update.deletes:
        return f"{name} is guarded and is not deleted.", "Leave it, and push what is to change."
    # Git refuses it as well, but later: until then all would be judged by whatever commit the push names.
    if _tip(session, BRANCHES + name) != (None if update.creates else update.old):
        return f"{name} is not where this push says that it is.", "Fetch it, and push again."
    if update.creates:
        return None
    head = GitTree(session.root, update.new)
    if head.fork(update.old) != update.old:
        return f"this would rewrite the history of {name}.", "Fetch it, rebase onto it (git rebase), and push again."
    if (count := head.ahead(update.old)) > MOST_COMMITS:
        return (
            f"this puts {count:,} commits in a row on {name}, and what they say is read again at later pushes.",
            f"Check {name} out, merge your branch there (git merge --no-ff), and push that one commit.",
        )
    return _unlike_the_server(session, update, name)


def _unlike_the_server(session: Session, update: Update, name: str) -> tuple[str, str] | None:
    """Say why a push does not carry the history of a branch on, and the way out; None where it does.

    When a decision came, by which keys it was signed then, and until when a record said what, is read off the
    first-parent line of the branch. So what was pushed last stays on that line, and no commit of it is from a day that
    is still to come, or from long ago.
    """
    head = GitTree(session.root, update.new)
    if not head.descends(update.old):
        return (
            f"this merges {name} into something else, and not something else into {name}.",
            f"Rebase onto it, or check {name} out and merge your branch there (git merge --no-ff), and push again.",
        )
    days = head.claimed(update.old)
    if days is None:
        return None
    first, last = days
    if last > session.today + timedelta(days=CLOCKS_APART):
        return (
            f"a commit says that it is from {last}, and it is {session.today}.",
            "Set the clock right, and commit anew.",
        )
    anew = f"Check {name} out and merge your branch there (git merge --no-ff), or git rebase --no-ff, and push again."
    if first < session.today - timedelta(days=earlier.STALE):
        return f"a commit says that it is from {first}, and what it says would count from then on.", anew
    decided = head.claimed(update.old, FOLDER)
    if decided and decided[0] < session.today - timedelta(days=CLOCKS_APART):
        return f"a commit with decisions says that it is from {decided[0]}, and they would count as come then.", anew
    return None


def _command_line(session: Session, update: Update, guarded: Collection[str]) -> str:
    """Return the command that judges an update in a clone."""
    base = _base(session, update, guarded)
    if base is None:
        return f"preflight --at {update.new[:12]} check"
    return f"preflight check --base {base[:12]} --head {update.new[:12]}"


def _base(session: Session, update: Update, guarded: Collection[str]) -> str | None:
    """Return the commit whose rules judge an update; None where there is none before it."""
    return _beside(session, guarded) if update.creates else update.old


def _hidden(session: Session, repository: Repository | None, update: Update) -> list[concealment.Concealed]:
    """Return what a push would hide from those who review changes, by attributes of git that it brings along."""
    head = GitTree(session.root, update.new)
    paths = [each.path for each in head.entries("")] if update.creates else head.changed_since(update.old)
    if repository is None or not any(path.rpartition("/")[2] == ATTRIBUTES for path in paths):
        return []
    layout = Session(session.root, session.today, update.new if update.creates else update.old, quiet=True).layout
    folders = concealment.managed((layout.policies, layout.rules), (layout.vendors, layout.schema))
    told = repository.attributes(update.new, concealment.NAMES, concealment.probes(folders))
    return concealment.concealed(told, folders)


def _results(
    session: Session, repository: Repository | None, update: Update, guarded: Collection[str]
) -> tuple[Sequence[Judged], Sequence[Rule]]:
    base = _base(session, update, guarded)
    if base is None:
        alone = _of(session, update.new)
        if founding.begins(repository, alone):
            founding.hold(alone)
            return (), _rules(alone)
        return _alone(alone)
    change = gate.judge(replace(session, at=None, quiet=True), base, update.new, (), everything=False)
    return change.results, change.rules


def _beside(session: Session, guarded: Collection[str]) -> str | None:
    """Return the commit of a guarded branch that is there: a new one beside it does not bring rules of its own."""
    return next((tip for ref in sorted(guarded) if (tip := _tip(session, ref))), None)


def _tip(session: Session, ref: str) -> str | None:
    """Return the commit of a branch before the push; None: it is not there yet."""
    try:
        return GitTree(session.root, ref).commit
    except UsageError:
        return None


def _alone(alone: Session) -> tuple[Sequence[Judged], Sequence[Rule]]:
    """Judge a commit that has none before it: the registry has to hold by its own rules."""
    return alone.judge(alone.entries), _rules(alone)


def _rules(session: Session) -> list[Rule]:
    return [compiled.rule for compiled in session.policy.rules]


@command.command("pre-commit", short_help="Judge what is staged; for .git/hooks/pre-commit of a clone.")
@click.pass_obj
def pre_commit(session: Session) -> int:
    """Judge what is staged against HEAD, as .git/hooks/pre-commit of a clone.

    What is judged is what would be committed, not what lies in the folder: of a file that is staged in part, only
    that part. The rules are those of HEAD, and those of the commit where it changes them. The first commit has to
    hold by its own rules. It is help for whoever commits, not a guard: 'git commit --no-verify' goes past it.
    """
    if session.at is not None:
        message = "--at makes no sense here: what is staged is judged"
        raise UsageError(message, fix="Leave --at out.")
    repository = Repository.around(session.root)
    if repository is None or repository.top is None:
        message = f"{session.root} is not in a clone with a working tree, so nothing is staged"
        raise UsageError(message, fix="Run it in a clone; a bare repository has 'preflight hook pre-receive'.")
    head, staged = repository.head, repository.staged(session.today)
    if head is None:
        command_line = f"preflight --at {staged[:12]} check"
        alone = _of(session, staged)
        if founding.begins(repository, alone):
            for line in _unjudged(alone, "commit"):
                terminal.show(line + "\n")
            return ACCEPTED
        results, rules = _alone(alone)
    else:
        command_line = f"preflight check --base HEAD --head {staged[:12]}"
        change = gate.judge(replace(session, quiet=True), head, staged, (), everything=False)
        results, rules = change.results, change.rules
    report = engine.report(results, rules, session.today.isoformat())
    if report.summary.blocked:
        for line in refusal.blocked(report, "in what is staged", command_line):
            terminal.show(line + "\n")
        return REFUSED
    for line in refusal.standing(_stand(report)):
        terminal.show(line + "\n")
    return ACCEPTED


def _stand(report: Report) -> list[Verdict]:
    return [each for each in report.verdicts if each.change is Novelty.STANDS]
