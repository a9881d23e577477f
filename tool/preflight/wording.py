"""Sentences that several outputs share, so that the terminal and the pull request say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.model import Novelty

if TYPE_CHECKING:
    from collections.abc import Sequence

    from preflight.model import Report, Rule, Verdict


MARKS = {Novelty.NEW: "new", Novelty.KNOWN: "known", Novelty.STANDS: "stands from now on"}
FRESH = frozenset({Novelty.NEW, Novelty.STANDS})  # what came with a change
TAKES_TRUST_AWAY = "This change only takes trust away, so what it turns red does not block it"


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return ``1 finding`` or ``2 findings``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def asked(rule: Rule) -> list[str]:
    """Say what a rule asks, in its own expressions, one line each."""
    target = [f"for each {rule.each}, as item"] if rule.each else []
    wanted = f"none of  {rule.faults}, each as item" if rule.faults else f"assert  {rule.condition}"
    return [*target, f"when    {rule.when or 'always'}", wanted]


def found(verdicts: Sequence[Verdict]) -> str:
    """Count findings; where a change is judged, those that are new, too."""
    marked = any(each.change for each in verdicts)
    new = f", {sum(each.change in FRESH for each in verdicts)} new" if marked else ""
    return counted(len(verdicts), "finding") + new


def said(verdict: Verdict) -> str:
    """Return the message of a verdict, with its mark in front: ``new: …``."""
    return f"{MARKS[verdict.change]}: {verdict.message}" if verdict.change else verdict.message


def remedy(verdict: Verdict) -> str:
    """Return what to do about a finding; of one that may stand, by which decision."""
    return (
        f"Waived by {verdict.waiver}; 'preflight decisions {verdict.vendor}' says until when."
        if verdict.waiver
        else verdict.fix
    )


def verdict_line(report: Report) -> str:
    """Say in one line what the gate does and what was checked."""
    summary = report.summary
    verdict = "BLOCKED" if summary.blocked else "PASSED"
    waived = f", {summary.waived} waived" if summary.waived else ""
    since = _since(report)
    idle = f" ({summary.not_applicable:,} not applicable)" if summary.not_applicable else ""
    changed = report.comparison is None or summary.vendors or report.verdicts
    idle += "" if changed else ", as no commit changes anything that is judged,"
    return (
        f"{verdict}: {counted(summary.red_flags, 'red flag')}, {counted(summary.warnings, 'warning')}, "
        f"{summary.advice} advice{waived}{since} · {counted(summary.vendors, 'vendor')}, "
        f"{counted(summary.rules, 'rule')}, {counted(summary.judged, 'verdict')}{idle} as of {report.as_of}"
    )


def _since(report: Report) -> str:
    """Say how the findings of a change stand to those before it; nothing where no change is judged."""
    if report.comparison is None:
        return ""
    new, known = (sum(each.change in marks for each in report.verdicts) for marks in (FRESH, {Novelty.KNOWN}))
    standing = sum(each.change is Novelty.STANDS for each in report.verdicts)
    stands = f" ({standing} {'stands' if standing == 1 else 'stand'} from now on)" if standing else ""
    return f" · {new} new{stands}, {known} known, {len(report.comparison.fixed)} fixed"
