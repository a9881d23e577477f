"""Sentences that several outputs share, so that the terminal and the pull request say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from preflight.model import Report, Rule


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return ``1 finding`` or ``2 findings``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def asked(rule: Rule) -> list[str]:
    """Say what a rule asks, in its own expressions, one line each."""
    target = [f"for each {rule.each}, as item"] if rule.each else []
    wanted = f"none of  {rule.faults}, each as item" if rule.faults else f"assert  {rule.condition}"
    return [*target, f"when    {rule.when or 'always'}", wanted]


def verdict_line(report: Report) -> str:
    """Say in one line what the gate does and what was checked."""
    summary = report.summary
    verdict = "BLOCKED" if summary.blocked else "PASSED"
    waived = f", {summary.waived} waived" if summary.waived else ""
    idle = f" ({summary.not_applicable:,} not applicable)" if summary.not_applicable else ""
    return (
        f"{verdict}: {counted(summary.red_flags, 'red flag')}, {counted(summary.warnings, 'warning')}, "
        f"{summary.advice} advice{waived} · {counted(summary.vendors, 'vendor')}, {counted(summary.rules, 'rule')}, "
        f"{counted(summary.judged, 'verdict')}{idle} as of {report.as_of}"
    )
