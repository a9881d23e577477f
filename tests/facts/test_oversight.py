"""Who has to agree, and who has: demands, groups, split purchases, and whether an approval holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.facts import oversight
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject

TODAY = date(2026, 6, 1)
CFO = {"role": "cfo", "annual_cost_from": 50000, "why": "It is much money."}
BOARD = {"role": "board", "risk_from": "high", "why": "It is hard to undo."}
SECURITY = {"role": "security", "data": ["personal"], "why": "It can hurt people."}
LONG = {"role": "cfo", "term_months_from": 48, "annual_cost_from": 20000, "why": "It is long."}
PROMISED = {"role": "cfo", "commitment_from": 150000, "why": "It is owed."}
PEOPLE = {
    "teams": [],
    "people": [
        {"id": "gareth", "roles": [{"role": "cfo", "from": "2026-01-01", "until": "2026-05-31"}]},
        {"id": "olga", "roles": [{"role": "cfo", "from": "2025-01-01"}], "left": "2026-03-31"},
        {"id": "ruben", "roles": [{"role": "board", "from": "2020-01-01"}]},
    ],
}
RATES = {"base": "EUR", "rates": [{"currency": "USD", "from": "2026-01-01", "rate": 0.5}]}
DIMENSIONS = ("integration_complexity", "data_sensitivity", "operational_criticality", "change_magnitude")
RISK: JsonObject = {
    "points": {"low": 0, "medium": 1, "high": 3, "critical": 6},
    "totals": {"low": 0, "medium": 2, "high": 5, "critical": 9},
    "floors": {"high": "high", "critical": "critical"},
    "oversight": {},
    "dimensions": [
        {
            "name": name,
            "title": name,
            "signals": [
                {"title": "Stated", "of": f"/risk/{name}", "by": "value", "levels": {"low": "low", "high": "high"}}
            ],
        }
        for name in DIMENSIONS
    ],
}


def around(*demands: JsonObject, just_under: float = 5, today: date = TODAY) -> Context:
    roles = [{"role": name, "title": name.upper(), "proof": "recorded"} for name in ("cfo", "board", "security")]
    approvals = {"window_days": 365, "just_under_percent": just_under, "roles": roles, "demands": list(demands)}
    policies = {
        "approvals": approvals,
        "people": PEOPLE,
        "rates": RATES,
        "risk": RISK,
        "systems": {"systems": []},
        "overlap": {"legal_forms": ["gmbh", "plc", "inc"]},
    }
    return Context(today, policies)


def vendor(amount: float | None, *, parent: str = "Acme plc", **others: Json) -> JsonObject:
    """Return a record with one subscription of that yearly price, of low risk."""
    price = {} if amount is None else {"price": {"amount": amount, "currency": "EUR"}}
    term = {"product": "P", "per": "year", "starts": "2026-01-01", "ends": "2026-12-31", **price}
    record: JsonObject = {
        "lifecycle": {"status": "live"},
        "legal_entity": {"parent": parent},
        "contract": {"subscriptions": [term]},
        "data": {"classes": ["public"]},
        "risk": dict.fromkeys(DIMENSIONS, "low"),
    }
    return record | others


def judged(context: Context, **records: JsonObject) -> dict[str, JsonObject]:
    extracts = {}
    for name, record in records.items():
        context.memory.pop("record", None)
        extracts[name] = oversight.extract(record, context)
    return oversight.gather(extracts, context)


def missing(facts: JsonObject) -> Json:
    """Return the roles that are missing with what was found, or None where it is not known."""
    return {each["role"]: each["found"] for each in facts["missing"]} if "missing" in facts else None


# ---- Demands ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "wanted"),
    [
        pytest.param(49_999.99, {}, id="a cent below the limit"),
        pytest.param(50_000, {"cfo": "nobody"}, id="the limit itself"),
        pytest.param(None, None, id="a price that is not known"),
    ],
)
def test_a_limit_is_reached_by_itself_and_by_nothing_less(amount: float | None, wanted: Json) -> None:
    assert missing(judged(around(CFO), acme=vendor(amount))["acme"]) == wanted


def test_amounts_are_converted_by_the_rate_of_the_day() -> None:
    dollars = vendor(None)
    dollars["contract"]["subscriptions"][0]["price"] = {"amount": 100_000, "currency": "USD"}
    assert missing(judged(around(CFO), acme=dollars)["acme"]) == {"cfo": "nobody"}
    before = around(CFO, today=date(2025, 12, 31))
    assert missing(judged(before, acme=dollars)["acme"]) is None, "no rate on that day: not known, never zero"


@pytest.mark.parametrize(
    ("demand", "change", "wanted"),
    [
        pytest.param(BOARD, {}, {}, id="risk below"),
        pytest.param(BOARD, {"risk": dict.fromkeys(DIMENSIONS, "high")}, {"board": "nobody"}, id="risk reached"),
        pytest.param(BOARD, {"risk": {"data_sensitivity": "high"}}, {"board": "nobody"}, id="what is known is enough"),
        pytest.param(BOARD, {"risk": {}}, None, id="risk not known"),
        pytest.param(SECURITY, {}, {}, id="other data"),
        pytest.param(SECURITY, {"data": {"classes": ["personal"]}}, {"security": "nobody"}, id="that data"),
        pytest.param(SECURITY, {"data": {}}, None, id="data not known"),
        pytest.param(LONG, {}, {}, id="both conditions have to hold"),
        pytest.param(PROMISED, {}, {}, id="little promised"),
    ],
)
def test_a_demand_holds_where_all_its_conditions_do(demand: JsonObject, change: JsonObject, wanted: Json) -> None:
    assert missing(judged(around(demand), acme=vendor(30_000, **change))["acme"]) == wanted


def test_a_minimum_commitment_over_years_counts_as_promised() -> None:
    term = {
        "product": "P",
        "per": "year",
        "price": {"amount": 40_000, "currency": "EUR"},
        "starts": "2026-01-01",
        "ends": "2029-12-31",
        "commitment": {"minimum": {"amount": 150_000, "currency": "EUR"}},
    }
    record = vendor(1, contract={"subscriptions": [term]})
    facts = judged(around(PROMISED, LONG), acme=record)["acme"]
    [demanded] = facts["demanded"]
    assert demanded["why"] == (
        "160,000 EUR promised over the term, asked from 150,000 EUR on; 40,000 EUR a year, asked "
        "from 20,000 EUR on and a term of 48 months, asked from 48 on"
    )


def test_each_role_is_demanded_once_with_all_its_reasons() -> None:
    any_risk = {"role": "cfo", "risk_from": "low", "why": "Always."}
    [demanded] = judged(around(CFO, any_risk), acme=vendor(60_000))["acme"]["demanded"]
    assert demanded == {
        "pointer": "/approvals",
        "role": "cfo",
        "title": "CFO",
        "why": "60,000 EUR a year, asked from 50,000 EUR on; every vendor, of any risk",
    }


# ---- Groups and slices --------------------------------------------------------------------------


def test_vendors_of_one_legal_parent_count_together_whatever_its_spelling() -> None:
    found = judged(
        around(CFO),
        one=vendor(20_000, parent="Acme plc"),
        two=vendor(20_000, parent="ACME PLC"),
        three=vendor(10_000, parent="Acme"),
        other=vendor(49_000, parent="Bolt Inc"),
    )
    assert {name: missing(facts) for name, facts in found.items()} == {
        "one": {"cfo": "nobody"},
        "two": {"cfo": "nobody"},
        "three": {"cfo": "nobody"},
        "other": {},
    }
    assert found["one"]["group"] == ["three", "two"]
    assert found["one"]["demanded"][0]["why"] == (
        "50,000 EUR a year together with three, two, asked from 50,000 EUR on"
    )
    [split] = found["one"]["split"]
    assert (split["parts"], split["amount"], split["with_whom"]) == (3, 50000, "three, two")
    assert split["pointer"] == "/contract/subscriptions/0"


def test_three_slices_in_one_record_are_one_purchase() -> None:
    terms = [
        {
            "product": f"P {region}",
            "region": region,
            "per": "year",
            "price": {"amount": 18_000, "currency": "EUR"},
            "starts": "2026-02-01",
            "ends": "2027-01-31",
        }
        for region in ("emea", "apac", "latam")
    ]
    facts = judged(around(CFO), acme=vendor(1, contract={"subscriptions": terms}))["acme"]
    assert missing(facts) == {"cfo": "nobody"}
    assert [each["parts"] for each in facts["split"]] == [3]


def test_one_purchase_over_the_limit_is_no_split() -> None:
    assert judged(around(CFO), acme=vendor(60_000))["acme"]["split"] == []


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


@pytest.mark.parametrize("until", [None, "2026-06-01", "2026-12-31"], ids=["open", "today", "to come"])
def test_what_recurred_at_a_vendor_that_is_left_counts_until_then(until: str | None) -> None:
    support: JsonObject = {"kind": "support", "per": "year", "amount": {"amount": 40_000, "currency": "EUR"}}
    days = {"since": "2021-01-01"} | ({"until": until} if until else {})
    left: JsonObject = {"status": "retired", "approved_on": "2020-12-01", "retired_on": "2026-06-01"}
    old = vendor(1, cost={"recurring": [support | days]}, lifecycle=left)
    assert missing(judged(around(CFO), old=old, new=vendor(30_000))["new"]) == {"cfo": "nobody"}
    before = {**old, "lifecycle": {**left, "retired_on": "2025-06-01"}}
    assert missing(judged(around(CFO), old=before, new=vendor(30_000))["new"]) == {}


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


def test_what_is_retired_binds_until_its_term_is_over() -> None:
    owed = vendor(60_000, lifecycle={"status": "retired", "retired_on": "2026-05-01"})
    owed["contract"]["subscriptions"][0] |= {"starts": "2025-01-01", "ends": "2029-12-31"}
    assert missing(judged(around(PROMISED), old=owed, new=vendor(1))["new"]) == {"cfo": "nobody"}
    assert missing(judged(around(PROMISED), new=vendor(1))["new"]) == {}


@pytest.mark.parametrize(
    ("life", "since", "wanted"),
    [
        pytest.param({"approved_on": "2024-01-01"}, None, {}, id="paid for long"),
        pytest.param({"approved_on": "2024-01-01"}, "2026-03-01", {"cfo": "nobody"}, id="since of late"),
        pytest.param({"approved_on": "2026-01-01"}, None, {"cfo": "nobody"}, id="agreed to of late"),
    ],
)
def test_what_recurred_of_late_counts_though_the_vendor_is_retired(
    life: JsonObject, since: str | None, wanted: JsonObject
) -> None:
    entry = {"kind": "support", "amount": {"amount": 45_000, "currency": "EUR"}, "per": "year"}
    old = vendor(1, cost={"recurring": [entry | ({"since": since} if since else {})]})
    old["lifecycle"] = {"status": "retired", "retired_on": "2026-05-01", **life}
    old["contract"]["subscriptions"] = []
    assert missing(judged(around(CFO), old=old, new=vendor(20_000))["new"]) == wanted


@pytest.mark.parametrize(("starts", "wanted"), [("2026-01-01", {"cfo": "nobody"}), ("2026-07-01", {})])
def test_what_had_begun_before_it_was_rejected_counts_once_it_was_agreed_to(starts: str, wanted: JsonObject) -> None:
    old = vendor(40_000, lifecycle={"status": "rejected", "approved_on": "2026-01-01"})
    old["contract"]["subscriptions"][0] |= {"starts": starts, "ends": "2027-06-30"}
    assert missing(judged(around(CFO), old=old, new=vendor(40_000))["new"]) == wanted


def test_terms_that_follow_each_other_bind_to_the_seller_whatever_they_are_for() -> None:
    """Two years, and then three for another team under another record, are five."""
    two, three = vendor(21_000), vendor(21_000)
    two["contract"]["subscriptions"][0] |= {"starts": "2026-06-01", "ends": "2028-05-31"}
    three["contract"]["subscriptions"][0] |= {"product": "Q", "starts": "2028-07-01", "ends": "2031-05-31"}
    assert missing(judged(around(LONG), two=two)["two"]) == {}
    together = judged(around(LONG), two=two, three=three)
    assert missing(together["two"]) == missing(together["three"]) == {"cfo": "nobody"}


def test_one_product_under_two_records_has_the_risk_of_both() -> None:
    """Six hundred people here and six hundred there are twelve hundred who depend on one seller."""

    def users(count: int, **others: Json) -> JsonObject:
        return vendor(
            1, risk={**dict.fromkeys(DIMENSIONS, "low"), "change": {"users": count}}, category="chat", **others
        )

    known = around({"role": "board", "risk_from": "high", "why": "It is large."})
    people = {"title": "Users", "of": "/risk/change/users", "by": "sum", "from": {"low": 0, "high": 1000}}
    first, *others = RISK["dimensions"]
    weighed = {**RISK, "dimensions": [{**first, "signals": [*first["signals"], people]}, *others]}
    known = replace(known, policies={**known.policies, "risk": weighed})
    assert missing(judged(known, one=users(600))["one"]) == {}
    both = judged(known, one=users(600), two=users(600))
    assert missing(both["one"]) == missing(both["two"]) == {"board": "nobody"}
    assert both["one"]["missing"][0]["why"] == "high risk together with two, asked from high on"
    proposed = judged(known, one=users(600), two=users(600, lifecycle={"status": "proposed"}))
    assert missing(proposed["two"]) == {"board": "nobody"}
    assert missing(proposed["one"]) == {}, "nobody pays for a proposal yet"
    elsewhere = judged(known, one=users(600), two={**users(600), "category": "survey"})
    assert missing(elsewhere["one"]) == {}
    stranger = judged(known, one=users(600), two=users(600, legal_entity={"parent": "Other plc"}))
    assert missing(stranger["one"]) == {}


def test_an_approval_from_before_the_proposal_is_about_something_else() -> None:
    early = vendor(60_000, lifecycle={"status": "approved", "proposed_on": "2026-05-20"})
    early["approvals"] = [approval(date="2026-05-19")]
    assert missing(judged(around(CFO), acme=early)["acme"]) == {
        "cfo": "gareth on 2026-05-19, before it was proposed (2026-05-20)"
    }


def test_a_subscription_that_is_paid_and_not_written_down_promises_nobody_knows_what() -> None:
    price = {"amount": 30_000, "currency": "EUR"}
    paid = {"recurring": [{"kind": "subscription", "per": "year", "amount": price}]}
    record = vendor(1, contract={"subscriptions": []}, cost=paid)
    assert missing(judged(around(PROMISED), acme=record)["acme"]) is None
    assert missing(judged(around(LONG), acme=record)["acme"]) is None


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
    terms[0] |= {"ends": "2025-06-01", "auto_renews": False}
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


def test_data_that_only_the_ai_sees_is_data() -> None:
    seen = vendor(1, data={"classes": ["public"]}, ai={"data_seen": ["internal", "personal"]})
    assert missing(judged(around(SECURITY), acme=seen)["acme"]) == {"security": "nobody"}
    harmless = vendor(1, data={"classes": ["public"]}, ai={"data_seen": ["internal"]})
    assert missing(judged(around(SECURITY), acme=harmless)["acme"]) == {}


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
    ("amount", "found"),
    [
        pytest.param(47_499.99, 0, id="below the band"),
        pytest.param(47_500, 1, id="five per cent below"),
        pytest.param(49_999, 1, id="just under"),
        pytest.param(50_000, 0, id="reached: then the role is asked for"),
    ],
)
def test_an_amount_just_under_a_limit_is_told(amount: float, found: int) -> None:
    assert len(judged(around(CFO), acme=vendor(amount))["acme"]["just_under"]) == found


def test_a_vendor_of_which_the_company_is_not_known_is_a_group_of_its_own() -> None:
    found = judged(around(CFO), one=vendor(30_000, legal_entity={}), two=vendor(30_000, legal_entity={}))
    assert [facts["group"] for facts in found.values()] == [[], []]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param({"name": "Acme GmbH", "parent": "Bolt plc"}, {"name": "ACME"}, id="the parent left out of one"),
        pytest.param({"name": "Acme", "parent": "Bolt"}, {"name": "Acme", "parent": "."}, id="a parent that is none"),
        pytest.param({"parent": "Bolt"}, {"name": "Bolt", "parent": "Cleat"}, id="the one is the other's parent"),
        pytest.param({"name": "Acme", "parent": "Bolt"}, {"name": "Acme", "parent": "Cleat"}, id="two parents"),
        pytest.param({"parent": "Acme"}, {"parent": "\u0410cm\u0435"}, id="letters that look like others"),
        pytest.param(
            {"name": "Acme", "domains": ["acme.example"]},
            {"name": "Acme Messaging", "domains": ["ACME.example"]},
            id="one domain under two names",
        ),
        pytest.param({"name": "Acme Mail GmbH"}, {"name": "AcmeMail gmbh"}, id="without the blank"),
        pytest.param({"name": "Acme Inc"}, {"name": "Acme plc Inc"}, id="two legal forms"),
        pytest.param(
            {"name": "Acme", "domains": ["acme.example"]},
            {"name": "Tarn", "domains": ["eu.acme.example"]},
            id="a domain below the other",
        ),
    ],
)
def test_companies_that_hang_together_are_one_group(one: JsonObject, two: JsonObject) -> None:
    found = judged(around(CFO), one=vendor(30_000, legal_entity=one), two=vendor(30_000, legal_entity=two))
    assert [facts["group"] for facts in found.values()] == [["two"], ["one"]]
    assert all(missing(facts) == {"cfo": "nobody"} for facts in found.values())


def test_companies_hang_together_over_a_third_one() -> None:
    entities = [
        {"name": "Acme", "parent": "Bolt"},
        {"name": "Cleat", "parent": "Deck"},
        {"name": "Bolt", "parent": "Deck"},
    ]
    found = judged(around(CFO), **{f"v{at}": vendor(20_000, legal_entity=each) for at, each in enumerate(entities)})
    assert [facts["group"] for facts in found.values()] == [["v1", "v2"], ["v0", "v2"], ["v0", "v1"]]


def test_a_promise_cut_into_two_records_asks_for_the_signature_of_the_whole() -> None:
    found = judged(around(PROMISED), one=vendor(100_000), two=vendor(100_000))
    assert all(missing(facts) == {"cfo": "nobody"} for facts in found.values())
    assert found["one"]["demanded"][0]["why"] == (
        "200,000 EUR promised over the term together with two, asked from 150,000 EUR on"
    )


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


def test_a_purchase_without_a_rate_makes_the_sum_unknown() -> None:
    once = {"kind": "licence", "amount": {"amount": 1, "currency": "XXX"}, "date": "2026-05-01"}
    facts = judged(around(CFO), acme=vendor(30_000, cost={"one_off": [once]}))["acme"]
    assert "missing" not in facts


def test_of_a_large_group_a_few_are_listed_and_the_rest_is_counted() -> None:
    found = judged(around(CFO), **{f"v{at:02}": vendor(10_000) for at in range(60)})
    assert found["v03"]["group"] == [f"v{at:02}" for at in range(21) if at != 3]
    assert found["v59"]["split"][0]["with_whom"] == "v00, v01, v02, v03, v04 and 54 more"


@given(st.lists(st.integers(1, 60_000), min_size=1, max_size=6))
def test_cutting_a_purchase_into_slices_never_saves_a_signature(amounts: list[int]) -> None:
    whole = missing(judged(around(CFO), acme=vendor(sum(amounts)))["acme"])
    slices = {f"acme{index}": vendor(amount) for index, amount in enumerate(amounts)}
    assert all(missing(facts) == whole for facts in judged(around(CFO), **slices).values())


# ---- Whether an approval holds ------------------------------------------------------------------


def approval(**changes: Json) -> JsonObject:
    return {"role": "cfo", "by": "gareth", "date": "2026-02-01", **changes}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        pytest.param([approval()], {}, id="it holds"),
        pytest.param([approval(date="2026-01-01")], {}, id="on the first day of the role"),
        pytest.param([approval(date="2026-05-31")], {}, id="on the last day of the role"),
        pytest.param(
            [approval(date="2025-12-31")],
            {"cfo": "gareth, who did not hold that role on 2025-12-31"},
            id="the day before",
        ),
        pytest.param(
            [approval(date="2026-06-01")],
            {"cfo": "gareth, who did not hold that role on 2026-06-01"},
            id="the day after",
        ),
        pytest.param([approval(by="ruben")], {"cfo": "ruben, who did not hold that role on 2026-02-01"}, id="another"),
        pytest.param([approval(by="x")], {"cfo": "x, who did not hold that role on 2026-02-01"}, id="a stranger"),
        pytest.param([approval(by="olga", date="2026-03-31")], {}, id="on the last day with us"),
        pytest.param(
            [approval(by="olga", date="2026-04-01")],
            {"cfo": "olga, who had left on 2026-03-31"},
            id="after leaving",
        ),
        pytest.param(
            [approval(by="olga", date="2026-06-02")],
            {"cfo": "olga, on a day that is still to come (2026-06-02)"},
            id="tomorrow",
        ),
        pytest.param([approval(role="board", by="ruben")], {"cfo": "nobody"}, id="of another role"),
        pytest.param([approval(bounds={"valid_until": "2026-06-01"})], {}, id="on the last day of its validity"),
        pytest.param(
            [approval(bounds={"valid_until": "2026-05-31"})],
            {"cfo": "gareth on 2026-02-01, valid until 2026-05-31"},
            id="ran out",
        ),
        pytest.param([approval(bounds={"annual_cost": {"amount": 60_000, "currency": "EUR"}})], {}, id="as agreed"),
        pytest.param(
            [approval(bounds={"annual_cost": {"amount": 59_999, "currency": "EUR"}})],
            {"cfo": "gareth on 2026-02-01, up to 59,999 EUR, and it is 60,000 EUR a year now"},
            id="raised since",
        ),
        pytest.param(
            [approval(bounds={"annual_cost": {"amount": 1, "currency": "XXX"}})],
            {"cfo": "gareth on 2026-02-01, up to an amount in XXX, which has no rate on that day"},
            id="a bound that cannot be compared",
        ),
        pytest.param([approval(bounds={"risk": "low"})], {}, id="risk as agreed"),
        pytest.param([approval(by="x"), approval()], {}, id="one that holds is enough"),
    ],
)
def test_whether_an_approval_holds(given: list[JsonObject], found: Json) -> None:
    facts = judged(around(CFO), acme=vendor(60_000, approvals=given))["acme"]
    assert missing(facts) == found


def test_an_approval_up_to_a_risk_ends_where_the_risk_is_higher_or_not_known() -> None:
    given = [approval(bounds={"risk": "low"})]
    higher = vendor(60_000, approvals=given, risk=dict.fromkeys(DIMENSIONS, "high"))
    unknown = vendor(60_000, approvals=given, risk={})
    assert missing(judged(around(CFO), acme=higher)["acme"]) == {
        "cfo": "gareth on 2026-02-01, up to low risk, and it is critical now"
    }
    assert missing(judged(around(CFO), acme=unknown)["acme"]) == {
        "cfo": "gareth on 2026-02-01, up to low risk, and it is at least low and not known now"
    }


def test_the_place_is_that_of_the_approval_that_does_not_hold() -> None:
    [found] = judged(around(CFO), acme=vendor(60_000, approvals=[approval(by="x")]))["acme"]["missing"]
    assert found["pointer"] == "/approvals/0"
