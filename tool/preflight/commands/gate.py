"""A change judged by what it leaves behind: records of the head, by the rules of the base.

Rules, schemas and policies come from the base, so that no change can weaken the rules that judge it. A change of the
rules themselves is judged twice: the head's records by the base's rules, and the whole registry by the head's.
A change that does nothing but take trust away is not blocked by what that turns red.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from preflight import comparison, engine
from preflight.commands import amendments, before, distrust, founding, proposers, trust
from preflight.commands.session import Session
from preflight.decisions import FOLDER
from preflight.decisions.court import SIGNATURE
from preflight.errors import CannotJudge, UsageError
from preflight.facts import lifecycle
from preflight.model import Comparison, Novelty, Problem, Verdict
from preflight.shell import decision_files, odd_trees, registry, trust_root
from preflight.shell.git import GitTree, asked_once
from preflight.shell.terminal import note

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from preflight.commands.before import Compared
    from preflight.engine import Judged
    from preflight.model import Report, Rule
    from preflight.shell.files import Entry

WITHDRAWN = "proposed"  # the state of a vendor whose record may be taken out again
# Of these no other spelling may stand beside them.
MANAGED = ("vendors", "policies", *trust_root.FOLDERS, *trust_root.FILES)

_Key: TypeAlias = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """A change as it was judged: the verdicts, the rules that judged, and the commits that were compared.

    Every finding among the verdicts is marked new or known; ``comparison`` tells what else there is to compare.
    """

    results: tuple[Judged, ...]
    rules: tuple[Rule, ...]
    base: str
    head: str
    session: Session  # of the head, under the rules of the base
    comparison: Comparison

    def report(self, *, everything: bool = False) -> Report:
        """Gather all of it for the renderers."""
        found = engine.report(self.results, self.rules, self.session.today.isoformat(), everything=everything)
        return replace(found, base=self.base, head=self.head, comparison=self.comparison)


def judge(  # noqa: PLR0913 - what is compared, and how
    around: Session,
    base: str,
    head: str,
    identifiers: Sequence[str],
    *,
    everything: bool,
    opened: Callable[[Session], Session] | None = None,
) -> Change:
    """Judge what ``head`` changes against ``base``; with ``identifiers`` only those vendors. Raises PreflightError.

    ``opened`` may give the session what is known already, where many changes are judged one after the other.
    """
    with asked_once():
        return _judge(around, base, head, identifiers, everything=everything, opened=opened)


def _judge(  # noqa: PLR0913 - as above
    around: Session,
    base: str,
    head: str,
    identifiers: Sequence[str],
    *,
    everything: bool,
    opened: Callable[[Session], Session] | None,
) -> Change:
    if around.at is not None:
        message = "--at and --base exclude each other"
        raise UsageError(message, fix="Name the commit with the records by --head.")
    if GitTree(around.root, base).is_ambiguous():
        message = f"{base!r} is the name of more than one thing here, a tag and a branch"
        raise UsageError(message, fix="Name the base in full, such as refs/remotes/origin/main, and delete the tag.")
    theirs, ours = GitTree(around.root, base).commit, GitTree(around.root, head)
    if strange := odd_trees.strange(ours, MANAGED):
        raise CannotJudge(strange, fix="Commit it with git itself, and set transfer.fsckObjects on the server.")
    since = ours.fork(theirs)
    session = replace(_session(around, ours.commit), law=theirs, since=since)
    session = opened(session) if opened else session
    changed = None if since is None else frozenset(ours.changed_since(since))
    then = before.earlier(session)
    if then is not None and not any(founding.holds_records(each) for each in (session, then)):
        vars(session)["entries"] = []  # rules that wait for their first vendor: only the rules are judged
    passed = None if changed is None else changed | _on_the_way(session, ours, theirs)
    judged = _chosen(session, passed, identifiers)
    scope = before.Scope(judged, changed or frozenset(), alone=bool(identifiers))
    found = before.compared(session, then, scope, everything=everything)
    if not judged:
        note(f"no vendor file differs between {str(since)[:12]} and {ours.commit[:12]}", quiet=around.quiet)
    results = trust.together(found.results, trust.told(session, [each.vendor for each in found.results], changed))
    if then is not None and changed is not None and not identifiers:
        results += [*_removed(session, then, changed), *_unattached(session, changed)]
        results += trust.rewritten(session, since, changed)
        results += amendments.passing(session, str(since), changed)
        results = _with_policies(session, scope, results, found)
    elif since is None and not identifiers:  # nothing is shared, so all that differs was changed
        differing = frozenset(ours.changed_since(theirs))
        results += trust.rewritten(session, theirs, differing)
        if touched := amendments.touched(session, differing):
            results = [*results, amendments.judged(session, touched)]
    if changed is not None and distrust.alone(session, passed or ()):
        results = distrust.spared(session, changed, results)
    told = tuple(replace(each, verdicts=comparison.new(each.verdicts)) for each in results)
    rules = tuple(compiled.rule for compiled in session.policy.rules)
    return Change(told, rules, theirs, ours.commit, session, found.comparison)


def _session(around: Session, commit: str) -> Session:
    options = (around.root, around.today, commit)
    return Session(*options, quiet=around.quiet, color=around.color, proposed_by=proposers.claimed(os.environ))


def _chosen(session: Session, changed: frozenset[str] | None, identifiers: Sequence[str]) -> list[Entry]:
    """Return the vendor files to judge in full: all where there is nothing to compare with.

    Else those that changed, and those of vendors about which something was decided.
    """
    if identifiers or changed is None:
        return session.chosen(identifiers)
    decided = decision_files.vendors_of(changed) if session.layout.managed else set()
    return [entry for entry in session.entries if entry.path in changed or registry.stem(entry.path) in decided]


def _on_the_way(session: Session, ours: GitTree, theirs: str) -> set[str]:
    """Return the files of vendors that a commit of the change edits, though nothing of that is left at its end.

    The history will tell of it, and with that waivers may end.
    """
    folder = session.layout.vendors.partition("*")[0].rpartition("/")[0]
    return ours.unmade(theirs, folder) if ours.descends(theirs) else set()


def _removed(session: Session, then: Session, changed: frozenset[str]) -> list[Judged]:
    """Refuse that the record of a vendor disappears: it is retired, and stays."""
    there = {entry.path for entry in session.entries}
    gone = [entry for entry in then.entries if entry.path in changed - there]
    return [found for entry in gone if (found := _withdrawal(session, then, entry)) is not None]


def _unattached(session: Session, changed: frozenset[str]) -> list[Judged]:
    """Refuse a decision about a vendor that is not there: it would count for whoever comes under that id."""
    there = {registry.stem(entry.path) for entry in session.entries}
    fix = "Bring it together with the record, or after it. To take back what may still come: preflight revoke --ahead."
    found: list[Judged] = []
    for decision in session.verified.decisions:
        said = decision.statement
        if decision.path in changed and said.kind in {"approve", "waive"} and said.vendor not in there:
            message = f"it is about {said.vendor}, and there is no record of that id"
            found.append(engine.breached(said.vendor, decision.path, [Problem("decision/no-vendor", message, fix)]))
    return found


def _withdrawal(session: Session, then: Session, entry: Entry) -> Judged | None:
    file = then.file(entry)
    record = file.document.known if file.document and then.sound(file) else {}
    status = record.get("lifecycle", {}).get("status")
    decided = f"{FOLDER}/{file.id}/"
    agreed = lifecycle.was_agreed(record)
    said = any(each.source.entries(decided.rstrip("/")) for each in (then, session))
    looked_at = record.get("reviews") or record.get("approvals")
    if status == WITHDRAWN and not agreed and not said and not looked_at:
        return None
    if status == WITHDRAWN and not agreed:  # else the next vendor of that name would find itself approved
        what = (
            f"what was decided about it stays in {decided}" if said else "what reviews and approvals in it say with it"
        )
        message = f"the record of {file.id} is taken out, and {what}"
        fix = "Put it back as rejected. An id about which somebody decided is not free again."
        return engine.breached(file.id, entry.path, [Problem("change/removed", message, fix)])
    message = f"the record of {file.id} ({status or 'of unknown state'}) is taken out, and its history with it"
    fix = "Put it back; give it the status retired, with the proof that policies/lifecycle.yaml asks for."
    if status == "rejected":
        fix = "Put it back: what was rejected stays, with why. A new proposal has a record of its own."
    return engine.breached(file.id, entry.path, [Problem("change/removed", message, fix)])


def _with_policies(session: Session, scope: before.Scope, results: list[Judged], found: Compared) -> list[Judged]:
    """Judge the whole registry by the head's own rules, too, where the change touches them.

    What stood before the change stands in the way of nobody who repairs the rules; 'check' of the whole tells it. What
    the change says or decides itself has to hold by both, by the rules before it and by those that it brings.
    """
    touched = amendments.touched(session, scope.changed)
    if not touched:
        return results
    own = replace(session, law=None)
    vars(own)["entries"] = session.entries  # the same commit: not listed again
    # Whoever proposes agrees to it by no rules; and what matters by those that come is not what mattered.
    wrote = session.verified.decided.authors
    vars(own)["verified"] = replace(own.verified, decided=replace(own.verified.decided, proposers=wrote, authors=wrote))
    known = {_key(verdict) for each in results for verdict in each.verdicts if verdict.blocks}
    agreed = {each.path for each in session.verified.decisions if each.statement.kind == "amend"}
    under_own = [
        replace(each, verdicts=tuple(v for v in each.verdicts if _is_news(v, known, agreed)), judged=0)
        for each in own.judge(own.entries)
    ]
    told = [each for each in under_own if each.verdicts]
    rules = frozenset(compiled.rule.id for each in (session, own) for compiled in each.policy.rules)
    untouched = frozenset(each.path for each in told) - scope.changed
    marked = before.mark(told, found, before.earlier(session), rules, untouched)
    judged = {entry.path for entry in scope.judged}
    news = [
        replace(each, verdicts=tuple(v for v in each.verdicts if v.change is Novelty.NEW or each.path in judged))
        for each in marked
    ]
    return [*results, amendments.judged(session, touched), *(each for each in news if each.verdicts)]


def _is_news(verdict: Verdict, known: Collection[_Key], agreed: Collection[str]) -> bool:
    """Whether the head's own rules say what those of the base did not.

    Whoever agrees to a change signs by the keys before it, so that it may take away the key that was signed with.
    """
    by_former_keys = verdict.rule.startswith("decision/") and verdict.path.removesuffix(SIGNATURE) in agreed
    return verdict.blocks and _key(verdict) not in known and not by_former_keys


def _key(verdict: Verdict) -> _Key:
    return verdict.vendor, verdict.rule, verdict.pointer, verdict.message
