"""The calendar: what is due by when, who sees to it, and the nearest last days to cancel before all else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from inventory.stocks import HOSTILE, TODAY, stock
from preflight.due.items import DueItem
from preflight.inventory import site as pages
from preflight.inventory.exports import calendars
from preflight.inventory.pages import calendar
from preflight.inventory.stock import Card, Detail, Ledger, Term
from preflight.model import REGISTRY

if TYPE_CHECKING:
    from preflight.inventory.stock import Stock

MAIL = Card("mail", "vendors/mail.yaml", "Beacon Mail", annual=96000.0)
CHAT = Card("chat", "vendors/chat.yaml", "Chat")


def due(days: int, what: str = "Look at who has access", **more: Any) -> DueItem:
    given: dict[str, Any] = {
        "vendor": "mail",
        "name": "Beacon Mail",
        "kind": "review",
        "subject": what,
        "what": what,
        "date": TODAY + timedelta(days),
        "days": days,
        "pointer": "/reviews/0",
        "owner": "mara",
        "owner_name": "Mara Lind",
        "team": "crm",
    }
    return DueItem(**given | more)


def holding(*terms: Term) -> Card:
    return replace(MAIL, ledger=Ledger(terms))


def shown(*items: DueItem, card: Card = MAIL) -> Stock:
    ordered = tuple(sorted(items, key=lambda item: (item.date, item.vendor)))
    return stock(cards=(card, CHAT), due=ordered, teams={"crm": "CRM and Lifecycle"}, currency="EUR", judged=True)


def written(shown: Stock) -> str:
    ((path, data),) = calendar.files(pages.of(shown))
    assert path == "calendar.html"
    return data.decode()


def text(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page))).strip()


def section(page: str, name: str) -> str:
    found = re.search(rf'<section class="[^"]*" id="{name}".*?</section>', page, re.DOTALL)
    assert found, f"no {name}"
    return text(found[0])


def test_each_thing_stands_in_its_time_with_days_owner_and_team() -> None:
    page = written(
        shown(due(-3, "Late"), due(0, "Now"), due(7, "Soon"), due(8, "Near"), due(90, "Later"), due(91, "Far"))
    )
    assert "Late" in section(page, "overdue")
    assert "19 Nov 2026 3 days late Beacon Mail Review Late Mara Lind CRM and Lifecycle" in section(page, "overdue")
    assert "22 Nov 2026 today" in section(page, "week")
    assert "7 days left" in section(page, "week")
    assert "8 days left" in section(page, "month")
    assert "90 days left" in section(page, "quarter")
    assert section(page, "2027-02").startswith("Rest of February 2027 1")


def test_the_year_goes_by_month_and_what_is_later_is_not_lost() -> None:
    page = written(shown(due(200, "June"), due(370, "November"), due(900, "Years off")))
    assert "June" in section(page, "2027-06")
    assert "November" in section(page, "2027-11")
    assert "Years off" in section(page, "later")


def test_the_nearest_last_days_to_cancel_come_first_in_order_with_what_they_cost() -> None:
    items = [due(days, f"Cancel {days}", kind="notice", subject="Mail · crm") for days in (70, 20, -5, 40)]
    term = Term("Mail", "crm", cancel_by=TODAY + timedelta(20), annual=23736.0)
    page = written(shown(due(1, "Sooner, but no notice"), *items, card=holding(term)))
    told = section(page, "cancel")
    assert re.findall(r"Cancel \d+", told) == ["Cancel 20", "Cancel 40", "Cancel 70"]
    assert "23,736 EUR a year" in told
    assert "96,000" not in told
    assert told.count("yearly cost not known") == 2
    assert page.index('id="cancel"') < page.index('id="overdue"')


def test_two_subscriptions_of_one_product_each_have_their_own_amount() -> None:
    terms = [
        Term("Signpost", "crm", region, cancel_by=TODAY + timedelta(9), annual=annual)
        for region, annual in (("emea", 46800.0), ("", 23736.0))
    ]
    items = [due(9, each, kind="notice", subject=each) for each in ("Signpost · crm", "Signpost · crm · emea")]
    told = section(written(shown(*items, card=holding(*terms))), "cancel")
    assert re.findall(r"([\d,]+) EUR a year", told) == ["23,736", "46,800"]


def test_what_ends_by_itself_stands_among_the_last_days_to_cancel_and_says_so() -> None:
    day = TODAY + timedelta(9)
    terms = [Term("Pilot", ends=day, renews=False, annual=900.0), Term("Open", ends=day, annual=1.0)]
    items = [due(9, f"{name} ends", kind="term", subject=name) for name in ("Pilot", "Open")]
    told = section(written(shown(*items, card=holding(*terms))), "cancel")
    assert "ends by itself 900 EUR a year Pilot ends" in told
    assert "Open" not in told


def test_of_many_last_days_the_nearest_are_shown_and_the_next_are_kept_for_the_filters() -> None:
    page = written(shown(*(due(days, f"Cancel {days}", kind="notice") for days in range(1, 500))))
    assert (
        len(re.findall(r'<li data-team="crm" data-kind="notice" data-owner="mara"><span class="when"><b>', page)) == 6
    )
    assert len(re.findall(r'data-owner="mara" hidden>', page)) == 114
    assert "and 493 more below" in section(page, "cancel")


def test_who_has_left_and_who_is_missing_is_said() -> None:
    page = written(shown(due(3, gone=True), due(4, "Nobody's", owner="", owner_name="", team="")))
    assert "Mara Lind left" in section(page, "week")
    assert "nobody is named" in section(page, "week")


def test_what_concerns_the_whole_registry_has_no_link() -> None:
    page = written(shown(due(3, "Rates grow stale", vendor=REGISTRY, name=REGISTRY, kind="rate")))
    assert "Whole registry Currency rates Rates grow stale" in section(page, "week")


def test_calendars_are_linked_of_those_that_have_one_and_of_no_others() -> None:
    this = shown(due(3), due(4, team="strangers"))
    page, site = written(this), pages.of(this)
    files = {path for path, _ in calendars.files(site)}
    for card in this.cards:
        files |= {path for path, _ in calendars.of_vendor(site, card, Detail({}))}
    assert set(re.findall(r'href="(calendars/[^"]*)"', page)) == files
    assert files == {"calendars/all.ics", "calendars/team-crm.ics", "calendars/vendor-mail.ics"}


def test_every_line_tells_the_filters_what_it_is() -> None:
    page = written(shown(due(3), due(4, kind="notice", owner="kofi", owner_name="Kofi")))
    assert '<li data-team="crm" data-kind="review" data-owner="mara">' in page
    assert '<option value="notice">last day to cancel</option>' in page
    assert '<option value="crm">CRM and Lifecycle</option>' in page


def test_of_very_much_the_first_of_each_time_are_listed_and_the_rest_is_counted() -> None:
    page = written(shown(*(due(days % 500 - 50, f"Thing {days}") for days in range(40_000))))
    assert len(page) < 1_000_000
    assert re.search(r"[\d,]+ lines are left out here", text(page))
    assert re.search(r"and [\d,]+ more", section(page, "overdue"))


def test_nothing_due_no_page() -> None:
    assert not calendar.offered(stock())
    assert calendar.offered(shown(due(1)))


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_records_are_shown_as_text(evil: str) -> None:
    class Reader(HTMLParser):
        found: list[tuple[str, dict[str, str | None]]]

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found.append((tag, dict(attrs)))

    tags = []
    for name in ("x", evil):
        reader = Reader()
        reader.found = []
        items = [due(days, name, name=name, owner=name, owner_name=name, team=name) for days in (-1, 3, 40, 400)]
        page = written(shown(*items, due(5, name, kind="notice", owner=name)))
        reader.feed(page)
        tags.append([tag for tag, _ in reader.found])
        assert not [key for _, found in reader.found for key in found if key.startswith("on") or key == "style"]
        assert "\u202e" not in page
    assert tags[0] == tags[1]


def test_the_same_stock_gives_the_same_bytes_on_the_last_day_of_a_month_too() -> None:
    this = replace(shown(due(5), due(100)), as_of=date(2026, 10, 31))
    assert written(this) == written(this)
