"""The page of money: its sums are those of the facts, and of an own computation; what is not known stays unknown."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from inventory.reading import HOSTILE_PAGES, Page, harm, hostile_stock, sample
from inventory.stocks import TODAY, stock
from preflight.facts import cost, renewal
from preflight.inventory import site as site_module
from preflight.inventory import spending
from preflight.inventory.card import card
from preflight.inventory.frame import words
from preflight.inventory.pages import money
from preflight.inventory.stock import Group, Ledger, Stock
from preflight.model import Context

if TYPE_CHECKING:
    from preflight.inventory.stock import Card
    from preflight.model import JsonObject

RATES = {"base": "EUR", "stale_after_days": 100, "rates": [{"currency": "USD", "from": "2026-01-01", "rate": 0.9}]}
CONTEXT = Context(TODAY, {"rates": RATES})
APPROVALS = {
    "roles": [{"role": "cfo", "title": "Chief Financial Officer"}],
    "demands": [
        {"role": "cfo", "why": "-", "annual_cost_from": 50000},
        {"role": "board", "why": "-", "annual_cost_from": 90000},
        {"role": "cfo", "why": "-", "annual_cost_from": 1, "term_months_from": 48},
    ],
}


def eur(amount: float, currency: str = "EUR") -> JsonObject:
    return {"amount": amount, "currency": currency}


def bought(price: float | JsonObject, **more: Any) -> JsonObject:
    usual = {"product": "Mail", "starts": "2026-01-01", "ends": "2026-12-31", "auto_renews": True, "notice_days": 30}
    return {**usual, "per": "year", **more, "price": price if isinstance(price, dict) else eur(price)}


def record(*subscriptions: JsonObject, name: str = "acme", **more: Any) -> JsonObject:
    lifecycle = {"status": "live"}
    usual = {"id": name, "name": name.title(), "category": "crm", "lifecycle": lifecycle}
    return {**usual, "contract": {"subscriptions": list(subscriptions)}, **more}


def known(of: JsonObject) -> Card:
    facts = {"cost": cost.of(of, CONTEXT), "renewal": renewal.of(of, CONTEXT)}
    return spending.added(card(of["id"], f"vendors/{of['id']}.yaml", of, facts, None, {}), of, facts, CONTEXT)


def shown(*records: JsonObject, **more: Any) -> Stock:
    given = {"judged": True, "currency": "EUR", "cards": tuple(known(each) for each in records)}
    return stock(*records, **given | more)


def page(of: Stock) -> Page:
    return Page(files(of)["money.html"])


def files(of: Stock) -> dict[str, bytes]:
    return dict(money.files(site_module.of(of)))


# ---- By team and region ---------------------------------------------------------------------------


def test_what_a_year_costs_is_assigned_to_teams_and_regions() -> None:
    of = record(
        bought(6000, team="crm", region="emea"),
        bought(500, per="month", team="brand", region="nordics", product="Other"),
        bought(1000, product="Third"),
        cost={
            "recurring": [
                {"kind": "support", "amount": eur(100), "per": "quarter", "team": "brand"},
                {"kind": "internal-labour", "amount": eur(99999), "per": "year", "team": "crm"},
            ],
            "usage": [{"unit": "mail", "price": eur(0.5, "USD"), "expected": 1000}],
        },
    )
    found = known(of)
    assert found.annual == 6000 + 6000 + 1000 + 400 + 450
    assert found.spend == {"": 1450.0, "brand": 6400.0, "crm": 6000.0}
    assert found.spend_regions == {"": 1850.0, "emea": 6000.0, "nordics": 6000.0}


def test_the_larger_of_the_two_views_of_a_subscription_is_the_one_that_is_split() -> None:
    paid = {"recurring": [{"kind": "subscription", "amount": eur(9000), "per": "year", "team": "brand"}]}
    found = known(record(bought(6000, team="crm", region="emea"), cost=paid))
    assert found.annual == 9000
    assert found.spend == {"brand": 9000.0}
    assert found.spend_regions == {"": 3000.0, "emea": 6000.0}


def test_what_follows_upon_a_subscription_is_not_added_to_it() -> None:
    later = bought(7000, starts="2027-01-01", ends="2027-12-31", team="brand")
    found = known(record(bought(6000, team="crm", auto_renews=False), later))
    assert found.annual == 7000
    assert found.spend == {"brand": 7000.0}


def test_what_is_over_costs_nothing() -> None:
    lifecycle = {"status": "retired", "retired_on": "2026-01-01"}
    found = known(record(bought(6000, team="crm"), lifecycle=lifecycle))
    assert (found.annual, found.spend, found.spend_regions) == (0.0, {}, {})


def test_cents_are_not_lost() -> None:
    third = [bought(eur(0.333, "USD"), per="month", team=team, product=team) for team in ("a", "b", "c")]
    found = known(record(*third))
    assert found.annual == pytest.approx(float(Fraction("0.333") * Fraction("0.9") * 12 * 3), abs=0.005)
    assert round(sum(found.spend.values()), 2) == found.annual
    assert round(sum(found.spend_regions.values()), 2) == found.annual


def test_an_amount_that_no_rate_converts_is_listed_and_in_no_sum() -> None:
    found = known(record(bought(6000, team="crm"), bought(eur(777, "CHF"), product="Other", team="crm")))
    assert (found.annual, found.at_least) == (None, 6000.0)
    assert found.spend == {"crm": 6000.0}
    assert [(each.pointer, each.amount, each.currency) for each in found.ledger.unpriced] == [
        ("/contract/subscriptions/1/price/currency", 777, "CHF")
    ]


def test_on_the_sample_every_sum_is_that_of_the_facts() -> None:
    for each in sample().governed:
        assert each.at_least is not None
        assert sum(each.spend.values()) == pytest.approx(each.at_least, abs=0.001), each.id
        assert sum(each.spend_regions.values()) == pytest.approx(each.at_least, abs=0.001), each.id


# ---- Once, and by year ----------------------------------------------------------------------------


def test_one_off_cost_counts_in_its_year_without_our_own_labour() -> None:
    once = [
        {"kind": "migration", "amount": eur(1000), "date": "2025-05-01"},
        {"kind": "training", "amount": eur(100, "USD"), "date": "2025-06-01"},
        {"kind": "internal-labour", "amount": eur(5000), "date": "2025-06-01"},
        {"kind": "exit", "amount": eur(50)},
        {"kind": "other", "amount": eur(1, "CHF"), "date": "2026-01-01"},
    ]
    found = known(record(bought(1), cost={"one_off": once}))
    assert found.ledger.once == {"": 50.0, "2025": 1090.0}
    assert found.one_off == 1140.0
    assert known(record(bought(1))).one_off is None


def test_subscriptions_count_day_by_day_for_the_terms_on_record() -> None:
    found = known(record(bought(3650, starts="2025-12-30", ends="2026-12-29", auto_renews=False)))
    assert found.ledger.subscribed == {"2025": 20.0, "2026": 3630.0}
    term = known(record(bought(600, per="term", starts="2026-01-01", ends="2026-06-30", auto_renews=False)))
    assert term.ledger.subscribed == {"2026": 600.0}
    assert known(record({"product": "x", "price": eur(1), "per": "year"})).ledger.subscribed == {}


# ---- The page -------------------------------------------------------------------------------------


def test_the_page_tells_sums_shares_and_what_is_not_assigned() -> None:
    one, two = record(bought(6000, team="crm", region="emea")), record(bought(2000), name="bolt", category="mail")
    said = page(shown(one, two, teams={"crm": "CRM and Lifecycle"}))
    assert harm(said) == []
    assert "8,000 EUR a year" in said.text
    assert "Recurring cost is 8,000 EUR a year as things stand today" in said.text
    assert "The subscriptions on record bind 8,000 EUR in 2026" in said.text
    assert "Most goes into CRM: 6,000 EUR a year, 75% of all." in said.text
    assert "Most is paid by CRM and Lifecycle: 6,000 EUR a year, 75% of all." in said.text
    assert "Most is bought for EMEA: 6,000 EUR a year, 75% of all." in said.text
    assert "CRM and Lifecycle 6,000 75 1 not assigned 2,000 25 1" in said.text
    assert "The yearly cost of every vendor is known." in said.text


def test_the_sums_of_the_sample_agree_with_an_own_computation() -> None:
    of = sample()
    whole = sum((Fraction(str(each.at_least or 0)) for each in of.governed), Fraction(0))
    categories: Counter[str] = Counter()
    for each in of.governed:
        categories[each.category] += Fraction(str(each.at_least or 0))  # type: ignore[assignment]  # exact, and not whole
    said = page(of).text
    assert f"{float(whole):,.0f} EUR a year" in said
    most, amount = max(categories.items(), key=lambda each: (each[1], each[0]))
    assert f"Most goes into {words(most)}: {float(amount):,.0f} EUR a year" in said
    for name, amount in categories.items():
        assert f"{words(name)} {float(amount):,.0f} " in said


def test_renewals_are_told_with_what_is_at_stake_the_soonest_first() -> None:
    soon = record(bought(900, ends="2026-12-31", notice_days=30), name="soon")
    ends = record(bought(800, ends="2027-06-30", auto_renews=False), name="ends")
    far = record(bought(700, starts="2025-01-01", ends="2030-12-31"), name="far")
    said = page(shown(ends, far, soon)).text
    assert "The next last day to cancel is 1 Dec 2026: Soon, Mail." in said
    assert "900 a year can be cancelled by 22 May 2028" in said
    assert "Soon Mail 1 Dec 2026 31 Dec 2026 renews by itself 900" in said
    assert "Ends Mail 30 Jun 2027 ends 800" in said or "Ends Mail not known 30 Jun 2027 ends 800" in said
    assert "Far Mail" not in said


def test_a_registry_without_terms_says_that_nothing_renews() -> None:
    found = files(shown(record({"product": "x", "price": eur(1), "per": "year"})))
    assert "charts/renewals.svg" not in found
    assert "charts/years.svg" not in found
    assert "No term ends, and none can be cancelled, until 22 May 2028." in Page(found["money.html"]).text


def test_what_is_not_wholly_known_is_listed() -> None:
    said = page(shown(record(bought(6000), bought(eur(777, "CHF"), product="Other")))).text
    assert "Acme at least 6,000 EUR a year" in said
    assert "no rate of their currency for 22 Nov 2026" in said
    assert "/contract/subscriptions/1/price/currency 777 CHF" in said
    assert "6,000 EUR a year, at least" in said


def test_vendors_of_one_parent_reach_limits_together() -> None:
    cards = [
        replace(known(record(bought(30000), name=name)), ledger=Ledger(group=Group("Big plc", (other,), 60000.0, 1.0)))
        for name, other in (("acme", "bolt"), ("bolt", "acme"))
    ]
    said = page(shown(cards=tuple(cards), policies={"approvals": APPROVALS})).text
    assert "Big plc Acme, Bolt 60,000 1 50,000: Chief Financial Officer only together" in said
    assert "90,000" not in said


def test_the_dearest_come_first_and_the_rest_is_summed() -> None:
    many = [record(bought(1000 + number), name=f"v{number:02}") for number in range(20)]
    said = page(shown(*many)).text
    table = said[said.index("Largest costs") :]
    assert table.index("V19") < table.index("V18") < table.index("V05")
    assert "V04" not in table
    assert "All others together: 25%." in table


@pytest.mark.parametrize("text", HOSTILE_PAGES, ids=["marks", "address", "long"])
def test_hostile_records_are_shown_as_text(text: str) -> None:
    of = hostile_stock(text)
    evil = record(bought(10, product=text, team=text, region=text), name="evil", category=text)
    cards = [replace(known({**evil, "name": text}), ledger=known(evil).ledger)]
    said = page(replace(of, cards=tuple(cards), currency="EUR", judged=True))
    assert harm(said) == []
    assert said.size < 400_000


def test_the_page_is_offered_only_where_cost_is_known() -> None:
    assert not money.offered(stock({"id": "acme", "name": "Acme"}))
    assert money.offered(shown(record(bought(1))))


def test_the_same_stock_gives_the_same_bytes() -> None:
    of = shown(record(bought(6000, team="crm")), as_of=date(2026, 11, 22))
    assert files(of) == files(of)


def test_ten_thousand_vendors_fit_on_a_page() -> None:
    one = known(record(bought(1000, team="crm", region="emea")))
    many = tuple(
        replace(one, id=f"v{n}", name=f"Vendor {n}", category=f"c{n % 300}", annual=None, spend={f"t{n % 999}": 9.0})
        for n in range(10_000)
    )
    assert page(shown(cards=many)).size < 600_000
