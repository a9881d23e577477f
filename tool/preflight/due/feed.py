"""What falls due, as a calendar that people subscribe to (RFC 5545 and 7986).

One all-day event an item. The choices are those that Google Calendar, Outlook and Apple Calendar all take:
events and not to-dos, which Outlook leaves out; an end on the day after, without which Outlook and iCloud make a
moment at midnight of a day; free time, so that nobody seems busy; an id that stays, so that a feed read again
moves an event and does not double it. What is overdue stands on the day of the feed, where people still see it, and
says since when; it rings no more, or it would do so anew on every day.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from preflight.errors import UsageError
from preflight.escaping import visible
from preflight.periods import add_days

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from preflight.due.items import DueItem

END = b"END:VCALENDAR\r\n"
NAME = "Vendors: what falls due"
REFRESH = timedelta(hours=12)
AHEAD = timedelta(hours=9) - timedelta(days=7)  # reminders: nine in the morning, a week before
ON_THE_DAY = timedelta(hours=9)
NOTICE = "notice"  # who misses the last day to cancel pays for another term: that day rings, too


def render(items: Iterable[DueItem], as_of: date, name: str = NAME) -> str:
    """Return the calendar, with CR LF at the end of each line. Raises UsageError where the package is missing."""
    return calendar([event(item, as_of) for item in items], name)


def calendar(events: Iterable[bytes], name: str) -> str:
    """Return a calendar of such events. Raises UsageError where the package is missing."""
    try:
        from icalendar import Calendar  # noqa: PLC0415 - an extra that the gate does without
    except ImportError:
        raise _missing() from None
    made = Calendar()
    made.add("prodid", "-//preflight//due//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("name", visible(name))
    made.add("x-wr-calname", visible(name))
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT12H")  # the same, for Outlook
    text: bytes = made.to_ical()
    return b"".join((text.removesuffix(END), *events, END)).decode("utf-8")


def event(item: DueItem, as_of: date) -> bytes:
    """Return the lines of one event, which is the same in every calendar. Raises UsageError as above.

    The library writes line by line: most lines of thousands of events are the same, and are written once.
    """
    begins = as_of if item.overdue else item.date
    lines = [
        b"BEGIN:VEVENT",
        _line("summary", visible(f"{'Overdue: ' if item.overdue else ''}{item.name}: {item.what}")),
        _repeated("dtstart", begins),
        _repeated("dtend", add_days(begins, 1)),
        _repeated("dtstamp", datetime.combine(as_of, time(), UTC)),  # no clock: the same day gives the same bytes
        _line("uid", f"{item.id}@due.preflight"),
        _repeated("categories", item.kind),
        _line("description", "\n".join(visible(line) for line in _description(item))),
        _repeated("transp", "TRANSPARENT"),
        _repeated("x-microsoft-cdo-busystatus", "FREE"),
    ]
    for when in () if item.overdue else (AHEAD, ON_THE_DAY) if item.kind == NOTICE else (AHEAD,):
        lines += [
            b"BEGIN:VALARM",
            _repeated("action", "DISPLAY"),
            _line("description", visible(f"{item.name}: {item.what}")),
            _repeated("trigger", when),  # from the start of the day
            b"END:VALARM",
        ]
    return b"\r\n".join((*lines, b"END:VEVENT", b""))


def _line(name: str, value: date | timedelta | str) -> bytes:
    """Return one line, escaped and folded by the library."""
    try:
        from icalendar import Component  # noqa: PLC0415 - as above
    except ImportError:
        raise _missing() from None
    holder = Component()
    holder.add(name, value)
    text: bytes = holder.content_line(name.upper(), holder[name]).to_ical()
    return text


_repeated = lru_cache(maxsize=4096)(_line)


def _missing() -> UsageError:
    message = "calendars are written by the package icalendar, which is not installed"
    return UsageError(message, fix="pip install 'preflight-governance[site]'")


def _description(item: DueItem) -> list[str]:
    owner = item.owner_name or item.owner or item.team or "nobody named"
    return [
        *([f"Overdue since {item.date}"] if item.overdue else []),
        item.what,
        f"Who sees to it: {owner}{' (left)' if item.gone else ''}",
        f"Vendor: {item.vendor}",
        *([f"Record: {item.path}, line {item.line}"] if item.path else []),
    ]
