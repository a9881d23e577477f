"""Amounts a day over spans of days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from preflight.periods import add_days
from preflight.spans import Span, beyond

DAY = date(2026, 6, 1)


def span(first: int, last: int, rate: int) -> Span:
    return Span(add_days(DAY, first), add_days(DAY, last), Decimal(rate))


def test_it_says_when_and_by_how_much_one_is_more_than_the_other() -> None:
    paid, held = [span(0, 99, 10)], [span(0, 29, 10), span(60, 79, 4), span(60, 69, 20)]
    assert list(beyond(paid, held)) == [span(30, 59, 10), span(70, 79, 6), span(80, 99, 10)]


def test_what_has_no_end_goes_on() -> None:
    assert list(beyond([Span(date.min, date.max, Decimal(1))], [span(0, 0, 1)])) == [
        Span(date.min, add_days(DAY, -1), Decimal(1)),
        Span(add_days(DAY, 1), date.max, Decimal(1)),
    ]


def test_what_ends_before_it_begins_is_nothing() -> None:
    assert list(beyond([span(5, 4, 9), span(5, 4, 9)], [span(9, 0, 1)])) == []


SPANS = st.lists(st.builds(span, st.integers(0, 12), st.integers(0, 12), st.integers(0, 3)), max_size=5)


@given(SPANS, SPANS)
def test_day_by_day_it_is_the_difference_where_that_is_more_than_nothing(ones: list[Span], others: list[Span]) -> None:
    def on(spans: list[Span], day: date) -> Decimal:
        return sum((each.rate for each in spans if each.first <= day <= each.last), Decimal(0))

    found = list(beyond(ones, others))
    for number in range(-1, 14):
        day = add_days(DAY, number)
        assert on(found, day) == max(on(ones, day) - on(others, day), Decimal(0))
