"""The first page: how many, how dear, what is not in order, what falls due, and what changed this month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.inventory import story
from preflight.inventory.frame import first
from preflight.model import Level
from preflight.periods import add_months

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Card, Stock
    from preflight.inventory.story import Entry

TITLE = "Overview"
PATH = "index.html"
MOST = 8  # lines of each list; the other pages have all
MOST_COMMITS = 6
ELEVATED = ("critical", "high")


def offered(stock: Stock) -> bool:  # noqa: ARG001 - the shape of a page
    """Whether there is anything to show: always."""
    return True


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield the page."""
    stock, cards = site.stock, site.stock.governed
    yield site.page(
        PATH,
        "overview.html",
        TITLE,
        cards=cards,
        spend=_spend(cards),
        unpriced=sum(card.annual is None for card in cards),
        red=sum(card.red_flags or 0 for card in cards) + sum(each.level is Level.RED_FLAG for each in stock.registry),
        waived=sum(card.waived or 0 for card in cards),
        flagged=first(
            sorted((card for card in cards if card.red_flags), key=lambda card: -(card.red_flags or 0)), MOST
        ),
        soon=[each for each in stock.due if each.days <= stock.horizon],
        cancel=first(sorted((card for card in cards if card.cancel_by), key=_cancelled), MOST),
        abroad=first([card for card in cards if card.abroad], MOST),
        unsure=sum(card.abroad is None for card in cards),
        elevated=first(sorted((card for card in cards if card.risk in ELEVATED), key=_risk), MOST),
        proposed=[card for card in cards if card.status == "proposed"],
        points=_points(site),
        recent=first(_recent(stock), MOST_COMMITS),
    )


def _spend(cards: tuple[Card, ...]) -> float | None:
    known = [card.annual if card.annual is not None else card.at_least for card in cards]
    return sum(each for each in known if each is not None) if any(each is not None for each in known) else None


def _cancelled(card: Card) -> tuple[str, str]:
    return card.cancel_by.isoformat() if card.cancel_by else "", card.id


def _risk(card: Card) -> tuple[int, float, str]:
    return ELEVATED.index(card.risk or ""), -(card.at_least or 0), card.id


def _points(site: Site) -> list[str]:
    return [] if site.stock.landscape is None else sorted(site.stock.landscape.single_points)


def _recent(stock: Stock) -> list[Entry]:
    """Return what happened in the month up to the day of the inventory, a commit each, the newest first."""
    since = add_months(stock.as_of, -1)
    return list(story.entries(each for each in stock.events or () if since < each.day <= stock.as_of))
