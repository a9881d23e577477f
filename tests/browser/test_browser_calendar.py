"""The calendar in a browser: the next renewals at a glance, and only what one team or person has to see to."""

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
    page.goto(f"file://{folder}/calendar.html{hash_}")
    page.wait_for_selector("[data-ready=calendar]")
    return page


def test_the_three_nearest_last_days_to_cancel_are_seen_at_once(page: Page, sample_site: Path) -> None:
    opened(page, sample_site)
    first = page.get_by_role("region", name="Nearest last days to cancel").get_by_role("listitem")
    for at, (vendor, day) in enumerate(
        [("Tidewater Automation", "16 Dec 2026"), ("Plumbline", "31 Jan 2027"), ("Meridian", "1 Feb 2027")]
    ):
        expect(first.nth(at)).to_contain_text(vendor)
        expect(first.nth(at)).to_contain_text(day)
        expect(first.nth(at)).to_be_in_viewport()


def test_the_list_shows_what_one_team_and_kind_has_to_see_to_and_the_address_says_so(
    page: Page, sample_site: Path
) -> None:
    opened(page, sample_site)
    page.get_by_label("Team").select_option("CRM and Lifecycle")
    page.get_by_label("Kind").select_option("last day to cancel")
    lines = page.locator(".due > li:visible")
    assert lines.count() > 0
    for line in lines.all():
        expect(line).to_contain_text("CRM and Lifecycle")
        expect(line).to_contain_text("Last day to cancel")
    assert page.url.endswith("#team=crm-marketing&kind=notice")
    expect(page.get_by_text(f"{lines.count()} of ")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_label("Team")).to_have_value("")
    assert "#" not in page.url


def test_at_a_glance_follows_the_filter_and_its_links_keep_it(page: Page, sample_site: Path) -> None:
    opened(page, sample_site, "#team=crm-marketing")
    nearest = page.locator(".cancels li:visible")
    for line in nearest.all():
        expect(line).to_contain_text("CRM and Lifecycle")
    entries = page.locator(".spans > li:visible")
    total = sum(int(each.locator("b").inner_text()) for each in entries.all())
    assert total == page.locator(".due > li:visible").count() > 0
    last = entries.last
    name = last.get_attribute("data-span")
    last.get_by_role("link").click()
    expect(page.locator(f'[id="{name}"]')).to_be_focused()
    assert page.url.endswith(f"#team=crm-marketing&at={name}")
    expect(page.get_by_label("Team")).to_have_value("crm-marketing")
    page.get_by_role("button", name="Show all").click()
    assert page.locator(".cancels li:visible").count() == 6


def test_a_filtered_list_is_shared_by_its_address(page: Page, sample_site: Path) -> None:
    opened(page, sample_site, "#owner=mara-lindqvist")
    expect(page.get_by_label("Owner")).to_have_value("mara-lindqvist")
    for line in page.locator(".due > li:visible").all():
        expect(line).to_contain_text("Mara Lindqvist")


def test_a_filter_that_is_not_there_hides_nothing(page: Page, sample_site: Path) -> None:
    opened(page, sample_site, "#team=nobody")
    expect(page.locator(".due > li[hidden]")).to_have_count(0)


def test_every_calendar_that_is_linked_is_there(page: Page, sample_site: Path) -> None:
    opened(page, sample_site)
    links = page.locator('a[href^="calendars/"]').evaluate_all("all => all.map(each => each.getAttribute('href'))")
    assert "calendars/all.ics" in links
    assert "calendars/team-crm-marketing.ics" in links
    assert "calendars/vendor-beacon-mail.ics" in links
    assert [link for link in links if not (sample_site / link).is_file()] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out(
    page: Page, sample_site: Path, violations: Callable[[Page], list[str]], scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    opened(page, sample_site, "#team=crm-marketing")
    assert violations(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_every_screen(page: Page, sample_site: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, sample_site)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_a_script_all_is_listed(browser: Browser, sample_site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"file://{sample_site}/calendar.html")
    expect(page.locator("form:visible")).to_have_count(0)
    assert page.locator(".due > li:visible").count() == page.locator(".due > li").count() > 100
    context.close()
