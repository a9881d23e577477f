"""The map of the stack in a browser: zoomed by mouse, by keyboard and by an address, for few vendors and for many."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from inventory.stocks import HOSTILE, hostile, stock
from preflight.inventory import site
from preflight.inventory.stock import Card

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from preflight.inventory.stock import Stock

WIDTHS = (360, 1024, 1920)


def opened(page: Page, folder: Path, hash_: str = "") -> Page:
    page.goto(f"file://{folder}/map.html{hash_}")
    page.wait_for_selector("[data-ready=map]")
    return page


def built(stock: Stock, folder: Path) -> Path:
    for path, data in site.whole(site.of(stock)):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def test_one_goes_from_all_to_a_category_to_a_vendor_and_to_its_page(page: Page, sample_site: Path) -> None:
    opened(page, sample_site)
    page.get_by_role("link", name="Email marketing").click()
    expect(page.locator(".cat:visible")).to_have_count(1)
    assert page.url.endswith("#category=email-marketing")
    page.get_by_role("link", name=re.compile("Beacon Mail")).click()
    card = page.get_by_role("dialog", name="Beacon Mail")
    expect(card).to_be_visible()
    expect(card).to_contain_text("Mara Lindqvist")
    assert page.url.endswith("#category=email-marketing&vendor=beacon-mail")
    card.get_by_role("link", name="Open the page").click()
    page.wait_for_url("**/vendors/beacon-mail.html")


def test_a_zoomed_view_is_shared_by_its_address(page: Page, sample_site: Path) -> None:
    opened(page, sample_site, "#category=email-marketing&colour=spend&vendor=beacon-mail")
    expect(page.get_by_role("dialog", name="Beacon Mail")).to_be_visible()
    expect(page.locator(".cat:visible")).to_have_count(1)
    expect(page.locator("#map-all")).to_have_attribute("data-colour", "spend")


def test_escape_and_back_lead_out_again(page: Page, sample_site: Path) -> None:
    opened(page, sample_site)
    page.get_by_role("link", name="Email marketing").press("Enter")
    page.get_by_role("link", name=re.compile("Beacon Mail")).press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("link", name=re.compile("Beacon Mail"))).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".cat:visible")).to_have_count(24)
    expect(page.get_by_role("link", name="Email marketing")).to_be_focused()
    page.go_back()
    expect(page.locator(".cat:visible")).to_have_count(1)


def test_what_colours_mean_stands_on_the_card_and_in_the_address(page: Page, sample_site: Path) -> None:
    opened(page, sample_site)
    card = page.get_by_role("link", name=re.compile("Beacon Mail"))
    expect(card).to_contain_text("risk high")
    page.get_by_role("radio", name="Spend a year").check()
    expect(card.locator(".says:visible")).to_have_text("141,760 EUR")
    expect(page.locator(".legend:visible")).to_have_attribute("data-legend", "spend")
    assert page.url.endswith("#colour=spend")
    page.get_by_label("The dearer, the larger").check()
    assert page.url.endswith("#colour=spend&size=spend")
    page.reload()
    expect(page.get_by_label("The dearer, the larger")).to_be_checked()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("hash_", ["", "#category=email-marketing&colour=status", "#colour=spend&vendor=beacon-mail"])
def test_nobody_is_kept_out(
    page: Page, sample_site: Path, violations: Callable[[Page], list[str]], scheme: str, hash_: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    opened(page, sample_site, hash_)
    if "vendor" in hash_:
        page.get_by_role("dialog").wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_every_screen(page: Page, sample_site: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for hash_ in ("", "#colour=spend&size=spend", "#category=email-marketing"):
        opened(page, sample_site, hash_)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_a_script_every_card_is_a_link(browser: Browser, sample_site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"file://{sample_site}/map.html")
    expect(page.locator("a.v:visible")).to_have_count(24)
    expect(page.locator("form:visible")).to_have_count(0)
    page.get_by_role("link", name=re.compile("Beacon Mail")).click()
    assert page.url.endswith("/vendors/beacon-mail.html")
    context.close()


def test_ten_thousand_vendors_come_by_category(page: Page, tmp_path: Path) -> None:
    cards = tuple(
        Card(f"v{at}", "", f"Vendor {at:05}", category="big" if at < 1000 else f"c{at % 20}", status="live", risk="low")
        for at in range(10_000)
    )
    opened(page, built(stock(cards=cards), tmp_path))
    expect(page.locator(".v")).to_have_count(0)
    page.get_by_role("link", name="Big").click()
    expect(page.locator(".v")).to_have_count(400)
    page.get_by_role("button", name="Show 400 more of 600").click()
    expect(page.locator(".v")).to_have_count(800)
    expect(page.get_by_role("link", name="Vendor 00400")).to_be_focused()
    page.get_by_role("link", name="Vendor 00007").click()
    expect(page.get_by_role("dialog", name="Vendor 00007")).to_be_visible()


def test_hostile_records_are_shown_as_text(page: Page, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    records = [{**hostile(text), "id": f"evil-{at}"} for at, text in enumerate(HOSTILE)]
    page.on("dialog", lambda _: pytest.fail("a script of a record runs"))
    opened(page, built(stock(*records), tmp_path), "#vendor=evil-0")
    expect(page.get_by_role("dialog")).to_contain_text("<script>alert(1)</script>")
    page.keyboard.press("Escape")
    expect(page.locator(".v")).to_have_count(len(HOSTILE))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
