"""What subscriptions come to by their terms: a year, until when, and what is owed in any case."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facts.priced import bought, eur, facts, record
from preflight.periods import add_days, add_months

if TYPE_CHECKING:
    from preflight.model import JsonObject

# ---- Terms that cannot be left ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notice", "months", "committed"),
    [
        pytest.param(90, 12, 12000, id="in time before the end"),
        pytest.param(328, 12, 12000, id="after its first tenth"),
        pytest.param(329, 24, 24000, id="within its first tenth"),
        pytest.param(365, 24, 24000, id="a day before it begins"),
        pytest.param(1000, 36, 36000, id="years before it begins"),
    ],
)
@pytest.mark.parametrize("per", ["year", "term"])
def test_whoever_has_to_give_notice_as_soon_as_a_term_begins_is_bound_to_the_next(
    notice: int, months: int, committed: float, per: str
) -> None:
    found = facts(record(bought(per=per, auto_renews=True, notice_days=notice)), "2026-01-01")
    assert (found["term_months"], found["committed"], found["annual"]) == (months, committed, 12000)


@pytest.mark.parametrize(
    ("today", "months", "committed"),
    [
        pytest.param("2026-10-02", 12, 12000, id="the last day to give notice"),
        pytest.param("2026-10-03", 15, 15000, id="a day too late"),
        pytest.param("2026-12-31", 12, 12000, id="the last day of the term"),
        pytest.param("2027-01-01", 12, 12000, id="the first day of the next"),
    ],
)
def test_who_missed_the_notice_owes_the_next_term_too(today: str, months: int, committed: float) -> None:
    found = facts(record(bought(auto_renews=True, notice_days=90)), today)
    assert (found["term_months"], round(found["committed"], -3)) == (months, committed)
    assert found["annual"] == 12000


def test_what_follows_years_later_shortens_no_notice() -> None:
    long = bought(auto_renews=True, notice_days=3650)
    follows = bought(1, starts="2045-01-01", ends="2045-12-31")
    alone, both = (facts(record(*each), "2026-01-01") for each in ((long,), (long, follows)))
    assert both["term_months"] == alone["term_months"] == 132
    assert both["committed"] == alone["committed"] + 1


# ---- A year -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "annual", "committed", "months"),
    [
        pytest.param(bought(1000, "month"), 12000, 12000, 12, id="by the month"),
        pytest.param(bought(3000, "quarter"), 12000, 12000, 12, id="by the quarter"),
        pytest.param(bought(12000), 12000, 12000, 12, id="by the year"),
        pytest.param(bought(12000, "term"), 12000, 12000, 12, id="by the term of a year"),
        pytest.param(bought(30000, "term", ends="2028-06-30"), 12000, 30000, 30, id="by a longer term"),
        pytest.param(bought(12000, ends="2028-06-30"), 12000, 30000, 30, id="by the year over a longer term"),
        pytest.param(bought(6000, "term", ends="2026-06-30"), 6000, 6000, 6, id="a short term costs its price"),
        pytest.param(
            bought(6000, "term", ends="2026-06-30", auto_renews=True), 12000, 6000, 6, id="and begins anew by itself"
        ),
        pytest.param(
            bought(6000, "term", ends="2026-06-30", auto_renews=None), 12000, 6000, 6, id="or may, for all we know"
        ),
        pytest.param(bought(1000, "month", ends="2026-06-15"), 12000, 5457.53, 6, id="started months, and days"),
        pytest.param(bought(0), 0, 0, 12, id="for nothing"),
    ],
)
def test_prices_come_to_a_year_and_to_a_term(entry: JsonObject, annual: float, committed: float, months: int) -> None:
    found = facts(record(entry))
    assert (found["annual"], found["committed"], found["term_months"]) == (annual, committed, months)


@pytest.mark.parametrize(
    ("starts", "ends", "months"),
    [
        pytest.param("2028-01-01", "2028-12-31", 12, id="a year with a leap day"),
        pytest.param("2028-03-01", "2029-02-28", 12, id="a year after a leap day"),
        pytest.param("2028-02-29", "2029-02-27", 12, id="a year from a leap day on"),
        pytest.param("2025-03-01", "2028-02-29", 36, id="three years to a leap day"),
        pytest.param("2026-01-01", "2027-01-01", 12, id="a year told by the day after it"),
        pytest.param("2026-01-31", "2026-02-27", 1, id="a month from the last day of a longer one"),
    ],
)
def test_a_year_is_a_year_whether_it_has_a_leap_day_or_not(starts: str, ends: str, months: int) -> None:
    """A limit of 50,000 a year is reached by 150,000 for three years, leap day or not."""
    entry = bought(50000 * months / 12, "term", starts=starts, ends=ends, auto_renews=True)
    found = facts(record(entry))
    assert (found["annual"], found["term_months"]) == (50000, months)
    assert facts(record({**entry, "per": "year", "price": eur(50000)}))["committed"] == round(50000 * months / 12, 2)


@given(st.dates(date(2026, 6, 2), date(2040, 12, 31)), st.integers(1, 72))
def test_whole_months_of_a_monthly_price_add_up(starts: date, count: int) -> None:
    ends = add_days(add_months(starts, count), -1)
    found = facts(record(bought(100, "month", starts=starts.isoformat(), ends=ends.isoformat())))
    assert (found["annual"], found["committed"], found["term_months"]) == (1200, 100 * count, count)


def test_an_open_end_costs_its_price_a_year_and_promises_nobody_knows_what() -> None:
    found = facts(record(bought(1000, "month", ends=None)))
    assert found["annual"] == 12000
    assert not {"committed", "term_months"} & found.keys()


def test_a_price_for_a_term_of_unknown_length_is_promised_and_its_year_not_known() -> None:
    found = facts(record(bought(30000, "term", ends=None)))
    assert "annual" not in found
    assert found["committed"] == 30000


@pytest.mark.parametrize("ends", ["2026-12-31", "2025-12-31"])
def test_a_term_that_ends_before_it_begins_is_not_known_and_still_costs(ends: str) -> None:
    found = facts(record(bought(starts="2027-01-01", ends=ends)))
    assert found["annual"] == 12000
    assert not {"committed", "term_months"} & found.keys()


@pytest.mark.parametrize("lacking", [{"price": None}, {"per": None}])
def test_without_price_or_period_a_year_is_not_known(lacking: JsonObject) -> None:
    found = facts(record(bought(), bought(**{"product": "Chat", "price": eur(1), **lacking})))
    assert not {"annual", "total_annual", "committed"} & found.keys()
    assert found["at_least"] == 12000


# ---- What runs, and what is over ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("entries", "annual"),
    [
        pytest.param([bought(), bought(5000, product="Chat")], 17000, id="two at the same time"),
        pytest.param(
            [bought(), bought(20000, product="Chat", starts="2027-01-01", ends="2027-12-31")], 20000,
            id="one after the other: the dearer one",
        ),
        pytest.param(
            [bought(ends="2027-01-01"), bought(5000, product="Chat", starts="2027-01-01", ends=None)], 17000,
            id="a day together",
        ),
        pytest.param(
            [bought(auto_renews=True), bought(13000, starts="2027-01-01", ends="2027-12-31")], 13000,
            id="what renews by itself is followed by the same thing",
        ),
        pytest.param(
            [bought(auto_renews=True, ends="2027-01-01"), bought(13000, starts="2027-01-01", ends="2027-12-31")], 13000,
            id="also where the last day is told as the day after",
        ),
        pytest.param(
            [bought(auto_renews=True), bought(13000, product="Chat", starts="2027-01-01", ends="2027-12-31")], 25000,
            id="what renews by itself runs beside what comes later",
        ),
        pytest.param(
            [bought(auto_renews=True), bought(13000, team="b", starts="2027-01-01", ends="2027-12-31")], 25000,
            id="of another team it is another thing",
        ),
        pytest.param([bought(5000, starts=None), bought()], 17000, id="one whose beginning nobody knows"),
        pytest.param([bought(starts=None)], 12000, id="only one whose beginning nobody knows"),
        pytest.param([], 0, id="none"),
    ],
)  # fmt: skip
def test_the_most_that_runs_at_one_time_counts(entries: list[JsonObject], annual: float) -> None:
    assert facts(record(*entries))["annual"] == annual


@pytest.mark.parametrize(
    ("entry", "annual"),
    [
        pytest.param(bought(ends="2026-06-01"), 12000, id="until today"),
        pytest.param(bought(ends="2026-05-31"), 0, id="ended yesterday"),
        pytest.param(bought(ends="2026-05-31", auto_renews=True), 12000, id="has renewed"),
        pytest.param(bought(ends="2026-05-31", auto_renews=None), 12000, id="may have renewed"),
        pytest.param(bought(starts="2027-01-01", ends="2027-12-31"), 12000, id="to come"),
    ],
)
def test_what_ended_does_not_count(entry: JsonObject, annual: float) -> None:
    found = facts(record(entry))
    assert found["annual"] == annual
    assert (found["committed"] > 0) is (annual > 0)


def test_a_term_kept_beside_the_one_that_took_its_place_is_over() -> None:
    old = bought(starts="2025-01-01", ends="2025-12-31", auto_renews=True)
    found = facts(record(old, bought(13000)))
    assert (found["annual"], found["committed"]) == (13000, 13000)


@pytest.mark.parametrize("other", [500_000, 1], ids=["the same again", "next to nothing"])
def test_two_that_begin_on_one_day_do_not_end_each_other(other: int) -> None:
    """One day that renews by itself goes on, and something bought for the same day takes nothing's place."""
    pair = [bought(price, starts="2026-06-01", ends="2026-06-01", auto_renews=True) for price in (500_000, other)]
    found = facts(record(*pair))
    assert found["annual"] == 500_000 + other


def test_all_that_runs_or_is_to_come_is_promised() -> None:
    found = facts(record(bought(), bought(5000, product="Chat", starts="2027-01-01", ends="2028-12-31")))
    assert (found["committed"], found["term_months"]) == (22000, 31), "one product after the other, from June 2026 on"


@pytest.mark.parametrize(
    ("lifecycle", "annual"),
    [
        pytest.param({"status": "retired", "retired_on": "2026-06-01"}, 0, id="retired by today"),
        pytest.param({"status": "retired", "retired_on": "2026-06-02"}, 12000, id="retired from tomorrow on"),
        pytest.param({"status": "retired"}, 12000, id="retired, nobody says when"),
        pytest.param({"status": "rejected"}, 0, id="rejected"),
        pytest.param({"status": "rejected", "signed_on": "2026-01-01"}, 12000, id="rejected, but signed before"),
        pytest.param({"status": "deprecated"}, 12000, id="being left"),
    ],
)
def test_what_is_over_costs_nothing_and_a_word_alone_ends_nothing(lifecycle: JsonObject, annual: float) -> None:
    found = facts({**record(bought(ends="2027-12-31")), "lifecycle": lifecycle})
    assert found["annual"] == annual
    if not annual:
        over = {"annual": 0, "at_least": 0, "total_annual": 0, "committed": 0, "term_months": 0}
        lists = ("uncontracted", "backwards", "unpriced", "mismatch")
        assert found == {"currency": "EUR", **over, **{name: [] for name in lists}}


# ---- Minimum commitments ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "annual", "committed"),
    [
        pytest.param(bought(commitment={"minimum": eur(10000)}), 12000, 12000, id="below the price"),
        pytest.param(bought(commitment={"minimum": eur(20000)}), 20000, 20000, id="above the price"),
        pytest.param(bought(0, commitment={"minimum": eur(20000)}), 20000, 20000, id="all of it by usage"),
        pytest.param(
            bought(ends="2028-12-31", commitment={"minimum": eur(60000)}), 20000, 60000, id="for the term, not the year"
        ),
        pytest.param(
            bought(1000, "month", ends="2026-03-31", auto_renews=True, commitment={"minimum": eur(20000)}),
            80000, 20000, id="a term of less than a year, again and again",
        ),
    ],
)  # fmt: skip
def test_a_minimum_is_owed_in_any_case(entry: JsonObject, annual: float, committed: float) -> None:
    found = facts(record(entry), "2026-03-01")
    assert (found["annual"], found["committed"]) == (annual, committed)


def test_a_minimum_without_a_price_is_the_least_and_not_the_whole() -> None:
    found = facts(record(bought(None, commitment={"minimum": eur(20000)})))
    assert not {"annual", "committed"} & found.keys()
    assert found["at_least"] == 20000


def test_a_minimum_without_an_end_is_owed_nobody_knows_how_often() -> None:
    found = facts(record(bought(ends=None, auto_renews=True, commitment={"minimum": eur(20000)})))
    assert ("annual" in found, found["at_least"]) == (False, 20000)
    once = facts(record(bought(ends=None, auto_renews=False, commitment={"minimum": eur(20000)})))
    assert once["annual"] == 20000


@pytest.mark.parametrize(
    ("entry", "committed", "months"),
    [
        pytest.param({"kind": "support"}, 12_000, 12, id="until somebody cancels"),
        pytest.param({"kind": "support", "until": "2036-05-31"}, 12_000 + 38_040, 125, id="for ten years"),
        pytest.param(
            {"kind": "support", "since": "2027-01-01", "until": "2027-12-31"}, 12_000 + 3_650, 19, id="to come"
        ),
        pytest.param({"kind": "support", "until": "2026-05-31"}, 12_000, 12, id="over"),
        pytest.param({"kind": "internal-labour", "until": "2036-05-31"}, 12_000, 12, id="our own work"),
        pytest.param({"kind": "subscription", "until": "2026-12-31"}, 12_000, 12, id="what the contract has"),
        pytest.param({"kind": "subscription", "until": "2036-05-31"}, 46_390, 120, id="what it has not, from 2027 on"),
    ],
)
def test_what_recurs_until_a_day_to_come_is_promised(entry: JsonObject, committed: float, months: int) -> None:
    cost = {"recurring": [{"amount": eur(3_650), "per": "year", **entry}]}
    found = facts(record(bought(), cost=cost))
    assert (found["committed"], found["term_months"]) == (committed, months)
