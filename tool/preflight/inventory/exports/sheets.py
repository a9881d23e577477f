"""The inventory for spreadsheets: a CSV file, and a workbook with a sheet for each list. No cell is a formula."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from preflight.escaping import csv_cell, visible, xml
from preflight.inventory.exports import summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Stock
    from preflight.model import Json

TITLE = ""
PATH = "exports/inventory.csv"
WORKBOOK = "exports/inventory.xlsx"
LONGEST = 32_767  # characters that a cell can hold
WIDEST = 60  # of a column
DAYS = frozenset({"cancel_by", "ends_on", "next_due", "date", "decided_on", "valid_until"})


def offered(stock: Stock) -> bool:  # noqa: ARG001 - the shape of a page
    """Whether there is anything to list: always."""
    return True


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield both."""
    rows = [summary.flat(site, card) for card in site.stock.cards]
    yield PATH, _comma_separated(rows).encode()
    yield WORKBOOK, _workbook(site, rows)


def _comma_separated(rows: Sequence[dict[str, Json]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(summary.FLAT)
    writer.writerows([_plain(value) for value in row.values()] for row in rows)
    return out.getvalue()


def _plain(value: Json) -> Json:
    if value is None:
        return ""
    return csv_cell(value) if isinstance(value, str) else value


def _workbook(site: Site, rows: Sequence[dict[str, Json]]) -> bytes:
    import xlsxwriter  # noqa: PLC0415 - loads long

    out = io.BytesIO()
    # A text that begins with "=", or looks like an address, stays a text.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        made = datetime.combine(site.stock.as_of, time(), UTC).replace(tzinfo=None)  # no clock: same input, same bytes
        book.set_properties({"title": visible(site.stock.title), "created": made})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, columns, lines in _sheets(site, rows):
            sheet = book.add_worksheet(name)
            for place, column in enumerate(columns):
                sheet.write_string(0, place, column.replace("_", " "), head)
            for at, line in enumerate(lines, 1):
                for place, (column, value) in enumerate(zip(columns, line, strict=True)):
                    if value is None:
                        continue
                    if column in DAYS:
                        sheet.write_datetime(at, place, datetime.combine(date.fromisoformat(value), time()), day)
                    elif isinstance(value, str):
                        sheet.write_string(at, place, xml(visible(value))[:LONGEST])
                    else:
                        sheet.write_number(at, place, value)
            sheet.freeze_panes(1, 2)
            if lines:
                sheet.autofilter(0, 0, len(lines), len(columns) - 1)
            sheet.autofit(WIDEST * 8)
    return out.getvalue()


def _sheets(
    site: Site, rows: Sequence[dict[str, Json]]
) -> Iterator[tuple[str, Sequence[str], Sequence[Sequence[Json]]]]:
    yield "Vendors", summary.FLAT, [list(row.values()) for row in rows]
    if site.stock.due:
        columns = ("date", "days_left", "vendor", "what", "kind", "owner", "team")
        lines = [
            [
                each.date.isoformat(), each.days, each.name, each.what, each.kind, each.owner_name or None,
                site.stock.teams.get(each.team, each.team) or None,
            ]
            for each in site.stock.due
        ]  # fmt: skip
        yield "Due", columns, lines
    if site.stock.landscape is not None:
        legs = sorted(site.stock.landscape.legs.items())
        listed = [
            [site.name(source), site.name(target), ", ".join(leg.data), leg.frequency, leg.error_handling]
            for (source, target), leg in legs
        ]
        yield "Integrations", ("from", "to", "data", "frequency", "error_handling"), listed
