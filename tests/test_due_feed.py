"""The calendar: read back by the library, folded and escaped as the standard wants, the same on every run."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from preflight.due import feed
from preflight.due.items import DueItem
from preflight.errors import UsageError
from preflight.model import REGISTRY

TODAY = date(2026, 11, 22)
ITEM = DueItem(
    vendor="acme",
    name="Acme Mail",
    kind="notice",
    subject="Mail",
    what="Last day to cancel Mail; it renews by itself after 2026-12-31",
    date=date(2026, 12, 1),
    days=9,
    pointer="/contract/subscriptions/0",
    owner="mia",
    owner_name="Mia Moss",
    path="vendors/acme.yaml",
    line=7,
    id="2baddf88-1e0d-5cc5-a77a-29ce9cb0c6a2",
)


def read(text: str) -> tuple[Calendar, list[Event]]:
    calendar = Calendar.from_ical(text)
    assert isinstance(calendar, Calendar)
    assert calendar.errors == []
    events = [each for each in calendar.walk("VEVENT") if isinstance(each, Event)]
    assert [event.errors for event in events] == [[] for _ in events]
    return calendar, events


def lines(text: str) -> list[str]:
    """Return the content lines, folds taken out."""
    return text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def test_a_calendar_byte_by_byte() -> None:
    assert feed.render([ITEM], TODAY).split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//preflight//due//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "NAME:Vendors: what falls due",
        "X-WR-CALNAME:Vendors: what falls due",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        "X-PUBLISHED-TTL:PT12H",
        "BEGIN:VEVENT",
        "SUMMARY:Acme Mail: Last day to cancel Mail\\; it renews by itself after 202",
        " 6-12-31",
        "DTSTART;VALUE=DATE:20261201",
        "DTEND;VALUE=DATE:20261202",
        "DTSTAMP:20261122T000000Z",
        "UID:2baddf88-1e0d-5cc5-a77a-29ce9cb0c6a2@due.preflight",
        "CATEGORIES:notice",
        "DESCRIPTION:Last day to cancel Mail\\; it renews by itself after 2026-12-31",
        " \\nWho sees to it: Mia Moss\\nVendor: acme\\nRecord: vendors/acme.yaml\\, line",
        "  7",
        "TRANSP:TRANSPARENT",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:Acme Mail: Last day to cancel Mail\\; it renews by itself after",
        "  2026-12-31",
        "TRIGGER:-P6DT15H",
        "END:VALARM",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:Acme Mail: Last day to cancel Mail\\; it renews by itself after",
        "  2026-12-31",
        "TRIGGER:PT9H",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_an_event_read_back_is_the_item() -> None:
    calendar, [event] = read(feed.render([ITEM], TODAY))
    assert calendar["method"] == "PUBLISH"
    assert (event.start, event.end) == (date(2026, 12, 1), date(2026, 12, 2))
    stamped = event.DTSTAMP
    assert stamped == datetime(2026, 11, 22, tzinfo=UTC)
    assert event["summary"] == "Acme Mail: Last day to cancel Mail; it renews by itself after 2026-12-31"
    assert str(event["description"]).split("\n") == [
        "Last day to cancel Mail; it renews by itself after 2026-12-31",
        "Who sees to it: Mia Moss",
        "Vendor: acme",
        "Record: vendors/acme.yaml, line 7",
    ]


@pytest.mark.parametrize(
    ("day", "end"),
    [
        pytest.param("2026-12-31", "20270101", id="over the turn of the year"),
        pytest.param("2024-02-28", "20240229", id="into a leap day"),
        pytest.param("2024-02-29", "20240301", id="out of a leap day"),
        pytest.param("0987-01-31", "09870201", id="a year of three digits"),
    ],
)
def test_an_event_lasts_the_whole_day(day: str, end: str) -> None:
    text = feed.render([replace(ITEM, date=date.fromisoformat(day))], TODAY)
    assert f"DTSTART;VALUE=DATE:{day.replace('-', '')}\r\nDTEND;VALUE=DATE:{end}\r\n" in text


def test_who_has_left_or_is_nobody_and_what_is_overdue_is_said() -> None:
    gone = replace(ITEM, gone=True, days=-9)
    nobody = replace(ITEM, owner="", owner_name="", vendor=REGISTRY, path="")
    _, [first, second] = read(feed.render([gone, nobody], TODAY))
    assert str(first["summary"]).startswith("Overdue: Acme Mail: Last day")
    assert "Who sees to it: Mia Moss (left)" in str(first["description"])
    assert str(second["description"]).endswith("Who sees to it: nobody named\nVendor: (registry)")


def test_what_is_overdue_stands_on_the_day_of_the_feed_says_since_when_and_rings_no_more() -> None:
    late = replace(ITEM, date=date(2026, 11, 13), days=-9)
    _, [event] = read(feed.render([late], TODAY))
    assert (event.start, event.end) == (TODAY, TODAY + timedelta(days=1))
    assert str(event["description"]).startswith("Overdue since 2026-11-13\nLast day to cancel Mail")
    assert event.walk("VALARM") == []


def test_a_week_before_there_is_a_reminder_and_on_the_last_day_to_cancel_another() -> None:
    def reminders(kind: str) -> list[timedelta]:
        _, [event] = read(feed.render([replace(ITEM, kind=kind)], TODAY))
        return [each.decoded("trigger") for each in event.walk("VALARM")]

    week_before, on_the_day = timedelta(days=-6, hours=-15), timedelta(hours=9)
    assert reminders("notice") == [week_before, on_the_day]
    assert reminders("review") == [week_before]


def test_the_same_input_gives_the_same_bytes() -> None:
    assert feed.render([ITEM, ITEM], TODAY) == feed.render([ITEM, ITEM], TODAY)
    assert feed.render([ITEM], TODAY + timedelta(days=1)) != feed.render([ITEM], TODAY)


def test_an_empty_calendar_is_a_calendar() -> None:
    assert read(feed.render([], TODAY))[1] == []


HOSTILE = [
    pytest.param("Acme\r\nBEGIN:VALARM", id="a line of its own"),
    pytest.param("Acme\rATTENDEE:mailto:evil@example.org", id="a lone carriage return"),
    pytest.param("Acme\nEND:VEVENT\nEND:VCALENDAR", id="the end of the calendar"),
    pytest.param("a;b,c:d\\e\\n\"f'", id="marks that mean something"),
    pytest.param("Acme\u202egnp.exe\u2066", id="text turned round"),
    pytest.param("Acme\x00\x07\x1b[31m\x7f\x85", id="control characters"),
    pytest.param("Acme\u2028\u2029\u200b\ufeff", id="separators that nobody sees"),
    pytest.param("日本語のベンダー " * 30, id="folds between letters of three bytes"),
    pytest.param("👩‍💻" * 60, id="letters made of several"),
    pytest.param("x" * 5000, id="a very long name"),
    pytest.param("=HYPERLINK(1)", id="a formula"),
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_within_their_line(name: str) -> None:
    hostile = replace(ITEM, name=name, what=name, owner_name=name, vendor=name, path=name)
    text = feed.render([hostile, ITEM], TODAY)
    _, events = read(text)
    assert len(events) == 2
    names = [re.split("[:;]", line)[0] for line in lines(text)]
    assert names == [re.split("[:;]", line)[0] for line in lines(feed.render([ITEM, ITEM], TODAY))]
    assert not [each for each in text if each not in "\r\n" and not each.isprintable()]
    assert "\r" not in text.replace("\r\n", "")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


@settings(deadline=None)  # the first call imports the package
@given(name=st.text(max_size=200), what=st.text(max_size=200), number=st.integers(0, 3))
def test_whatever_a_name_is_made_of_the_calendar_is_read_back(name: str, what: str, number: int) -> None:
    text = feed.render([replace(ITEM, name=name, what=what)] * number, TODAY)
    calendar, events = read(text)
    assert len(events) == number
    assert calendar.to_ical().decode() == text, "the lines are not those that the library writes"


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "icalendar", None)
    with pytest.raises(UsageError) as refused:
        feed.render([ITEM], TODAY)
    assert str(refused.value) == (
        "calendars are written by the package icalendar, which is not installed"
        " · pip install 'preflight-governance[site]'"
    )
