"""A change that does nothing but take trust away: it lands, and what it turns red stands from then on.

Whoever finds that a key leaked, or takes a decision back, cannot repair the vendors for which that counted, and must
not have to wait until somebody has. So the red flags that such a change brings do not block it. They are told, and
stand on the main branch until somebody repairs them. It has to come alone: with a record, a rule, a new decision or
anything else beside it, the change is judged as every other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from preflight.commands import proposers, trust
from preflight.decisions import FOLDER, distrust
from preflight.decisions.court import SIGNATURE
from preflight.errors import PreflightError
from preflight.model import Novelty
from preflight.shell import decision_files, listed_keys, registry, trust_root
from preflight.shell.files import Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from preflight.commands.session import Session
    from preflight.engine import Judged
    from preflight.model import JsonObject, Verdict
    from preflight.shell.files import Source

APPROVALS = "approvals"
NEVER_SPARED = frozenset({trust.APPEND_ONLY})  # what was merged stays as it came, also on the way to the last commit
KINDS = frozenset({"revoke", "amend"})  # an amendment is what a change of the keys needs, and good for that alone


def alone(session: Session, changed: Collection[str]) -> bool:
    """Whether those paths, from the base to the head of a session, hold nothing but trust that is taken away."""
    if not session.layout.managed or session.law is None:
        return False
    weighty = [path for path in changed if path.startswith("vendors/") or trust_root.holds(path, session.layout)]
    decided = {path for path in weighty if path.startswith(f"{FOLDER}/")}
    rest = frozenset(weighty) - decided
    if not weighty or any(path.startswith("vendors/") for path in rest):
        return False
    kinds = _kinds(session, decided)
    if kinds is None or not kinds <= KINDS or not (rest or "revoke" in kinds):
        return False
    return not rest or _only_keys(session, rest)


def _kinds(session: Session, paths: Iterable[str]) -> set[str] | None:
    """Return what kinds of decisions a change brings; None: one of them is no good, or was there before."""
    there = {entry.path for entry in session.lawful.entries(FOLDER)}
    good = {each.path: each for each in session.verified.decisions if each.in_force}
    found: set[str] = set()
    for path in paths:
        each = good.get(path.removesuffix(SIGNATURE))
        if each is None or path in there:
            return None
        found.add(each.statement.kind)
    return found


def _only_keys(session: Session, paths: Collection[str]) -> bool:
    """Whether a change of the trust root takes keys away, or says that they leaked, and does nothing else."""
    folder = session.layout.policies
    signers, approvals = f"{folder}/{listed_keys.SIGNERS}", f"{folder}/{APPROVALS}.yaml"
    both = (session.lawful, session.source)
    files = all(each.kind(path) is Kind.FILE for each in both for path in paths)
    if not files or not set(paths) <= {signers, approvals}:
        return False
    try:
        leaked = distrust.newly_leaked(*(_approvals(each, session) for each in both))
        if leaked is None:
            return False
        before, after = (decision_files.signers(each, folder) for each in both)
    except PreflightError:
        return False  # what cannot be read is refused elsewhere, with the place
    return distrust.takes_keys_away(before, after, leaked, proposers.names(session))


def _approvals(source: Source, session: Session) -> JsonObject:
    documents = registry.policy_documents(source, session.layout)
    value: JsonObject = documents[APPROVALS].value if APPROVALS in documents else {}
    return value


def spared(session: Session, changed: Collection[str], results: Sequence[Judged]) -> list[Judged]:
    """Return results in which what such a change turns red stands and does not block.

    What stood before is left out, as of every vendor that a change leaves alone: 'check' of the whole tells it.
    """
    records = {entry.path for entry in session.entries} - set(changed)
    merged = {entry.path for entry in session.lawful.entries(FOLDER)} - set(changed)

    def told(verdict: Verdict) -> Verdict | None:
        if not verdict.blocks or verdict.path not in records | merged or verdict.rule in NEVER_SPARED:
            return verdict
        return None if verdict.change is Novelty.KNOWN else replace(verdict, change=Novelty.STANDS)

    kept = ((each, [told(verdict) for verdict in each.verdicts]) for each in results)
    return [replace(each, verdicts=tuple(one for one in verdicts if one)) for each, verdicts in kept]
