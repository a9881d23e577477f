"""A change of the policies themselves: whether two people who own them have signed it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from preflight.agreement import SIGNED
from preflight.decisions import FOLDER
from preflight.decisions import statement as statements
from preflight.decisions.amendment import OWNERS, ROLE, changes, digest, owners_for
from preflight.engine import Judged
from preflight.model import REGISTRY, Level, Outcome, Verdict
from preflight.periods import CLOCKS_APART, add_days
from preflight.shell import decision_files, registry, trust_root
from preflight.shell.git import GitTree

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from preflight.commands.session import Session

CHANGE = "change/policy"
LATE = 14  # days from which on one that was signed is not good any more: what it was signed beside has moved on
SEE = "'preflight policy diff' shows what it turns"


def touched(session: Session, changed: Iterable[str]) -> list[str]:
    """Return the paths among those that belong to the trust root, as the base lays it out."""
    return sorted(path for path in changed if trust_root.holds(path, session.layout))


def judged(session: Session, paths: Sequence[str]) -> Judged:
    """Judge a change of those files of the trust root: by the signatures of those who own the policies at the base."""
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    what = f"This change alters the policy itself: {paths[0]}{more}"
    if not is_signed_for(session):
        fix = f"Let two people with the role {ROLE} review it; {SEE}."
        message = f"{what}; the word of two policy owners was wanted, and policies/approvals.yaml asks for no signature"
        return _told(paths[0], Level.WARNING, message, fix)
    then, now = trust_root.listing(session.lawful, session.layout), trust_root.proposed(session.source, session.layout)
    if linked := trust_root.elsewhere(now, changes(then, now)):
        message = f"{what}; {linked[0]} is a link or a submodule, and nobody can sign for what it leads to"
        return _told(linked[0], Level.RED_FLAG, message, "Put the files themselves in its place.")
    before, after = digest(then), digest(now)
    spent = {entry.path for entry in session.lawful.entries(FOLDER)}
    since = _left_before(session, before)
    first = add_days(session.today, 1 - LATE)
    begins = max(first, add_days(since, 1)) if since else first
    unspent = [each for each in session.verified.decisions if each.path not in spent]
    owners = owners_for((each for each in unspent if each.statement.decided_on >= begins), before, after)
    if len(owners) >= OWNERS:
        message = f"{what}; signed by {' and '.join(owners)}"
        return _told(paths[0], Level.ADVICE, message, f"Nothing has to be done; {SEE}.")
    found = f"there is that of {owners[0]}" if owners else "there are none"
    again = f" of a day after {since}, as the policies were changed and changed back since," if since else ""
    late = f" of the last {LATE} days" if len(owners_for(unspent, before, after)) > len(owners) else ""
    wanted = again or late
    message = f"{what}; signatures of two policy owners{wanted} were wanted for just this change, and {found}"
    base = (session.law or "BASE")[:12]
    fix = f"Look at it ({SEE}), then sign: preflight approve policies --role {ROLE} --base {base}"
    return _told(paths[0], Level.RED_FLAG, message, fix)


def _left_before(session: Session, before: str) -> date | None:
    """Return the last day on which the owners changed anything, if the base holds a signature for leaving that state.

    They came back to it since, so that its digest is that of today again. Nobody has agreed to leave it once more:
    neither by what the base holds, nor by signatures that were left over, for that change or for another one. A commit
    may claim to be of the day before its push.
    """
    files = decision_files.read(session.lawful)
    landed = {path: statements.readable(data) for path, data in files.items() if path.endswith(".json")}
    amendments = {path: each for path, each in landed.items() if each and each.kind == "amend"}
    if not any(each.amends == before for each in amendments.values()):
        return None
    signed = (each.decided_on for each in amendments.values())
    came = (session.verified.arrived[path] for path in amendments if path in session.verified.arrived)
    return max(chain(signed, (add_days(day, CLOCKS_APART) for day in came)))


def passing(session: Session, since: str, changed: Collection[str]) -> list[Judged]:
    """Refuse what is altered on the way and put back in the same change: the history would hold rules nobody signed."""
    if not isinstance(session.source, GitTree) or not is_signed_for(session):
        return []
    met = {path for station in session.source.stations(since) for path in station}
    paths = [path for path in touched(session, met) if path not in changed]
    if not paths:
        return []
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    message = f"A commit of this change alters the policy itself, and a later one puts it back: {paths[0]}{more}"
    fix = "Take both commits out, or make one of all of them (git rebase --interactive, fixup)."
    return [_told(paths[0], Level.RED_FLAG, message, fix)]


def unsigned(base: Session, head: GitTree) -> str:
    """Return a path by which the gate judges, that a commit on the way to ``head`` has otherwise than both ends.

    Empty where there is none, or nobody is asked for a signature. What decisions that come on the way are held against
    later is what is listed there, so it has to be what was there before, or what was signed.
    """
    wheres = (base.layout, registry.layout(head))
    stations = [
        {path: what for path, what in each.items() if any(trust_root.holds(path, where) for where in wheres)}
        for each in head.stations(str(base.commit))
    ]
    ends = ({}, stations[-1]) if stations else ()
    between = next((each for each in stations if each not in ends), None)
    if between is None or not is_signed_for(base):
        return ""
    return min(path for path in {*between, *stations[-1]} if between.get(path) != stations[-1].get(path))


def is_signed_for(session: Session) -> bool:
    """Whether the base asks owners of the policies for a signature."""
    approvals = session.policy.documents.get("approvals")
    roles = approvals.value["roles"] if approvals and session.layout.managed else ()
    return any((each["role"], each["proof"]) == (ROLE, SIGNED) for each in roles)


def _told(path: str, level: Level, message: str, fix: str) -> Judged:
    verdict = Verdict(
        vendor=REGISTRY,
        rule=CHANGE,
        level=level,
        outcome=Outcome.FAIL,
        message=message,
        fix=fix,
        path=path,
        line=1,
        column=1,
        pointer="",
    )
    return Judged(REGISTRY, path, (verdict,), 0)
