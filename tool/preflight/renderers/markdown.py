"""The report as Markdown, for the summary of a CI job or a comment: readable without knowing YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.briefing import in_markdown
from preflight.comparison import rows as delta_rows
from preflight.escaping import markdown as escape
from preflight.model import Level, Novelty, Outcome
from preflight.wording import counted, verdict_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.model import Delta, Report, Verdict

NAME = "markdown"
MOST_FIXED, MOST_VENDORS = 100, 50  # rows of what a change does beside what it leaves open
MOST_BYTES = 900_000  # a job summary may have 1 MiB a step
HEADINGS = {Level.RED_FLAG: "Red flags", Level.WARNING: "Warnings", Level.ADVICE: "Advice"}


def render(report: Report, *, color: bool, width: int) -> str:  # noqa: ARG001 - the same for every reader
    """Return a verdict, then a table a level; red flags open, the rest folded."""
    lines = [f"## {'⛔ Blocked' if report.summary.blocked else '✅ Passed'}", "", escape(verdict_line(report)), ""]
    if report.comparison and report.comparison.delta:
        lines += _delta(report.comparison.delta)
    fixed = list(_fixed(report.comparison.fixed)) if report.comparison else []
    size = sum(len(line.encode()) + 1 for line in (*lines, *fixed))
    left_out = 0
    for level, heading in HEADINGS.items():
        rows: list[str] = []
        for verdict in report.verdicts:
            if verdict.outcome is Outcome.FAIL and verdict.level is level:
                row = _row(verdict, report)
                size += len(row.encode()) + 1
                if size > MOST_BYTES:
                    left_out += 1
                else:
                    rows.append(row)
        new = sum(each.change is Novelty.NEW and each.level is level for each in report.verdicts)
        many = f"{len(rows)}, {new} new" if report.comparison else f"{len(rows)}"
        lines += _table(f"{heading} ({many})", rows, folded=level is not Level.RED_FLAG)
        if level is Level.RED_FLAG and report.briefs:
            pages = ["## To decide", "", *(line for page in report.briefs for line in in_markdown(page))]
            size += sum(len(line.encode()) + 1 for line in pages)
            lines += pages
    lines += fixed
    if left_out:
        lines += [f"{counted(left_out, 'more finding')} left out for length; run `preflight check` to see all.", ""]
    return "\n".join(lines)


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
    mark = f"<br>{verdict.change.value}" if verdict.change else ""
    return f"| **{escape(verdict.vendor)}**{mark} | {escape(verdict.message)}{why} | {escape(verdict.fix)} | {where} |"
