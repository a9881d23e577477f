"""The page of risk: who stands where, what each level asks for, what is not in order, and the trend."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from inventory.reading import HOSTILE_PAGES, Page, harm, hostile_stock, sample
from inventory.stocks import TODAY, stock
from preflight.due.items import DueItem
from preflight.inventory import site as site_module
from preflight.inventory.pages import risk
from preflight.inventory.stock import Card, Moment, Stock

OVERSIGHT = {
    "risk": {
        "oversight": {
            "low": {"title": "Standard review", "what": "Somebody looks.", "resources": "An hour."},
            "high": {"title": "Full partnership", "what": "Both sides plan.", "resources": "An engineer."},
        }
    }
}
MOMENTS = (
    Moment("2026-Q2", date(2026, 6, 30), {"high": 1, "low": 2}, 100000.0),
    Moment("2026-Q3", date(2026, 9, 30), {"high": 2, "low": 2, "": 1}, None),
    Moment("2026-Q4", TODAY, {"critical": 1, "high": 2, "low": 3}, 150000.0),
)


def vendor(name: str, level: str | None = "high", **more: Any) -> Card:
    given: dict[str, Any] = {"risk": level, "sensitivity": level, "criticality": level, **more}
    return Card(name, f"vendors/{name}.yaml", name.title(), **given)


def shown(*cards: Card, **more: Any) -> Stock:
    return stock(cards=cards, **{"judged": True, "currency": "EUR", "policies": OVERSIGHT, "horizon": 90} | more)


def files(of: Stock) -> dict[str, bytes]:
    return dict(risk.files(site_module.of(of)))


def page(of: Stock) -> Page:
    return Page(files(of)["risk.html"])


def certificate(days: int, name: str = "acme") -> DueItem:
    day = date.fromordinal(TODAY.toordinal() + days)
    return DueItem(name, name, "certification", "iso-27001", "The iso-27001 certification ends", day, days, "/x")


# ---- The matrix -----------------------------------------------------------------------------------


def test_vendors_stand_by_criticality_and_sensitivity() -> None:
    said = page(shown(vendor("acme"), vendor("bolt", sensitivity="low"), vendor("cask", sensitivity=None)))
    assert harm(said) == []
    matrix = said.text[said.text.index("Operational criticality") : said.text.index("What each level asks for")]
    assert matrix.startswith("Operational criticality critical high medium low not known critical")
    for cell in (
        "1 vendor: criticality high, sensitivity high Acme",
        "1 vendor: criticality high, sensitivity low Bolt",
        "1 vendor: criticality high, sensitivity not known Cask",
    ):
        assert cell in matrix


def test_a_cell_of_many_vendors_counts_them_and_leads_to_the_table() -> None:
    twelve = page(shown(*(vendor(f"v{n:02}") for n in range(12))))
    assert "V11" in twelve.text[: twelve.text.index("What each level")]
    thirteen = page(shown(*(vendor(f"v{n:02}") for n in range(13))))
    assert "V11" not in thirteen.text[: thirteen.text.index("What each level")]
    assert "13 vendors: criticality high, sensitivity high Show them in the table" in thirteen.text
    assert "vendors.html#f=sensitivity%3Ahigh&f=criticality%3Ahigh" in thirteen.links


def test_the_matrix_of_the_sample_counts_every_vendor_once() -> None:
    said = page(sample()).text
    expected = Counter((each.criticality, each.sensitivity) for each in sample().governed)
    for (criticality, sensitivity), count in expected.items():
        assert (
            f"{count} vendor{'s' if count != 1 else ''}: criticality {criticality}, sensitivity {sensitivity}" in said
        )


# ---- Levels, places, what is not in order ---------------------------------------------------------


def test_each_level_says_what_it_asks_for_and_who_is_in_it() -> None:
    said = page(shown(vendor("acme"), vendor("bolt", "low", risk_sure=False), vendor("cask", "low"))).text
    assert "1 of 3 vendors is of high or critical risk; of 1 a part is not known" in said
    assert "high Full partnership Both sides plan. An engineer. 1 vendor : Acme" in said.replace("vendor:", "vendor :")
    assert "low Standard review Somebody looks. An hour. 2 vendors : Bolt (at least), Cask" in said.replace(
        "vendors:", "vendors :"
    )


def test_personal_data_abroad_is_listed_the_riskiest_first() -> None:
    cards = (
        vendor("acme", "low", abroad=True, residency=("US",)),
        vendor("bolt", "high", abroad=True, residency=("IN", "NL")),
        vendor("cask", abroad=False),
        vendor("dock", abroad=None),
    )
    said = page(shown(*cards))
    part = said.text[said.text.index("Personal data outside the EU and EEA") :]
    assert part.index("Bolt high IN, NL") < part.index("Acme low US")
    assert "2 vendors hold it there." in part
    assert "Of 1 vendor it is not known which data it holds, or where." in part
    assert "vendors.html#f=abroad%3Ayes" in said.links


def test_red_flags_and_waivers_are_counted_by_rule() -> None:
    cards = (
        vendor("acme", flag_rules=("a/x", "a/x", "a/y"), waived_rules=("b/z",)),
        vendor("bolt", flag_rules=("a/x",)),
        vendor("gone", flag_rules=("a/w",), governed=False),
    )
    said = page(shown(*cards)).text
    assert "a/x a/x 3 Acme, Bolt a/y a/y 1 Acme" in said
    assert "b/z b/z 1 Acme" in said
    assert "a/w" not in said
    many = page(shown(vendor("acme", flag_rules=tuple(f"a/r{n:02}" for n in range(11))))).text
    assert "a/r09" in many
    assert "a/r10" not in many


def test_the_counts_of_the_sample_are_those_of_its_verdicts() -> None:
    for card in sample().governed:
        assert len(card.flag_rules) == card.red_flags
        assert len(card.waived_rules) == card.waived


def test_certifications_that_ended_or_will_end_soon_are_told() -> None:
    due = (certificate(-3), certificate(90, "bolt"), certificate(91, "cask"))
    said = page(shown(vendor("acme"), vendor("bolt"), vendor("cask"), due=due)).text
    part = said[said.index("Certifications that ended, or will soon") :]
    assert "19 Nov 2026 ended Acme" in part
    assert "in 90 days Bolt" in part
    assert "Cask" not in part[: part.index("Red flags by rule")]
    assert "None ended, and none ends within 90 days." in page(shown(vendor("acme"))).text


# ---- The trend ------------------------------------------------------------------------------------


def test_the_trend_tells_levels_and_cost_by_quarter() -> None:
    found = files(shown(vendor("acme"), moments=MOMENTS))
    said = Page(found["risk.html"]).text
    assert {"charts/risk-by-quarter.svg", "charts/cost-by-quarter-dark.svg"} <= set(found)
    assert "3 vendors of high or critical risk today; 1 at the end of Q2 2026." in said
    assert "150,000 EUR a year today: 50% more than the 100,000 EUR at the end of Q2 2026." in said
    assert "Quarter On Critical High Low Not readable" in said
    assert "Q3 2026 30 Sep 2026 0 2 2 1" in said
    drawing = found["charts/cost-by-quarter.svg"].decode()
    assert "100k" in drawing
    assert "150k" in drawing
    assert "Q3 2026" not in drawing


def test_without_a_history_there_is_a_word_instead_of_a_trend() -> None:
    found = files(shown(vendor("acme")))
    assert list(found) == ["risk.html"]
    assert "The history is shorter than two quarters" in Page(found["risk.html"]).text


# ---- All of it ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE_PAGES, ids=["marks", "address", "long"])
def test_hostile_records_are_shown_as_text(text: str) -> None:
    of = hostile_stock(text)
    cards = tuple(
        replace(card, risk=card.risk or "high", name=text, flag_rules=(text,), residency=(text,), abroad=True)
        for card in of.cards
    )
    policies = {"risk": {"oversight": {"high": dict.fromkeys(("title", "what", "resources"), text)}}}
    due = tuple(replace(certificate(3, card.id), what=text) for card in cards)
    said = page(replace(of, cards=cards, policies=policies, due=due, judged=True, moments=MOMENTS))
    assert harm(said) == []


def test_the_page_is_offered_only_where_risk_is_known() -> None:
    assert not risk.offered(stock({"id": "acme", "name": "Acme"}))
    assert risk.offered(shown(vendor("acme", "low")))


def test_the_same_stock_gives_the_same_bytes() -> None:
    of = shown(vendor("acme"), vendor("bolt", "low"), moments=MOMENTS)
    assert files(of) == files(of)


def test_ten_thousand_vendors_fit_on_a_page() -> None:
    rules = tuple(f"a/r{n}" for n in range(5))
    levels = ("low", "medium", "high", "critical", None)
    cards = tuple(vendor(f"v{n}", levels[n % 5], abroad=n % 2 == 0, flag_rules=rules) for n in range(10_000))
    assert page(shown(*cards)).size < 100_000
