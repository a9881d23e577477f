"""The table of vendors as people use it: by mouse, by keyboard, and by an address."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from browser.tabled import inventory, notes, vendor, view, visit, written
from inventory.stocks import HOSTILE, hostile, stock
from preflight.inventory.stock import Ledger, Term

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser

ANSWERED = 100  # milliseconds a keystroke


def names(page: Page) -> list[str]:
    return page.locator("#vendors tbody th").all_inner_texts()


def headings(page: Page) -> list[str]:
    return [each.split("\n")[0].rstrip(" ▲▼↕") for each in page.locator("#vendors thead th").all_inner_texts()]


def column(page: Page, title: str) -> list[str]:
    at = headings(page).index(title)
    return page.locator(f"#vendors tbody tr > :nth-child({at + 1})").all_inner_texts()


def told(page: Page) -> str:
    return page.inner_text("#table-state .count")


# ---- Search -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("vendor 7", ["Vendor 7"]),
        ("ALIAS7", ["Vendor 7"]),
        ("email", ["Vendor 0", "Vendor 3", "Vendor 6", "Vendor 9"]),
        ("newsletter-sending 9", ["Vendor 9"]),
        ("mensah 11", ["Vendor 11"]),
        ("Ménsah rolf", ["Vendor 1"]),
        ("company 3 gmbh", ["Vendor 3", "Vendor 6", "Vendor 7"]),
    ],
)
def test_all_words_must_occur_whatever_their_case_and_accents(
    page: Page, small: Path, text: str, found: list[str]
) -> None:
    visit(page, small)
    page.get_by_label("Search", exact=True).fill(text)
    assert names(page) == found
    assert told(page) == f"{len(found)} of 12 vendors"


def test_the_search_is_put_into_the_address_and_found_there(page: Page, small: Path) -> None:
    visit(page, small)
    page.get_by_label("Search", exact=True).press_sequentially("email")
    page.wait_for_url("**#q=email")
    visit(page, small, "q=email")
    assert len(names(page)) == 4
    assert page.get_by_label("Search", exact=True).input_value() == "email"


def test_an_empty_result_says_why_and_offers_the_way_back(page: Page, small: Path) -> None:
    visit(page, small, "q=vendor+nonesuch")
    assert notes(page)[0].startswith("No vendor has the word “nonesuch” in its name, aliases, category, capabilities")
    page.get_by_role("button", name="Clear the search").click()
    assert told(page) == "12 vendors"
    assert view(page) == []
    visit(page, small, "q=email&f=category:crm&f=status:live")
    assert notes(page)[0].startswith("4 vendors have the words “email”, but the filters leave none of them.")
    page.get_by_role("button", name="Without “Category”: 3").click()
    assert names(page) == ["Vendor 3", "Vendor 6", "Vendor 9"]
    assert view(page) == [("q", "email"), ("f", "status:live")]


def test_a_keystroke_is_answered_at_once(page: Page, large: Path) -> None:
    visit(page, large)
    times = page.evaluate(
        """(texts) => texts.flatMap((text) => [...text].map((_, at) => {
          const input = document.getElementById("table-q");
          const begun = performance.now();
          input.value = text.slice(0, at + 1);
          input.dispatchEvent(new Event("input"));
          document.body.getBoundingClientRect();
          return performance.now() - begun;
        }))""",
        ["email 99", "vendor 256", "mensah company 12"],
    )
    times.sort()
    assert times[len(times) // 2] < ANSWERED, f"half of the letters take longer than {times[len(times) // 2]:.0f} ms"
    assert told(page).endswith("of 2,566 vendors")


def test_only_a_window_of_many_vendors_is_in_the_page(page: Page, large: Path) -> None:
    visit(page, large)
    rows = page.locator("#vendors tbody tr")
    expect(rows).to_have_count(100)
    page.get_by_role("button", name="Show 100 more").click()
    expect(rows).to_have_count(200)
    focused = page.evaluate("document.activeElement.textContent")
    assert focused == rows.nth(100).locator("a").inner_text(), "the keyboard goes on where the new rows begin"


# ---- Filters ----------------------------------------------------------------------------------------


def test_values_of_one_filter_add_up_and_filters_narrow(page: Page, small: Path) -> None:
    visit(page, small)
    category = page.get_by_role("list", name="Category")
    category.get_by_label("crm").check()
    assert told(page) == "4 of 12 vendors"
    category.get_by_label("email marketing").check()
    assert told(page) == "8 of 12 vendors"
    page.get_by_role("list", name="Status").get_by_label("proposed").check()
    assert names(page) == ["Vendor 0", "Vendor 10"]
    assert view(page) == [("f", "category:crm"), ("f", "category:email-marketing"), ("f", "status:proposed")]
    page.get_by_role("button", name="Remove the filter Category: crm").click()
    assert names(page) == ["Vendor 0"]


def test_counts_are_those_of_the_other_filters(page: Page, small: Path) -> None:
    visit(page, small, "f=status:proposed")
    category = page.get_by_role("list", name="Category").inner_text().split("\n")
    assert [each for each in category if each.strip()] == ["CRM", "1", "email marketing", "1", "web analytics", "1"]
    status = page.get_by_role("list", name="Status").inner_text().split()
    assert status == ["proposed", "3", "live", "9"], "what another choice of the same filter would give"


def test_the_vendors_that_hold_personal_data_outside_the_union(page: Page, small: Path) -> None:
    visit(page, small, "f=abroad:yes")
    assert names(page) == [f"Vendor {number}" for number in (1, 3, 5, 7, 9, 11)]
    assert "Personal data outside the EU and EEA: yes" in page.inner_text("#table-state")


def test_an_owner_can_be_asked_for_by_id_and_by_name(page: Page, small: Path) -> None:
    for asked in ("gone", "rolf weg"):
        visit(page, small, f"f=owner:{asked}")
        assert names(page) == ["Vendor 1"]
        assert page.locator("#vendors tbody .badge.bad").inner_text() == "left"


def test_amounts_are_asked_for_by_a_range(page: Page, small: Path) -> None:
    visit(page, small, "f=spend:10000..&sort=-spend")
    assert column(page, "Annual cost (EUR)") == ["11,000", "10,000"]


def test_filters_come_in_the_order_in_which_they_are_asked_for(page: Page, sample_site: Path) -> None:
    visit(page, sample_site)
    titles = page.locator(".facet > summary").all_inner_texts()
    assert titles[:6] == ["Risk", "Status", "Personal data outside the EU and EEA", "Owner", "Team", "Category"]


def test_a_view_is_handed_on_by_its_address(page: Page, small: Path) -> None:
    visit(page, small)
    page.get_by_role("list", name="Category").get_by_label("crm").check()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_role("button", name="Copy link to this view").click()
    expect(page.locator("#table-tools [role=status]")).to_have_text("Copied")
    assert page.get_by_label("Link to this view", exact=True).input_value() == page.url
    assert page.url.endswith("#f=category%3Acrm")


# ---- Any field --------------------------------------------------------------------------------------


def test_any_field_can_be_a_column_and_a_filter(page: Page, small: Path) -> None:
    visit(page, small)
    page.get_by_text("Columns and filters").click()
    page.get_by_label("Find a field").fill("seats")
    page.get_by_label("seats: column").check()
    expect(page.locator("#vendors thead th").last).to_contain_text("seats")
    assert column(page, "seats") == [str(number) for number in range(12)]
    assert ("cols", "name,category,status,spend,marketing,it,/seats") in view(page)
    page.get_by_label("Find a field").fill("legal entity name")
    page.get_by_label("legal entity › name: filter").check()
    chosen = page.get_by_role("list", name="legal entity › name")
    chosen.get_by_label("Company 3 GmbH").check()
    assert names(page) == ["Vendor 6", "Vendor 7"]
    assert ("f", "/legal_entity/name:Company 3 GmbH") in view(page)


def test_a_shared_address_gives_the_same_view(page: Page, small: Path) -> None:
    visit(page, small, "f=/seats:..8&f=category:crm&cols=name,/seats,region&sort=-/seats")
    assert headings(page) == ["Vendor", "seats"], "no vendor has a region, so there is no such column"
    assert column(page, "seats") == ["7", "4", "1"]
    assert notes(page) == ["Parts of the address were ignored: The column “region” is no column of this registry."]


def test_field_names_with_commas_and_colons_can_be_shared(page: Page, tmp_path: Path) -> None:
    root = written(tmp_path, inventory(vendor(1) | {"a,b:c": "x:y"}, vendor(2)))
    visit(page, root, "f=/a~2b~3c:x:y&cols=name,/a~2b~3c")
    assert headings(page) == ["Vendor", "a,b:c"]
    assert names(page) == ["Vendor 1"]


def test_what_an_address_asks_for_in_vain_is_said(page: Page, small: Path) -> None:
    visit(page, small, "q=vendor&colour=red&f=/no/such:1&sort=-shoe&cols=name,hat&%")
    (note,) = notes(page)
    for part in ("“colour”", "The filter “/no/such”", "The order “shoe”", "The column “hat”"):
        assert part in note
    assert told(page) == "12 vendors", "the rest of the address holds"


# ---- Sorting, going back, keyboard ------------------------------------------------------------------


def test_columns_are_sorted_and_say_so(page: Page, small: Path) -> None:
    visit(page, small)
    spend = page.get_by_role("button", name="Annual cost (EUR)")
    spend.click()
    assert names(page)[:2] == ["Vendor 11", "Vendor 10"], "the dearest first"
    assert view(page) == [("sort", "-spend")]
    heading = page.locator("#vendors thead th", has=spend)
    assert heading.get_attribute("aria-sort") == "descending"
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending", "the button kept the focus"
    assert names(page)[0] == "Vendor 0"


def test_what_is_not_known_comes_last_either_way(page: Page, tmp_path: Path) -> None:
    root = written(tmp_path, inventory(vendor(1), vendor(2, category=None), vendor(3)))
    for sort in ("category", "-category"):
        visit(page, root, f"sort={sort}")
        assert names(page)[-1] == "Vendor 2"


def test_the_nearest_day_to_cancel_comes_first_and_what_ends_by_itself_after(page: Page, tmp_path: Path) -> None:
    plain = inventory(*(vendor(number) for number in range(6)))
    days = {1: date(2027, 3, 1), 4: date(2026, 12, 1)}
    ends = {0: date(2027, 5, 1), 3: date(2026, 11, 30)}
    cards = tuple(
        replace(
            card,
            cancel_by=days.get(number),
            ledger=Ledger((Term("Base", ends=ends[number], renews=False),)) if number in ends else card.ledger,
        )
        for number, card in enumerate(plain.cards)
    )
    root = written(tmp_path, replace(plain, cards=cards))
    visit(page, root, "sort=cancel")
    assert names(page) == ["Vendor 4", "Vendor 1", "Vendor 3", "Vendor 0", "Vendor 2", "Vendor 5"]
    visit(page, root, "sort=-cancel")
    assert names(page) == ["Vendor 1", "Vendor 4", "Vendor 0", "Vendor 3", "Vendor 2", "Vendor 5"]


def test_back_gives_the_view_before(page: Page, small: Path) -> None:
    visit(page, small)
    page.get_by_role("list", name="Category").get_by_label("crm").check()
    page.get_by_role("list", name="Status").get_by_label("proposed").check()
    assert told(page) == "1 of 12 vendors"
    page.go_back()
    expect(page.locator(".count")).to_have_text("4 of 12 vendors")
    page.go_back()
    expect(page.locator(".count")).to_have_text("12 vendors")


# ---- Export -----------------------------------------------------------------------------------------


def test_the_view_is_saved_as_csv_without_formulas(page: Page, tmp_path: Path) -> None:
    names_of = ["=1+1", "@cmd", 'a "quoted", one', "line\nbreak", "\u202egnp.exe", "+49", "plain"]
    records = [vendor(number, name=name) for number, name in enumerate(names_of)]
    root = written(tmp_path, inventory(*records))
    visit(page, root, "cols=name,spend,/seats&sort=spend&f=category:email-marketing&f=category:crm")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save this view as CSV").click()
    text = Path(waiting.value.path()).read_bytes().decode("utf-8")
    assert text.startswith("\ufeff"), "so that Excel takes it for UTF-8"
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert rows == [
        ["id", "Vendor", "Annual cost (EUR)", "seats"],
        ["v-0000", "'=1+1", "0", "0"],
        ["v-0001", "'@cmd", "1000", "1"],
        ["v-0003", "line\\u{a}break", "3000", "3"],
        ["v-0004", "\\u{202e}gnp.exe", "4000", "4"],
        ["v-0006", "plain", "6000", "6"],
    ]


# ---- Everybody can use it ---------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1024, 1920])
def test_the_table_is_in_order_at_every_width(
    page: Page, small: Path, violations: Callable[[Page], list[str]], scheme: Any, width: int
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    visit(page, small, "f=category:crm&colour=red")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_text("Columns and filters").click()
    expect(page.get_by_label("seats: column")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_print_leaves_out_what_is_for_the_screen(page: Page, large: Path) -> None:
    visit(page, large, "q=email")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#vendors tbody tr").count() == 856, "all that were found"
    assert not page.locator("#table-filters").is_visible()
    assert not page.locator("#table-tools .tools").is_visible()


def test_without_scripts_there_is_a_table(browser: Browser, small: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"file://{small}/vendors.html")
    assert len(names(plain)) == 12
    assert not plain.locator("#find").is_visible()
    context.close()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_shown_as_texts(page: Page, tmp_path: Path, text: str) -> None:
    root = written(tmp_path, stock(hostile(text), vendor(1)))
    page.set_viewport_size({"width": 360, "height": 800})
    visit(page, root, f"cols=name,category,company,/summary&q={text[:40].partition('=')[0]}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("#vendors tbody th a").count() <= 2
    page.locator("#find-text").focus()
    page.keyboard.type("evil")
    expect(page.locator("#find-list [role=option]")).to_have_count(1)
    assert page.locator("main script, main img, .find-list img").count() == 0
    assert "\u202e" not in page.inner_text("body")
