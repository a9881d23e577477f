"""Back to the top, and past the menu to the content: on every page, and without touching what its address asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

ASKED = ("vendors.html#q=e", "map.html#colour=status", "integrations.html#system=enterprise-crm", "calendar.html")


@pytest.mark.parametrize("address", ASKED)
def test_back_to_the_top_leaves_the_view(page: Page, sample_site: Path, address: str) -> None:
    page.set_viewport_size({"width": 800, "height": 400})
    page.goto(f"file://{sample_site}/{address}")
    if address.startswith("vendors"):
        page.wait_for_selector("html[data-ready=table]")
    link = page.get_by_role("link", name="Back to top")
    link.scroll_into_view_if_needed()
    assert page.evaluate("scrollY") > 0
    link.click()
    assert page.evaluate("scrollY") == 0
    assert page.evaluate("document.activeElement.id") == "main"
    assert page.url.endswith(address)


@pytest.mark.parametrize("address", ASKED)
def test_the_menu_can_be_passed_over(page: Page, sample_site: Path, address: str) -> None:
    page.goto(f"file://{sample_site}/{address}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    assert page.url.endswith(address)
