"""What a vendor costs: a year, and over what is promised; what is not known is never counted as nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facts.priced import bought, eur, facts, on, record
from preflight import terms
from preflight.facts import cost

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject

# ---- Rates --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "annual"), [("2026-09-30", 900.0), ("2026-10-01", 920.0)], ids=["old rate", "on its first day"]
)
def test_the_rate_of_the_day_counts(day: str, annual: float) -> None:
    assert facts(record(bought(price={"amount": 1000, "currency": "USD"})), day)["annual"] == annual


def test_an_amount_in_a_currency_without_a_rate_is_not_known_and_not_nothing() -> None:
    found = facts(record(bought(1000), bought(product="Chat", price={"amount": 5000, "currency": "GBP"})))
    assert not {"annual", "total_annual", "committed"} & found.keys()
    assert found["at_least"] == 1000
    assert found["unpriced"] == [{"pointer": "/contract/subscriptions/1/price/currency", "currency": "GBP"}]


def test_before_the_first_rate_of_its_currency_an_amount_is_not_known() -> None:
    dollars = record(bought(price={"amount": 1000, "currency": "USD"}))
    assert "annual" not in facts(dollars, "2025-12-31")
    assert facts(dollars, "2026-01-01")["annual"] == 900


@pytest.mark.parametrize(
    ("sections", "pointer"),
    [
        ({"cost": {"recurring": [{"kind": "support", "amount": {"amount": 1, "currency": "GBP"}, "per": "year"}]}},
         "/cost/recurring/0/amount/currency"),
        ({"cost": {"usage": [{"unit": "mails", "price": {"amount": 1, "currency": "GBP"}, "expected": 0}]}},
         "/cost/usage/0/price/currency"),
    ],
)  # fmt: skip
def test_no_other_cost_is_left_out_for_want_of_a_rate(sections: JsonObject, pointer: str) -> None:
    found = facts(record(bought(), **sections))
    assert "annual" not in found
    assert found["unpriced"] == [{"pointer": pointer, "currency": "GBP"}]


def test_a_one_off_cost_is_no_part_of_the_year_but_has_to_be_priced() -> None:
    one_off = [{"kind": "migration", "amount": {"amount": 1, "currency": "GBP"}}]
    found = facts(record(bought(), cost={"one_off": one_off}))
    assert found["annual"] == 12000
    assert [each["pointer"] for each in found["unpriced"]] == ["/cost/one_off/0/amount/currency"]


def test_a_minimum_without_a_rate_is_owed_and_not_known() -> None:
    found = facts(record(bought(commitment={"minimum": {"amount": 90000, "currency": "GBP"}})))
    assert not {"annual", "committed"} & found.keys()
    assert found["at_least"] == 12000


def test_a_payment_that_is_to_come_is_promised() -> None:
    def paid(day: str, **entry: Json) -> JsonObject:
        return {"kind": "licence", "amount": eur(500), "date": day, **entry}

    due = [paid("2026-06-02"), paid("2026-06-01"), paid("2026-12-31", kind="internal-labour")]
    assert facts(record(bought(), cost={"one_off": due}))["committed"] == 12500


# ---- What recurs, from a day and to a day -------------------------------------------------------


def paid(amount: float, kind: str = "subscription", **days: str) -> JsonObject:
    return {"kind": kind, "amount": eur(amount), "per": "year", **days}


@pytest.mark.parametrize(
    ("until", "annual"),
    [("2026-05-31", 12000), ("2026-06-01", 13000)],
    ids=["it ended yesterday", "it ends today"],
)
def test_what_has_ended_is_not_paid_any_more(until: str, annual: float) -> None:
    support = [paid(1000, "support", until=until)]
    assert facts(record(bought(), cost={"recurring": support}))["annual"] == annual
    used = [{"unit": "mails", "price": eur(1), "expected": 1000, "until": until}]
    assert facts(record(bought(), cost={"usage": used}))["annual"] == annual


@pytest.mark.parametrize(
    ("entries", "more"),
    [
        pytest.param([paid(12000)], 0, id="the contract, seen once more"),
        pytest.param([paid(12120)], 0, id="but for rounding"),
        pytest.param([paid(15120)], 3000, id="more than the contract has"),
        pytest.param([paid(12000, since="2026-01-01")], 0, id="since the contract began"),
        pytest.param([paid(12000, since="2025-12-01")], 0, id="paid a month ahead"),
        pytest.param([paid(12000, since="2025-11-30")], 12000, id="since long before anything was bought"),
        pytest.param([paid(12000, since="2025-06-01")], 0, id="for more than a year: older contracts are gone"),
        pytest.param([paid(12000, since="2025-11-01", until="2025-11-30")], 12000, id="and over"),
        pytest.param([paid(12000, since="2026-01-01", until="2026-05-31")], 0, id="of the contract, and over"),
        pytest.param([paid(12000, since="2026-01-01", until="2026-05-31")] * 3, 23880, id="three of them, and over"),
        pytest.param([paid(90000, "support", since="2025-11-30")], 0, id="something else"),
    ],
)
def test_what_is_paid_for_subscriptions_is_in_the_contract(entries: list[JsonObject], more: float) -> None:
    assert sum(each["more"] for each in facts(record(bought(), cost={"recurring": entries}))["uncontracted"]) == more


@pytest.mark.parametrize("since", [{"since": "2025-07-01"}, {}], ids=["since then", "nobody knows since when"])
def test_one_contract_after_another_covers_what_is_paid(since: dict[str, str]) -> None:
    def year(starts: str, ends: str) -> JsonObject:
        return bought(starts=starts, ends=ends)

    paying = {"recurring": [paid(12000, **since)]}
    chain = [year("2025-07-01", "2025-12-31"), year("2026-01-31", "2026-12-31")]
    assert facts(record(*chain, cost=paying))["uncontracted"] == []
    gap = [year("2025-07-01", "2025-12-31"), year("2026-02-02", "2026-12-31")]
    assert facts(record(*gap, cost=paying))["uncontracted"] == [
        {"pointer": "/cost/recurring", "more": 12000, "on": "2026-01-01"}
    ]


# ---- Everything beside the subscription ---------------------------------------------------------


def recurring(*entries: tuple[str, float, str]) -> JsonObject:
    return {"recurring": [{"kind": kind, "amount": eur(amount), "per": per} for kind, amount, per in entries]}


def test_other_costs_are_added_and_our_own_labour_counts_only_in_the_total() -> None:
    costs = recurring(("subscription", 1000, "month"), ("support", 500, "quarter"), ("internal-labour", 100, "month"))
    found = facts(record(bought(), cost=costs))
    assert (found["annual"], found["total_annual"]) == (14000, 15200)


@pytest.mark.parametrize(
    ("units", "annual"),
    [
        pytest.param({"low": 10, "expected": 20, "high": 40}, 12100, id="what is expected"),
        pytest.param({"low": 10, "high": 40}, 12200, id="else the busiest year"),
        pytest.param({"low": 10}, 12050, id="else the quiet one"),
        pytest.param({"expected": 0, "high": 40}, 12000, id="none expected is known"),
        pytest.param({"low": 30, "expected": 0, "high": 40}, 12150, id="never below the quiet year"),
        pytest.param({}, None, id="else nobody knows"),
    ],
)
def test_usage_counts_by_what_is_expected(units: JsonObject, annual: float | None) -> None:
    found = facts(record(bought(), cost={"usage": [{"unit": "1,000 mails", "price": eur(5), **units}]}))
    assert found.get("annual") == annual
    assert found["at_least"] == annual or annual is None


@pytest.mark.parametrize(
    ("paid", "annual", "told"),
    [
        pytest.param(12000, 12000, False, id="the same"),
        pytest.param(12120, 12120, False, id="a hundredth more is rounding"),
        pytest.param(12122, 12122, True, id="more is not"),
        pytest.param(11879, 12000, True, id="nor is less: the larger one counts"),
        pytest.param(24000, 24000, True, id="twice"),
    ],
)
def test_contract_and_cost_are_two_views_of_one_sum(paid: float, annual: float, told: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    found = facts(record(bought(), cost=recurring(("subscription", paid, "year"))))
    assert found["annual"] == annual
    wanted = [{"pointer": "/cost/recurring", "bought": 12000, "paid": paid}]
    assert found["mismatch"] == (wanted if told else [])


@pytest.mark.parametrize(
    "of",
    [
        pytest.param(record(bought(), cost=recurring(("support", 1, "year"))), id="no subscription among the costs"),
        pytest.param(
            {"lifecycle": {"status": "live"}, "cost": recurring(("subscription", 1, "year"))}, id="no contract known"
        ),
        pytest.param(
            record(bought(price={"amount": 1, "currency": "GBP"}), cost=recurring(("subscription", 99, "year"))),
            id="one of them not known",
        ),
        pytest.param(
            record(
                bought(), bought(20000, product="Chat", starts="2027-01-01", ends="2027-12-31"),
                cost=recurring(("subscription", 12000, "year")),
            ),
            id="what is to come is not paid yet",
        ),
    ],
)  # fmt: skip
def test_where_only_one_view_is_known_of_today_nothing_contradicts_it(of: JsonObject) -> None:
    assert facts(of)["mismatch"] == []


def test_what_nobody_wrote_down_is_not_known() -> None:
    found = facts({"lifecycle": {"status": "live"}})
    assert found == {
        "currency": "EUR",
        "at_least": 0,
        "uncontracted": [],
        "backwards": [],
        "unpriced": [],
        "mismatch": [],
    }


def test_what_is_paid_is_known_without_the_contract() -> None:
    found = facts({"lifecycle": {"status": "live"}, "cost": recurring(("subscription", 1000, "month"))})
    assert found["annual"] == 12000
    assert not {"committed", "term_months"} & found.keys()


# ---- Purchases, for those who have to agree -----------------------------------------------------


def test_purchases_are_what_runs_or_is_to_come() -> None:
    of = record(bought(ends="2026-02-28"), bought(product="Old", starts="2025-12-31"), bought(product="X", starts=None))
    assert [each.pointer for each in cost.purchases(of, on()) or ()] == [
        "/contract/subscriptions/1",
        "/contract/subscriptions/2",
    ]
    assert cost.purchases({"lifecycle": {"status": "live"}}, on()) is None


def test_a_short_purchase_adds_its_term_to_a_year_and_no_more() -> None:
    short, long = (bought(1000, "month", ends=ends) for ends in ("2026-06-30", "2027-12-31"))
    amounts = [each.in_a_year for each in terms.bought(record(short, long), on())]
    assert amounts == [Decimal(6000), Decimal(12000)]


AMOUNTS = st.integers(0, 10**6)
ENTRIES = st.builds(
    lambda price, per, first, length, renews, minimum: bought(
        price,
        per,
        starts=date.fromordinal(first).isoformat(),
        ends=date.fromordinal(first + length).isoformat(),
        auto_renews=renews,
        commitment=None if minimum is None else {"minimum": eur(minimum)},
    ),
    AMOUNTS,
    st.sampled_from(["month", "quarter", "year", "term"]),
    st.integers(date(2024, 1, 1).toordinal(), date(2028, 1, 1).toordinal()),
    st.integers(0, 2000),
    st.sampled_from([True, False, None]),
    st.none() | AMOUNTS,
)


@settings(deadline=None)
@given(st.lists(ENTRIES, max_size=4), ENTRIES, st.sampled_from(["Chat", "Mail 2"]))
def test_buying_more_never_costs_less(entries: list[JsonObject], more: JsonObject, product: str) -> None:
    before, after = facts(record(*entries)), facts(record(*entries, {**more, "product": product}))
    for name in ("annual", "at_least", "committed", "term_months"):
        assert after[name] >= before[name]


@settings(deadline=None)
@given(st.lists(ENTRIES, min_size=1, max_size=4), st.data())
def test_what_is_taken_away_is_never_counted_as_nothing(entries: list[JsonObject], data: st.DataObject) -> None:
    whole = facts(record(*entries))
    index = data.draw(st.integers(0, len(entries) - 1))
    gone = data.draw(st.sampled_from(["price", "per", "ends", "starts"]))
    poorer = [{key: value for key, value in entry.items() if key != gone or at != index} for at, entry in
              enumerate(entries)]  # fmt: skip
    found = facts(record(*poorer))
    if gone in {"price", "per"}:
        still_counts = f"/contract/subscriptions/{index}" in {
            each.pointer for each in cost.purchases(record(*poorer), on()) or ()
        }
        assert ("annual" in found) is not still_counts
    elif entries[index]["per"] != "term":
        assert found.get("annual", whole["annual"]) >= whole["annual"]


def test_what_ends_before_it_begins_is_told_with_its_days() -> None:
    wrong, right = {"since": "2026-02-02", "until": "2026-02-01"}, {"since": "2026-02-02", "until": "2026-02-02"}
    costs = [
        {"kind": "support", "amount": {"amount": 9, "currency": "EUR"}, "per": "year"} | days for days in (right, wrong)
    ]
    usage = [{"unit": "mails", "price": {"amount": 9, "currency": "EUR"}, "expected": 9} | wrong]
    term = bought(starts="2026-02-02", ends="2026-02-01")
    told = facts(record(bought(), term, cost={"recurring": costs, "usage": usage}))["backwards"]
    days = {"first": "2026-02-02", "last": "2026-02-01"}
    assert told == [
        {"pointer": "/contract/subscriptions/1/ends", "what": term["product"], **days},
        {"pointer": "/cost/recurring/1/until", "what": "support", **days},
        {"pointer": "/cost/usage/0/until", "what": "mails", **days},
    ]
