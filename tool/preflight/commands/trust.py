"""What was decided, verified: decisions from where the records lie, keys and people from where the rules come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from preflight import engine, waiving
from preflight.commands import landings, proposers
from preflight.decisions import FOLDER, Decision, ruling, waivers
from preflight.decisions import statement as statements
from preflight.decisions.court import SIGNATURE, Terms
from preflight.errors import UsageError
from preflight.model import EMPTY, NOTHING_DECIDED, REGISTRY, Decided, Level, Outcome, Proposers, Verdict
from preflight.shell import decision_files, registry
from preflight.shell.git import GitTree

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from preflight.commands.session import Session
    from preflight.decisions.court import Fault
    from preflight.decisions.signers import Signers
    from preflight.decisions.waivers import Idle
    from preflight.engine import Judged
    from preflight.model import Json, JsonObject
    from preflight.shell.git import Arrival

APPEND_ONLY = "decision/append-only"


@dataclass(frozen=True)
class Verified:
    """The decisions without a fault, the faults of the others, waivers that waive nothing, and what facts need.

    ``landed`` are the paths of decisions that the history has, as in ``court.Terms``; ``past`` are waivers that landed,
    and that have a fault today.
    """

    decisions: tuple[Decision, ...] = ()
    faults: tuple[Fault, ...] = ()
    idle: tuple[Idle, ...] = ()
    decided: Decided = NOTHING_DECIDED
    arrived: Mapping[str, date] = field(default_factory=dict)
    landed: frozenset[str] | None = None
    past: tuple[Decision, ...] = ()


def verify(session: Session) -> Verified:
    """Read and verify the decisions of a session. Raises PreflightError where keys or policies cannot be read."""
    if not session.layout.managed:
        return Verified()
    proposing = proposers.proposing(session)
    files = decision_files.read(session.source)
    if session.law is not None:  # what the base revoked stays revoked, whether the head knows of it or not
        files = {**files, **decision_files.read(session.lawful)}
    if not files:
        return Verified(decided=Decided(EMPTY, EMPTY, *proposing))
    return _ruled(session, files, proposing)


def _ruled(
    session: Session, files: Mapping[str, bytes], proposing: tuple[dict[str, Proposers], dict[str, Proposers]]
) -> Verified:
    policies = session.policy.documents
    approvals = _value(session, "approvals")
    people = _value(session, "people") or {"people": []}
    signers = decision_files.signers(session.lawful, session.layout.policies)
    came = _came(session, files)
    terms = _terms(approvals, session, files, came, signers)
    name = approvals.get("registry", "")
    decisions, faults = ruling.judge(files, signers, people, name, session.today, terms=terms)
    rules = {compiled.rule.id: compiled.rule for compiled in session.policy.rules}
    given = policies["waivers"].value if "waivers" in policies else None
    past = tuple(_past(files, came, decisions))
    good, idle = waivers.waivers(decisions, given, rules, past)
    approved: dict[str, list[JsonObject]] = {}
    for each in decisions:
        if each.statement.kind == "approve":
            approval = {**each.statement.approval, "id": each.id, "state": each.state}
            approved.setdefault(each.statement.vendor, []).append(approval)
    line = _line(session)
    good = dict(landings.waivers(session, line, good, [*decisions, *past], came))
    decided = Decided(approved, good, *proposing, landings.names(session, line, decisions, came))
    return Verified(decisions, faults, idle, decided, terms.arrived, terms.landed, past)


def _past(files: Mapping[str, bytes], came: Collection[str], sound: Iterable[Decision]) -> Iterator[Decision]:
    """Yield waivers that landed and have a fault today, as of a key that ended: they let stand what they let stand."""
    known = {each.path for each in sound}
    for path in sorted({*came} & {*files} - known):
        said = statements.readable(files[path]) if path.endswith(".json") else None
        if said and said.kind == "waive":
            yield Decision(said.id, path, said, "", touched=False, identified=False, state="void")


def _value(session: Session, name: str) -> Json:
    document = session.policy.documents.get(name)
    return document.value if document else {}


def _terms(
    approvals: JsonObject,
    session: Session,
    files: Mapping[str, bytes],
    came: Mapping[str, Arrival],
    signers: Signers,
) -> Terms:
    """Return what policy asks of decisions. A decision that a change brings arrives today."""
    roles = approvals.get("roles", ())
    arrived = {path: each.on for path, each in came.items()}
    if session.law is not None:
        arrived = {path: arrived.get(path, session.today) for path in files}
    base = _history(session)
    return Terms(
        touch=frozenset(each["role"] for each in roles if each.get("touch")),
        identify=frozenset(each["role"] for each in roles if each.get("identify")),
        revokers=frozenset(approvals.get("revokers", ())),
        arrived=arrived,
        former=decision_files.former_signers(base, came, session.layout.policies, signers) if base else {},
        leaked={each["key"]: date.fromisoformat(each["since"]) for each in approvals.get("leaked_keys", ())},
        landed=frozenset(came) if base else None,
        claimed=_claimed(session, {path: data for path, data in files.items() if path not in came}),
    )


def _claimed(session: Session, files: Mapping[str, bytes]) -> dict[str, date]:
    """Return the day on which a change says that its new decisions came: later, nothing else is known of it."""
    if session.law is None or not files or not isinstance(session.source, GitTree) or session.source.is_shallow():
        return {}
    return {path: each.on for path, each in decision_files.arrivals(session.source, files).items()}


def _history(session: Session) -> GitTree | None:
    """Return the commit whose history tells when decisions came: that of the rules, else the one that is read.

    None where there is none, or not the whole of it: then it is not known when a decision came.
    """
    revision = session.law or session.at or "HEAD"
    try:
        tree = GitTree(session.root, revision)
        return None if tree.is_shallow() or not tree.commit else tree
    except UsageError:
        if session.law or session.at:
            raise
        return None  # no git here, or no commit yet


def _line(session: Session) -> GitTree | None:
    """Return the commit whose history will be told once the change is in: its own, where it carries on that of before.

    What is judged now is judged by it again.
    """
    before, ours = _history(session), session.source
    return ours if before and isinstance(ours, GitTree) and ours.descends(before.commit) else before


def _came(session: Session, files: Mapping[str, bytes]) -> dict[str, Arrival]:
    tree = _history(session)
    return decision_files.arrivals(tree, files) if tree else {}


# ---- What is told -------------------------------------------------------------------------------


def told(session: Session, vendors: Iterable[str] | None, paths: Iterable[str] | None = None) -> list[Judged]:
    """Return what is to be said of decisions: faults of those files, else of those vendors; and of their waivers.

    ``vendors`` None: of all vendors, and of amendments.
    """
    verified = session.verified
    wanted = None if vendors is None else frozenset(vendors)
    among = None if paths is None else frozenset(path.removesuffix(SIGNATURE) for path in paths)
    files = {registry.stem(entry.path): entry.path for entry in session.entries}
    found: dict[str, list[Verdict]] = {}
    for path, problem in verified.faults:
        vendor = path.removeprefix(FOLDER + "/").partition("/")[0]
        if _is_among(vendor, wanted) if among is None else path.removesuffix(SIGNATURE) in among:
            found.setdefault(vendor, []).extend(engine.breached(vendor, path, [problem]).verdicts)
    for each in verified.idle:
        vendor = each.decision.statement.vendor
        if _is_among(vendor, wanted):
            waiver = waivers.waiver_of(each.decision)
            found.setdefault(vendor, []).append(waiving.told(vendor, waiver, each.check, each.why))
    return [
        engine.Judged(vendor if vendor in files else REGISTRY, files.get(vendor, FOLDER), tuple(verdicts), 0)
        for vendor, verdicts in sorted(found.items())
    ]


def together(results: Sequence[Judged], more: Sequence[Judged]) -> list[Judged]:
    """Add what is told of decisions to what was judged of the same vendor.

    What is told of vendors without a record is told of their folder, all of it.
    """
    extra: dict[str, Judged] = {}
    for each in more:
        extra[each.path] = extra[each.path].with_later(each) if each.path in extra else each
    merged = [each.with_later(extra.pop(each.path)) if each.path in extra else each for each in results]
    return [*merged, *extra.values()]


def _is_among(vendor: str, wanted: frozenset[str] | None) -> bool:
    return wanted is None or vendor in wanted


def rewritten(session: Session, since: str | None, changed: Iterable[str]) -> list[Judged]:
    """Refuse that a decision that was merged is edited or taken out: the folder is only added to."""
    if since is None:
        return []
    before = GitTree(session.root, since)
    there = {entry.path for entry in before.entries(FOLDER)}
    still = {entry.path for entry in session.source.entries(FOLDER)}
    if isinstance(session.source, GitTree):
        changed = {*changed, *session.source.unmade(since, FOLDER)}
    return [_rewrite(path, gone=path not in still) for path in sorted(changed) if path in there]


def _rewrite(path: str, *, gone: bool) -> Judged:
    what = "taken out" if gone else "edited"
    verdict = Verdict(
        vendor=path.removeprefix(FOLDER + "/").partition("/")[0],
        rule=APPEND_ONLY,
        level=Level.RED_FLAG,
        outcome=Outcome.FAIL,
        message=f"This decision was merged, and is {what} here; the folder is only added to",
        fix="Put it back as it was. To take a decision back, revoke it: preflight revoke.",
        path=path,
        line=1,
        column=1,
        pointer="",
    )
    return engine.Judged(REGISTRY, path, (verdict,), 0)
