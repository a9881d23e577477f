"""What falls due, as a table, JSON or Markdown."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from tabulate import tabulate

from preflight.due import feed
from preflight.escaping import json_text, markdown, terminal
from preflight.model import REGISTRY
from preflight.periods import add_days, in_words
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from preflight.due.items import DueItem

SCHEMA = "preflight/due/v1"
SOON = 30  # days
MOST_BYTES = 60_000  # the text of an issue may have 65,536 characters
WIDEST = 28  # characters of an id on a terminal; JSON has all of them
LEAST = 24  # characters for the sentence, however narrow the terminal
GAP = "  "


@dataclass(frozen=True, slots=True)
class Frame:
    """What is shown around the items: for which day, how many days ahead, and on what kind of terminal.

    ``width`` 0 means: one line an item, not wrapped.
    """

    as_of: date
    within: int
    width: int = 0
    color: bool = False


def _groups(items: Sequence[DueItem]) -> Iterator[tuple[str, list[DueItem]]]:
    """Yield headings with their items, those without items left out."""
    for heading, found in (
        ("Overdue", [each for each in items if each.overdue]),
        (f"In the next {SOON} days", [each for each in items if 0 <= each.days <= SOON]),
        ("Later", [each for each in items if each.days > SOON]),
    ):
        if found:
            yield heading, found


def _verdict(items: Sequence[DueItem], frame: Frame) -> str:
    """Say in one line how much there is."""
    until = f"by {add_days(frame.as_of, frame.within)} ({counted(frame.within, 'day')} from {frame.as_of})"
    if not items:
        return f"Nothing falls due {until}"
    overdue = sum(each.overdue for each in items)
    late = counted(overdue, "thing") if overdue else "Nothing"
    return f"{late} overdue, {len(items) - overdue:,} {'more ' if overdue else ''}due {until}"


# ---- Terminal -----------------------------------------------------------------------------------


def table(items: Sequence[DueItem], frame: Frame) -> str:
    """Return the items in groups: on a terminal two lines each or more, else one line each."""
    lines: list[str] = []
    rooms = _rooms(items)
    for heading, found in _groups(items):
        lines += [_painted(f"{heading} ({len(found):,})", frame, urgent=found[0].overdue)]
        shown = [line for each in found for line in _wrapped(each, frame.width, rooms)] if frame.width else _flat(found)
        lines += [*shown, ""]
    return "\n".join([*lines, _verdict(items, frame)]) + "\n"


def _painted(text: str, frame: Frame, *, urgent: bool) -> str:
    return f"\x1b[{'31;1' if urgent else '1'}m{text}\x1b[0m" if frame.color else text


def _flat(items: Sequence[DueItem]) -> list[str]:
    rows = [(each.date.isoformat(), _late(each.days), each.vendor, each.kind, _who(each), each.what) for each in items]
    safe = [[terminal(cell) for cell in row] for row in rows]
    return tabulate(safe, tablefmt="plain", disable_numparse=True).splitlines()


def _rooms(items: Sequence[DueItem]) -> tuple[int, int]:
    """Return the width of the two columns on the left."""
    left = [len(cell) for each in items for cell in _left(each)]
    middle = [len(cell) for each in items for cell in _middle(each)]
    return max(left, default=0), max(middle, default=0)


def _left(item: DueItem) -> tuple[str, str]:
    return item.date.isoformat(), _late(item.days)


def _middle(item: DueItem) -> tuple[str, str]:
    return _cut(terminal(item.vendor)), _cut(terminal(_who(item)))


def _wrapped(item: DueItem, width: int, rooms: tuple[int, int]) -> Iterator[str]:
    wrap = textwrap.TextWrapper(max(LEAST, width - sum(rooms) - 2 * len(GAP)), break_on_hyphens=False)
    # Made safe twice: a word may begin a line only once the text is wrapped.
    said = [terminal(line) for line in wrap.wrap(terminal(item.what))]
    for when, who, what in zip_longest(_left(item), _middle(item), said, fillvalue=""):
        yield GAP.join([when.ljust(rooms[0]), who.ljust(rooms[1]), what]).rstrip()


def _late(days: int) -> str:
    if days == 0:
        return "today"
    return f"{-days:,} d late" if days < 0 else f"{days:,} d"


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _who(item: DueItem, *, by_name: bool = False) -> str:
    """Say who has to see to it, and whether they have left."""
    named = (item.owner_name if by_name else item.owner) or item.team or "nobody named"
    return f"{named} (left)" if item.gone else named


# ---- JSON ---------------------------------------------------------------------------------------


def as_json(items: Sequence[DueItem], frame: Frame) -> str:
    """Return JSON, described by schemas/due.schema.json. Null: not known."""
    listed = [
        {
            "id": each.id,
            "vendor": None if each.vendor == REGISTRY else each.vendor,
            "kind": each.kind,
            "subject": each.subject,
            "what": each.what,
            "date": each.date.isoformat(),
            "days": each.days,
            "owner": each.owner or None,
            "team": each.team or None,
            "gone": each.gone,
            "path": each.path,
            "line": each.line,
            "pointer": each.pointer,
        }
        for each in items
    ]
    return json_text({"schema": SCHEMA, "as_of": frame.as_of.isoformat(), "within": frame.within, "items": listed})


# ---- Markdown -----------------------------------------------------------------------------------


def as_markdown(items: Sequence[DueItem], frame: Frame) -> str:
    """Return tables for the summary of a CI job or the text of an issue; what is late stands open, the rest folded."""
    lines = ["## What falls due", "", markdown(_verdict(items, frame)), ""]
    size = sum(len(line.encode()) + 1 for line in lines)
    left_out = 0
    for heading, found in _groups(items):
        rows: list[str] = []
        for each in found:
            size += len(_row(each).encode()) + 1
            if size <= MOST_BYTES:
                rows.append(_row(each))
        left_out += len(found) - len(rows)
        lines += _table(f"{heading} ({len(found):,})", rows, folded=found[0].days > SOON)
    if left_out:
        lines += [f"{counted(left_out, 'more thing')} left out for length; run `preflight due` to see all.", ""]
    return "\n".join(lines)


def _table(heading: str, rows: list[str], *, folded: bool) -> Iterator[str]:
    if not rows:
        return
    yield from [f"<details><summary>{heading}</summary>", ""] if folded else [f"### {heading}", ""]
    yield from ["| By | Vendor | What | Who sees to it |", "| --- | --- | --- | --- |", *rows, ""]
    yield from ["</details>", ""] if folded else []


def _row(item: DueItem) -> str:
    by = f"{item.date}<br>{in_words(item.days)}"
    return f"| {by} | **{markdown(item.name)}** | {markdown(item.what)} | {markdown(_who(item, by_name=True))} |"


# ---- Calendar -----------------------------------------------------------------------------------


def as_calendar(items: Sequence[DueItem], frame: Frame) -> str:
    """Return an iCalendar feed."""
    return feed.render(items, frame.as_of)


FORMATS: dict[str, Callable[[Sequence[DueItem], Frame], str]] = {
    "table": table,
    "json": as_json,
    "ics": as_calendar,
    "markdown": as_markdown,
}
