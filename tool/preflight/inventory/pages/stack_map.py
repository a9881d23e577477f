"""The map of the stack: cards of vendors by category, coloured by what one wants to see; from all down to one.

A stock of some hundred vendors stands in the page as a whole. Of more, the page has the categories, and a file each
that is read when somebody looks into it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from preflight.escaping import visible
from preflight.inventory import payload
from preflight.inventory.frame import UNKNOWN, money, words
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Card, Person, Stock
    from preflight.model import JsonObject

TITLE = "Stack map"
PATH = "map.html"
MOST_CARDS = 400  # in the page; of more vendors it has the categories
MOST_CATEGORIES = 200
BAR = 1000  # units of width of the bar that shows how a category parts
OTHER = "other categories"
NO_CATEGORY = "No category"
RISKS = ("critical", "high", "medium", "low")
STATUSES = ("live", "approved", "proposed", "deprecated", "retired", "rejected")
INITIALS = frozenset({"ai", "cdp", "crm", "dam", "erp", "seo", "sms", "sso", "vpn"})
LONGEST = 300  # characters of a text in a card
QUARTERS = 4
ABROAD = {True: "outside the EU and EEA", False: "none outside the EU and EEA", None: ""}
ROUND = (10, 15, 20, 30, 40, 50, 75, 100)  # tenths of the leading figure


@dataclass(frozen=True, slots=True)
class Tone:
    """One colour of a legend: the class that cards of it have, what it means, and how many cards have it."""

    style: str
    says: str
    count: int


@dataclass(frozen=True, slots=True)
class Colouring:
    """One way to colour the map."""

    id: str
    title: str
    tones: tuple[Tone, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A card as the map shows it: its classes, and what it says for each way of colouring."""

    card: Card
    styles: str
    says: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Share:
    """How the cards of a category part by one way of colouring: class, left edge and width of each part, and words."""

    id: str
    parts: tuple[tuple[str, int, int], ...]
    says: str


@dataclass(frozen=True, slots=True)
class Category:
    """One category with its vendors by name. ``address``: for the hash. ``shares``: only where cards come later."""

    number: int
    id: str
    title: str
    address: str
    shown: tuple[Shown, ...]
    flagged: int
    shares: tuple[Share, ...]

    @property
    def width(self) -> int:
        """How many columns of the map it takes, at most."""
        return min(len(self.shown), 4)


def offered(stock: Stock) -> bool:
    """Whether there is a vendor to put on a map, and anything known to place or colour it by."""
    return any(
        card.category or card.status or card.risk or card.annual is not None or card.at_least is not None
        for card in stock.governed
    )


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield the page, and a file of each category."""
    cards = site.stock.governed
    bands = _bands(cards)
    lazy = len(cards) > MOST_CARDS
    colourings = _colourings(cards, bands, site.stock.currency)
    categories = tuple(_categories(site, bands, colourings if lazy else ()))
    yield site.page(
        PATH,
        "stack_map.html",
        TITLE,
        categories=categories,
        colourings=colourings,
        lazy=lazy,
        most=MOST_CARDS,
        count=len(cards),
        first=[shown for each in categories for shown in each.shown][:MOST_CARDS],
        left_out=len(site.stock.cards) - len(cards),
        heading=heading,
    )
    for each in categories:
        listed = [_data(site, shown) for shown in each.shown]
        yield f"data/map-{each.number}.js", payload.call("preflightMap", each.number, listed)


# ---- Categories and cards -------------------------------------------------------------------------


def heading(category: str) -> str:
    """Return a category as a heading."""
    if not category:
        return NO_CATEGORY
    plain = words(category)
    plain = plain.lower() if plain.isupper() else plain
    spelt = " ".join(each.upper() if each in INITIALS else each for each in plain.split(" "))
    return spelt[:1].upper() + spelt[1:]


def _categories(site: Site, bands: Sequence[float], colourings: Sequence[Colouring]) -> Iterator[Category]:
    found: dict[str, list[Card]] = {}
    for card in site.stock.governed:
        found.setdefault(card.category, []).append(card)
    if len(found) > MOST_CATEGORIES:
        smallest = sorted(found, key=lambda name: (len(found[name]), name))[: len(found) - MOST_CATEGORIES + 1]
        found[OTHER] = [card for name in smallest for card in found.pop(name)]
    order = sorted(found, key=lambda name: (not name, name == OTHER, heading(name).casefold(), name))
    for number, name in enumerate(order):
        listed = sorted(found[name], key=lambda card: (card.name.casefold(), card.id))
        shown = tuple(_shown(card, bands, site.stock.currency) for card in listed)
        yield Category(
            number,
            name,
            heading(name)[:LONGEST],
            quote(name, safe=""),
            shown,
            sum(bool(card.red_flags) for card in listed),
            tuple(_share(shown, each) for each in colourings),
        )


def _share(shown: Sequence[Shown], colouring: Colouring) -> Share:
    styles = [style for each in shown for style in each.styles.split()]
    parts: list[tuple[str, int, int]] = []
    said: list[str] = []
    passed = 0
    for tone in colouring.tones:
        count = styles.count(tone.style)
        if count:
            left, right = (BAR * at // len(shown) for at in (passed, passed + count))
            parts.append((tone.style, left, right - left))
            said.append(f"{tone.says}: {count:,}")
            passed += count
    return Share(colouring.id, tuple(parts), "; ".join(said))


def _shown(card: Card, bands: Sequence[float], currency: str) -> Shown:
    band = _band(card, bands)
    styles = f"r-{_known(card.risk, RISKS)} s-{_known(card.status, STATUSES)} m-{band or 'none'}"
    risk = f"{card.risk}{'' if card.risk_sure else ' at least'}" if card.risk else UNKNOWN
    return Shown(
        card, styles, (("risk", f"risk {risk}"), ("status", card.status or UNKNOWN), ("spend", _spend(card, currency)))
    )


def _known(value: str | None, known: Sequence[str]) -> str:
    return value if value is not None and value in known else "none"


def _spend(card: Card, currency: str) -> str:
    if card.annual is None and card.at_least:
        return f"at least {money(card.at_least, currency)}"
    return money(card.annual, currency) if card.annual is not None else f"cost {UNKNOWN}"


# ---- Colours --------------------------------------------------------------------------------------


def _costs(card: Card) -> float | None:
    return card.annual if card.annual is not None else (card.at_least or None)


def _bands(cards: Sequence[Card]) -> list[float]:
    """Return the edges between the four bands of spend: the quarters, as round figures."""
    known = sorted(cost for card in cards if (cost := _costs(card)) is not None and cost > 0)
    edges = {_rounded(known[len(known) * at // QUARTERS]) for at in range(1, QUARTERS)} if known else set()
    return sorted(edges)


def _rounded(amount: float) -> float:
    """Return the round amount that is the nearest."""
    scale = float("1" + "0" * (len(str(int(amount))) - 1))
    return min((step * scale / 10 for step in ROUND), key=lambda near: (abs(near - amount), near))


def _band(card: Card, bands: Sequence[float]) -> int | None:
    cost = _costs(card)
    return None if cost is None else 1 + sum(cost >= edge for edge in bands)


def _colourings(cards: Sequence[Card], bands: Sequence[float], currency: str) -> list[Colouring]:
    """Return the ways of colouring that this stock has something to show for."""
    found = []
    if any(card.risk for card in cards):
        tones = [Tone(f"r-{each}", each, sum(card.risk == each for card in cards)) for each in RISKS]
        tones.append(Tone("r-none", UNKNOWN, sum(card.risk not in RISKS for card in cards)))
        found.append(Colouring("risk", "Risk", _used(tones)))
    if any(card.status for card in cards):
        tones = [Tone(f"s-{each}", each, sum(card.status == each for card in cards)) for each in STATUSES]
        tones.append(Tone("s-none", "other, or not known", sum(card.status not in STATUSES for card in cards)))
        found.append(Colouring("status", "Status", _used(tones)))
    if bands:
        placed = [_band(card, bands) for card in cards]
        tones = [Tone(f"m-{at}", _range(bands, at, currency), placed.count(at)) for at in range(1, len(bands) + 2)]
        tones.append(Tone("m-none", UNKNOWN, placed.count(None)))
        found.append(Colouring("spend", "Spend a year", _used(tones)))
    return found


def _used(tones: Sequence[Tone]) -> tuple[Tone, ...]:
    return tuple(tone for tone in tones if tone.count)


def _range(bands: Sequence[float], at: int, currency: str) -> str:
    if at == 1:
        return f"under {money(bands[0], currency)}"
    if at > len(bands):
        return f"{money(bands[-1], currency)} and more"
    return f"{money(bands[at - 2])} to {money(bands[at - 1], currency)}"


# ---- What a card says in full ---------------------------------------------------------------------


def _data(site: Site, shown: Shown) -> JsonObject:
    card = shown.card
    return {
        "id": card.id,
        "to": site.vendor(card.id),
        "name": visible(card.name[:LONGEST]),
        "line": visible(card.line[:LONGEST]),
        "styles": shown.styles,
        "says": {name: visible(text) for name, text in shown.says},
        "red": card.red_flags or 0,
        "rows": [[title, visible(text[:LONGEST])] for title, text in _rows(site, card) if text],
    }


def _rows(site: Site, card: Card) -> Iterator[tuple[str, str]]:
    """Yield what the summary says of a vendor: title and text, empty where there is nothing to say."""
    judged = site.stock.judged
    yield "Category", heading(card.category)
    yield "Status", card.status
    yield "Risk", f"{card.risk or UNKNOWN}{'' if card.risk_sure or not card.risk else ' at least'}" if judged else ""
    yield "Cost a year", _spend(card, site.stock.currency) if judged else ""
    yield "Owner in marketing", _person(card.owners.get("marketing"))
    yield "Owner in IT", _person(card.owners.get("it"))
    yield "Findings", _findings(card)
    yield "Personal data", ABROAD[card.abroad]
    yield "Last day to cancel", card.cancel_by.isoformat() if card.cancel_by else ""
    yield "Company", card.company


def _person(who: Person | None) -> str:
    return "" if who is None else f"{who.name}{' (left)' if who.gone else ''}"


def _findings(card: Card) -> str:
    if card.red_flags is None:
        return ""
    told = [counted(card.red_flags, "red flag")] if card.red_flags else ["no red flag"]
    told += [counted(card.warnings, "warning")] if card.warnings else []
    told += [f"{card.waived} waived"] if card.waived else []
    return ", ".join(told)
