"""The report for a person at a terminal, and for a log.

One line a finding, ``path:line:col  rule-id  what is · what was wanted · how to fix``; on a terminal the
same words, wrapped to its width.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from preflight.escaping import terminal
from preflight.model import Level, Outcome
from preflight.wording import counted, verdict_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.model import Report, Verdict

NAME = "text"
COLOURS = {Level.RED_FLAG: "31", Level.WARNING: "33", Level.ADVICE: "36"}
HEADINGS = {
    Level.RED_FLAG: "Red flags, which block the merge",
    Level.WARNING: "Warnings",
    Level.ADVICE: "Advice",
}
INDENT = "    "
OTHERS = {Outcome.WAIVED: "Waived", Outcome.PASS: "Passed", Outcome.NOT_APPLICABLE: "Not applicable"}


def render(report: Report, *, color: bool, width: int) -> str:
    """Return findings by level, then a line that says what the gate does."""
    lines: list[str] = []
    for level, heading in HEADINGS.items():
        failed = [each for each in report.verdicts if each.outcome is Outcome.FAIL and each.level is level]
        lines += _section(heading, failed, COLOURS[level] if color else "", width)
    for outcome, heading in OTHERS.items():
        lines += _section(heading, [each for each in report.verdicts if each.outcome is outcome], "", width)
    lines.append(_paint(verdict_line(report), ("31;1" if report.summary.blocked else "32;1") if color else ""))
    return "\n".join(lines) + "\n"


def _section(heading: str, verdicts: list[Verdict], colour: str, width: int) -> Iterator[str]:
    if not verdicts:
        return
    yield _paint(f"{heading} ({counted(len(verdicts), 'finding')})", colour and colour + ";1")
    for each in verdicts:
        yield from _finding(each, colour, width)
    yield ""


def _finding(verdict: Verdict, colour: str, width: int) -> Iterator[str]:
    place = terminal(f"{verdict.path}:{verdict.line}:{verdict.column}")
    rule = _paint(terminal(verdict.rule), colour)
    message, fix = terminal(verdict.message), terminal(verdict.fix)
    said = f"{message} · {fix}" if fix else message
    if not width:
        yield f"{place}  {rule}  {said}"
        return
    yield f"{place}  {rule}"
    wrap = textwrap.TextWrapper(max(width, 40) - len(INDENT), break_on_hyphens=False)
    for line in (*wrap.wrap(message), *wrap.wrap(f"→ {fix}" if fix else "")):
        yield INDENT + terminal(line)  # once more: a word may begin a line only now


def _paint(text: str, colour: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if colour else text
