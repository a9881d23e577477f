"""The page of one vendor: a leader reads the summary, whoever works with it finds the rest, and nothing is invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from inventory.reading import HOSTILE_PAGES, harm, hostile_stock, page_of, row, sample, told, verdict, with_detail
from inventory.stocks import TODAY, event, hostile, stock
from preflight.inventory.dossier.labels import place, spoken, words
from preflight.inventory.stock import Edit, Person
from preflight.model import Level, Outcome

BEACON = "beacon-mail"


def test_the_summary_says_what_a_leader_asks() -> None:
    said = page_of(sample(), BEACON).text
    for sentence in (
        "Sends the newsletters and the lifecycle mails of all European and North American brands.",
        "Cost a year 141,760 EUR",
        "Marketing owner Mara Lindqvist",
        "IT owner Kofi Mensah",
        "Last day to cancel 1 Dec 2027 in 374 days",
        "No red flag stands against it",
        "Its risk is high, which asks for: full partnership.",
        "357,000 EUR promised over terms of up to 36 months.",
    ):
        assert sentence in said


def test_every_section_is_in_the_table_of_contents() -> None:
    page = page_of(sample(), BEACON)
    sections = [each["id"] for each in page.all("section")]
    assert [each.removeprefix("#") for each in page.links if each.startswith("#") and each != "#main"][: len(sections)]
    assert {f"#{each}" for each in sections} <= set(page.links)
    assert {"summary", "findings", "risk", "money", "owners", "data", "integrations", "checklist"} <= set(sections)
    assert {"decisions", "due", "life", "record", "file"} <= set(sections)


def test_what_nobody_wrote_down_is_told_and_never_invented() -> None:
    shown = sample()
    bare = {"id": BEACON, "name": "Beacon", "lifecycle": {"status": "live"}}
    silent = replace(
        shown.cards[0], line="", owners={}, teams={}, annual=None, at_least=None, data=None, residency=None, company=""
    )
    cards = tuple(replace(silent) if card.id == BEACON else card for card in shown.cards)
    said = page_of(
        replace(with_detail(shown, BEACON, record=bare, facts={}, verdicts=()), cards=cards, landscape=None), BEACON
    ).text
    for sentence in (
        "who answers for it in marketing",
        "who answers for it in IT",
        "what it costs a year",
        "until when the contract runs and how it can be cancelled",
        "which classes of data it holds",
        "what it is connected to",
        "the company behind it",
        "The record does not say what is subscribed",
        "The record names no roles of the service.",
        "Data processing agreement not known",
        "The record does not say what it is connected to.",
    ):
        assert sentence in said


def test_who_has_left_is_marked_and_missed() -> None:
    shown = sample()
    cards = tuple(
        replace(card, owners={**card.owners, "it": Person("pia", "Pia Gone", gone=True)}) if card.id == BEACON else card
        for card in shown.cards
    )
    said = page_of(replace(shown, cards=cards), BEACON).text
    assert "Pia Gone left" in said
    assert "who follows Pia Gone, who has left, in IT" in said


def test_a_finding_says_why_it_matters_how_to_fix_it_and_where() -> None:
    rule = next(each for each in sample().rules if each.id == "contract/required-clauses")
    shown = with_detail(sample(), BEACON, verdicts=(verdict(BEACON, rule.id, message="No exit rights"),))
    page = page_of(shown, BEACON)
    for sentence in (rule.title, rule.why, "No exit rights", "Fix: Put it in order", "line 7 of vendors/beacon-mail"):
        assert sentence in page.text
    assert "field Data › Data processing agreement › Signed" in page.text
    assert "1 red flag stands against it and must be put right or waived" in page.text
    assert "../rules/contract.html#required-clauses" in page.links


def test_a_waived_finding_is_shown_with_who_let_it_stand_until_when() -> None:
    waiver = row(BEACON, "waive", rule="contract/required-clauses", reason="Renewal", valid_until=date(2027, 1, 31))
    waived = verdict(
        BEACON, "contract/required-clauses", outcome=Outcome.WAIVED, waiver=waiver.decision.id, level=Level.RED_FLAG
    )
    said = page_of(replace(with_detail(sample(), BEACON, verdicts=(waived,)), decided=(waiver,)), BEACON).text
    assert "waived by Gareth Whitlock on 22 Nov 2026, until 31 Jan 2027, because: Renewal" in said
    assert "No red flag stands against it" in said
    assert "Waived: The contract has every clause that it has to have, by Gareth Whitlock until 31 Jan 2027." in said


def test_all_questions_are_there_with_answers_evidence_and_its_age() -> None:
    page = page_of(sample(), BEACON)
    ids = [each["id"] for domain in sample().policies["checklist"]["domains"] for each in domain["questions"]]
    assert len(ids) == 68
    assert all(f"{each} " in page.text for each in ids)
    assert "Northgate Assurance LLP" in page.text
    assert "(157 days old, valid for 207 more days)" in page.text


def test_a_number_stands_with_the_name_of_its_field() -> None:
    said = page_of(sample(), BEACON).text
    assert "How soon does the vendor tell us of an incident? Notification, hours: 24" in said
    assert "Is the integration configuration kept under version control? yes" in said


def test_a_question_that_is_open_or_does_not_apply_says_so() -> None:
    record = dict(sample().detail(BEACON).record)
    record["not_applicable"] = [{"question": "C1.14", "reason": "It sends nothing in bulk"}]
    record["integration"] = {**record["integration"], "sustained_load": {}}
    said = page_of(with_detail(sample(), BEACON, record=record), BEACON).text
    assert "How much goes through in bulk? not applicable It sends nothing in bulk" in said
    assert "How does it behave under a high volume that lasts? not known" in said


def test_risk_is_shown_with_the_signs_that_made_it() -> None:
    said = page_of(sample(), BEACON).text
    assert "Classes of data: personal, internal → high" in said
    assert "Real time or in batches: real-time, hourly, on-demand, daily → medium" in said
    assert "Together 10 points, which is high (from 8 points on)." in said


def test_money_has_terms_prices_notice_and_the_group() -> None:
    said = page_of(sample(), BEACON).text
    for sentence in (
        "1 Mar 2025 – 29 Feb 2028 renews by itself",
        "1 Dec 2027 374 days left 90 days of notice 96,000 EUR a year at least 240,000 EUR for the term",
        "need not be cancelled",
        "Migration: 38,500 EUR on 31 Jan 2022",
        "Longshore Group plc stands behind Tidewater Automation",
    ):
        assert sentence in said


def test_partners_are_linked_with_direction_data_and_owner() -> None:
    page = page_of(sample(), BEACON)
    assert "cask-dam.html" in page.links or "../vendors/cask-dam.html" in page.links
    assert "gets from contacts, preferences real time retry and alert Kofi Mensah" in page.text
    assert "sends to and gets from consents, opens, clicks, bounces" in page.text


def test_a_connection_that_only_the_other_end_tells_of_is_there() -> None:
    record = {**sample().detail("cask-dam").record, "integrations": []}
    assert "told by the other end" in page_of(with_detail(sample(), "cask-dam", record=record), "cask-dam").text


def test_roles_have_deputies_and_tasks_a_side() -> None:
    said = page_of(sample(), BEACON).text
    assert "Platform owner Mara Lindqvist Sanne de Vries" in said
    assert "Integration IT" in said
    assert "Security IT" in said
    assert "User administration both together" in said


def test_a_signed_decision_is_told_from_one_that_is_only_recorded() -> None:
    said = page_of(replace(sample(), decided=(row(BEACON),)), BEACON).text
    assert "Approval · Chief Financial Officer, Gareth Whitlock · 22 Nov 2026 in force" in said
    assert "Approves up to 75,000 EUR a year" in said
    assert "signed and verified key SHA256:abcdefabcdef" in said
    assert "recorded only, unverified" in said


def test_history_tells_before_and_after_and_what_the_signature_is_worth() -> None:
    edits = (Edit("/contract/subscriptions/0/price/amount", "96000", "99000"), Edit("/summary", "Old", ""))
    told = event(BEACON, 2, edits=edits, request="12", signature="good mara-lindqvist", subject="Dearer")
    page = page_of(replace(sample(), events=(told, event("cask-dam", 1, subject="Another"))), BEACON)
    assert "Contract › Subscriptions › 1 › Price › Amount: 96000 → 99000" in page.text
    assert "taken out" in page.text
    assert "by Nora Fink · request #12" in page.text
    assert "commit signed: mara-lindqvist" in page.text
    assert "Another" not in page.text


def test_a_long_history_is_cut_and_says_so() -> None:
    edits = tuple(Edit("/summary", str(number), "x" * 160) for number in range(30))
    many = tuple(event(BEACON, number, edits=edits) for number in range(300, 0, -1))
    page = page_of(replace(sample(), events=many), BEACON)
    assert "and 240 older commits" in page.text
    assert "which preflight audit log tells" in page.text
    assert page.size < 700_000


def test_a_registry_without_rules_has_a_page_of_fields_and_history() -> None:
    record = {"id": "acme", "name": "Acme", "site": "https://acme.example", "tiers": [{"label": "Pro", "usd": 1200}]}
    page = page_of(stock(record, events=(event("acme", kind="added"),)), "acme")
    assert [each["id"] for each in page.all("section")] == ["record", "history", "file"]
    assert "https://acme.example" in page.links
    assert "Tiers 1 Label Pro Usd 1,200" in page.text
    assert "red flag" not in page.text
    assert harm(page) == []


def test_a_huge_record_is_cut() -> None:
    page = page_of(stock({"id": "acme", "rows": [{"key": f"{each}"} for each in range(5000)]}), "acme")
    assert "And more, which the file has." in page.text
    assert page.size < 200_000


def test_names_of_fields_without_a_schema_are_words() -> None:
    names = {"dataProcessingAgreementUrl": "Data processing agreement URL", "head_count": "Head count", "SSO": "SSO"}
    assert {name: words(name) for name in names} == names
    assert place("north-america") == "North America"


def test_values_are_written_as_people_write_them() -> None:
    assert spoken({"amount": 96000, "currency": "EUR"}) == "96,000 EUR"
    assert spoken({"amount": "many", "currency": "EUR"}) == "amount many, currency EUR"
    assert spoken([{"kind": "outage", "date": "2026-05-01"}]) == "kind outage, date 1 May 2026"
    assert (spoken([]), spoken(None), spoken([False, "2026-13-01"])) == ("none", "", "no, 2026-13-01")


@pytest.mark.parametrize("text", HOSTILE_PAGES, ids=("all", "address", "long"))
def test_hostile_texts_stay_texts(text: str) -> None:
    for page in (page_of(hostile_stock(text), "quayside-chat"), page_of(stock(hostile(text)), "evil")):
        assert harm(page) == []
        assert told(text, page)
        assert page.size < 1_000_000


def test_the_same_stock_gives_the_same_page() -> None:
    assert page_of(sample(), BEACON).elements == page_of(replace(sample(), as_of=TODAY), BEACON).elements
