"""The assessment as Markdown, for an issue or the summary of a CI job."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.assessment import drift, plan, words
from preflight.escaping import markdown
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.assessment.drift import Series
    from preflight.assessment.listing import Assessment
    from preflight.assessment.plan import Proposal
    from preflight.assessment.state import Vendor
    from preflight.tables import Cell

MOST_BYTES = 60_000  # of Markdown: the text of an issue may have 65,536 characters
LONGEST_CELL = 80  # characters of free text in a cell


def as_markdown(found: Assessment) -> str:
    """Return tables for an issue or the summary of a CI job; what does not fit is counted."""
    lines = ["## Current state of the stack", "", markdown(words.in_short(found)), "", *_figures(found)]
    lines += [*(f"- {markdown(each)}" for each in words.open_points(found)), ""]
    ending = [*_drift(found.series), words.what_elevated_is(words.Columns.of(found)), ""]
    room = _Room(MOST_BYTES - sum(len(line.encode()) + 1 for line in (*lines, *ending)))
    if found.vendors:
        lines += ["### Elevated risks first", "", *_rows(found, room), ""]
    lines += _plans(found, room)
    return "\n".join([*lines, *ending])


@dataclass
class _Room:
    """How many bytes are left."""

    left: int

    def takes(self, lines: Sequence[str]) -> bool:
        size = sum(len(line.encode()) + 1 for line in lines)
        if size > self.left:
            return False
        self.left -= size
        return True


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    return "<br>".join(markdown(each) for each in ((cell,) if isinstance(cell, str) else cell))


def _figures(found: Assessment) -> Iterator[str]:
    columns = words.Columns.of(found)
    header = ["Risk", "Vendors", *([f"{markdown(columns.currency)} a year"] if columns.cost else [])]
    yield from (_row(header), _row(["---"] * len(header)))
    for each in found.summary.levels:
        spend = [words.spend(each.annual, each.unpriced)] if columns.cost else []
        yield _row([words.level_of(each), f"{each.vendors:,}", *spend])
    yield ""


def _rows(found: Assessment, room: _Room) -> Iterator[str]:
    columns = words.Columns.of(found)
    header = ["Vendor", *columns.chosen("Risk", "Open", f"{columns.currency} a year", "Plan")]
    yield from (_row([_cell(each) for each in header]), _row(["---"] * len(header)))
    shown = 0
    for vendor in found.vendors:
        risk, findings = words.risk_of(vendor.risk) if vendor.risk else words.NOT_KNOWN, words.findings_of(vendor)
        cells = columns.chosen(risk, findings, words.cost_of(vendor.cost), words.plan_of(vendor.plan))
        who = f"**{markdown(_cut(vendor.name))}**<br>{markdown(vendor.status or 'status not known')}"
        row = _row([who, *(_cell(each) for each in cells)])
        if not room.takes([row]):
            break
        shown += 1
        yield row
    if shown < len(found.vendors):
        yield from ("", f"{counted(len(found.vendors) - shown, 'more vendor')} left out for length.")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


def _plans(found: Assessment, room: _Room) -> Iterator[str]:
    left_out = 0
    for vendor in found.vendors:
        if vendor.id in found.proposals:
            lines = list(_plan(vendor, found.proposals[vendor.id]))
            if room.takes(lines):
                yield from lines
            else:
                left_out += 1
    if left_out:
        yield from (f"{counted(left_out, 'more plan')} left out for length; name the vendors one by one.", "")


def _plan(vendor: Vendor, proposal: Proposal) -> Iterator[str]:
    yield from (f"### Plan for {markdown(_cut(vendor.name))}", "")
    yield from (f"- **{markdown(label)}**: {markdown(text)}" for label, text in words.proposed(vendor, proposal))
    yield ""
    for group in proposal.groups:
        yield from (f"**{markdown(words.domain_title(group.domain))}** ({words.counts_of(group.findings)})", "")
        yield from (f"- {markdown(what)} · {markdown(fix)}" for what, fix in words.heaviest(group.findings))
        if (rest := len(plan.by_rule(group.findings)) - words.MOST_FINDINGS) > 0:
            yield f"- … and {rest} more"
        yield ""
    if proposal.remediation is not None:
        text = plan.as_yaml(proposal.remediation)
        fence = "`" * max(3, _longest_run(text) + 1)
        yield f"<details><summary>To paste into the record{words.in_place_of(vendor)}</summary>"
        yield from ("", f"{fence}yaml", *text.splitlines(), fence, "", "</details>", "")


def _longest_run(text: str) -> int:
    return max((len(each) for each in re.findall("`+", text)), default=0)


def _drift(series: Sequence[Series]) -> Iterator[str]:
    dated = [each for each in series if each.dated]
    if not series:
        return
    yield from ("### Drift", "", words.NOTE, "")
    if dated:
        yield from (
            _row(["", *(day.isoformat() for day, _ in dated[0].points)]),
            _row(["---"] * (1 + len(drift.MONTHS))),
        )
        for each in dated:
            yield _row([drift.TITLES[each.name], *(f"{count:,}" for _, count in each.points)])
        yield ""
    yield from (f"- {markdown(each)}" for each in words.moves(series))
    yield ""
