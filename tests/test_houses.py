"""Who sells together: what vendors of one house cost within any year, and how purchases in a row add up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.houses import Sums
from preflight.periods import add_days

if TYPE_CHECKING:
    from collections.abc import Sequence

    from preflight.model import JsonObject

FIRST = date(2025, 6, 2)  # of a window that ends on 2026-06-01
DAYS = 365


def bought(parts: Sequence[JsonObject], flat: int = 0, days: int = DAYS) -> Sums:
    taken = {"parts": parts, "yearly": "0", "undated": str(flat), "flat": str(flat), "owed": "0"}
    return Sums.of([taken], FIRST, days)


def term(a_year: int, starts: str | None, ends: str | None) -> JsonObject:
    """Return what costs so much a year, while it runs."""
    rate = Decimal(a_year) / 365
    begun, over = (date.fromisoformat(each) if each else None for each in (starts, ends))
    amounts: JsonObject = {"amount": Decimal(a_year), "annual": Decimal(a_year), "rate": rate}
    return {**amounts, "from": begun, "to": over, "recent": False, "term": True}


def payment(amount: int, day: str) -> JsonObject:
    once = {"amount": Decimal(amount), "annual": None, "from": date.fromisoformat(day)}
    return {**once, "recent": True, "term": False}


@pytest.mark.parametrize(
    ("parts", "busiest"),
    [
        pytest.param([], 0, id="nothing"),
        pytest.param([term(36_500, "2020-01-01", None)], 36_500, id="what runs for years"),
        pytest.param([term(36_500, None, None)], 36_500, id="what runs since nobody knows when"),
        pytest.param([term(36_500, "2020-01-01", "2025-06-01")], 0, id="what was over before the window"),
        pytest.param([term(36_500, "2020-01-01", "2025-06-11")], 1_000, id="what ended in its first days"),
        pytest.param(
            [term(36_500, "2020-01-01", None), term(36_500, "2026-05-01", "2026-05-10"), term(36_500, "2026-05-11",
             "2026-05-20")],
            38_500,
            id="campaigns in a row beside an old contract",
        ),
        pytest.param(
            [term(36_500, "2026-01-01", "2026-12-31"), term(73_000, "2027-01-01", "2027-12-31")], 73_000,
            id="one contract after the other",
        ),
        pytest.param([payment(10_000, "2026-01-01"), payment(20_000, "2026-12-31")], 30_000, id="within a year"),
        pytest.param([payment(10_000, "2026-01-01"), payment(20_000, "2027-01-01")], 20_000, id="a day too far"),
        pytest.param([payment(10_000, "2025-06-01")], 0, id="a payment before the window"),
        pytest.param(
            [payment(10_000, "2026-01-01"), term(36_500, "2099-01-01", "2025-12-01")], 10_000,
            id="what ends before it begins takes nothing away",
        ),
    ],
)  # fmt: skip
def test_the_busiest_year_counts_whatever_falls_into_it(parts: list[JsonObject], busiest: int) -> None:
    assert bought(parts).busiest == Decimal(busiest)


def test_what_has_no_day_is_paid_in_every_year() -> None:
    assert bought([payment(10_000, "2026-01-01")], flat=5_000).busiest == Decimal(15_000)


STARTS = st.dates(date(2025, 5, 1), date(2025, 9, 1))
TERMS = st.builds(
    lambda starts, days, rate: term(365 * rate, starts.isoformat(), add_days(starts, days).isoformat()),
    *(STARTS, st.integers(0, 90), st.integers(1, 9)),
)
PAYMENTS = st.builds(lambda amount, day: payment(amount, day.isoformat()), st.integers(1, 99), STARTS)


@given(st.lists(TERMS | PAYMENTS, max_size=6), st.integers(1, 60))
def test_no_stretch_of_days_costs_more(parts: list[JsonObject], days: int) -> None:
    """Counted day by day, the slow way, over all stretches from the first day of the window on."""
    spent = dict.fromkeys(range(FIRST.toordinal(), FIRST.toordinal() + 400), Decimal(0))
    for part in parts:
        begun = part["from"].toordinal()
        for day in range(begun, part["to"].toordinal() + 1 if part["term"] else begun + 1):
            if day in spent:
                spent[day] += part["rate"] if part["term"] else part["amount"]
    amounts = list(spent.values())
    slow = max(sum(amounts[start : start + days]) for start in range(len(amounts)))
    assert bought(parts, days=days).busiest == slow
