"""``preflight waive``: let a finding stand for a while, by a signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from preflight import fingerprints, pointers
from preflight.breaches import did_you_mean
from preflight.cli import DateType
from preflight.commands.completion import complete_rule, complete_vendor
from preflight.commands.office import Office, Wishes, from_base, options, proposes, signer
from preflight.commands.signing import Draft, conclude
from preflight.deciding import drafts
from preflight.decisions import FOLDER, NAMESPACE, Decision, waivers
from preflight.errors import UsageError
from preflight.model import Outcome
from preflight.shell import terminal
from preflight.tables import wrapped
from preflight.waiving import OWNERS
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from preflight.commands.session import Session
    from preflight.decisions.statement import Statement
    from preflight.model import Rule, Verdict
    from preflight.rules import CompiledRule


@click.command(short_help="Let a finding stand for a while, by a signature.")
@click.argument("vendor", metavar="ID", shell_complete=complete_vendor)
@click.argument("rule", metavar="RULE", shell_complete=complete_rule)
@click.option("--role", required=True, metavar="ROLE", help="The role in which you decide, from policies/waivers.yaml.")
@click.option("--until", required=True, type=DateType(), metavar="DATE", help="The last day on which it holds.")
@click.option("--reason", required=True, metavar="TEXT", help="Why, in a sentence; whoever audits it reads that.")
@click.option("--field", metavar="POINTER", help="Which finding, where the rule has several.")
@click.option("--base", metavar="REV", help="Take rules, people and keys from that commit, as the gate does.")
@options
@click.pass_obj
def command(  # noqa: PLR0913 - one argument an option
    session: Session,
    /,
    vendor: str,
    rule: str,
    *,
    role: str,
    until: date,
    reason: str,
    field: str | None,
    base: str | None,
    **wishes: Any,
) -> int:
    """Let the finding of RULE on the vendor ID stand until a day: shows it and what is signed, asks, and signs.

    Who may waive which rule, for how long and how often says policies/waivers.yaml. A waiver ends on its day, and as
    soon as anything changes that the rule looked at; the statement names it. Nobody waives what they own or propose.
    """
    session = from_base(session, base)
    office = Office.of(session)
    compiled = _rule(session, rule)
    by, key = signer(office, Wishes(role, **wishes), NAMESPACE)
    if until < session.today:
        message = f"--until {until} is over already"
        raise UsageError(message, fix="Give a day that is still to come.")
    [entry, *_] = session.chosen([vendor])
    file = session.file(entry)
    if file.document is None or not session.sound(file):
        message = f"{file.path} is not of the right form, and nobody can waive that"
        raise UsageError(message, fix=f"Run 'preflight check {vendor}' and correct what it says.")
    record = file.document.known
    found = _findings(session, file.id, compiled.rule, field)
    if by in {pointers.get(record, each) for each in OWNERS}:
        message = f"{by} owns {file.id}, and nobody waives a rule for what is their own"
        raise UsageError(message, fix=f"Ask somebody else in the role {role}.")
    case = session.case(file)
    if proposes(office, by, case):
        message = f"{by} wrote what {file.path} proposes, and nobody waives a rule for what they propose"
        raise UsageError(message, fix=f"Ask somebody else in the role {role}.")
    fingerprint = fingerprints.of(session.policy, compiled, record, found[0].pointer, case.before)
    rests_on = fingerprints.says(session.policy, compiled, record, found[0].pointer)
    heading = office.heading(role, by)
    beside = ""
    if session.policy.of_others(compiled):
        shared = session.survey.shared[file.id]
        beside = fingerprints.beside(session.policy, compiled, found[0].pointer, shared)
    said = drafts.waiver(
        heading, record, compiled.rule, found, fingerprint, rests_on, reason, until=until, beside=beside
    )
    _prove(session, said)
    return conclude(office, Wishes(role, **wishes), Draft(said, list(_page(compiled.rule, found))), key)


def _rule(session: Session, identifier: str) -> CompiledRule:
    found = session.policy.rule(identifier)
    if found is None:
        message = f"there is no rule {identifier!r} here"
        close = did_you_mean(identifier, [each.rule.id for each in session.policy.rules])
        raise UsageError(message, fix=close or "Only rules in policies/rules can be waived, not faults of form.")
    if not found.rule.waivable:
        message = f"the rule {identifier} cannot be waived by anybody"
        raise UsageError(message, fix=f"Do what it asks for: preflight explain {identifier}")
    return found


def _findings(session: Session, vendor: str, rule: Rule, field: str | None) -> list[Verdict]:
    """Return the findings at one place: all that fail there, or that are waived already. Raises UsageError."""
    verdicts = (each for judged in session.judge(session.chosen([vendor])) for each in judged.verdicts)
    failed = [
        each
        for each in verdicts
        if (each.vendor, each.rule) == (vendor, rule.id) and each.outcome in {Outcome.FAIL, Outcome.WAIVED}
    ]
    if not failed:
        message = f"{vendor} does not fail {rule.id}, so there is nothing to waive"
        raise UsageError(message, fix=f"'preflight check {vendor}' lists what it fails.")
    places = {each.pointer: each.message for each in reversed(failed)}
    if field is None and len(places) > 1:
        shown = "; ".join(f"--field {pointer} ({places[pointer]})" for pointer in sorted(places))
        message = f"{vendor} fails {rule.id} in {counted(len(places), 'place')}"
        raise UsageError(message, fix=f"Waive one at a time: {shown}")
    if field is not None and field not in places:
        message = f"{vendor} does not fail {rule.id} at {field}"
        raise UsageError(message, fix=f"It fails at {', '.join(sorted(places))}.")
    wanted = next(iter(places)) if field is None else field
    return [each for each in failed if each.pointer == wanted]


def _prove(session: Session, said: Statement) -> None:
    """Refuse a waiver that would waive nothing, by the checks of the gate. Raises UsageError."""
    path = f"{FOLDER}/{said.vendor}/~"  # of several on one day it comes last
    drafted = Decision(said.id, path, said, "", touched=False, identified=False, state="in-force")
    documents = session.policy.documents
    policy = documents["waivers"].value if "waivers" in documents else None
    rules = {compiled.rule.id: compiled.rule for compiled in session.policy.rules}
    _, idle = waivers.waivers([*session.verified.decisions, drafted], policy, rules, session.verified.past)
    for each in idle:
        if each.decision is drafted:
            message = f"such a waiver would let nothing stand: {each.why}"
            fix = "See policies/waivers.yaml; what needs longer should be repaired, or its rule changed."
            raise UsageError(message, fix=fix)


def _page(rule: Rule, found: Sequence[Verdict]) -> Iterator[str]:
    width = terminal.width() or 80
    first = found[0]
    yield from wrapped(f"{rule.title} ({rule.id}, {rule.level.value})", width)
    yield from wrapped(f"{first.path}:{first.line}:{first.column}  {first.pointer}", width, "  ", "    ")
    for each in found:
        waived = " (waived now)" if each.outcome is Outcome.WAIVED else ""
        yield from wrapped(f"{each.message}{waived}", width, "  ", "    ")
    yield from wrapped(f"Why the rule is there: {rule.why}", width, "  ", "    ")
    yield from wrapped(f"What would repair it: {first.fix}", width, "  ", "    ")
