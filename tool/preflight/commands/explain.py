"""``preflight explain``: why a rule exists, how a vendor fares."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from preflight import briefing, checklist, engine, explanations
from preflight.breaches import did_you_mean
from preflight.commands.completion import complete_rule, complete_vendor_or_rule
from preflight.errors import UsageError
from preflight.facts import completeness, cost, oversight, risk
from preflight.shell import terminal
from preflight.shell.registry import stem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.commands.session import Session
    from preflight.rules import CompiledRule


@click.command(short_help="Explain a rule, a vendor, or how one fares by the other.")
@click.argument("subject", metavar="RULE|VENDOR", shell_complete=complete_vendor_or_rule)
@click.argument("rule", required=False, metavar="[RULE]", shell_complete=complete_rule)
@click.option("--quick", is_flag=True, help="Only the twenty lines of the initial screening.")
@click.option("--for", "reader", type=click.Choice(["approver"]), help="One screen for whoever has to sign.")
@click.option("--base", metavar="REV", help="With --for approver: show what changed since that commit.")
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "markdown"]),
    default="text",
    show_default=True,
    help="Output format of --for approver.",
)
@click.pass_obj
def command(  # noqa: PLR0913 - one argument an option
    session: Session, subject: str, rule: str | None, *, quick: bool, reader: str | None, base: str | None, output: str
) -> int:
    """Explain a RULE: why it exists, what it asks, its examples.

    Explain a VENDOR: the risk and the money, the screening, the whole questionnaire with answers and the age of
    the evidence, and the findings. With both: the values that the rule saw in that vendor's record.
    """
    if reader is None and (base is not None or output != "text"):
        message = "--base and --format go together with --for approver"
        raise UsageError(message, fix=f"preflight explain {subject} --for approver")
    if reader is not None:
        if rule is not None or quick:
            message = "the approver's view is about a vendor as a whole"
            raise UsageError(message, fix=f"preflight explain {subject} --for approver")
        page = replace(session, line=base).brief(subject, base)
        lines = briefing.in_markdown(page) if output == "markdown" else briefing.lines(page, terminal.width())
    elif rule is None and "/" in subject:
        lines = explanations.of_rule(_rule(session, subject).rule, _titles(session), terminal.width())
    else:
        lines = of_vendor(session, subject, rule, quick=quick)
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


def of_vendor(session: Session, identifier: str, rule: str | None = None, *, quick: bool = False) -> Iterator[str]:
    """Yield the lines that explain a vendor, or how it fares by one rule. Raises UsageError."""
    ruled = [each.rule.id for each in session.policy.rules if each.rule.id.endswith("/" + identifier)]
    if ruled and identifier not in {stem(entry.path) for entry in session.entries}:
        message = f"there is no vendor {identifier!r} here, but a rule {ruled[0]!r}"
        raise UsageError(message, fix=f"preflight explain {ruled[0]}")
    case, survey = session.vendor(identifier), session.survey
    session.tell_left_out()
    if rule is not None:
        compiled = _rule(session, rule)
        if compiled.rule.about_registry:
            message = f"{rule} is about the registry as a whole, not about a vendor"
            raise UsageError(message, fix=f"preflight explain {rule}")
        seen = engine.variables(case, survey.facts(case.vendor), survey.context)
        verdicts = survey.verdicts(case.vendor, only=[rule])
        return explanations.of_case(compiled, verdicts, seen, terminal.width())
    return _whole(session, case, quick=quick)


def _whole(session: Session, case: engine.Case, *, quick: bool) -> Iterator[str]:
    width = terminal.width()
    verdicts = session.survey.verdicts(case.vendor)
    asks = any(fact.NAME == completeness.NAME for fact in session.policy.facts)  # else the record has no such sections
    document = session.policy.documents.get("checklist") if asks else None
    yield from explanations.of_vendor(case.record, case.vendor, case.path, session.today.isoformat(), width)
    if not quick:
        yield from _why(session, case, width)
    if document is not None:
        rules = [compiled.rule for compiled in session.policy.rules]
        yield from explanations.of_screening(checklist.screening(document.value, rules, verdicts))
    if not quick:
        if document is not None:
            answers = checklist.questionnaire(case.record, document.value, session.today)
            yield from explanations.of_questionnaire(answers, width)
        yield from explanations.of_findings(verdicts, width)


def _why(session: Session, case: engine.Case, width: int) -> Iterator[str]:
    """Show what risk and money follow from, and who has to agree; as far as this registry has the facts."""
    known, policies = session.survey.facts(case.vendor), session.survey.context.policies
    if risk.NAME in known:
        yield from explanations.of_risk(risk.known(case.record, session.survey.context), policies["risk"], width)
    if cost.NAME in known:
        yield from explanations.of_section("Money", briefing.money(known, {}), width)
    if oversight.NAME in known:
        signers = briefing.signers(known)
        yield from explanations.of_section("Who has to agree", map(briefing.signature, signers), width)
