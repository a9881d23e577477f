"""The report for a person at a terminal, and for a log.

One line a finding, ``path:line:col  rule-id  what is · what was wanted · how to fix``; on a terminal the
same words, wrapped to its width.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from preflight.comparison import AS_BEFORE, told
from preflight.escaping import terminal
from preflight.model import Level, Novelty, Outcome
from preflight.wording import MARKS, TAKES_TRUST_AWAY, counted, found, remedy, said, verdict_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.model import Comparison, Report, Verdict

NAME = "text"
MOST_FIXED, MOST_VENDORS = 20, 10  # lines of what a change does beside what it leaves open
MOST_WAITING = 5  # findings a vendor that are told one by one although nothing is known yet
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
    page = _Page(color=color, width=width, brief=bool(width) and not _is_whole(report))
    lines: list[str] = []
    for level, heading in HEADINGS.items():
        failed = [each for each in report.verdicts if each.outcome is Outcome.FAIL and each.level is level]
        stands = [each for each in failed if each.change is Novelty.STANDS]
        lines += page.section(heading, [each for each in failed if each.change is not Novelty.STANDS], COLOURS[level])
        lines += page.section(f"{TAKES_TRUST_AWAY}; it stands from now on", stands, COLOURS[level])
    for outcome, heading in OTHERS.items():
        lines += page.section(heading, [each for each in report.verdicts if each.outcome is outcome], "")
    if report.comparison:
        lines += page.comparison(report.comparison)
    verdict = textwrap.wrap(verdict_line(report), max(width, 40)) if width else [verdict_line(report)]
    lines += [page.paint(line, "31;1" if report.summary.blocked else "32;1") for line in verdict]
    return "\n".join(lines) + "\n"


def _is_whole(report: Report) -> bool:
    """Whether everything was asked for, passes included."""
    return any(each.outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE) for each in report.verdicts)


@dataclass(frozen=True, slots=True)
class _Page:
    """How findings are laid out. ``width`` 0: one line each; ``brief``: many open questions are only counted."""

    color: bool
    width: int
    brief: bool

    def section(self, heading: str, verdicts: list[Verdict], colour: str) -> Iterator[str]:
        if not verdicts:
            return
        yield self.paint(f"{heading} ({found(verdicts)})", colour and colour + ";1")
        for vendor, theirs in groupby(verdicts, key=lambda each: each.vendor):
            yield from self.vendor(vendor, list(theirs), colour)
        yield ""

    def comparison(self, change: Comparison) -> Iterator[str]:
        if change.fixed:
            yield self.paint(f"Fixed ({counted(len(change.fixed), 'finding')})", "32;1")
            for each in change.fixed[:MOST_FIXED]:
                yield from self.listed(f"{each.vendor}  {each.rule}  {each.message}")
            if len(change.fixed) > MOST_FIXED:
                yield from self.listed(f"and {counted(len(change.fixed) - MOST_FIXED, 'more finding')}")
            yield ""
        delta = told(change.delta, MOST_VENDORS)
        if delta == [AS_BEFORE]:
            yield from (AS_BEFORE.capitalize(), "")
        elif delta:
            yield self.paint("Cost and risk, before → after", "1")
            for sentence in delta:
                yield from self.listed(sentence)
            yield ""

    def listed(self, text: str) -> Iterator[str]:
        yield from self.wrapped(text) if self.width else [terminal(text)]

    def vendor(self, vendor: str, verdicts: list[Verdict], colour: str) -> Iterator[str]:
        waiting = [each for each in verdicts if not each.known]
        counted_only = self.brief and len(waiting) > MOST_WAITING
        for each in verdicts:
            if each.known or not counted_only:
                yield from self.finding(each, colour)
        if counted_only:
            domains = Counter(each.rule.partition("/")[0] for each in waiting)
            where = ", ".join(f"{name} {count}" for name, count in domains.items())
            rules = self.paint(f"{len(waiting)} rules wait for an answer", colour)
            yield f"{terminal(waiting[0].path)}  {rules}"
            yield from self.wrapped(f"Nothing is known yet of what they ask: {where}")
            yield from self.wrapped(f"→ 'preflight explain {vendor}' shows what is open, 'check --all' each rule")

    def finding(self, verdict: Verdict, colour: str) -> Iterator[str]:
        place = terminal(f"{verdict.path}:{verdict.line}:{verdict.column}")
        rule = self.paint(terminal(verdict.rule), colour)
        if not self.width:
            rest = [terminal(text) for text in (said(verdict), remedy(verdict)) if text]
            yield f"{place}  {rule}  {' · '.join(rest)}"
            return
        mark = f"  {MARKS[verdict.change]}" if verdict.change else ""
        if len(place) + 2 + len(terminal(verdict.rule)) + len(mark) <= max(self.width, 40):
            yield f"{place}  {rule}{mark}"
        else:  # the place stays in one piece, as editors open it by that
            yield from (place, f"{INDENT}{rule}{mark}")
        yield from self.wrapped(verdict.message)
        yield from self.wrapped(f"→ {remedy(verdict)}" if remedy(verdict) else "")

    def wrapped(self, text: str) -> Iterator[str]:
        wrap = textwrap.TextWrapper(max(self.width, 40) - len(INDENT), break_on_hyphens=False)
        # Made safe twice: a word may begin a line only once the text is wrapped.
        yield from (INDENT + terminal(line) for line in wrap.wrap(terminal(text)))

    def paint(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.color and colour else text
