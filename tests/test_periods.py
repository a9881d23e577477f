"""Periods: months that end where a month ends, and terms that follow upon themselves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight import periods

DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "count", "wanted"),
    [
        pytest.param("2026-01-31", 1, "2026-02-28", id="a shorter month ends earlier"),
        pytest.param("2024-01-31", 1, "2024-02-29", id="in a leap year a day later"),
        pytest.param("2026-01-31", 2, "2026-03-31", id="and the month after it is whole again"),
        pytest.param("2024-02-29", 12, "2025-02-28", id="a leap day a year on"),
        pytest.param("2024-02-29", 48, "2028-02-29", id="a leap day four years on"),
        pytest.param("2026-12-15", 1, "2027-01-15", id="over the turn of the year"),
        pytest.param("2026-03-31", -1, "2026-02-28", id="backwards"),
        pytest.param("2026-01-15", -1, "2025-12-15", id="backwards over the turn of the year"),
        pytest.param("2026-05-05", 0, "2026-05-05", id="none"),
        pytest.param("9999-06-01", 7, "9999-12-31", id="beyond the end of the calendar"),
        pytest.param("0001-06-01", -7, "0001-01-01", id="before its beginning"),
    ],
)
def test_months_end_where_the_month_ends(start: str, count: int, wanted: str) -> None:
    assert periods.add_months(day(start), count) == day(wanted)


@given(DAYS, st.integers(-600, 600))
def test_months_lead_into_the_month_that_was_meant(start: date, count: int) -> None:
    found = periods.add_months(start, count)
    assert (found.year * 12 + found.month) - (start.year * 12 + start.month) == count
    assert found.day == start.day or (found.day < start.day and (found + timedelta(days=1)).day == 1)


@given(st.dates(), st.integers(-10_000_000, 10_000_000))
def test_days_stay_within_the_calendar(start: date, count: int) -> None:
    found = periods.add_days(start, count)
    assert (found - start).days == count or found in (date.min, date.max)


@pytest.mark.parametrize(
    ("first", "after", "months"),
    [
        pytest.param("2025-03-01", "2026-03-01", 12, id="a year"),
        pytest.param("2025-01-31", "2025-02-28", 1, id="from a month's end"),
        pytest.param("2025-03-01", "2026-03-02", None, id="a day too many"),
        pytest.param("2025-03-01", "2025-03-01", None, id="nothing"),
        pytest.param("2026-03-01", "2025-03-01", None, id="the wrong way round"),
    ],
)
def test_whole_months_are_whole(first: str, after: str, months: int | None) -> None:
    assert periods.whole_months(day(first), day(after)) == months


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        pytest.param("2026-01-01", "2026-12-31", 12, id="its last day counts in"),
        pytest.param("2026-01-01", "2027-01-01", 12, id="its last day counts out"),
        pytest.param("2028-01-01", "2028-12-31", 12, id="with a leap day"),
        pytest.param("2026-01-01", "2026-12-30", None, id="a day short"),
        pytest.param("2026-01-01", "2026-01-01", None, id="a day"),
        pytest.param("2026-01-02", "2026-01-01", None, id="none"),
    ],
)
def test_a_term_has_whole_months_however_its_last_day_is_told(first: str, last: str, months: int | None) -> None:
    assert periods.whole_term(day(first), day(last)) == months


@pytest.mark.parametrize(
    ("first", "last", "on", "wanted"),
    [
        pytest.param("2025-03-01", "2026-02-28", "2026-02-28", "2026-02-28", id="on the last day of the term"),
        pytest.param("2025-03-01", "2026-02-28", "2026-03-01", "2027-02-28", id="on the day after"),
        pytest.param("2025-03-01", "2026-02-28", "2020-01-01", "2026-02-28", id="before it begins"),
        pytest.param("2025-03-01", "2026-02-28", "2028-02-29", "2028-02-29", id="a leap day is the last of February"),
        pytest.param("2025-03-01", "2026-02-28", "2028-03-01", "2029-02-28", id="the day after it is the next term"),
        pytest.param("2023-03-01", "2024-02-29", "2024-03-01", "2025-02-28", id="a term that ended on a leap day"),
        pytest.param("2025-03-01", "2028-02-29", "2028-03-01", "2031-02-28", id="three years"),
        pytest.param("2025-03-01", "2026-03-01", "2026-03-02", "2027-03-01", id="the last day is counted out"),
        pytest.param("2026-01-01", "2026-01-31", "2026-02-01", "2026-02-28", id="a month"),
        pytest.param("2026-01-01", "2026-01-31", "2026-04-30", "2026-04-30", id="a month, three rounds on"),
        pytest.param("2025-01-31", "2025-02-27", "2025-03-31", "2025-04-29", id="a month from the end of January"),
        pytest.param("2026-01-10", "2026-01-19", "2026-01-20", "2026-01-29", id="ten days"),
        pytest.param("2026-01-10", "2026-01-19", "2026-02-08", "2026-02-08", id="ten days, on the last day of a round"),
        pytest.param("2026-01-10", "2026-01-19", "2026-02-09", "2026-02-18", id="ten days, on the day after"),
        pytest.param(None, "2026-02-28", "2026-03-01", "2027-02-28", id="a year where the start is not known"),
        pytest.param(None, "2023-02-28", "2024-02-29", "2024-02-29", id="a year, to the end of February"),
        pytest.param("2026-05-01", "2026-02-28", "2026-03-01", "2027-02-28", id="a year where the start is absurd"),
        pytest.param("9999-01-01", "9999-06-30", "9999-12-31", "9999-12-31", id="beyond the end of the calendar"),
        pytest.param("0001-01-01", "0001-01-01", "9999-12-31", "9999-12-31", id="from one end of it to the other"),
    ],
)
def test_a_term_that_renews_repeats_with_its_own_length(first: str | None, last: str, on: str, wanted: str) -> None:
    assert periods.term_end(day(first) if first else None, day(last), day(on)) == day(wanted)


@given(DAYS, st.integers(0, 2000), DAYS)
def test_the_term_that_runs_has_not_ended_and_the_one_before_it_has(first: date, length: int, on: date) -> None:
    last = first + timedelta(days=length)
    end = periods.term_end(first, last, on)
    assert end >= max(on, last)
    if on > last:
        assert periods.term_end(first, last, end + timedelta(days=1)) > end
        months = max(12, length // 28 + 1)
        assert end <= periods.add_months(on, months)


@given(st.none() | st.dates(), st.dates(), st.dates())
def test_no_date_of_a_record_breaks_a_term(first: date | None, last: date, on: date) -> None:
    assert periods.term_end(first, last, on) >= on


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "today"), (1, "in 1 day"), (2, "in 2 days"), (-1, "1 day ago"), (-1200, "1,200 days ago")],
)
def test_how_far_away_a_day_is_in_words(days: int, words: str) -> None:
    assert periods.in_words(days) == words


def test_days_left_are_counted_from_today() -> None:
    assert periods.days_until(day("2026-11-22"), day("2026-11-22")) == 0
    assert periods.days_until(day("2026-11-23"), day("2026-11-22")) == 1
    assert periods.days_until(day("2026-11-21"), day("2026-11-22")) == -1
