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
    by_team: dict[str, list[DueItem]] = {}
    for item in stock.due:
        by_team.setdefault(item.team, []).append(item)
    yield PATH, _calendar(site, stock.due, f"{stock.title}: what falls due")
    for each in sorted(by_team.keys() & stock.teams.keys()):
        yield team(each), _calendar(site, by_team[each], f"{stock.teams[each]}: what falls due")


def of_vendor(site: Site, card: Card, detail: Detail) -> Iterator[tuple[str, bytes]]:  # noqa: ARG001 - the shape of a leaf
    """Yield the calendar of one vendor, if anything of it falls due."""
    mine = site.due_of.get(card.id, ())
    if mine:
        yield vendor(site, card.id), _calendar(site, mine, f"{card.name}: what falls due")


def _calendar(site: Site, items: Sequence[DueItem], name: str) -> bytes:
    return feed.calendar((site.events[item] for item in items), name).encode()
