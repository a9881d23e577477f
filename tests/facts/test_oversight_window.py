"""What counts beside what runs: what ended, was left or rejected of late, and what began before anybody was asked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from facts.demanding import CFO, LONG, PROMISED, around, judged, missing, vendor
from facts.priced import eur

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject


def test_what_ended_counts_as_long_as_it_was_bought_of_late() -> None:
    """Who buys, retires and buys again has bought twice."""
    ended = {"auto_renews": False}
    terms = {
        "of late": ({"starts": "2026-01-01", "ends": "2026-05-01", "auto_renews": False}, {"cfo": "nobody"}),
        "long ago, and over within the window": ({"starts": "2025-01-01", "ends": "2026-05-01"}, {"cfo": "nobody"}),
        "long ago, and over before the window": ({"starts": "2024-01-01", "ends": "2025-06-01", **ended}, {}),
        "long ago, and to be paid until the end of the year": ({"starts": "2025-01-01"}, {"cfo": "nobody"}),
    }
    for term, wanted in terms.values():
        retired = vendor(40_000, lifecycle={"status": "retired", "retired_on": "2026-05-01"})
        retired["contract"]["subscriptions"][0] |= term
        found = judged(around(CFO), old=retired, new=vendor(40_000))
        assert missing(found["new"]) == wanted
        assert found["new"]["group"] == [], "nobody is paid there any more"


@pytest.mark.parametrize(
    ("ends", "wanted"), [("2026-05-31", {"cfo": "nobody"}), ("2025-06-01", {})], ids=["within a year", "before it"]
)
def test_a_campaign_after_a_contract_counts_with_what_the_year_had_cost(ends: str, wanted: Json) -> None:
    price = {"amount": 40_000, "currency": "EUR"}
    contract = {"product": "P", "per": "year", "starts": "2024-06-02", "ends": ends, "auto_renews": False}
    campaign = {"product": "C", "per": "term", "starts": "2026-06-01", "ends": "2026-07-31", "auto_renews": False}
    both: JsonObject = {"subscriptions": [{**contract, "price": price}, {**campaign, "price": price}]}
    assert missing(judged(around(CFO), acme=vendor(1, contract=both))["acme"]) == wanted


@pytest.mark.parametrize(
    ("until", "wanted"), [("2026-05-31", {"cfo": "nobody"}), ("2025-06-01", {})], ids=["within a year", "before it"]
)
def test_what_recurred_until_the_other_day_counts_with_what_follows(until: str, wanted: Json) -> None:
    support = {"kind": "support", "per": "year", "amount": {"amount": 40_000, "currency": "EUR"}}
    paid = {"recurring": [{**support, "since": "2021-01-01", "until": until}]}
    record = vendor(40_000, cost=paid, lifecycle={"status": "live", "approved_on": "2020-12-01"})
    record["contract"]["subscriptions"][0] |= {"starts": "2026-06-01", "ends": "2026-07-31", "per": "term"}
    record["contract"]["subscriptions"][0] |= {"auto_renews": False}
    assert missing(judged(around(CFO), acme=record)["acme"]) == wanted


@pytest.mark.parametrize("since", [{}, {"since": "2021-01-01"}], ids=["nobody knows since when", "for years"])
@pytest.mark.parametrize("until", [None, "2026-06-01", "2026-12-31"], ids=["open", "today", "to come"])
def test_what_recurred_at_a_vendor_that_is_left_counts_until_then(until: str | None, since: JsonObject) -> None:
    support: JsonObject = {"kind": "support", "per": "year", "amount": {"amount": 40_000, "currency": "EUR"}}
    days = since | ({"until": until} if until else {})
    left: JsonObject = {"status": "retired", "approved_on": "2020-12-01", "retired_on": "2026-06-01"}
    old = vendor(1, cost={"recurring": [support | days]}, lifecycle=left)
    assert missing(judged(around(CFO), old=old, new=vendor(30_000))["new"]) == {"cfo": "nobody"}
    before = {**old, "lifecycle": {**left, "retired_on": "2025-06-01"}}
    promised = {"cfo": "nobody"} if until else {}  # until a day: then it is paid until that day, whoever leaves before
    assert missing(judged(around(CFO), old=before, new=vendor(30_000))["new"]) == promised


def test_who_leaves_too_late_to_give_notice_owes_the_next_term() -> None:
    def left(notice: int) -> JsonObject:
        old = vendor(40_000, lifecycle={"status": "retired", "retired_on": "2026-05-20"})
        old["contract"]["subscriptions"][0] |= {"starts": "2025-06-01", "ends": "2026-05-31", "notice_days": notice}
        new = vendor(30_000)
        new["contract"]["subscriptions"][0] |= {"starts": "2026-06-01", "ends": "2027-05-31"}
        return judged(around(CFO), old=old, new=new)["new"]

    assert missing(left(10)) == {}
    assert missing(left(30)) == {"cfo": "nobody"}


@pytest.mark.parametrize(
    ("starts", "wanted"),
    [("2026-06-01", {}), ("2026-01-01", {"cfo": "nobody"})],
    ids=["one after the other", "both at one time"],
)
def test_what_ran_until_somebody_cancelled_ended_with_the_vendor(starts: str, wanted: Json) -> None:
    old = vendor(40_000, lifecycle={"status": "retired", "retired_on": "2026-05-31"})
    del old["contract"]["subscriptions"][0]["ends"]
    old["contract"]["subscriptions"][0] |= {"starts": "2021-01-01"}
    new = vendor(30_000)
    new["contract"]["subscriptions"][0] |= {"starts": starts, "ends": "2027-05-31"}
    assert missing(judged(around(CFO), old=old, new=new)["new"]) == wanted


def test_what_was_rejected_was_never_bought() -> None:
    found = judged(around(CFO), old=vendor(40_000, lifecycle={"status": "rejected"}), new=vendor(40_000))
    assert missing(found["new"]) == {}


@pytest.mark.parametrize("approved", [{}, {"approved_on": "2026-05-20"}], ids=["only proposed", "approved"])
def test_what_was_rejected_before_it_began_promises_nothing(approved: JsonObject) -> None:
    promised = {"kind": "support", "amount": {"amount": 60_000, "currency": "EUR"}, "per": "year"}
    old = vendor(1, cost={"recurring": [promised | {"since": "2026-07-01", "until": "2029-06-30"}]})
    old |= {"lifecycle": {"status": "rejected", **approved}, "contract": {"subscriptions": []}}
    for demand in (PROMISED, LONG):
        assert missing(judged(around(demand), old=old, new=vendor(21_000))["new"]) == {}


def test_what_is_retired_binds_until_its_term_is_over() -> None:
    owed = vendor(60_000, lifecycle={"status": "retired", "retired_on": "2026-05-01"})
    owed["contract"]["subscriptions"][0] |= {"starts": "2025-01-01", "ends": "2029-12-31"}
    assert missing(judged(around(PROMISED), old=owed, new=vendor(1))["new"]) == {"cfo": "nobody"}
    assert missing(judged(around(PROMISED), new=vendor(1))["new"]) == {}


@pytest.mark.parametrize(
    ("approved", "since", "left", "wanted"),
    [
        pytest.param("2024-01-01", None, "2025-12-31", {}, id="paid for long, before the other began"),
        pytest.param("2024-01-01", None, "2026-05-01", {"cfo": "nobody"}, id="paid for long, beside the other"),
        pytest.param("2024-01-01", "2026-03-01", "2026-05-01", {"cfo": "nobody"}, id="since of late"),
        pytest.param("2026-01-01", None, "2026-05-01", {"cfo": "nobody"}, id="agreed to of late"),
    ],
)
def test_what_recurred_of_late_counts_though_the_vendor_is_retired(
    approved: str, since: str | None, left: str, wanted: JsonObject
) -> None:
    entry = {"kind": "support", "amount": {"amount": 45_000, "currency": "EUR"}, "per": "year"}
    old = vendor(1, cost={"recurring": [entry | ({"since": since} if since else {})]})
    old["lifecycle"] = {"status": "retired", "approved_on": approved, "retired_on": left}
    old["contract"]["subscriptions"] = []
    assert missing(judged(around(CFO), old=old, new=vendor(20_000))["new"]) == wanted


@pytest.mark.parametrize(("starts", "wanted"), [("2026-01-01", {"cfo": "nobody"}), ("2026-07-01", {})])
def test_what_had_begun_before_it_was_rejected_counts_once_it_was_agreed_to(starts: str, wanted: JsonObject) -> None:
    old = vendor(40_000, lifecycle={"status": "rejected", "approved_on": "2026-01-01"})
    old["contract"]["subscriptions"][0] |= {"starts": starts, "ends": "2027-06-30"}
    assert missing(judged(around(CFO), old=old, new=vendor(40_000))["new"]) == wanted


def test_a_payment_to_come_of_a_vendor_that_is_left_is_promised_still() -> None:
    old = vendor(100, lifecycle={"status": "rejected", "approved_on": "2026-01-01"})
    old["cost"] = {"one_off": [{"kind": "licence", "amount": eur(9_500), "date": "2031-02-01"}]}
    assert judged(around(CFO), old=old, new=vendor(100))["new"]["promised"] == 9_700


def test_where_one_thing_had_begun_all_was_bought() -> None:
    old = vendor(100, lifecycle={"status": "rejected", "approved_on": "2026-01-01"})
    (begun,) = old["contract"]["subscriptions"]
    to_come = {**begun, "product": "Q", "starts": "2026-07-01", "ends": "2027-06-30", "price": eur(40_000)}
    old["contract"]["subscriptions"] = [begun, to_come]
    assert missing(judged(around(CFO), old=old, new=vendor(20_000))["new"]) == {"cfo": "nobody"}


def test_what_is_paid_between_two_contracts_counts_as_paid() -> None:
    """One day of a contract now and then excuses what is paid all the time."""
    days = [f"2025-{month:02}-15" for month in range(6, 13)] + [f"2026-{month:02}-15" for month in range(1, 8)]
    dated = {"per": "year", "price": eur(40_000), "auto_renews": False}
    one_day = [{"product": "P", "starts": each, "ends": each, **dated} for each in days]
    campaign = {"product": "C", "starts": "2026-06-10", "ends": "2026-06-14", **dated, "per": "term"}
    paying: JsonObject = {"kind": "subscription", "per": "year", "amount": eur(40_000), "since": "2025-06-15"}
    life = {"status": "live", "approved_on": "2025-05-01", "signed_on": "2025-06-01"}

    def of(*terms: JsonObject, **cost: Json) -> Json:
        record = vendor(1, contract={"subscriptions": list(terms)}, cost=cost, lifecycle=life)
        return missing(judged(around(CFO), acme=record)["acme"])

    assert of(*one_day, campaign) == {}
    assert of(*one_day, campaign, recurring=[paying]) == {"cfo": "nobody"}
    whole_year = {"product": "P", "starts": "2025-06-15", "ends": "2026-06-09", **dated}
    after = {"product": "P", "starts": "2026-06-10", "ends": "2027-06-14", **dated}
    assert of(whole_year, after, recurring=[paying]) == {}, "the contract, seen once more, is no second one"


@pytest.mark.parametrize(
    ("today", "wanted"),
    [("2026-12-31", {"cfo": "nobody"}), ("2027-03-31", {"cfo": "nobody"}), ("2027-06-01", {})],
    ids=["on its day", "90 days later", "too late to be entered"],
)
def test_what_is_entered_late_counts_with_the_year_in_which_it_was_bought(today: str, wanted: Json) -> None:
    once = {"one_off": [{"kind": "licence", "date": "2026-12-31", "amount": eur(11_000)}]}
    life = {"status": "live", "approved_on": "2025-12-01"}
    year = vendor(40_000, cost=once, lifecycle=life)
    year["contract"]["subscriptions"][0]["auto_renews"] = False
    assert missing(judged(around(CFO, today=date.fromisoformat(today)), acme=year)["acme"]) == wanted


def test_of_what_is_not_known_in_full_the_known_part_was_bought() -> None:
    old = vendor(40_000, lifecycle={"status": "retired", "approved_on": "2026-01-01", "retired_on": "2026-05-31"})
    (term,) = old["contract"]["subscriptions"]
    del term["ends"]  # so that nobody knows how often the minimum is owed
    term["commitment"] = {"minimum": eur(1)}
    assert missing(judged(around(CFO), old=old, new=vendor(30_000))["new"]) == {"cfo": "nobody"}


def test_terms_that_follow_each_other_bind_to_the_seller_whatever_they_are_for() -> None:
    """Two years, and then three for another team under another record, are five."""
    two, three = vendor(21_000), vendor(21_000)
    two["contract"]["subscriptions"][0] |= {"starts": "2026-06-01", "ends": "2028-05-31"}
    three["contract"]["subscriptions"][0] |= {"product": "Q", "starts": "2028-07-01", "ends": "2031-05-31"}
    assert missing(judged(around(LONG), two=two)["two"]) == {}
    together = judged(around(LONG), two=two, three=three)
    assert missing(together["two"]) == missing(together["three"]) == {"cfo": "nobody"}


def test_what_follows_at_the_same_price_costs_no_more_than_one_of_both() -> None:
    """What has a day counts on its days, and not in any year as a whole."""
    support = {"kind": "support", "amount": {"amount": 36_500, "currency": "EUR"}, "per": "year"}
    both = [support | {"since": "2021-01-01", "until": "2026-06-01"}, support | {"since": "2026-06-02"}]
    old = vendor(10_000, cost={"recurring": both}, lifecycle={"status": "live", "approved_on": "2020-12-01"})
    old["contract"]["subscriptions"][0] |= {"starts": "2024-01-01", "ends": "2028-12-31"}
    assert judged(around(CFO), acme=old)["acme"]["amount"] == 46_500


def test_what_is_known_of_a_promise_counts_beside_what_is_not() -> None:
    """Nobody wrote down what is subscribed to, and for how long; the support is promised all the same."""
    support = {"kind": "support", "amount": {"amount": 40_000, "currency": "EUR"}, "per": "year"}
    unknown = {"kind": "subscription", "amount": {"amount": 1, "currency": "EUR"}, "per": "month"}
    old = vendor(1, cost={"recurring": [support | {"since": "2026-01-01", "until": "2028-12-31"}, unknown]})
    old["contract"]["subscriptions"] = []
    assert missing(judged(around(PROMISED), old=old, new=vendor(40_000))["new"]) == {"cfo": "nobody"}


@pytest.mark.parametrize(
    ("begun", "wanted"),
    [
        pytest.param("2026-04-01", {"cfo": "nobody"}, id="of late: one term told in two steps"),
        pytest.param("2025-06-02", {"cfo": "nobody"}, id="on the first day of the window"),
        pytest.param("2025-06-01", {}, id="before it: a renewal, of which what is behind us binds nobody"),
    ],
)
def test_a_term_that_began_of_late_binds_from_its_beginning(begun: str, wanted: JsonObject) -> None:
    first, then = vendor(21_000), vendor(21_000)
    first["contract"]["subscriptions"][0] |= {"starts": begun, "ends": "2028-05-31"}
    then["contract"]["subscriptions"][0] |= {"starts": "2028-06-01", "ends": "2030-03-31"}
    assert missing(judged(around(LONG), first=first, then=then)["then"]) == wanted


def test_purchases_one_after_the_other_count_together_within_the_window() -> None:
    def half(starts: str, ends: str) -> JsonObject:
        price = {"amount": 30_000, "currency": "EUR"}
        ended = {"starts": starts, "ends": ends, "auto_renews": False}
        return {"product": "P", "per": "term", "price": price, **ended}

    terms = [half("2025-08-01", "2025-12-31"), half("2026-02-01", "2026-06-30")]
    facts = judged(around(CFO), acme=vendor(1, contract={"subscriptions": terms}))["acme"]
    assert facts["window"] == 60000
    assert missing(facts) == {"cfo": "nobody"}
    assert "bought within 365 days" in facts["demanded"][0]["why"]
    older = [half("2025-05-31", "2025-12-31"), half("2026-02-01", "2026-06-30")]
    facts = judged(around(CFO), acme=vendor(1, contract={"subscriptions": older}))["acme"]
    assert facts["window"] == 30000, "366 days ago is outside"


@pytest.mark.parametrize(
    "term",
    [
        pytest.param({"starts": "2023-01-01", "ends": "2023-12-31", "auto_renews": False}, id="ended"),
        pytest.param({"starts": "2023-01-01", "ends": "2026-05-31", "auto_renews": True}, id="followed by a small one"),
    ],
)
def test_what_is_said_to_be_bought_before_the_proposal_is_bought_with_it(term: JsonObject) -> None:
    small = {"starts": "2026-06-01", "ends": "2027-05-31", "auto_renews": False}
    terms = [
        {"product": "P", "per": "term", "price": {"amount": 500_000, "currency": "EUR"}, **term},
        {"product": "P", "per": "term", "price": {"amount": 1, "currency": "EUR"}, **small},
    ]
    bought: JsonObject = {"contract": {"subscriptions": terms}}
    new = vendor(1, lifecycle={"status": "approved", "proposed_on": "2026-05-20"}, **bought)
    assert missing(judged(around(CFO), acme=new)["acme"]) == {"cfo": "nobody"}
    terms[0] |= {"ends": "2025-03-03", "auto_renews": False}
    old = vendor(1, lifecycle={"status": "approved", "proposed_on": "2022-11-20"}, **bought)
    assert missing(judged(around(CFO), acme=old)["acme"]) == {}, "somebody was asked then"


def test_what_is_paid_once_comes_on_top_of_what_runs() -> None:
    """Each below the limit: a subscription from before the window, and a fee of today."""
    old = {"product": "P", "per": "year", "price": {"amount": 30_000, "currency": "EUR"}, "starts": "2022-01-01"}
    fee = {"kind": "licence", "amount": {"amount": 30_000, "currency": "EUR"}, "date": "2026-05-30"}
    record = vendor(1, contract={"subscriptions": [old]}, cost={"one_off": [fee]})
    facts = judged(around(CFO), acme=record)["acme"]
    assert (facts["group_annual"], facts["window"]) == (30000, 30000)
    assert missing(facts) == {"cfo": "nobody"}
    assert facts["demanded"][0]["why"].startswith("60,000 EUR bought within 365 days")


def test_a_term_cut_in_two_is_as_long_as_the_whole() -> None:
    def cut(*days: tuple[str, str]) -> JsonObject:
        price = {"amount": 23_000, "currency": "EUR"}
        terms = [{"product": "P", "per": "year", "price": price, "starts": a, "ends": b} for a, b in days]
        return vendor(1, contract={"subscriptions": terms})

    whole = cut(("2026-07-01", "2028-06-30"), ("2028-07-01", "2031-06-30"))
    assert missing(judged(around(LONG), acme=whole)["acme"]) == {"cfo": "nobody"}
    renewed = cut(("2024-08-01", "2026-07-31"), ("2026-08-01", "2028-07-31"))
    assert missing(judged(around(LONG), acme=renewed)["acme"]) == {}, "what is behind us binds nobody"
    soon = cut(("2026-07-01", "2028-06-30"), ("2028-08-01", "2031-06-30"))
    assert missing(judged(around(LONG), acme=soon)["acme"]) == {"cfo": "nobody"}
    soon = cut(("2026-07-01", "2028-06-30"), ("2028-10-01", "2031-06-30"))
    assert missing(judged(around(LONG), acme=soon)["acme"]) == {"cfo": "nobody"}, "after 92 days without one"
    gap = cut(("2026-07-01", "2028-06-30"), ("2028-10-02", "2031-06-30"))
    assert missing(judged(around(LONG), acme=gap)["acme"]) == {}


def test_what_was_bought_while_it_was_only_proposed_is_bought_with_the_approval() -> None:
    """Left proposed until it falls out of the window, and approved then."""
    term = {"product": "P", "per": "term", "price": {"amount": 500_000, "currency": "EUR"}, "auto_renews": False}
    terms = [{**term, "starts": "2025-01-02", "ends": "2025-12-31"}]
    life = {"status": "approved", "proposed_on": "2025-01-01", "approved_on": "2026-05-30"}
    late = vendor(1, lifecycle=life, contract={"subscriptions": terms})
    assert missing(judged(around(CFO), acme=late)["acme"]) == {"cfo": "nobody"}


def test_what_was_paid_once_before_the_proposal_is_bought_with_it() -> None:
    fee = {"kind": "setup", "amount": {"amount": 500_000, "currency": "EUR"}, "date": "2024-01-01"}
    for day, wanted in (("2026-05-20", {"cfo": "nobody"}), ("2023-12-20", {})):
        life = {"status": "approved", "proposed_on": day}
        assert missing(judged(around(CFO), acme=vendor(1, lifecycle=life, cost={"one_off": [fee]}))["acme"]) == wanted


@pytest.mark.parametrize(
    "cost",
    [
        pytest.param({"recurring": [{"kind": "other", "per": "year"}]}, id="called something else"),
        pytest.param({"recurring": [{"kind": "subscription", "per": "year"}]}, id="without a contract"),
        pytest.param({"usage": [{"unit": "mail", "expected": 1}]}, id="paid by use"),
    ],
)
def test_what_is_paid_without_a_day_counts_with_what_was_bought_of_late(cost: JsonObject) -> None:
    [(part, [entry])] = cost.items()
    price = {"amount": 30_000, "currency": "EUR"}
    once = {"kind": "licence", "amount": price, "date": "2026-05-01"}
    paid = {part: [{**entry, "price" if part == "usage" else "amount": price}], "one_off": [once]}
    facts = judged(around(CFO), acme=vendor(1, contract={"subscriptions": []}, cost=paid))["acme"]
    assert facts["window"] == 60_000
    assert missing(facts) == {"cfo": "nobody"}


def test_what_is_paid_beside_a_subscription_of_old_was_not_bought_of_late() -> None:
    paid = {"recurring": [{"kind": "support", "per": "year", "amount": {"amount": 9_000, "currency": "EUR"}}]}
    new, old = vendor(1_000, cost=paid), vendor(1_000, cost=paid)
    old["contract"]["subscriptions"][0]["starts"] = "2025-05-31"
    found = judged(around(CFO), new=new, old=old)
    assert found["new"]["window"] == 10_000


def test_what_is_paid_for_a_subscription_is_not_counted_beside_it() -> None:
    paid = {"recurring": [{"kind": "subscription", "per": "year", "amount": {"amount": 30_000, "currency": "EUR"}}]}
    assert judged(around(CFO), acme=vendor(30_000, cost=paid))["acme"]["window"] == 30_000
