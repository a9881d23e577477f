"""The list of all vendors, as a table, CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from typing import TYPE_CHECKING

from tabulate import tabulate

from preflight.escaping import csv_cell, json_text, terminal
from preflight.model import Level, Outcome
from preflight.pointers import get
from preflight.tables import GAP, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from preflight.engine import Judged
    from preflight.model import Json, JsonObject

SCHEMA = "preflight/inventory/v1"
# Shown where records have them; else the plain fields that most records have.
COLUMNS = {
    "name": "/name",
    "category": "/category",
    "status": "/lifecycle/status",
    "marketing owner": "/ownership/marketing/owner",
    "it owner": "/ownership/it/owner",
}
MOST_GUESSED = 6
WIDEST = 40  # characters of a cell in the table; CSV and JSON have all of them
LEAST = 12  # characters of a text that are worth a column
# What goes first where a terminal is too narrow for all of them.
SPARE = ("it owner", "advice", "category", "marketing owner", "complete %", "warnings")
MORE = "A wider terminal shows more, and --format csv everything."

Row = dict[str, "Json"]


def rows(
    records: Sequence[tuple[str, str, JsonObject | None]],
    judged: Mapping[str, Judged] | None,
    pointers: Sequence[str],
    complete: Mapping[str, int],
) -> list[Row]:
    """Return one row a record, by id.

    ``records`` are (id, path, value or None where it is unreadable); ``complete`` is the share of answered
    questions by path, in percent.
    """
    values = [value for _, _, value in records if isinstance(value, dict)]
    columns = {pointer.lstrip("/"): pointer for pointer in pointers} or _columns(values)
    return [
        {"id": name}
        | _cells(value, columns)
        | _counts(judged, path)
        | ({"complete %": complete.get(path)} if complete else {})
        for name, path, value in sorted(records, key=lambda each: each[:2])
    ]


def _columns(values: Sequence[JsonObject]) -> dict[str, str]:
    own = {
        title: pointer for title, pointer in COLUMNS.items() if any(get(value, pointer) is not None for value in values)
    }
    if len(own) > 2:  # noqa: PLR2004 - a record of somebody else may have a name and a category, too
        return own
    plain: dict[str, int] = {}
    for value in values:
        for key, item in value.items():
            if key != "id" and not isinstance(item, (dict, list)):
                plain[key] = plain.get(key, 0) + 1
    common = [key for key, count in plain.items() if 2 * count >= len(values)]
    return {key: "/" + key.replace("~", "~0").replace("/", "~1") for key in common[:MOST_GUESSED]}


def _cells(value: JsonObject | None, columns: Mapping[str, str]) -> Row:
    return {title: get(value, pointer) for title, pointer in columns.items()}


def _counts(judged: Mapping[str, Judged] | None, path: str) -> Row:
    if judged is None:
        return {}
    failed = [verdict for verdict in judged[path].verdicts if verdict.outcome is Outcome.FAIL]
    return {
        "red flags": sum(verdict.level is Level.RED_FLAG for verdict in failed),
        "warnings": sum(verdict.level is Level.WARNING for verdict in failed),
        "advice": sum(verdict.level is Level.ADVICE for verdict in failed),
    }


def table(found: Iterable[Row], as_of: str, width: int = 0) -> str:  # noqa: ARG001 - one signature for all formats
    """Return a table; with the ``width`` of a terminal, as much of it as fits there."""
    listed = [{terminal(title): _cut(terminal(_plain(cell))) for title, cell in row.items()} for row in found]
    if not width or not listed:
        return tabulate(listed, headers="keys", tablefmt="simple", disable_numparse=True) + "\n"
    room = _Room(listed, width)
    cells = [[_cut(row[title], room.widths[title]) for title in room.widths] for row in listed]
    headers = ["\n".join(textwrap.wrap(title, room.widths[title])) for title in room.widths]
    below = ["-" * width for width in room.widths.values()]  # the library's own header would be wider than its column
    drawn = tabulate([headers, below, *cells], tablefmt="plain", disable_numparse=True)
    lines = [line.rstrip() for line in drawn.splitlines()]
    if room.dropped:
        lines += ["", *wrapped(f"Left out here: {', '.join(room.dropped)}. {MORE}", width)]
    return "\n".join(lines) + "\n"


class _Room:
    """How wide each column may be, and which ones find no room. The first, the id, stays whole."""

    def __init__(self, listed: Sequence[Mapping[str, str]], width: int) -> None:
        self.widths = {title: max(_header(title), *(len(row[title]) for row in listed)) for title in listed[0]}
        self.dropped: list[str] = []
        first, *others = self.widths
        least = {title: max(_header(title), min(LEAST, self.widths[title])) for title in others}
        for title in [*(each for each in SPARE if each in least), *reversed(others)]:
            if self.widths[first] + sum(GAP + each for each in least.values()) <= width:
                break
            if title in least:
                del least[title], self.widths[title]
                self.dropped.append(title)
        while sum(self.widths.values()) + GAP * len(least) > width:
            # At the cost of the widest that still has something to give.
            giving = [title for title in least if self.widths[title] > least[title]]
            if not giving:
                break
            self.widths[max(giving, key=lambda title: self.widths[title])] -= 1


def _header(title: str) -> int:
    """Return the width that a header needs: it is broken between words only."""
    return max(map(len, title.split()), default=0)


def _cut(text: str, width: int = WIDEST) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def comma_separated(found: Sequence[Row], as_of: str, width: int = 0) -> str:  # noqa: ARG001 - as above
    """Return CSV for a spreadsheet, in which no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(csv_cell(title) for title in found[0])
    writer.writerows(
        [cell if isinstance(cell, int) else csv_cell(_plain(cell)) for cell in row.values()] for row in found
    )
    return out.getvalue()


def as_json(found: Sequence[Row], as_of: str, width: int = 0) -> str:  # noqa: ARG001 - as above
    """Return JSON, described by schemas/inventory.schema.json."""
    return json_text({"schema": SCHEMA, "as_of": as_of, "vendors": found})


def _plain(cell: Json) -> str:
    if cell is None:
        return ""
    if isinstance(cell, list) and not any(isinstance(each, (dict, list)) for each in cell):
        return ", ".join(_plain(each) for each in cell)
    return cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)


FORMATS: dict[str, Callable[[list[Row], str, int], str]] = {"table": table, "csv": comma_separated, "json": as_json}
