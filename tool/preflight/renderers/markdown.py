"""The report as Markdown, for the summary of a CI job or a comment: readable without knowing YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.briefing import in_markdown
from preflight.escaping import markdown as escape
from preflight.model import Level, Outcome
from preflight.wording import counted, verdict_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.model import Report, Verdict

NAME = "markdown"
MOST_BYTES = 900_000  # a job summary may have 1 MiB a step
HEADINGS = {Level.RED_FLAG: "Red flags", Level.WARNING: "Warnings", Level.ADVICE: "Advice"}


def render(report: Report, *, color: bool, width: int) -> str:  # noqa: ARG001 - the same for every reader
    """Return a verdict, then a table a level; red flags open, the rest folded."""
    lines = [f"## {'⛔ Blocked' if report.summary.blocked else '✅ Passed'}", "", escape(verdict_line(report)), ""]
    size = sum(len(line.encode()) + 1 for line in lines)
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
        lines += _table(f"{heading} ({len(rows)})", rows, folded=level is not Level.RED_FLAG)
        if level is Level.RED_FLAG and report.briefs:
            pages = ["## To decide", "", *(line for page in report.briefs for line in in_markdown(page))]
            size += sum(len(line.encode()) + 1 for line in pages)
            lines += pages
    if left_out:
        lines += [f"{counted(left_out, 'more finding')} left out for length; run `preflight check` to see all.", ""]
    return "\n".join(lines)


def _table(heading: str, rows: list[str], *, folded: bool) -> Iterator[str]:
    if not rows:
        return
    yield from [f"<details><summary>{heading}</summary>", ""] if folded else [f"### {heading}", ""]
    yield from ["| Vendor | What is wrong | How to fix it | Where |", "| --- | --- | --- | --- |", *rows, ""]
    yield from ["</details>", ""] if folded else []


def _row(verdict: Verdict, report: Report) -> str:
    rule = report.rules.get(verdict.rule)
    why = f"<br>*Why:* {escape(rule.why)}" if rule and verdict.level is Level.RED_FLAG else ""
    where = f"{escape(verdict.path)}:{verdict.line}<br>{escape(verdict.rule)}"
    return f"| **{escape(verdict.vendor)}** | {escape(verdict.message)}{why} | {escape(verdict.fix)} | {where} |"
