"""What falls due, as a calendar that people subscribe to (RFC 5545 and 7986).

One all-day event an item. The choices are those that Google Calendar, Outlook and Apple Calendar all take:
events and not to-dos, which Outlook leaves out; an end on the day after, without which Outlook and iCloud make a
moment at midnight of a day; free time, so that nobody seems busy; an id that stays, so that a feed read again
moves an event and does not double it. What is overdue stands on the day of the feed, where people still see it, and
says since when; it rings no more, or it would do so anew on every day.
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

    from icalendar import Alarm, Event

    from preflight.due.items import DueItem

NAME = "Vendors: what falls due"
REFRESH = timedelta(hours=12)
AHEAD = timedelta(hours=9) - timedelta(days=7)  # reminders: nine in the morning, a week before
ON_THE_DAY = timedelta(hours=9)
NOTICE = "notice"  # who misses the last day to cancel pays for another term: that day rings, too


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

    begins = as_of if item.overdue else item.date
    event = Event()
    event.add("uid", f"{item.id}@due.preflight")
    event.add("dtstamp", datetime.combine(as_of, time(), UTC))  # no clock: the same day gives the same bytes
    event.add("dtstart", begins)
    event.add("dtend", add_days(begins, 1))
    event.add("summary", visible(f"{'Overdue: ' if item.overdue else ''}{item.name}: {item.what}"))
    event.add("description", "\n".join(visible(line) for line in _description(item)))
    event.add("categories", [item.kind])
    event.add("transp", "TRANSPARENT")
    event.add("x-microsoft-cdo-busystatus", "FREE")
    for when in () if item.overdue else (AHEAD, ON_THE_DAY) if item.kind == NOTICE else (AHEAD,):
        event.add_component(_reminder(item, when))
    return event


def _reminder(item: DueItem, when: timedelta) -> Alarm:
    from icalendar import Alarm  # noqa: PLC0415 - as above

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", visible(f"{item.name}: {item.what}"))
    alarm.add("trigger", when)  # from the start of the day
    return alarm


def _description(item: DueItem) -> list[str]:
    owner = item.owner_name or item.owner or item.team or "nobody named"
    return [
        *([f"Overdue since {item.date}"] if item.overdue else []),
        item.what,
        f"Who sees to it: {owner}{' (left)' if item.gone else ''}",
        f"Vendor: {item.vendor}",
        *([f"Record: {item.path}, line {item.line}"] if item.path else []),
    ]
