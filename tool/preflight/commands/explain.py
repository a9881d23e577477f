"""``preflight explain``: why a rule exists, how a vendor fares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from preflight import checklist, engine, explanations
from preflight.breaches import did_you_mean
from preflight.commands.completion import complete_rule, complete_vendor_or_rule
from preflight.errors import UsageError
from preflight.facts import completeness
from preflight.shell import terminal
from preflight.shell.registry import stem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.commands.session import Session
    from preflight.rules import CompiledRule
    from preflight.shell.registry import RecordFile


@click.command(short_help="Explain a rule, a vendor, or how one fares by the other.")
@click.argument("subject", metavar="RULE|VENDOR", shell_complete=complete_vendor_or_rule)
@click.argument("rule", required=False, metavar="[RULE]", shell_complete=complete_rule)
@click.option("--quick", is_flag=True, help="Only the twenty lines of the initial screening.")
@click.pass_obj
def command(session: Session, subject: str, rule: str | None, *, quick: bool) -> int:
    """Explain a RULE: why it exists, what it asks, its examples.

    Explain a VENDOR: the screening, the whole questionnaire with answers and the age of the evidence, and the
    findings. With both: the values that the rule saw in that vendor's record.
    """
    if rule is None and "/" in subject:
        lines = explanations.of_rule(_rule(session, subject).rule, _titles(session), terminal.width())
    else:
        lines = _vendor(session, subject, rule, quick=quick)
    terminal.show("\n".join(lines) + "\n")
    return 0


def _rule(session: Session, identifier: str) -> CompiledRule:
    found = session.policy.rule(identifier)
    if found is None:
        message = f"there is no rule {identifier!r} here"
        close = did_you_mean(identifier, [each.rule.id for each in session.policy.rules])
        raise UsageError(message, fix=close or "'preflight policy docs' lists them all.")
    return found


def _titles(session: Session) -> dict[str, str]:
    document = session.policy.documents.get("requirements")
    return {each["id"]: each["title"] for each in document.value["requirements"]} if document else {}


def _vendor(session: Session, identifier: str, rule: str | None, *, quick: bool) -> Iterator[str]:
    ruled = [each.rule.id for each in session.policy.rules if each.rule.id.endswith("/" + identifier)]
    if ruled and identifier not in {stem(entry.path) for entry in session.entries}:
        message = f"there is no vendor {identifier!r} here, but a rule {ruled[0]!r}"
        raise UsageError(message, fix=f"preflight explain {ruled[0]}")
    [file] = session.files(session.chosen([identifier]))
    if file.document is None or file.problems or not session.policy.shape.fits(file.document.value):
        message = f"{file.path} cannot be explained, because it is not of the right form"
        raise UsageError(message, fix=f"Run 'preflight check {identifier}' and correct what it says.")
    case = engine.Case(file.id, file.path, file.document.known, file.document)
    context = session.policy.context(session.today)
    if rule is not None:
        compiled = _rule(session, rule)
        judged = engine.judge_case(case, session.policy.only([rule]), context, everything=True)
        known = engine.variables(case, session.policy, context)
        return explanations.of_case(compiled, judged.verdicts, known, terminal.width())
    return _whole(session, case, file, quick=quick)


def _whole(session: Session, case: engine.Case, file: RecordFile, *, quick: bool) -> Iterator[str]:
    width = terminal.width()
    verdicts = engine.judge_case(case, session.policy, session.policy.context(session.today), everything=True).verdicts
    asks = any(fact.NAME == completeness.NAME for fact in session.policy.facts)  # else the record has no such sections
    document = session.policy.documents.get("checklist") if asks else None
    yield from explanations.of_vendor(case.record, file.id, file.path, session.today.isoformat())
    if document is not None:
        rules = [compiled.rule for compiled in session.policy.rules]
        yield from explanations.of_screening(checklist.screening(document.value, rules, verdicts))
    if not quick:
        if document is not None:
            answers = checklist.questionnaire(case.record, document.value, session.today)
            yield from explanations.of_questionnaire(answers, width)
        yield from explanations.of_findings(verdicts, width)
