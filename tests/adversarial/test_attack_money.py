"""Money that the limits do not see: in other places, other times, other words, and with other companies.

Foghorn costs 60,000 EUR a year, and the CFO signed up to 66,000. Whoever asks for more has to ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adversarial.ground import RECORD, SMALL, VENDOR

if TYPE_CHECKING:
    from adversarial.ground import Ground

ASKED = "risk/approved-by-the-roles"
MINIMUM = "commitment: {minimum: {amount: 60000, currency: EUR}, forecast_confidence: 90}"
ONCE = "  one_off:\n"
TERMS = "  subscriptions:\n"


def subscription(product: str, amount: int, starts: str, ends: str, *, renews: bool = False) -> str:
    """Return one more entry of the contract, paid for its term."""
    price = f"price: {{amount: {amount}, currency: EUR}}, per: term"
    dates = f"starts: {starts}, ends: {ends}, auto_renews: {str(renews).lower()}, notice_days: 0"
    return f"    - {{product: {product}, {dates}, {price}}}\n"


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        pytest.param(
            (ONCE, ONCE + "    - {kind: licence, amount: {amount: 50000, currency: EUR}, date: 2026-12-22}\n"),
            {ASKED},
            id="a fee on top of what runs",
        ),
        pytest.param(
            (ONCE, ONCE + "    - {kind: licence, amount: {amount: 5000000, currency: EUR}, date: 2025-12-20}\n"),
            {"contract/payments-entered-in-time"},
            id="a fee of last year, entered today",
        ),
        pytest.param(
            ("approved_on: 2026-11-30", "approved_on: 2025-01-01"),
            {"lifecycle/approval-dated-truly"},
            id="an approval dated back",
        ),
        pytest.param(
            (TERMS, TERMS + subscription("Old", 5_000_000, "2025-12-20", "2026-12-20")),
            {"contract/purchases-entered-in-time"},
            id="a subscription of last year, entered today",
        ),
        pytest.param(
            ("starts: 2027-01-01\n      ends: 2028-12-31", "starts: 2027-01-01\n      ends: 2027-01-31"),
            {ASKED},
            id="a minimum that is owed each month",
        ),
        pytest.param(("users: 40\n", "users: 90000\n"), {ASKED}, id="seats for everybody"),
        pytest.param(
            ("  data_seen: [public]", "  data_seen: [sensitive-personal]"),
            {ASKED},
            id="data that only the AI sees",
        ),
    ],
)
def test_what_is_bought_besides_needs_a_signature(ground: Ground, change: tuple[str, str], rules: set[str]) -> None:
    ground.edit(RECORD, change)
    ground.commit()
    assert rules <= {rule for rule, _, _ in ground.check().red}
    ground.refused()


@pytest.mark.parametrize("day", ["2026-12-23", "2031-01-01", "2026-09-22"])
def test_an_approval_is_of_today_or_of_late(ground: Ground, day: str) -> None:
    """From a day to come on nothing would be bought yet; from long ago it would be old."""
    text = ground.read(RECORD).replace("foghorn", "curlew").replace("Foghorn", "Curlew")
    approved = "  status: approved\n  approved_on: 2026-11-30\n"
    ground.write("vendors/curlew-sms.yaml", text.replace(approved, "  status: proposed\n"))
    ground.slip_in("Propose another")
    ground.write("vendors/curlew-sms.yaml", text.replace("approved_on: 2026-11-30", f"approved_on: {day}"))
    ground.commit()
    assert "lifecycle/approval-dated-truly" in [rule for rule, _, _ in ground.check().red]
    ground.edit("vendors/curlew-sms.yaml", (f"approved_on: {day}", "approved_on: 2026-12-22"))
    ground.commit()
    assert "lifecycle/approval-dated-truly" not in [rule for rule, _, _ in ground.check().red]


@pytest.mark.parametrize(
    "life",
    [
        "status: retired\n  approved_on: 2026-11-30\n  retired_on: 2031-12-31",
        "status: rejected\n  approved_on: 2026-11-30\n  signed_on: 2026-12-01",
    ],
    ids=["retired in years", "rejected after the signature"],
)
def test_a_word_does_not_end_what_has_to_be_agreed(ground: Ground, life: str) -> None:
    ground.edit(RECORD, ("status: approved\n  approved_on: 2026-11-30", life))
    ground.raise_cost()
    ground.commit()
    assert (ASKED, RECORD) in [each[:2] for each in ground.check().red]
    ground.refused()


@pytest.mark.parametrize(
    "entity",
    [
        "{name: Tarn Ltd, domains: [eu.foghorn.example]}",
        "{name: FoghornMessaging GmbH}",
        '{name: "Foghorn Messaging gmbh & co. kg"}',
        '{name: "Foghorn Messaging UG (haftungsbeschränkt)"}',
        "{name: Foghorn Messaging e.K.}",
        "{name: Foghorn Messaging GmbH i.G.}",
        "{name: Foghorn Messaging KGaA}",
        "{name: Foghorn Messaging G.m.b.H.}",
        "{name: Foghorn Messaging Gesellschaft mbH}",
        '{name: "Foghorn Messaging\N{TRADE MARK SIGN} GmbH"}',
        '{name: "Foghorn Messaging GmbH (DE)"}',
        '{name: "Foghorn Messaging GmbH i. L."}',
        '{name: "The Foghorn Messaging GmbH"}',
        '{name: "GmbH Foghorn Messaging"}',
        "{name: Foghorn Messaging AG (DE)}",
        "{name: S.A. Foghorn Messaging}",
        "{name: Foghorn Messaging Private Limited}",
        "{name: Foghorn Messaging Aktiebolag}",
        "{name: FOGHORN MESSAGlNG GmbH}",
        "{name: F0ghorn Messaging GmbH}",
        "{name: Foghom Messaging GmbH}",
        "{name: Føghorn Messaging GmbH}",
        "{name: Foeghorn Messaging GmbH}",
        "{name: Foghorn & Messaging GmbH}",
        "{name: Foghorn and Messaging GmbH}",
        "{name: Foghorn-Messaging GrnbH}",
    ],
    ids=[
        "a domain below",
        "without the blank",
        "another legal form",
        "UG",
        "e.K.",
        "in formation",
        "KGaA",
        "with dots",
        "in words",
        "a sign",
        "a country",
        "in liquidation",
        "an article",
        "the form in front",
        "a short form before a country",
        "a form of two letters in front",
        "the form in English",
        "the form in Swedish",
        "a small L for a capital I",
        "a nought",
        "an m for an rn",
        "a letter with a stroke",
        "an umlaut in two letters",
        "a sign that joins",
        "a word that joins",
        "an rn for an m",
    ],
)
def test_a_second_record_of_the_same_house_is_counted_with_the_first(ground: Ground, entity: str) -> None:
    text = ground.read(RECORD).replace("amount: 60000", "amount: 45000")
    more = text.replace(f"id: {VENDOR}", "id: foghorn-more").replace("name: Foghorn SMS", "name: More")
    seller = "{name: Foghorn Messaging GmbH, country: DE, domains: [foghorn.example]}"
    assert seller in more
    ground.write("vendors/foghorn-more.yaml", more.replace(seller, entity))
    ground.commit()
    red = [each[:2] for each in ground.check().red]
    assert (ASKED, RECORD) in red
    ground.refused()


def test_an_old_payment_is_not_entered_a_second_time(ground: Ground) -> None:
    """What was there once is no pattern for what was not."""
    once = "    - {kind: licence, amount: {amount: 30000, currency: EUR}, date: 2025-12-20}\n"
    ground.edit(RECORD, (ONCE, ONCE + once))
    ground.commit()
    ground.edit(RECORD, (ONCE, ONCE + once.replace("}\n", ", note: Again}\n") + once))
    ground.commit()
    said = ground.check("HEAD", "HEAD~1")
    assert [rule for rule, _, _ in said.red].count("contract/payments-entered-in-time") == 3


def test_a_company_without_a_letter_is_nobody(ground: Ground) -> None:
    ground.edit(RECORD, ("name: Foghorn Messaging GmbH", 'name: "\N{DAGGER}"'))
    ground.commit()
    assert "contract/seller-known" in {rule for rule, _, _ in ground.check().red}
    ground.refused()


KEPT = "contract/purchases-kept"
HALF = subscription("Half a year", 6_000, "2026-06-01", "2026-11-30")
TERM = "Foghorn Business of 2027-01-01 to 2028-12-31: "
APPROVED = "approved_on: 2026-11-30\n"
SIGNED = APPROVED + "  signed_on: 2026-12-01\n"
FEE = "    - {kind: licence, amount: {amount: 6000, currency: EUR}, date: 2026-11-30}\n"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(
            "starts: 2027-01-01", "starts: 2025-01-01", TERM + "it is not",
            id="the first day moved back out of the window",
        ),
        pytest.param(HALF, "", "Half a year of 2026-06-01 to 2026-11-30: it is not", id="what is over taken out"),
        pytest.param(FEE, "", "a payment (licence) of 2026-11-30: it is not", id="a payment taken out"),
        pytest.param(
            FEE, FEE.replace("licence", "internal-labour"), "a payment (licence) of 2026-11-30: it is not",
            id="a licence that becomes our own work",
        ),
        pytest.param(
            "ends: 2028-12-31", "ends: 2027-03-31", TERM + "it is there as less",
            id="a term cut short, for a new plan beside it",
        ),
        pytest.param(
            "amount: 60000", "amount: 600", TERM + "it is there as less",
            id="a price that falls, for a new plan beside it",
        ),
        pytest.param(
            "product: Foghorn Business", "product: Foghorn Voice",
            TERM + "it is not", id="another product in its place",
        ),
        pytest.param("notice_days: 90", "notice_days: 0", TERM + "it is there as less", id="a shorter notice"),
    ],
)  # fmt: skip
def test_what_was_bought_is_not_withdrawn_before_the_next_purchase(
    ground: Ground, old: str, new: str, said: str
) -> None:
    """One push makes room below the limit, the next one fills it; neither alone is large."""
    ground.edit(RECORD, (TERMS, TERMS + HALF), (ONCE, ONCE + FEE), (APPROVED, SIGNED))
    ground.commit()
    ground.edit(RECORD, (old, new))
    ground.commit()
    first, *_ = ground.check("HEAD", "HEAD~1").of(KEPT)
    assert first.startswith(said)


def test_the_room_that_a_withdrawal_made_is_refused_by_the_server(ground: Ground) -> None:
    ground.edit(RECORD, (APPROVED, SIGNED))
    ground.commit()
    ground.taken()
    ground.edit(RECORD, ("amount: 60000", "amount: 600"))
    ground.commit()
    assert f"{KEPT} {TERM}" in ground.refused()


def test_a_day_that_has_come_is_not_taken_out(ground: Ground) -> None:
    """Without its signature a rejected vendor would count as never bought."""
    ground.edit(RECORD, (APPROVED, SIGNED))
    ground.commit()
    ground.taken()
    ground.edit(RECORD, ("status: approved", "status: rejected"), ("  signed_on: 2026-12-01\n", ""))
    ground.commit()
    assert "lifecycle/days-kept" in {rule for rule, _, _ in ground.check().red}
    ground.refused()


@pytest.mark.parametrize("day", ["2026-05-01", "2026-12-14"], ids=["months ago", "longer than a week ago"])
def test_the_end_of_what_was_rejected_is_not_put_into_the_past_afterwards(ground: Ground, day: str) -> None:
    """Its days would leave the year in which the next vendor of the seller is bought."""
    ground.edit(RECORD, ("status: approved", "status: rejected"))
    ground.commit()
    assert "lifecycle/rejected-before-it-was-bought" in ground.refused()
    ground.slip_in("Rejected", "2026-12-20")
    ground.edit(RECORD, ("status: rejected", f"status: rejected\n  retired_on: {day}"))
    ground.commit()
    assert ("lifecycle/end-dated-truly", RECORD) in [each[:2] for each in ground.check().red]
    ground.refused()


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("rejected", "rejected\n  signed_on: 2026-12-20"),
        ("rejected", "rejected\n  live_on: 2026-12-20"),
        ("retired\n  retired_on: 2026-12-20", "retired\n  retired_on: 2099-12-31"),
    ],
    ids=["signed", "live", "not over yet"],
)
def test_what_is_over_does_not_come_back_by_a_date(ground: Ground, was: str, now: str) -> None:
    """It would be bought and used again without a proposal."""
    ground.edit(RECORD, ("status: approved", f"status: {was}"))
    ground.slip_in("It is over", "2026-12-20")
    ground.edit(RECORD, (f"status: {was}", f"status: {now}"))
    ground.commit()
    assert ("lifecycle/over-is-over", RECORD) in [each[:2] for each in ground.check().red]
    ground.refused()


def test_what_is_used_without_a_day_is_not_exchanged_for_a_purchase(ground: Ground) -> None:
    text = ground.read(SMALL)
    used = text[text.index("  usage:\n") : text.index("\ndata:")]
    ground.edit(SMALL, (used, ""))
    ground.commit()
    [said] = ground.check().of(KEPT)
    assert said.startswith("the usage in 1000 tested visitors above 12 million: it is not there any more")
    ground.refused()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(("name: Foghorn Messaging GmbH", "name: Mere Ltd"), id="another company"),
        pytest.param(("domains: [foghorn.example]", "domains: [mere.example]"), id="another domain"),
    ],
)
def test_what_was_agreed_to_is_not_handed_to_another_seller(ground: Ground, change: tuple[str, str]) -> None:
    """Approvals that are only recorded would go on to count, for somebody whom nobody looked at."""
    ground.edit(RECORD, change)
    ground.commit()
    assert "contract/seller-kept" in {rule for rule, _, _ in ground.check().red}
    ground.refused()


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        pytest.param(
            subscription("Campaign", 45_000, "2026-11-21", "2026-12-21"), ASKED, id="a month that ended yesterday"
        ),
        pytest.param(
            subscription("Campaign", 45_000, "2025-12-21", "2026-12-22"),
            "contract/purchases-entered-in-time",
            id="a year that ends today",
        ),
    ],
)
def test_what_is_bought_beside_an_old_contract_counts_with_it(ground: Ground, entry: str, rule: str) -> None:
    """Trident costs 47,740 a year: below every limit, and not for long."""
    ground.edit(SMALL, (TERMS, TERMS + entry))
    ground.commit()
    assert (rule, SMALL) in [each[:2] for each in ground.check().red]
    ground.refused()


@pytest.mark.parametrize(
    "since", ["", ", since: 2026-09-22", ", since: 2020-01-01"], ids=["no day", "too late", "years ago"]
)
def test_what_recurs_anew_says_since_when(ground: Ground, since: str) -> None:
    """Else it could be exchanged for the next one tomorrow, and no two of them would count together."""
    support = f"    - {{kind: support, amount: {{amount: 1900, currency: EUR}}, per: year{since}}}\n"
    ground.edit(SMALL, ("  recurring:\n", "  recurring:\n" + support))
    ground.commit()
    assert ("contract/recurring-entered-in-time", SMALL) in [each[:2] for each in ground.check().red]
    ground.refused()


def test_what_recurs_of_late_is_not_exchanged_for_the_next(ground: Ground) -> None:
    def paid(kind: str) -> str:
        return f"    - {{kind: {kind}, amount: {{amount: 1900, currency: EUR}}, per: year, since: 2026-12-22}}\n"

    ground.edit(SMALL, ("  recurring:\n", "  recurring:\n" + paid("support")))
    ground.commit()
    ground.taken()
    ground.edit(SMALL, (paid("support"), paid("training")))
    ground.commit()
    [said] = ground.check().of(KEPT)
    assert said.startswith("the recurring cost of support since 2026-12-22: it is not there any more")
    ground.refused()


def test_who_buys_while_leaving_is_asked(ground: Ground) -> None:
    ground.edit(RECORD, ("status: approved", "status: rejected"))
    ground.edit(RECORD, (TERMS, TERMS + subscription("More", 200_000, "2026-12-22", "2031-12-21")))
    ground.commit()
    assert ground.check().of("contract/nothing-bought-when-over") == [
        "It is rejected, and the record gets More now, or on other terms"
    ]
    ground.refused()


def test_an_old_contract_is_not_filled_anew(ground: Ground) -> None:
    """Trident began before the window: a third term in its old entry would be one of long ago."""
    ground.edit(SMALL, ("ends: 2027-06-30", "ends: 2031-06-30"))
    ground.commit()
    [said] = ground.check().of("contract/old-terms-not-extended")
    assert said.startswith("Trident Growth plan of 2025-07-01 to 2031-06-30 was bought more than 90 days ago, and is")
    ground.refused()


def test_seats_in_two_entries_are_seats(ground: Ground) -> None:
    ground.edit(RECORD, ("users: 40\n", "users: 2600\n"))
    seats = subscription("More seats", 10, "2027-01-01", "2028-12-31")
    ground.edit(RECORD, (TERMS, TERMS + seats.replace("product: More seats", "product: More seats, users: 2600")))
    ground.commit()
    assert any("critical risk" in each for each in ground.check().of(ASKED))
    ground.refused()


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        pytest.param("Foghorn\N{HANGUL FILLER}Messaging GmbH", "yaml/character", id="a letter that nobody sees"),
        pytest.param(
            "Fo\N{LATIN SMALL LETTER SCRIPT G}horn Messaging GmbH", "contract/seller-known", id="a g like a g"
        ),
        pytest.param("Foghorn Mess\N{CYRILLIC SMALL LETTER A}ging GmbH", "contract/seller-known", id="two scripts"),
        pytest.param(
            "Foghorn Messaging Gmb\N{LATIN SMALL LETTER MIDDLE-WELSH LL}", "contract/seller-known", id="old letters"
        ),
        pytest.param("Foghorn Messaging \N{ARABIC-INDIC DIGIT ONE}", "contract/seller-known", id="other digits"),
        pytest.param("\u0424\u043e\u0433\u0445\u043e\u0440\u043d", "contract/seller-known", id="one other script"),
        pytest.param("\u039c\u039f\u039d\u03a4\u0391\u039d\u0391", "contract/seller-known", id="other capitals"),
        pytest.param("Foghorn\u4e00Messaging GmbH", "contract/seller-known", id="a letter like a hyphen"),
        pytest.param("Foghorn Messaging Gmb\N{COMBINING ENCLOSING CIRCLE}H", "contract/seller-known", id="a ring"),
        pytest.param("Fo\N{MULTIPLICATION SIGN}horn GmbH", "contract/seller-known", id="a sign like an x"),
        pytest.param('"Foghorn || Messaging GmbH"', "contract/seller-known", id="strokes like letters"),
    ],
)
def test_a_seller_is_written_in_letters_that_are_what_they_seem(ground: Ground, name: str, rule: str) -> None:
    text = ground.read(RECORD).replace(f"id: {VENDOR}", "id: foghorn-more").replace("name: Foghorn SMS", "name: More")
    ground.write("vendors/foghorn-more.yaml", text.replace("Foghorn Messaging GmbH", name))
    ground.commit()
    assert rule in {each for each, path, _ in ground.check().red if path == "vendors/foghorn-more.yaml"}
    ground.refused()
