"""What falls due as calendars to subscribe to: all of it, by team, and by vendor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.due import feed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.due.items import DueItem
    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Card, Detail, Stock

TITLE = ""
PATH = "calendars/all.ics"


def offered(stock: Stock) -> bool:
    """Whether anything falls due."""
    return bool(stock.due)


def team(identifier: str) -> str:
    """Return the address of a team's calendar."""
    return f"calendars/team-{identifier}.ics"


def vendor(site: Site, identifier: str) -> str:
    """Return the address of a vendor's calendar."""
    return f"calendars/vendor-{site.stems[identifier]}.ics"


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield the calendar of all, and those of the teams that have something to see to."""
    stock = site.stock
    yield PATH, _calendar(stock, stock.due, f"{stock.title}: what falls due")
    for each in sorted({item.team for item in stock.due} & stock.teams.keys()):
        mine = [item for item in stock.due if item.team == each]
        yield team(each), _calendar(stock, mine, f"{stock.teams[each]}: what falls due")


def of_vendor(site: Site, card: Card, detail: Detail) -> Iterator[tuple[str, bytes]]:  # noqa: ARG001 - the shape of a leaf
    """Yield the calendar of one vendor, if anything of it falls due."""
    mine = site.due_of.get(card.id, ())
    if mine:
        yield vendor(site, card.id), _calendar(site.stock, mine, f"{card.name}: what falls due")


def _calendar(stock: Stock, items: Sequence[DueItem], name: str) -> bytes:
    return feed.render(items, stock.as_of, name).encode()
