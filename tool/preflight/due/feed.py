"""What falls due, as a calendar that people subscribe to (RFC 5545 and 7986).

One all-day event an item. The choices are those that Google Calendar, Outlook and Apple Calendar all take:
events and not to-dos, which Outlook leaves out; an end on the day after, without which Outlook and iCloud make a
moment at midnight of a day; free time, so that nobody seems busy; an id that stays, so that a feed read again
moves an event and does not double it.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from preflight.errors import UsageError
from preflight.escaping import visible
from preflight.periods import add_days

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from icalendar import Event

    from preflight.due.items import DueItem

NAME = "Vendors: what falls due"
REFRESH = timedelta(hours=12)


def render(items: Iterable[DueItem], as_of: date, name: str = NAME) -> str:
    """Return the calendar, with CR LF at the end of each line. Raises UsageError where the package is missing."""
    try:
        from icalendar import Calendar  # noqa: PLC0415 - an extra that the gate does without
    except ImportError:
        message = "calendars are written by the package icalendar, which is not installed"
        raise UsageError(message, fix="pip install 'preflight-governance[site]'") from None
    calendar = Calendar()
    calendar.add("prodid", "-//preflight//due//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", visible(name))
    calendar.add("x-wr-calname", visible(name))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")  # the same, for Outlook
    for item in items:
        calendar.add_component(_event(item, as_of))
    text: bytes = calendar.to_ical()
    return text.decode("utf-8")


def _event(item: DueItem, as_of: date) -> Event:
    from icalendar import Event  # noqa: PLC0415 - as above

    event = Event()
    event.add("uid", f"{item.id}@due.preflight")
    event.add("dtstamp", datetime.combine(as_of, time(), UTC))  # no clock: the same day gives the same bytes
    event.add("dtstart", item.date)
    event.add("dtend", add_days(item.date, 1))
    event.add("summary", visible(f"{'Overdue: ' if item.overdue else ''}{item.name}: {item.what}"))
    event.add("description", "\n".join(visible(line) for line in _description(item)))
    event.add("categories", [item.kind])
    event.add("transp", "TRANSPARENT")
    event.add("x-microsoft-cdo-busystatus", "FREE")
    return event


def _description(item: DueItem) -> list[str]:
    owner = item.owner_name or item.owner or item.team or "nobody named"
    return [
        item.what,
        f"Who sees to it: {owner}{' (left)' if item.gone else ''}",
        f"Vendor: {item.vendor}",
        *([f"Record: {item.path}, line {item.line}"] if item.path else []),
    ]
