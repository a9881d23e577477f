"""The search in the head as people use it: by keyboard, loading little, leading to a vendor, a system or the table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from browser.tabled import notes, view, visit

if TYPE_CHECKING:
    from collections.abc import Callable


def test_who_owns_the_email_platform(page: Page, sample_site: Path) -> None:
    page.goto(f"file://{sample_site}/index.html")
    page.keyboard.press("/")
    page.keyboard.type("email")
    found = page.get_by_role("option", name="Beacon Mail")
    assert found.locator("small").inner_text() == "email marketing · Marketing: Mara Lindqvist · IT: Kofi Mensah"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/vendors/beacon-mail.html")


def test_the_first_page_loads_little(page: Page, large: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(f"file://{large}/index.html", wait_until="networkidle")
    assert not any("/data/" in path for path in asked), "nothing of the vendors before somebody searches"
    assert sum(Path(path).stat().st_size for path in set(asked)) < 300_000
    page.locator("#find-text").focus()
    page.keyboard.type("7")
    expect(page.locator("#find-list [role=option]")).to_have_count(9)
    assert [path.rsplit("/", 2)[1:] for path in asked if "/data/" in path] == [["data", "find.js"]]


def test_the_list_is_gone_through_by_arrows(page: Page, small: Path) -> None:
    page.goto(f"file://{small}/index.html")
    box = page.get_by_role("combobox", name="Find a vendor")
    box.focus()
    box.press_sequentially("email")
    options = page.locator("#find-list [role=option]")
    expect(options).to_have_count(4)
    assert box.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") == options.last.get_attribute("id"), "from the end"
    page.keyboard.press("ArrowDown")
    assert options.first.get_attribute("aria-selected") == "true", "and round"
    page.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    assert box.input_value() == "email", "the text stays the first time"
    page.keyboard.press("Escape")
    assert box.input_value() == ""


def test_enter_without_a_choice_opens_the_table(page: Page, small: Path) -> None:
    page.goto(f"file://{small}/index.html")
    page.locator("#find-text").fill("crm & ménsah")
    page.locator("#find-text").press("Enter")
    page.wait_for_selector("html[data-ready=table]")
    assert view(page) == [("q", "crm & ménsah")]
    assert notes(page)[0].startswith("No vendor has the word “&”")
    page.locator("#find-text").fill("web")
    page.locator("#find-text").press("Enter")
    expect(page.locator(".count")).to_have_text("4 of 12 vendors")


def test_words_that_no_vendor_has_together_find_the_nearest(page: Page, small: Path) -> None:
    page.goto(f"file://{small}/index.html")
    page.locator("#find-text").focus()
    page.keyboard.type("newsletter platform")
    options = page.locator("#find-list [role=option]")
    expect(options.first).to_have_text("No vendor has all of these words. The nearest:")
    expect(options.nth(1)).to_contain_text("Vendor 0")


def test_what_is_not_found_is_said_where_one_looks(page: Page, small: Path) -> None:
    page.goto(f"file://{small}/index.html")
    page.locator("#find-text").focus()
    page.keyboard.type("zzzz")
    expect(page.locator("#find-list [role=option]")).to_have_text(["Nothing found"])
    expect(page.locator("#find [role=status]")).to_have_text("Nothing found.")
    page.keyboard.press("ArrowDown")
    assert page.locator("#find-text").get_attribute("aria-activedescendant") is None


def test_own_systems_are_found_and_lead_to_what_hangs_on_them(page: Page, sample_site: Path) -> None:
    page.goto(f"file://{sample_site}/index.html")
    page.locator("#find-text").focus()
    page.keyboard.type("enterprise crm")
    page.get_by_role("option", name="Enterprise CRM").click()
    page.wait_for_url("**/integrations.html#system=enterprise-crm")


def test_a_slash_within_a_text_is_a_slash(page: Page, small: Path) -> None:
    visit(page, small)
    page.get_by_label("Search", exact=True).press("/")
    assert page.get_by_label("Search", exact=True).input_value() == "/"


def test_the_search_in_the_head_is_in_order(page: Page, small: Path, violations: Callable[[Page], list[str]]) -> None:
    page.goto(f"file://{small}/index.html")
    page.locator("#find-text").focus()
    page.keyboard.type("email")
    expect(page.locator("#find-list [role=option]")).to_have_count(4)
    assert violations(page) == []
