"""Takes stock: a session → all that the inventory shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from preflight import briefing
from preflight.commands import appraisal, audit_alignment, decisions, impact
from preflight.commands.given import Given
from preflight.commands.moments import quarterly
from preflight.due import items as due
from preflight.errors import CannotJudge, PreflightError
from preflight.facts import due as due_facts
from preflight.facts import graph
from preflight.inventory import past, spending
from preflight.inventory.card import card
from preflight.inventory.stock import Broken, Card, Detail, Person, Stock
from preflight.model import Outcome
from preflight.shell import history, repository, unchanged
from preflight.shell.terminal import note

if TYPE_CHECKING:
    from preflight.alignment.report import Report as Alignment
    from preflight.commands.appraisal import Appraisal, Known
    from preflight.commands.session import Session
    from preflight.inventory.stock import Event
    from preflight.shell.history import History
    from preflight.shell.registry import RecordFile


@dataclass(frozen=True, slots=True)
class _Found:
    """What is known of a registry before anything is judged."""

    title: str
    commit: str | None
    exact: bool
    past: History | None


def take(session: Session, title: str = "", *, cached: bool = True, past: bool = True) -> Stock:
    """Take stock of a registry; without its ``past``, only as it stands.

    Raises PreflightError where rules, or decisions, cannot be read.
    """
    commit, exact = _commit(session)
    found = _Found(
        title or session.root.resolve().name,
        commit,
        exact,
        _history(session, commit, cached=cached) if past and commit is not None else None,
    )
    if _has_rules(session):
        return _judged(session, found, cached=cached)
    note("without verdicts: there are no rules here", quiet=session.quiet)
    return _plain(session, found)


def _has_rules(session: Session) -> bool:
    """Whether there is anything to judge by. Raises CannotJudge where there is, and it is no good."""
    try:
        _ = session.policy
    except CannotJudge:
        if any(session.source.entries(session.layout.rules)):
            raise  # rules that are there and broken are no reason to leave verdicts out
        return False
    return True


def _plain(session: Session, found: _Found) -> Stock:
    """Show records of any shape, by what they say."""
    files = session.files(session.entries)
    records = {
        each.id: (each.path, each.document.value)
        for each in files
        if each.document and isinstance(each.document.value, dict)
    }
    return Stock(
        found.title,
        session.today,
        found.commit,
        found.exact,
        judged=False,
        cards=tuple(card(name, path, record, {}, None, {}) for name, (path, record) in sorted(records.items())),
        broken=tuple(Broken(each.id, each.path, _why(each)) for each in files if each.id not in records),
        detail=lambda vendor: Detail(records[vendor][1]),
        events=_events(found.past),
    )


def _judged(session: Session, found: _Found, *, cached: bool) -> Stock:
    appraised = appraisal.appraise(session, _card)
    policies = session.context.policies
    session.tell_left_out(len(session.entries) - len(appraised.cases))
    cards = cast("list[Card]", list(appraised.looks.values()))
    broken = tuple(Broken(each.vendor, each.path, each.why) for each in appraised.refused)
    facts = {fact.NAME for fact in session.policy.facts}
    records = {name: case.record for name, case in appraised.cases.items()}
    offered = due_facts.NAME in facts
    return Stock(
        found.title,
        session.today,
        found.commit,
        found.exact,
        judged=True,
        cards=tuple(cards),
        broken=broken,
        detail=partial(_detail, appraised),
        rules=tuple(sorted((each.rule for each in session.policy.rules), key=lambda rule: rule.id)),
        policies=policies,
        schema=session.policy.shape.schema,
        registry=tuple(each for each in appraised.about_registry if each.outcome in {Outcome.FAIL, Outcome.WAIVED}),
        currency=policies.get("rates", {}).get("base", ""),
        due=due.collect(records, appraised.context) if offered else (),
        horizon=policies["calendar"]["horizon_days"] if offered else 0,
        decided=tuple(decisions.rows(session, session.verified.decisions)) if session.layout.managed else (),
        landscape=impact.landscape(records, session) if graph.NAME in facts else None,
        moments=quarterly(session, found.past.steps if found.past else (), cards, len(broken)),
        alignment=None if found.past is None else _alignment(session, found, found.past, cached=cached),
        events=_events(found.past),
        people=_people(session),
        teams={each["id"]: each["name"] for each in policies.get("people", {}).get("teams", ())},
    )


def _card(session: Session, known: Known) -> Card:
    """Return the card of a vendor, in the process that judged it."""
    shown = card(known.vendor, known.path, known.record, known.facts, known.verdicts, _people(session))
    return spending.added(shown, known.record, known.facts, session.context)


def _detail(appraised: Appraisal, vendor: str) -> Detail:
    known = appraised.known(vendor)
    record, verdicts = known.record, known.verdicts
    status = record.get("lifecycle", {}).get("status") if isinstance(record.get("lifecycle"), dict) else None
    brief = None
    if status == "proposed":
        policies, schema = appraised.context.policies, appraised.policy.shape.schema
        brief = briefing.brief(record, known.facts, verdicts, policies, schema)
    return Detail(record, known.facts, verdicts, brief, known.passed)


def _people(session: Session) -> dict[str, Person]:
    today = session.today.isoformat()
    listed = session.context.policies.get("people", {}).get("people", ())
    return {each["id"]: Person(each["id"], each["name"], each.get("left", "9999") < today) for each in listed}


def _why(file: RecordFile) -> str:
    return file.problems[0].message if file.problems else appraisal.ILL_FORMED


# ---- What git tells -------------------------------------------------------------------------------


def _commit(session: Session) -> tuple[str | None, bool]:
    """Return the commit that is shown, and whether the files are just those of it; None without git."""
    if session.commit is not None:
        return session.commit, True
    found = repository.Repository.around(session.root)
    head = None if found is None else found.head
    return head, head is not None and unchanged.is_unchanged(session.root, head)


def _history(session: Session, commit: str, *, cached: bool) -> History | None:
    try:
        return history.read(session.root, commit, cached=cached, quiet=session.quiet)
    except PreflightError as error:
        note(f"without a history: {error.message}", quiet=session.quiet)
        return None


def _events(found: History | None) -> tuple[Event, ...] | None:
    if found is None:
        return None
    told = [
        event
        for step in found.steps
        if not step.empty
        for event in past.events(step.number + 1, step.commit, step.entries)
    ]
    return tuple(reversed(told))


def _alignment(session: Session, found: _Found, past: History, *, cached: bool) -> Alignment | None:
    given = Given(session.root, session.today, session.at, session.quiet, session.color)
    # What is shown is judged already; where it is not what was committed last, that has to be judged, too.
    known = (session, past) if found.exact else None
    try:
        return audit_alignment.measured(given, cached=cached, known=known)
    except PreflightError as error:
        note(f"without a level of alignment: {error.message}", quiet=session.quiet)
        return None
