"""Integrations in a browser: what breaks if the CRM is down, by mouse, by keyboard, by an address, without a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page

WIDTHS = (360, 1024, 1920)


def opened(page: Page, folder: Path, hash_: str = "") -> Page:
    page.goto(f"file://{folder}/integrations.html{hash_}")
    page.wait_for_selector("[data-ready=integrations]")
    return page


def test_a_stranger_finds_what_breaks_if_the_crm_is_down(page: Page, sample_site: Path) -> None:
    opened(page, sample_site)
    page.get_by_label("If this is down:").select_option("Enterprise CRM")
    answer = page.get_by_role("region", name="If Enterprise CRM is down")
    expect(answer).to_be_visible()
    expect(answer).to_contain_text("Directly: 9")
    expect(answer).to_contain_text("Beacon Mail")
    expect(answer).to_contain_text("Call Kofi Mensah")
    expect(answer).to_contain_text("8 of 21 vendors in use get data from it directly.")
    assert page.url.endswith("#system=enterprise-crm")


def test_the_answer_is_shared_by_its_address_and_back_takes_it_away(page: Page, sample_site: Path) -> None:
    opened(page, sample_site, "#system=enterprise-crm")
    expect(page.get_by_role("heading", name="If Enterprise CRM is down")).to_be_in_viewport()
    page.get_by_role("link", name="Ledger", exact=True).first.click()
    expect(page.get_by_role("heading", name="If Ledger is down")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="If Enterprise CRM is down")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#answer")).to_be_hidden()


def test_pointing_at_a_box_shows_whom_it_reaches_and_choosing_it_holds(page: Page, sample_site: Path) -> None:
    opened(page, sample_site)
    box = page.locator(".node[data-party=enterprise-crm]")
    box.hover()
    expect(page.locator(".node.near")).to_have_count(9)
    expect(page.locator(".node.far")).to_have_count(17)
    expect(page.locator(".line.near")).to_have_count(9)
    page.locator("h1").hover()
    expect(page.locator(".node.near")).to_have_count(0)
    box.click()
    page.locator("h1").hover()
    expect(page.locator(".node.near")).to_have_count(9)


def test_every_box_is_reached_and_chosen_by_keyboard(page: Page, sample_site: Path) -> None:
    opened(page, sample_site)
    page.get_by_role("region", name="Picture of the integrations").focus()
    page.keyboard.press("Tab")
    first = page.locator(".node").first
    expect(first).to_be_focused()
    assert first.get_attribute("class") is not None
    expect(page.locator(".graph.asked .node.start")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.locator(".node").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_be_visible()
    expect(page.locator(".node").nth(1)).to_have_attribute("aria-current", "true")


def test_single_points_of_failure_are_said_in_words(page: Page, sample_site: Path) -> None:
    opened(page, sample_site)
    expect(page.locator("#points")).to_contain_text("Workforce Identity")
    expect(page.locator(".node.point polygon")).to_have_count(3)
    expect(page.locator(".node.point").first).to_contain_text("Single point of failure")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("hash_", ["", "#system=enterprise-crm"])
def test_nobody_is_kept_out(
    page: Page, sample_site: Path, violations: Callable[[Page], list[str]], scheme: str, hash_: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    opened(page, sample_site, hash_)
    assert violations(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_every_screen(page: Page, sample_site: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, sample_site, "#system=enterprise-crm")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_a_script_the_address_leads_to_the_answer(browser: Browser, sample_site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"file://{sample_site}/integrations.html")
    page.get_by_role("link", name="Enterprise CRM").first.click()
    told = page.locator("details[data-party=enterprise-crm]")
    expect(told.get_by_text("Directly: 9")).to_be_in_viewport()
    expect(page.locator("select:visible")).to_have_count(0)
    context.close()
