"""The report as GitHub workflow commands: annotations at the line of each finding.

A step shows ten errors, ten warnings and ten notices; the worst come first and the rest is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.escaping import github_data, github_property
from preflight.model import Level, Outcome
from preflight.wording import counted, verdict_line

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
        lines += [_annotation(command, verdict) for verdict in failed[:MOST]]
        if len(failed) > MOST:
            lines.append(
                f"preflight: {counted(len(failed) - MOST, 'more finding')} of level {level.value}; see the job summary"
            )
    return "\n".join([*lines, f"preflight: {verdict_line(report)}"]) + "\n"


def _annotation(command: str, verdict: Verdict) -> str:
    place = f"file={github_property(verdict.path)},line={verdict.line},col={verdict.column}"
    title = github_property(f"{verdict.rule} ({verdict.vendor})")
    text = f"{verdict.message} · {verdict.fix}" if verdict.fix else verdict.message
    return f"::{command} {place},title={title}::{github_data(text)}"
