"""The first page: what each number leads to, which contracts end, and what happened in plain words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from inventory.reading import row
from inventory.stocks import event, stock
from preflight.inventory import site
from preflight.inventory.pages import overview
from preflight.inventory.stock import Edit, Ledger, Term

if TYPE_CHECKING:
    from preflight.inventory.stock import Stock

RECORDS = ({"id": "acme", "name": "Acme"}, {"id": "bolt", "name": "Bolt"})


def page(of: Stock) -> str:
    """Return the page as HTML."""
    return dict(overview.files(site.of(of)))["index.html"].decode()


def changed(of: Stock, **each: dict[str, Any]) -> Stock:
    """Return the stock with other values in some of its cards."""
    return replace(of, cards=tuple(replace(card, **each.get(card.id, {})) for card in of.cards))


def test_contracts_that_end_stand_among_the_days_to_cancel_with_their_own_amount() -> None:
    terms = (
        Term("Mail", cancel_by=date(2027, 2, 1), annual=900.0, renews=True),
        Term("Seats", ends=date(2027, 1, 1), annual=100.0, renews=False),
        Term("Gone", ends=date(2025, 1, 1), annual=1.0, renews=False),
        Term("Open", ends=date(2027, 1, 2), annual=2.0),
    )
    known = changed(
        stock(*RECORDS, currency="EUR"),
        acme={"ledger": Ledger(terms), "annual": 7777.0, "cancel_by": date(2027, 2, 1)},
        bolt={"cancel_by": date(2027, 1, 15), "annual": 5555.0},
    )
    card = page(known).split("and contracts that end</h2>")[1].split("</section>")[0]
    days = ("2027-01-01", "2027-01-15", "2027-02-01")
    assert [card.index(day) for day in days] == sorted(card.index(day) for day in days)
    assert card.count("ends by itself") == 1
    assert "<bdi>Seats</bdi>, 100 EUR a year" in card
    assert "<bdi>Mail</bdi>, 900 EUR a year" in card
    assert "7,777" not in card, "not what the whole vendor costs"
    assert "5,555" not in card, "nor where the subscription is not known"
    assert "Gone" not in card
    assert "Open" not in card, "nobody knows whether it ends"


def test_every_tile_leads_on() -> None:
    known = changed(
        stock(*RECORDS, currency="EUR", judged=True),
        acme={"annual": 1000.0, "status": "proposed", "red_flags": 1, "warnings": 2, "waived": 0},
        bolt={"annual": 500.0, "status": "live", "red_flags": 0, "warnings": 1, "waived": 3},
    )
    made = page(known)
    tiles = made.split('<ul class="tiles">')[1].split("</ul>")[0]
    assert 'href="vendors.html#f=red:yes"' in tiles
    assert 'href="vendors.html#f=waived:yes"' in tiles
    assert "sort=-warnings" in tiles
    assert "<b>3</b>" in tiles, "warnings of all vendors"
    assert "of it 1,000 only proposed" in tiles
    for tile in tiles.split("</li>")[:-1]:
        target = tile.partition('href="')[2].partition('"')[0]
        assert target or "calendar" not in {entry.path for entry in site.of(known).menu}


def test_what_is_left_out_of_a_list_is_found_in_the_table() -> None:
    records = [
        {"id": f"v{number}", "name": "V", "data": {"classes": ["personal"], "residency": ["IE", "US"]}}
        for number in range(overview.MOST + 2)
    ]
    known = stock(*records)
    made = page(changed(known, **{card.id: {"risk": "high"} for card in known.cards}))
    assert '<a href="vendors.html#f=abroad:yes">2 more</a>' in made
    assert '<a href="vendors.html#f=risk:critical&amp;f=risk:high&amp;sort=-risk">2 more</a>' in made
    assert "US (also IE)" in made


def test_vendors_that_the_rules_leave_out_are_left_out_of_the_table_too() -> None:
    records = [
        {"id": f"v{number}", "name": "V", "data": {"classes": ["personal"], "residency": ["US"]}}
        for number in range(overview.MOST + 2)
    ]
    known = stock(*records)
    more = {card.id: {"status": "live"} for card in known.cards} | {"v0": {"status": "retired", "governed": False}}
    assert '<a href="vendors.html#f=abroad:yes&amp;f=status:live">1 more</a>' in page(changed(known, **more))


def test_what_happened_is_told_in_plain_words() -> None:
    decision = row("bolt")
    edits = (
        Edit("/contract/subscriptions/0/notice_days", "30", "60"),
        Edit("/name", "Acm", "Acme"),
        Edit("/tags/0", "a", "b"),
    )
    made = page(
        stock(
            *RECORDS,
            decided=(decision,),
            events=(
                event("", 3, subject="Only rules"),
                event("acme", 2, edits=edits, more=1, subject="Second"),
                event("bolt", 2, kind="decision", edits=(Edit(decision.decision.path, "", "added"),), subject="Second"),
                event("", 1, subject="Rules again"),
            ),
        )
    )
    card = made.split("What changed this month</h2>")[1].split("</section>")[0]
    assert "<bdi>4 fields changed (Notice days, Name, Tags)</bdi>" in card
    assert "<bdi>agreed by the CFO</bdi>" in card
    assert "<b><bdi>Second</bdi></b>" in card
    assert card.index("Second") < card.index("<summary>2 changes of the rules</summary>") < card.index("Only rules")


def test_a_month_without_a_change_says_so() -> None:
    assert "Nothing." in page(stock(*RECORDS, events=()))
