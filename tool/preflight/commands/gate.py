"""A change judged by what it leaves behind: records of the head, by the rules of the base.

Rules, schemas and policies come from the base, so that no change can weaken the rules that judge it. A change of the
rules themselves is judged twice: the head's records by the base's rules, and the whole registry by the head's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from preflight import engine
from preflight.commands.session import Session
from preflight.errors import UsageError
from preflight.model import REGISTRY, Level, Outcome, Problem, Verdict
from preflight.shell import registry
from preflight.shell.git import GitTree
from preflight.shell.registry import CONFIG
from preflight.shell.terminal import note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from preflight.engine import Judged
    from preflight.model import Rule
    from preflight.shell.files import Entry

WITHDRAWN = frozenset({"proposed", "rejected"})  # states of a vendor whose record may be taken out again
POLICY_CHANGE = "change/policy"


@dataclass(frozen=True, slots=True)
class Change:
    """A change as it was judged: the verdicts, the rules that judged, and the commits that were compared."""

    results: tuple[Judged, ...]
    rules: tuple[Rule, ...]
    base: str
    head: str
    session: Session  # of the head, under the rules of the base


def judge(around: Session, base: str, head: str, identifiers: Sequence[str], *, everything: bool) -> Change:
    """Judge what ``head`` changes against ``base``; with ``identifiers`` only those vendors. Raises PreflightError."""
    if around.at is not None:
        message = "--at and --base exclude each other"
        raise UsageError(message, fix="Name the commit with the records by --head.")
    theirs, ours = GitTree(around.root, base).commit, GitTree(around.root, head)
    since = ours.fork(theirs)
    session = replace(_session(around, ours.commit), law=theirs, since=since)
    changed = None if since is None else frozenset(ours.changed_since(since))
    judged = _chosen(session, changed, identifiers)
    results = session.judge(judged, everything=everything)
    if not judged:
        note(f"no vendor file differs between {str(since)[:12]} and {ours.commit[:12]}", quiet=around.quiet)
    if changed is not None and not identifiers:
        results += _removed(session, since, changed)
        results = _with_policies(session, changed, results)
    rules = tuple(compiled.rule for compiled in session.policy.rules)
    return Change(tuple(results), rules, theirs, ours.commit, session)


def _session(around: Session, commit: str) -> Session:
    return Session(around.root, around.today, commit, quiet=around.quiet, color=around.color)


def _chosen(session: Session, changed: frozenset[str] | None, identifiers: Sequence[str]) -> list[Entry]:
    """Return the vendor files to judge in full: those that changed, or all where there is nothing to compare with."""
    if identifiers or changed is None:
        return session.chosen(identifiers)
    return [entry for entry in session.entries if entry.path in changed]


def _removed(session: Session, since: str | None, changed: frozenset[str]) -> list[Judged]:
    """Refuse that the record of a vendor disappears: it is retired, and stays."""
    if since is None:
        return []
    there = {entry.path for entry in session.entries}
    before = GitTree(session.root, since)
    gone = [entry for entry in registry.record_entries(before, session.layout) if entry.path in changed - there]
    return [found for entry in gone if (found := _withdrawal(session, before, entry)) is not None]


def _withdrawal(session: Session, before: GitTree, entry: Entry) -> Judged | None:
    file = registry.read_record(before, entry, session.layout)
    record = file.document.known if file.document and session.sound(file) else {}
    status = record.get("lifecycle", {}).get("status")
    if status in WITHDRAWN:
        return None
    message = f"the record of {file.id} ({status or 'of unknown state'}) is taken out, and its history with it"
    fix = "Put it back; give it the status retired, with the proof that policies/lifecycle.yaml asks for."
    return engine.breached(file.id, entry.path, [Problem("change/removed", message, fix)])


def _with_policies(session: Session, changed: frozenset[str], results: list[Judged]) -> list[Judged]:
    """Judge the whole registry by the head's own rules, too, where the change touches them."""
    where = session.layout
    touched = sorted(
        path
        for path in changed
        if path.startswith((f"{where.policies}/", f"{where.rules}/", "schemas/")) or path in (where.schema, CONFIG)
    )
    if not touched:
        return results
    own = replace(session, law=None, since=None)
    known = {_key(verdict) for each in results for verdict in each.verdicts}
    under_own = [
        replace(each, verdicts=tuple(v for v in each.verdicts if v.blocks and _key(v) not in known), judged=0)
        for each in own.judge(own.entries)
    ]
    told = [each for each in under_own if each.verdicts]
    return [*results, _policy_change(touched), *told]


def _key(verdict: Verdict) -> tuple[str, str, str, str]:
    return verdict.vendor, verdict.rule, verdict.pointer, verdict.message


def _policy_change(touched: Sequence[str]) -> Judged:
    """Say that the rules themselves change, and what owners of the policy have to see to."""
    more = f" and {len(touched) - 1} more" if len(touched) > 1 else ""
    verdict = Verdict(
        vendor=REGISTRY,
        rule=POLICY_CHANGE,
        level=Level.WARNING,
        outcome=Outcome.FAIL,
        message=f"This change alters the policy itself: {touched[0]}{more}; the word of two policy owners was wanted, "
        "and is not verified here",
        fix="Let two people with the role policy-owner review it; 'preflight policy diff' shows what it turns.",
        path=touched[0],
        line=1,
        column=1,
        pointer="",
    )
    return engine.Judged(verdict.vendor, touched[0], (verdict,), 0)
