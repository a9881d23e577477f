"""Changes as a table for the terminal, CSV, Markdown or an HTML page; JSON is written by ``lines``."""

from __future__ import annotations

import csv
import io
import itertools
import json
from typing import TYPE_CHECKING

from preflight.escaping import csv_cell, html, markdown
from preflight.history import POLICIES, rows
from preflight.tables import wrapped
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from preflight.history import Change, Commit, Logged
    from preflight.model import Json

SHORT = 12  # characters of a commit's name on a terminal
SHOWN = 160  # characters of a value; JSON and CSV have all of them
COLUMNS = (
    "number",
    "commit",
    "date",
    "author",
    "email",
    "signature",
    "pull_request",
    "stream",
    "vendor",
    "kind",
    "field",
    "before",
    "after",
    "path",
    "subject",
)
CAVEAT = "Names and dates are what commits claim; the order is that of the line."

_STYLE = """body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#1a1a1a}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;
border-bottom:1px solid #d5d5d5;overflow-wrap:anywhere}th{background:#f3f3f3}code{font-size:.9em}
td:first-child{white-space:nowrap}@media(prefers-color-scheme:dark){body{background:#161616;color:#e8e8e8}
th{background:#262626}th,td{border-color:#3a3a3a}}"""


def said(change: Change) -> str:
    """Say in words what a change was."""
    return rows.decision(change) or _said(change)


def _said(change: Change) -> str:
    where = "" if change.stream == "changes" else f"{change.path} "  # a vendor has one file, the policies have many
    at = f"{change.field}: " if change.field else ""
    if change.kind == "renamed":
        return f"moved from {change.before} to {change.after}"
    if change.kind == "unreadable":
        return f"cannot be read: {change.after}"
    if change.kind == "changed" and change.before is None and change.after is None:
        return f"{where}changed"
    if change.kind == "changed" or change.field:
        return where + at + _became(change.before, change.after)
    what = {"added": "added", "removed": "removed", "readable": "can be read again"}[change.kind]
    record = change.after if change.before is None else change.before
    if where or not isinstance(record, dict) or not record:
        return where + what
    return f"{what}, {counted(len(record), 'field')} at the top"


def _became(before: Json, after: Json) -> str:
    if before is None:
        return f"set to {_short(after)}"
    return f"taken out, was {_short(before)}" if after is None else f"{_short(before)} → {_short(after)}"


def _short(value: Json) -> str:
    text = _plain(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _plain(value: Json) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _by_commit(found: Iterable[Logged]) -> Iterator[tuple[Commit, list[Change]]]:
    for _, group in itertools.groupby(found, key=lambda each: each.number):
        listed = list(group)
        yield listed[0].commit, rows.without_signatures(rows.edited(each.change for each in listed))


def _about(commit: Commit) -> str:
    request = f" · request {commit.pull_request}" if commit.pull_request is not None else ""
    return f"{commit.author or commit.email or 'nobody named'} · {commit.signature}{request}"


class _Count:
    """Counts what goes by, for the line at the end."""

    def __init__(self) -> None:
        self.changes = 0
        self.commits = 0
        self.vendors: set[str] = set()

    def take(self, changes: Iterable[Change]) -> None:
        self.commits += 1
        for each in changes:
            self.changes += 1
            self.vendors |= {each.vendor} - {POLICIES}

    def verdict(self, head: str) -> str:
        if not self.changes:
            return f"No such change up to commit {head[:SHORT]}"
        commits = counted(self.commits, "commit")
        vendors = f" of {counted(len(self.vendors), 'vendor')}" if self.vendors else ""
        return f"{counted(self.changes, 'change')}{vendors} in {commits}, up to commit {head[:SHORT]}"


# ---- Terminal -----------------------------------------------------------------------------------


def table(found: Iterable[Logged], head: str) -> Iterator[str]:
    """Yield a paragraph a commit: when and who, what they said, and what changed."""
    count = _Count()
    for commit, changes in _by_commit(found):
        count.take(changes)
        lines = [*wrapped(f"{commit.date[:10]}  {commit.id[:SHORT]}  {_about(commit)}", hanging=" " * 12)]
        if commit.subject:
            lines += wrapped(commit.subject, indent=" " * 12, hanging=" " * 12)
        for each in changes:
            lines += wrapped(f"{each.vendor}  {said(each)}", indent="  ", hanging="      ")
        yield "\n".join(lines) + "\n\n"
    yield f"{count.verdict(head)}.\n{CAVEAT}\n"


# ---- CSV ----------------------------------------------------------------------------------------


def comma_separated(found: Iterable[Logged], head: str) -> Iterator[str]:  # noqa: ARG001 - one signature for all formats
    """Yield CSV for a spreadsheet, a line a change, in which no cell is a formula."""
    yield _line(COLUMNS)
    for each in found:
        commit, change = each.commit, each.change
        request = "" if commit.pull_request is None else commit.pull_request
        who: list[str | int] = [each.number, commit.id, commit.date, commit.author, commit.email, commit.signature]
        what = [change.stream, change.vendor, change.kind, change.field, _plain(change.before), _plain(change.after)]
        yield _line([*who, request, *what, change.path, commit.subject])


def _line(cells: Iterable[str | int]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([cell if isinstance(cell, int) else csv_cell(cell) for cell in cells])
    return out.getvalue()


# ---- Markdown and HTML --------------------------------------------------------------------------


def as_markdown(found: Iterable[Logged], head: str) -> Iterator[str]:
    """Yield a table for an issue or a report."""
    count = _Count()
    yield "## What changed\n\n| Commit | Who | Vendor | What |\n| --- | --- | --- | --- |\n"
    for commit, changes in _by_commit(found):
        count.take(changes)
        cells = [f"{commit.date[:10]}<br>`{commit.id[:SHORT]}`", markdown(_about(commit))]
        if commit.subject:
            cells[1] += f"<br>{markdown(commit.subject)}"
        for each in changes:
            row = [*cells, f"**{markdown(each.vendor)}**", markdown(said(each))]
            yield f"| {' | '.join(row)} |\n"
    yield f"\n{markdown(count.verdict(head))}. {CAVEAT}\n"


def as_html(found: Iterable[Logged], head: str) -> Iterator[str]:
    """Yield a page that loads nothing and runs nothing."""
    count = _Count()
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>What changed</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>What changed</h1>\n"
        '<table>\n<thead><tr><th scope="col">Commit</th><th scope="col">Who</th><th scope="col">Vendor</th>'
        '<th scope="col">What</th></tr></thead>\n'
    )
    for commit, changes in _by_commit(found):
        count.take(changes)
        who = "<br>".join(html(each) for each in (_about(commit), commit.subject) if each)
        span = len(changes)
        first = (
            f'<td rowspan="{span}">{html(commit.date[:10])}<br><code title="{html(commit.id)}">'
            f'{html(commit.id[:SHORT])}</code></td><td rowspan="{span}">{who}</td>'
        )
        yield "<tbody>\n"
        for each in changes:
            yield f"<tr>{first}<td>{html(each.vendor)}</td><td>{html(said(each))}</td></tr>\n"
            first = ""
        yield "</tbody>\n"
    yield f"</table>\n<p>{html(count.verdict(head))}. {CAVEAT}</p>\n</body>\n</html>\n"


FORMATS: dict[str, Callable[[Iterable[Logged], str], Iterator[str]]] = {
    "table": table,
    "csv": comma_separated,
    "markdown": as_markdown,
    "html": as_html,
}
