"""Takes stock: a session → all that the inventory shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from preflight.commands import audit_alignment, decisions, impact
from preflight.commands.given import Given
from preflight.commands.moments import quarterly
from preflight.due import items as due
from preflight.errors import CannotJudge, PreflightError
from preflight.facts import due as due_facts
from preflight.facts import graph
from preflight.inventory import past, spending
from preflight.inventory.card import card
from preflight.inventory.stock import Broken, Card, Detail, Person, Stock
from preflight.model import REGISTRY, Outcome
from preflight.shell import history, repository, unchanged
from preflight.shell.terminal import Progress, note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from preflight.alignment.report import Report as Alignment
    from preflight.commands.session import Session
    from preflight.inventory.stock import Event
    from preflight.model import JsonObject, Verdict
    from preflight.shell.history import History
    from preflight.shell.registry import RecordFile


@dataclass(frozen=True, slots=True)
class _Found:
    """What is known of a registry before anything is judged."""

    title: str
    commit: str | None
    exact: bool
    files: list[RecordFile]
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
        session.files(session.entries),
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
    records = {
        each.id: (each.path, each.document.value)
        for each in found.files
        if each.document and isinstance(each.document.value, dict)
    }
    return Stock(
        found.title,
        session.today,
        found.commit,
        found.exact,
        judged=False,
        cards=tuple(card(name, path, record, {}, None, {}) for name, (path, record) in sorted(records.items())),
        broken=tuple(Broken(each.id, each.path, _why(each)) for each in found.files if each.id not in records),
        detail=lambda vendor: Detail(records[vendor][1]),
        events=_events(found.past),
    )


def _judged(session: Session, found: _Found, *, cached: bool) -> Stock:
    survey, policies = session.survey, session.context.policies
    people = _people(policies, session)
    cards: list[Card] = []
    with Progress("Judging vendors", len(survey.cases), quiet=session.quiet) as progress:
        for name, case in sorted(survey.cases.items()):
            verdicts = survey.verdicts(name, everything=False)
            known = survey.facts(name)
            shown = card(name, case.path, case.record, known, verdicts, people)
            cards.append(spending.added(shown, case.record, known, survey.context))
            progress.advance(1)
    facts = {fact.NAME for fact in session.policy.facts}
    records = {name: case.record for name, case in survey.cases.items()}
    broken = tuple(Broken(each.id, each.path, _why(each)) for each in found.files if each.id not in survey.cases)
    offered = due_facts.NAME in facts
    return Stock(
        found.title,
        session.today,
        found.commit,
        found.exact,
        judged=True,
        cards=tuple(cards),
        broken=broken,
        detail=partial(_detail, session),
        rules=tuple(sorted((each.rule for each in session.policy.rules), key=lambda rule: rule.id)),
        policies=policies,
        schema=session.policy.shape.schema,
        registry=_about_registry(session),
        currency=policies.get("rates", {}).get("base", ""),
        due=due.collect(records, survey.context) if offered else (),
        horizon=policies["calendar"]["horizon_days"] if offered else 0,
        decided=tuple(decisions.rows(session, session.verified.decisions)) if session.layout.managed else (),
        landscape=impact.surveyed(session) if graph.NAME in facts else None,
        moments=quarterly(session, found.past.steps if found.past else (), cards, len(broken)),
        alignment=None if found.past is None else _alignment(session, cached=cached),
        events=_events(found.past),
        people=people,
        teams={each["id"]: each["name"] for each in policies.get("people", {}).get("teams", ())},
    )


def _detail(session: Session, vendor: str) -> Detail:
    survey = session.survey
    case = survey.cases[vendor]
    status = case.record.get("lifecycle", {}).get("status") if isinstance(case.record.get("lifecycle"), dict) else None
    brief = session.brief(vendor) if status == "proposed" else None
    return Detail(case.record, survey.facts(vendor), survey.verdicts(vendor), brief)


def _about_registry(session: Session) -> tuple[Verdict, ...]:
    judged = session.judge(session.entries)
    return tuple(
        verdict
        for each in judged
        if each.vendor == REGISTRY
        for verdict in each.verdicts
        if verdict.outcome in {Outcome.FAIL, Outcome.WAIVED}
    )


def _people(policies: Mapping[str, JsonObject], session: Session) -> dict[str, Person]:
    today = session.today.isoformat()
    listed = policies.get("people", {}).get("people", ())
    return {each["id"]: Person(each["id"], each["name"], each.get("left", "9999") < today) for each in listed}


def _why(file: RecordFile) -> str:
    return file.problems[0].message if file.problems else "it is not of the form that the schema asks for"


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


def _alignment(session: Session, *, cached: bool) -> Alignment | None:
    given = Given(session.root, session.today, session.at, session.quiet, session.color)
    try:
        return audit_alignment.measured(given, cached=cached)
    except PreflightError as error:
        note(f"without a level of alignment: {error.message}", quiet=session.quiet)
        return None
