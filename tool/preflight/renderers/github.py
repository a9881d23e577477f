"""The report as GitHub workflow commands: annotations at the line of each finding.

A step shows ten errors, ten warnings and ten notices; the worst come first, of those the new ones, and the rest is
counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.comparison import told
from preflight.escaping import github_data, github_property
from preflight.model import Level, Novelty, Outcome
from preflight.wording import TAKES_TRUST_AWAY, counted, said, verdict_line

if TYPE_CHECKING:
    from preflight.model import Report, Verdict

NAME = "github"
COMMANDS = {Level.RED_FLAG: "error", Level.WARNING: "warning", Level.ADVICE: "notice"}
MOST = 10


def render(report: Report, *, color: bool, width: int) -> str:  # noqa: ARG001 - read by the runner
    """Return one command a line, then the verdict."""
    lines: list[str] = []
    for level, command in COMMANDS.items():
        failed = [each for each in report.verdicts if each.outcome is Outcome.FAIL and each.level is level]
        failed.sort(key=lambda each: each.change is Novelty.KNOWN)
        lines += [_annotation(command, verdict) for verdict in failed[:MOST]]
        if len(failed) > MOST:
            lines.append(
                f"preflight: {counted(len(failed) - MOST, 'more finding')} of level {level.value}; see the job summary"
            )
    if any(each.change is Novelty.STANDS for each in report.verdicts):
        lines.append(f"preflight: {TAKES_TRUST_AWAY}; it stands from now on")
    if report.comparison:
        # Data of no command, and made safe like it: the line begins with a word of ours.
        lines += [f"preflight: {github_data(each)}" for each in told(report.comparison.delta, MOST)]
    return "\n".join([*lines, f"preflight: {verdict_line(report)}"]) + "\n"


def _annotation(command: str, verdict: Verdict) -> str:
    place = f"file={github_property(verdict.path)},line={verdict.line},col={verdict.column}"
    title = github_property(f"{verdict.rule} ({verdict.vendor})")
    text = f"{said(verdict)} · {verdict.fix}" if verdict.fix else said(verdict)
    return f"::{command} {place},title={title}::{github_data(text)}"
