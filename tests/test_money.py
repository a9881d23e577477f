"""Money: amounts made comparable by dated rates, and never counted as nothing because a rate is missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight import money
from preflight.money import Rates

RATES = Rates.of(
    {
        "base": "EUR",
        "rates": [
            {"currency": "USD", "from": "2026-10-01", "rate": 0.92},  # not in the order of their days
            {"currency": "USD", "from": "2026-01-01", "rate": 0.9},
            {"currency": "SEK", "from": "2026-10-01", "rate": 0.088},
        ],
    }
)


@pytest.mark.parametrize(
    ("currency", "day", "rate"),
    [
        pytest.param("USD", "2026-01-01", "0.9", id="on its first day"),
        pytest.param("USD", "2025-12-31", None, id="the day before the first rate"),
        pytest.param("USD", "2026-09-30", "0.9", id="on its last day"),
        pytest.param("USD", "2026-10-01", "0.92", id="on the first day of the next"),
        pytest.param("USD", "2036-10-01", "0.92", id="for as long as no other follows"),
        pytest.param("SEK", "2026-09-30", None, id="one of another currency does not help"),
        pytest.param("GBP", "2026-10-01", None, id="a currency without a rate"),
        pytest.param("EUR", "1990-01-01", "1", id="the base is worth itself on any day"),
    ],
)
def test_a_rate_holds_from_its_day_until_the_next(currency: str, day: str, rate: str | None) -> None:
    assert RATES.rate(currency, date.fromisoformat(day)) == (None if rate is None else Decimal(rate))


def test_an_amount_is_converted_as_it_is_written() -> None:
    day = date(2026, 10, 1)
    assert RATES.converted({"amount": 0.1, "currency": "SEK"}, day) == Decimal("0.0088")
    assert RATES.converted({"amount": 50000, "currency": "EUR"}, day) == 50000
    assert RATES.converted({"amount": 54347.83, "currency": "USD"}, day) == Decimal("50000.0036")


def test_an_amount_without_a_rate_is_not_known_and_not_zero() -> None:
    assert RATES.converted({"amount": 100, "currency": "GBP"}, date(2026, 10, 1)) is None
    assert RATES.converted({"amount": 0, "currency": "GBP"}, date(2026, 10, 1)) is None


def test_the_base_is_worth_itself_whatever_the_list_says() -> None:
    odd = Rates.of({"base": "EUR", "rates": [{"currency": "EUR", "from": "2026-01-01", "rate": 2}]})
    assert odd.rate("EUR", date(2026, 6, 1)) == 1


def test_currencies_are_those_with_a_rate_on_some_day_and_the_base() -> None:
    assert RATES.currencies == {"EUR", "USD", "SEK"}


def test_a_sum_says_whether_all_of_it_is_known() -> None:
    assert money.total([Decimal(1), None, Decimal(2)]) == (Decimal(3), False)
    assert money.total([Decimal(1), Decimal(2)]) == (Decimal(3), True)
    assert money.total([]) == (Decimal(0), True)
    assert money.total([None]) == (Decimal(0), False)


@given(st.decimals(0, 10**12, places=2))
def test_a_plain_amount_has_its_cents(amount: Decimal) -> None:
    assert Decimal(str(money.plain(amount))) == amount


@pytest.mark.parametrize(
    ("amount", "number"),
    [
        ("0.005", 0.01),
        ("0.0049", 0.0),
        ("49999.995", 50000.0),
        ("49999.9949", 49999.99),
        pytest.param("1e30", 1e30, id="the largest price for the largest number of units at the largest rate"),
    ],
)
def test_a_plain_amount_is_rounded_to_cents(amount: str, number: float) -> None:
    assert money.plain(Decimal(amount)) == number


@pytest.mark.parametrize(
    ("amount", "text"),
    [(50000, "50,000 EUR"), (50000.5, "50,000.50 EUR"), (0, "0 EUR"), (0.05, "0.05 EUR"), (1200000, "1,200,000 EUR")],
)
def test_people_read_cents_only_where_there_are_some(amount: float, text: str) -> None:
    assert money.shown(amount, "EUR") == text


def test_a_limit_is_reached_by_the_amount_itself_and_by_nothing_less() -> None:
    twelfth = money.decimal(4166.67) * money.A_YEAR["month"]
    assert twelfth >= 50000
    assert money.decimal(4166.66) * money.A_YEAR["month"] < 50000
    assert sum([money.decimal(0.1)] * 3, Decimal(0)) == money.decimal(0.3)
