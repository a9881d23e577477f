"""Vendors of one house count together: groups, slices, and amounts just under a limit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facts.demanding import CFO, DIMENSIONS, PROMISED, RISK, around, judged, missing, vendor

if TYPE_CHECKING:
    from preflight.model import Json, JsonObject


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
