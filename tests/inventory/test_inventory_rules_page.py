"""The policy book in the inventory: every rule, why it is there, and who breaks it now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inventory.reading import HOSTILE_PAGES, harm, hostile_stock, pages_of, sample, verdict
from inventory.stocks import stock
from preflight.inventory.pages import rules

CLAUSES = "contract/required-clauses"


def breaking(count: int) -> tuple[str, ...]:
    return tuple(card.id for card in sample().cards[:count])


def test_it_is_offered_only_where_there_are_rules() -> None:
    assert rules.offered(sample())
    assert not rules.offered(stock({"id": "acme"}))


def test_every_rule_is_on_the_page_of_its_domain() -> None:
    pages = pages_of(rules, sample())
    for rule in sample().rules:
        domain, _, name = rule.id.partition("/")
        page = pages[f"rules/{domain}.html"]
        assert name in page.ids, rule.id
        assert " ".join(rule.why.split()) in page.text


def test_a_rule_says_level_waivable_fix_and_what_it_answers() -> None:
    said = pages_of(rules, sample())["rules/contract.html"].text
    assert "Red flag can be waived contract/required-clauses" in said
    assert "How to fix it. Send the vendor our standard clause before the signature" in said
    assert "M6 Does the contract hold what it must" in said
    assert "for each" in pages_of(rules, sample())["rules/architecture.html"].text


def test_a_rule_names_the_first_ten_vendors_that_break_it() -> None:
    cards = tuple(replace(card, failing=(CLAUSES,) if card.id in breaking(12) else ()) for card in sample().cards)
    pages = pages_of(rules, replace(sample(), cards=cards))
    assert "12 vendors break it Beacon Mail, " in pages["rules/contract.html"].text
    assert "and 2 more" in pages["rules/contract.html"].text
    assert "../vendors/beacon-mail.html" in pages["rules/contract.html"].links
    assert "1 broken now" in pages["rules.html"].text
    assert "The contract has every clause that it has to have Red flag 12" in pages["rules.html"].text
    assert "rules/contract.html#required-clauses" in pages["rules.html"].links


def test_when_all_is_kept_it_says_so() -> None:
    cards = tuple(replace(card, failing=()) for card in sample().cards)
    pages = pages_of(rules, replace(sample(), cards=cards, registry=()))
    assert "No vendor breaks a rule." in pages["rules.html"].text
    assert "no vendor breaks it" in pages["rules/contract.html"].text


def test_findings_about_the_registry_as_a_whole_stand_first() -> None:
    found = verdict("(registry)", CLAUSES, message="Nobody called the committee", fix="Call it")
    said = pages_of(rules, replace(sample(), registry=(found,)))["rules.html"].text
    assert "About the registry as a whole red flag Nobody called the committee" in said
    assert "Call it" in said


def test_a_domain_of_a_strange_name_has_a_plain_address() -> None:
    strange = replace(sample().rules[0], id="..%2f Domain/a b")
    pages = pages_of(rules, replace(sample(), rules=(strange,)))
    (path,) = set(pages) - {"rules.html"}
    assert path.startswith("rules/v-")
    assert path in pages["rules.html"].links
    assert harm(pages[path]) == []


@pytest.mark.parametrize("text", HOSTILE_PAGES, ids=("all", "address", "long"))
def test_hostile_texts_stay_texts(text: str) -> None:
    shown = hostile_stock(text)
    for path, page in pages_of(rules, replace(shown, rules=shown.rules[:3])).items():
        assert harm(page) == [], path
