"""Who has to agree, and who has: demands, and whether an approval holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from facts.demanding import BOARD, CFO, DIMENSIONS, LONG, PROMISED, SECURITY, around, judged, missing, vendor
from preflight.model import Decided

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject

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


def test_what_is_promised_is_enough_though_not_all_of_it_is_known() -> None:
    long: JsonObject = {"product": "P", "per": "year", "price": {"amount": 40_000, "currency": "EUR"}}
    long |= {"starts": "2026-01-01", "ends": "2029-12-31", "auto_renews": False}
    endless = {"product": "Q", "per": "year", "price": {"amount": 1, "currency": "EUR"}, "starts": "2026-01-01"}
    record = vendor(1, contract={"subscriptions": [long, endless]})
    facts = judged(around(PROMISED, LONG), acme=record)["acme"]
    [demanded] = facts["demanded"]
    assert demanded["why"] == (
        "160,000 EUR promised over the term, asked from 150,000 EUR on; 40,001 EUR a year, asked "
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


def test_data_that_only_the_ai_sees_is_data() -> None:
    seen = vendor(1, data={"classes": ["public"]}, ai={"data_seen": ["internal", "personal"]})
    assert missing(judged(around(SECURITY), acme=seen)["acme"]) == {"security": "nobody"}
    harmless = vendor(1, data={"classes": ["public"]}, ai={"data_seen": ["internal"]})
    assert missing(judged(around(SECURITY), acme=harmless)["acme"]) == {}


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


HIGH = dict.fromkeys(DIMENSIONS, "high")
MONEY, SILENT = (
    {"annual_cost": {"amount": 90_000, "currency": "EUR"}},
    "without a word on {}, for which the role is asked",
)


@pytest.mark.parametrize(
    ("demand", "record", "bounds", "about"),
    [
        pytest.param(CFO, vendor(60_000), MONEY, "", id="money"),
        pytest.param(CFO, vendor(60_000), {"risk": "low"}, "the cost of a year", id="none of money"),
        pytest.param(LONG, vendor(60_000), MONEY, "", id="the money of a year is that of a term, too"),
        pytest.param(BOARD, vendor(9, risk=HIGH), {"risk": "critical"}, "", id="risk"),
        pytest.param(BOARD, vendor(9, risk=HIGH), MONEY, "the risk", id="none of risk"),
        pytest.param({**BOARD, "risk_from": "low"}, vendor(9, risk=HIGH), MONEY, "", id="asked of every risk"),
        pytest.param(SECURITY, vendor(9, data={"classes": ["personal"]}), {"data": ["personal"]}, "", id="data"),
        pytest.param(
            SECURITY, vendor(9, data={"classes": ["personal"]}), {"risk": "low"}, "the data", id="none of data"
        ),
    ],
)
def test_a_signature_says_something_of_all_for_which_the_role_is_asked(
    demand: JsonObject, record: JsonObject, bounds: JsonObject, about: str
) -> None:
    by = {"cfo": "gareth", "board": "ruben", "security": "sam"}[demand["role"]]
    signed = {"role": demand["role"], "by": by, "date": "2026-02-01", "bounds": bounds, "id": "x", "state": "in-force"}
    context = replace(around(demand), decided=Decided(approvals={"acme": [signed]}))
    found = missing(judged(context, acme=record)["acme"]) or {}
    assert found == ({demand["role"]: f"{by} on 2026-02-01, {SILENT.format(about)}"} if about else {})


def test_a_signature_without_an_amount_does_not_cover_what_is_not_known() -> None:
    signed: JsonObject = {
        "role": "cfo",
        "by": "gareth",
        "date": "2026-02-01",
        "bounds": {"risk": "low"},
        "id": "x",
        "state": "in-force",
    }
    context = replace(around(CFO), decided=Decided(approvals={"acme": [signed]}))
    assert missing(judged(context, acme=vendor(None))["acme"]) is None
    assert missing(judged(context, acme=vendor(49_000))["acme"]) == {}


def test_the_place_is_that_of_the_approval_that_does_not_hold() -> None:
    [found] = judged(around(CFO), acme=vendor(60_000, approvals=[approval(by="x")]))["acme"]["missing"]
    assert found["pointer"] == "/approvals/0"
