"""The report as Markdown, for the summary of a CI job or a comment: readable without knowing YAML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.briefing import in_markdown
from preflight.comparison import rows as delta_rows
from preflight.escaping import markdown as escape
from preflight.model import Level, Novelty, Outcome
from preflight.wording import FRESH, MARKS, TAKES_TRUST_AWAY, counted, remedy, verdict_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from preflight.model import Delta, Report, Verdict

NAME = "markdown"
MOST_FIXED, MOST_VENDORS = 100, 50  # rows of what a change does beside what it leaves open
MOST_BYTES = 900_000  # a job summary may have 1 MiB a step
HEADINGS = {Level.RED_FLAG: "Red flags", Level.WARNING: "Warnings", Level.ADVICE: "Advice"}


def render(report: Report, *, color: bool, width: int) -> str:  # noqa: ARG001 - the same for every reader
    """Return a verdict, then a table a level; red flags open, the rest folded."""
    lines = [f"## {'⛔ Blocked' if report.summary.blocked else '✅ Passed'}", "", escape(verdict_line(report)), ""]
    if any(each.change is Novelty.STANDS for each in report.verdicts):
        lines += [f"**{TAKES_TRUST_AWAY}.** It stands from now on, until somebody repairs it.", ""]
    if report.comparison and report.comparison.delta:
        lines += _delta(report.comparison.delta)
    fixed = list(_fixed(report.comparison.fixed)) if report.comparison else []
    room = _Room(MOST_BYTES - sum(len(line.encode()) + 1 for line in (*lines, *fixed)))
    for level, heading in HEADINGS.items():
        failed = [each for each in report.verdicts if each.outcome is Outcome.FAIL and each.level is level]
        rows = room.fitting(_row(each, report) for each in failed)
        new = sum(each.change in FRESH and each.level is level for each in report.verdicts)
        many = f"{len(rows)}, {new} new" if report.comparison else f"{len(rows)}"
        lines += _table(f"{heading} ({many})", rows, folded=level is not Level.RED_FLAG)
        if level is Level.RED_FLAG and report.briefs:
            pages = room.fitting("\n".join(in_markdown(page)) for page in report.briefs)
            lines += ["## To decide", "", *pages] if pages else []
    waived = [each for each in report.verdicts if each.outcome is Outcome.WAIVED]
    rows = room.fitting(_row(each, report) for each in waived)
    lines += _table(f"Waived ({len(rows)})", rows, folded=True)
    lines += fixed
    if room.left_out:
        more = counted(room.left_out, "more entry", "more entries")
        lines += [f"{more} left out for length; run `preflight check` to see all.", ""]
    return "\n".join(lines)


@dataclass
class _Room:
    """The bytes that are left, and how much did not fit into them."""

    left: int
    left_out: int = 0

    def fitting(self, parts: Iterable[str]) -> list[str]:
        """Return the parts that fit, in their order, and take their room."""
        kept = []
        for part in parts:
            size = len(part.encode()) + 1
            if size > self.left:
                self.left_out += 1
            else:
                self.left -= size
                kept.append(part)
        return kept


def _table(heading: str, rows: list[str], *, folded: bool) -> Iterator[str]:
    if not rows:
        return
    yield from [f"<details><summary>{heading}</summary>", ""] if folded else [f"### {heading}", ""]
    yield from ["| Vendor | What is wrong | How to fix it | Where |", "| --- | --- | --- | --- |", *rows, ""]
    yield from ["</details>", ""] if folded else []


def _delta(delta: Delta) -> Iterator[str]:
    """Yield what a change does to cost and risk; nothing where it touches no vendor."""
    if not delta.vendors:
        return
    rows = delta_rows(delta)
    if not rows:
        yield from ["Cost and risk stay as they were.", ""]
        return
    yield from ["### Cost and risk, before → after", ""]
    yield from ["| Vendor | A year | Promised | Risk |", "| --- | --- | --- | --- |"]
    listed, total = [row for row in rows if row.vendor], [row for row in rows if not row.vendor]
    for row in (*listed[:MOST_VENDORS], *total):
        name = f"**{escape(row.vendor)}**" if row.vendor else "together"
        yield f"| {name} | {escape(row.annual)} | {escape(row.committed)} | {escape(row.risk)} |"
    yield ""
    if len(listed) > MOST_VENDORS:
        yield from [f"and {counted(len(listed) - MOST_VENDORS, 'more vendor')}", ""]


def _fixed(fixed: tuple[Verdict, ...]) -> Iterator[str]:
    if not fixed:
        return
    yield from [f"<details><summary>Fixed ({len(fixed)})</summary>", ""]
    yield from ["| Vendor | What was wrong | Rule |", "| --- | --- | --- |"]
    for each in fixed[:MOST_FIXED]:
        yield f"| **{escape(each.vendor)}** | {escape(each.message)} | {escape(each.rule)} |"
    yield ""
    if len(fixed) > MOST_FIXED:
        yield from [f"and {counted(len(fixed) - MOST_FIXED, 'more finding')}", ""]
    yield from ["</details>", ""]


def _row(verdict: Verdict, report: Report) -> str:
    rule = report.rules.get(verdict.rule)
    why = f"<br>*Why:* {escape(rule.why)}" if rule and verdict.level is Level.RED_FLAG else ""
    where = f"{escape(verdict.path)}:{verdict.line}<br>{escape(verdict.rule)}"
    mark = f"<br>{MARKS[verdict.change]}" if verdict.change else ""
    return (
        f"| **{escape(verdict.vendor)}**{mark} | {escape(verdict.message)}{why} | {escape(remedy(verdict))} | {where} |"
    )
