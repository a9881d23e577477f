"""Whoever has to sign sees what the decision rests on, and how to sign."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inventory.reading import HOSTILE_PAGES, harm, hostile_stock, pages_of, sample, told, with_detail
from inventory.stocks import stock
from preflight.inventory.pages import proposals


def test_it_is_offered_only_while_something_is_proposed() -> None:
    assert proposals.offered(sample())
    settled = tuple(replace(card, status="live") for card in sample().cards)
    assert not proposals.offered(replace(sample(), cards=settled))
    assert not proposals.offered(stock({"id": "acme", "lifecycle": {"status": "proposed"}}))


def test_a_proposal_says_verdict_cost_risk_gaps_findings_and_alternatives() -> None:
    said = pages_of(proposals, sample())["proposals.html"].text
    for sentence in (
        "1 vendor waits for a decision.",
        "No red flag, 1 warning",
        "30,660 EUR a year to the vendor, 49,860 EUR with our own work",
        "High risk: data sensitivity high",
        "When every subscription ends, and whether it renews by itself",
        "/integration/sustained_load/behaviour is not filled in",
        "Chat add-on of Compass CRM Cloud, looked at: No Nordic languages before 2028.",
        "4 of 5",
    ):
        assert sentence in said


def test_every_open_signature_has_its_reason_and_its_command() -> None:
    said = pages_of(proposals, sample())["proposals.html"].text
    assert (
        "Chief Financial Officer: Gareth Whitlock why: 53,660 EUR bought within 365 days, asked from 50,000 EUR on"
        in said
    )
    assert "On the terminal: preflight approve quayside-chat --role cfo" in said
    assert "--role security-reviewer" not in said
    assert "Noor Haddad on 2026-11-05, not verified" in said


def test_what_is_blocked_is_said_first() -> None:
    detail = sample().detail("quayside-chat")
    assert detail.brief is not None
    brief = replace(detail.brief, verdict="Cannot be merged: 2 red flags, 0 warnings", blocked=True)
    page = pages_of(proposals, with_detail(sample(), "quayside-chat", brief=brief))["proposals.html"]
    assert page.text.count("Cannot be merged: 2 red flags") == 2


def test_of_many_proposals_the_first_are_laid_out() -> None:
    shown, card = sample(), next(card for card in sample().cards if card.status == "proposed")
    detail = shown.detail(card.id)
    many = tuple(replace(card, id=f"chat-{number:03}", name=f"Chat {number:03}") for number in range(150))
    page = pages_of(proposals, replace(shown, cards=many, detail=lambda _: detail))["proposals.html"]
    assert "The first 100 are laid out here" in page.text
    assert "vendors.html#f=status%3Aproposed" in page.links
    assert page.size < 1_000_000


@pytest.mark.parametrize("text", HOSTILE_PAGES, ids=("all", "address", "long"))
def test_hostile_texts_stay_texts(text: str) -> None:
    page = pages_of(proposals, hostile_stock(text))["proposals.html"]
    assert harm(page) == []
    assert told(text, page)


def test_a_role_that_nobody_holds_today_and_what_to_do_are_said() -> None:
    people = {
        "people": [{"id": "x", "name": "X", "roles": [{"role": "cfo", "from": "2020-01-01", "until": "2021-01-01"}]}]
    }
    shown = replace(sample(), policies={**sample().policies, "people": people})
    said = pages_of(proposals, shown)["proposals.html"].text
    assert "Chief Financial Officer: nobody holds this role today" in said
    assert "ask Amara Okafor, who looks after it in marketing, to prepare the statement" in said
