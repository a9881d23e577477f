"""The whole site: which pages and exports there are, in the order of the menu."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Protocol, TypeAlias

from preflight.escaping import json_text
from preflight.inventory.exports import api, atom, calendars, pictures, saasbom, sheets
from preflight.inventory.frame import Entry, Site
from preflight.inventory.pages import (
    audit,
    calendar,
    integrations,
    money,
    overview,
    proposals,
    risk,
    rules,
    stack_map,
    vendor,
    vendors,
)
from preflight.inventory.pages import exports as exports_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from preflight.inventory.stock import Card, Detail, Stock

SCHEMA = "preflight/site/v1"
MARK = "site.json"  # what tells that the folder is such a site, and of when
File: TypeAlias = tuple[str, bytes]  # path from the root of the site, content


class Page(Protocol):
    """A module that writes pages or exports of the whole registry; listed in PAGES or EXPORTS.

    ``TITLE`` stands in the menu; where it is empty, the page does not.
    """

    TITLE: str
    PATH: str

    def offered(self, stock: Stock) -> bool:
        """Whether the registry has what the page shows."""

    def files(self, site: Site) -> Iterator[File]:
        """Yield the page, and what belongs to it."""


PAGES: tuple[Page, ...] = (
    overview,
    vendors,
    stack_map,
    integrations,
    risk,
    money,
    calendar,
    proposals,
    rules,
    audit,
    exports_page,
)
EXPORTS: tuple[Page, ...] = (api, sheets, calendars, atom, saasbom)  # without a place in the menu
# What writes the files of one vendor.
LEAVES: tuple[Callable[[Site, Card, Detail], Iterator[File]], ...] = (
    vendor.files,
    api.of_vendor,
    calendars.of_vendor,
    pictures.of_vendor,
)


def of(stock: Stock) -> Site:
    """Return the site of a registry."""
    return Site(stock, tuple(Entry(page.TITLE, page.PATH) for page in PAGES if page.TITLE and page.offered(stock)))


def whole(site: Site) -> Iterator[File]:
    """Yield the files that are about the whole registry, and those that all pages share."""
    for part in parts(site):
        yield from of_part(site, part)


def parts(site: Site) -> list[str]:
    """Return the paths of the parts of ``whole``, each of which can be written by itself."""
    return [MARK, *(page.PATH for page in (*PAGES, *EXPORTS) if page.offered(site.stock))]


def of_part(site: Site, part: str) -> Iterator[File]:
    """Yield the files of one part."""
    if part == MARK:
        yield from _shared(site)
    for page in (*PAGES, *EXPORTS):
        if part == page.PATH:
            yield from page.files(site)


def _shared(site: Site) -> Iterator[File]:
    about = {"schema": SCHEMA, "as_of": site.stock.as_of.isoformat(), "commit": site.stock.commit}
    yield MARK, json_text(about | {"exact": site.stock.exact}).encode()
    for each in sorted(resources.files("preflight.inventory").joinpath("assets").iterdir(), key=lambda file: file.name):
        yield f"assets/{each.name}", each.read_bytes()


def of_vendor(site: Site, identifier: str) -> Iterator[File]:
    """Yield the files of one vendor."""
    card, detail = site.cards[identifier], site.stock.detail(identifier)
    for leaf in LEAVES:
        yield from leaf(site, card, detail)
