"""Where to get the same as data: JSON, spreadsheets, calendars, feed, bill of materials, badges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.inventory.exports import api, atom, calendars, saasbom, sheets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Stock

TITLE = "Exports"
PATH = "exports.html"
MOST = 60  # vendors whose badges are shown


def offered(stock: Stock) -> bool:  # noqa: ARG001 - the shape of a page
    """Whether there is anything to get: always."""
    return True


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield the page."""
    stock = site.stock
    busy = {item.team for item in stock.due}
    yield site.page(
        PATH,
        "exports.html",
        TITLE,
        api=api.PATH,
        sheets=sheets,
        saasbom=saasbom.PATH if saasbom.offered(stock) else "",
        feed=atom.PATH if atom.offered(stock) else "",
        calendar=calendars.PATH if calendars.offered(stock) else "",
        teams=[(name, calendars.team(team)) for team, name in stock.teams.items() if team in busy],
        shown=stock.cards[:MOST],
    )
