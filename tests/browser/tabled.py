"""Vendors by the dozen or by the thousand, written as an overview and a table, and the table as a browser opens it."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from inventory.stocks import stock
from preflight.inventory import site
from preflight.inventory.pages import overview, vendors
from preflight.inventory.stock import Person

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from preflight.inventory.stock import Stock

PEOPLE = {
    "mara": Person("mara", "Mara Lindqvist"),
    "kofi": Person("kofi", "Kofi Ménsah"),
    "gone": Person("gone", "Rolf Weg", gone=True),
}
CATEGORIES = ("email-marketing", "crm", "web-analytics")


def vendor(number: int, **more: Any) -> dict[str, Any]:
    """Return a record; every third is for mail, every second holds personal data in America."""
    return {
        "id": f"v-{number:04}",
        "name": f"Vendor {number}",
        "aliases": [f"Alias{number}"],
        "capabilities": ["newsletter-sending" if number % 3 == 0 else "reporting"],
        "category": CATEGORIES[number % 3],
        "lifecycle": {"status": ("live", "proposed")[number % 5 == 0]},
        "legal_entity": {"name": f"Company {number // 2} GmbH"},
        "ownership": {
            "marketing": {"owner": "gone" if number == 1 else "mara", "team": "crm"},
            "it": {"owner": "kofi", "team": "ops"},
        },
        "data": {"classes": ["personal"], "residency": ["US" if number % 2 else "DE"]},
        "seats": number,
    } | more


def written(root: Path, shown: Stock) -> Path:
    """Write the overview and the table of an inventory, with what they load, but no page of a vendor."""
    made = site.of(shown)
    assets = resources.files("preflight.inventory").joinpath("assets")
    found = [(f"assets/{each.name}", each.read_bytes()) for each in assets.iterdir()]
    for path, data in [*found, *overview.files(made), *vendors.files(made)]:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return root


def inventory(*records: dict[str, Any], **more: Any) -> Stock:
    """Return the inventory of records with their owners' names, and with amounts."""
    plain = stock(*records, people=PEOPLE, teams={"crm": "CRM team"}, currency="EUR", **more)
    cards = tuple(
        replace(
            card,
            annual=1000.0 * number,
            owners={side: PEOPLE.get(person.id, person) for side, person in card.owners.items()},
        )
        for number, card in enumerate(plain.cards)
    )
    return replace(plain, cards=cards)


def visit(page: Page, root: Path, view: str = "") -> Page:
    """Open the table with a view, anew."""
    page.goto("about:blank")
    page.goto(f"file://{root}/vendors.html{'#' + view if view else ''}")
    page.wait_for_selector("html[data-ready=table]")
    return page


def view(page: Page) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(page.url).fragment)


def notes(page: Page) -> list[str]:
    return page.locator("#table-state .note").all_inner_texts()
