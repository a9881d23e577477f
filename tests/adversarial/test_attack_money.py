"""Money that the limits do not see: in other places, other times, other words, and with other companies.

Foghorn costs 60,000 EUR a year, and the CFO signed up to 66,000. Whoever asks for more has to ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adversarial.ground import RECORD, VENDOR

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
    ],
    ids=["a domain below", "without the blank", "another legal form"],
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
