"""The assessment as tables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.assessment import drift, plan, words
from preflight.tables import table, wrapped
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.assessment.drift import Series
    from preflight.assessment.listing import Assessment
    from preflight.assessment.plan import Proposal
    from preflight.assessment.state import Vendor

MOST_ROWS = 50  # vendors in a table; JSON has all of them


def as_table(found: Assessment) -> str:
    """Return the figures, the vendors, the plans and the drift."""
    lines = [*_heading("Summary")[1:], *wrapped(words.in_short(found)), ""]
    lines += [*_figures(found), ""] if found.vendors else []
    lines += [line for each in words.open_points(found) for line in wrapped(each, hanging="  ")]
    lines += [*_heading(f"Elevated risks first ({len(found.vendors):,})"), *_rows(found)] if found.vendors else []
    for vendor in found.vendors:
        if vendor.id in found.proposals:
            lines += [*_heading(f"Plan for {vendor.name} ({vendor.id})"), *_plan(vendor, found.proposals[vendor.id])]
    lines += [*_heading("Drift"), *_drift(found.series)] if found.series else []
    return "\n".join(lines).rstrip("\n") + "\n"


def _heading(text: str) -> list[str]:
    [said, *_] = [*wrapped(text), ""]
    return ["", said, "-" * len(said)]


def _figures(found: Assessment) -> Iterator[str]:
    shares, columns = found.summary.levels, words.Columns.of(found)
    header = ["risk", "vendors", *([f"{columns.currency} a year"] if columns.cost else [])]
    rows = [
        (
            words.level_of(each),
            f"{each.vendors:,}",
            *([words.spend(each.annual, each.unpriced)] if columns.cost else []),
        )
        for each in shares
    ]
    return table(rows, header, (30, 10, 30)[: len(header)])


def _rows(found: Assessment) -> Iterator[str]:
    columns = words.Columns.of(found)
    headers = ["vendor", *columns.chosen("risk", "open", f"{columns.currency} a year", "plan")]
    widths = [22, *(width for there, width in zip(columns.there, (13, 14, 12, 10), strict=True) if there)]
    rows = [
        [
            (vendor.name, *([vendor.id] if vendor.id != vendor.name else []), vendor.status or "status not known"),
            *columns.chosen(
                words.risk_of(vendor.risk) if vendor.risk else words.NOT_KNOWN,
                words.findings_of(vendor),
                words.cost_of(vendor.cost),
                words.plan_of(vendor.plan),
            ),
        ]
        for vendor in found.vendors[:MOST_ROWS]
    ]
    yield from table(rows, [str(each) for each in headers], widths)
    yield from _left_out(len(found.vendors) - MOST_ROWS, "vendor")
    yield from ("", *wrapped(words.what_elevated_is(columns)))


def _left_out(count: int, noun: str) -> Iterator[str]:
    if count > 0:
        yield f"… and {counted(count, f'more {noun}')}; --format json lists them all."


def _plan(vendor: Vendor, proposal: Proposal) -> Iterator[str]:
    for label, text in words.proposed(vendor, proposal):
        yield from wrapped(f"{label}: {text}", hanging="  ")
    for group in proposal.groups:
        yield ""
        yield from wrapped(f"{words.domain_title(group.domain)}: {words.counts_of(group.findings)}")
        for what, fix in words.heaviest(group.findings):
            yield from wrapped(f"{what} · {fix}", indent="  - ", hanging="    ")
        if (rest := len(plan.by_rule(group.findings)) - words.MOST_FINDINGS) > 0:
            yield from wrapped(f"… and {rest} more: preflight explain {vendor.id}", indent="  ", hanging="  ")
    yield ""
    if proposal.remediation is None:
        yield from wrapped("The schema of this registry has no section that takes this plan.")
        return
    yield from wrapped(f"To paste into {vendor.path}{words.in_place_of(vendor)}:")
    yield ""
    yield from plan.as_yaml(proposal.remediation).splitlines()


def _drift(series: Sequence[Series]) -> Iterator[str]:
    yield from wrapped(words.NOTE)
    yield ""
    dated = [each for each in series if each.dated]
    days = [f"{day:%Y-%m}" for day, _ in dated[0].points] if dated else []
    rows = [[drift.TITLES[each.name], *(f"{count:,}" for _, count in each.points)] for each in dated]
    yield from table(rows, ["", *days], [25, *([9] * len(days))]) if rows else []
    yield ""
    for each in words.moves(series):
        yield from wrapped(each, hanging="  ")
