"""The first page: how many, how dear, what is not in order, what falls due, and what changed this month."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from preflight.inventory import story
from preflight.inventory.card import EEA
from preflight.inventory.columns import lapsing
from preflight.inventory.frame import first, words
from preflight.model import Level
from preflight.periods import add_months
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from preflight.decisions.statement import Statement
    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Card, Event, Stock
    from preflight.inventory.story import Entry, Line

TITLE = "Overview"
PATH = "index.html"
MOST = 8  # lines of each list; the other pages have all
MOST_COMMITS = 6
MOST_TOLD = 3  # vendors of one commit
MOST_NAMES = 3  # fields of one vendor
MOST_RULES = 20  # changes of the rules
ELEVATED = ("critical", "high")
ACRONYMS = frozenset({"ceo", "cfo", "cio", "ciso", "cmo", "coo", "cto", "dpo"})
SAID = {"approve": "agreed", "waive": "waiver given", "revoke": "decision taken back"}


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day to cancel a subscription, or the day on which it ends by itself."""

    day: date
    vendor: str
    lapses: bool  # by itself
    product: str = ""  # where the vendor has several
    annual: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What one commit did to some vendors, each with words on it."""

    day: date
    subject: str
    vendors: tuple[tuple[str, str], ...]
    more: int
    ruled: bool  # it changed the rules, too


def offered(stock: Stock) -> bool:  # noqa: ARG001 - the shape of a page
    """Whether there is anything to show: always."""
    return True


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield the page."""
    stock, cards = site.stock, site.stock.governed
    recent = list(_recent(stock))
    ruled = [each for each in recent if not each.vendors]
    yield site.page(
        PATH,
        "overview.html",
        TITLE,
        cards=cards,
        table=_tables(stock),
        spend=_spend(cards),
        proposed_spend=_spend([card for card in cards if card.status == "proposed"]),
        unpriced=sum(card.annual is None for card in cards),
        red=sum(card.red_flags or 0 for card in cards) + sum(each.level is Level.RED_FLAG for each in stock.registry),
        warnings=sum(card.warnings or 0 for card in cards)
        + sum(each.level is Level.WARNING for each in stock.registry),
        waived=sum(card.waived or 0 for card in cards),
        flagged=first(
            sorted((card for card in cards if card.red_flags), key=lambda card: -(card.red_flags or 0)), MOST
        ),
        soon=sum(0 <= each.days <= stock.horizon for each in stock.due),
        overdue=sum(each.days < 0 for each in stock.due),
        deadlines=first(sorted(_deadlines(stock), key=lambda each: (each.day, each.vendor, each.product)), MOST),
        abroad=first([(card, _where(card)) for card in cards if card.abroad], MOST),
        unsure=sum(card.abroad is None for card in cards),
        elevated=first(sorted((card for card in cards if card.risk in ELEVATED), key=_risk), MOST),
        proposed=first([card for card in cards if card.status == "proposed"], MOST),
        points=[(each, quote(each, safe="")) for each in _points(site)],
        recent=first([_change(site, each) for each in recent if each.vendors], MOST_COMMITS),
        ruled=first(ruled, MOST_RULES),
    )


def _tables(stock: Stock) -> dict[str, str]:
    """Return the addresses of the table of vendors with the filters that lists and tiles stand for."""
    governed = {card.status for card in stock.governed}
    others = {card.status for card in stock.cards if not card.governed}
    status = [("f", f"status:{each}") for each in sorted(governed)] if others and not others & governed else []
    shown = [each for each in ("category", "status", "risk") if any(getattr(card, each) for card in stock.cards)]
    asked = {
        "red": [("f", "red:yes")],
        "waived": [("f", "waived:yes")],
        "warnings": [
            ("f", "warnings:1.."),
            ("sort", "-warnings"),
            ("cols", ",".join(["name", *shown, "red", "warnings"])),
        ],
        "abroad": [("f", "abroad:yes"), *status],
        "unsure": [("f", "abroad:unknown"), *status],
        "risk": [*(("f", f"risk:{each}") for each in ELEVATED), *status, ("sort", "-risk")],
        "cancel": [("sort", "cancel" if any(card.cancel_by for card in stock.cards) else "ends")],
        "proposed": [("f", "status:proposed")],
    }
    return {name: f"vendors.html#{urlencode(each, safe=':,')}" for name, each in asked.items()}


def _spend(cards: Sequence[Card]) -> float | None:
    known = [card.annual if card.annual is not None else card.at_least for card in cards]
    return sum(each for each in known if each is not None) if any(each is not None for each in known) else None


def _deadlines(stock: Stock) -> Iterator[Deadline]:
    """Yield for every subscription under contract the day that comes next."""
    for card in stock.governed:
        terms = card.ledger.terms
        if card.cancel_by and not any(term.cancel_by for term in terms):
            yield Deadline(card.cancel_by, card.id, lapses=False)  # of which subscription is not known
        for term in terms:
            product = " · ".join(filter(None, (term.product, term.region))) if len(terms) > 1 else ""
            if term.cancel_by:
                yield Deadline(term.cancel_by, card.id, lapses=False, product=product, annual=term.annual)
            elif day := lapsing(term, stock.as_of):
                yield Deadline(day, card.id, lapses=True, product=product, annual=term.annual)


def _where(card: Card) -> str:
    """Return the countries outside the EU and EEA, and after them the others: ``US (also IE)``."""
    countries = dict.fromkeys(card.residency or ())
    outside, inside = (", ".join(each for each in countries if (each in EEA) is within) for within in (False, True))
    return f"{outside} (also {inside})" if inside else outside


def _risk(card: Card) -> tuple[int, float, str]:
    return ELEVATED.index(card.risk or ""), -(card.at_least or 0), card.id


def _points(site: Site) -> list[str]:
    return [] if site.stock.landscape is None else sorted(site.stock.landscape.single_points)


# ---- What changed ----------------------------------------------------------------------------------


def _recent(stock: Stock) -> Iterator[Entry]:
    """Yield what happened in the month up to the day of the inventory, a commit each, the newest first."""
    since = add_months(stock.as_of, -1)
    return story.entries(each for each in stock.events or () if since < each.day <= stock.as_of)


def _change(site: Site, entry: Entry) -> Change:
    decided = {row.decision.path: row.decision.statement for row in site.stock.decided}
    told, more = first(entry.vendors, MOST_TOLD)
    return Change(
        entry.day,
        entry.subject,
        tuple((line.vendor, _told(site, line, decided)) for line in told),
        more,
        entry.policies is not None,
    )


def _told(site: Site, line: Line, decided: Mapping[str, Statement]) -> str:
    """Return what happened to one vendor in plain words: ``3 fields changed (Price, Notice days …)``."""
    said = []
    for event in line.events:
        if event.kind == "changed":
            said.append(_edited(site, event))
        elif event.kind == "decision":
            said.append(_agreed(event, decided))
        else:
            said.append(story.KINDS.get(event.kind, event.kind))
    return ", ".join(dict.fromkeys(said))


def _edited(site: Site, event: Event) -> str:
    count = len(event.edits) + event.more
    if not count:
        return "changed"
    ways = [site.labels.way(each.pointer) for each in event.edits if each.pointer.startswith("/")]
    names = list(dict.fromkeys(next((step for step in reversed(way) if not step.isdecimal()), "") for way in ways))
    shown, left = first(names, MOST_NAMES)
    listed = ", ".join(each[:60] for each in shown) + (" …" if left else "")
    return f"{counted(count, 'field')} changed" + (f" ({listed})" if listed else "")


def _agreed(event: Event, decided: Mapping[str, Statement]) -> str:
    roles: dict[str, Counter[str]] = {}
    for edit in event.edits:
        if edit.pointer in decided:
            statement = decided[edit.pointer]
            said = SAID.get(statement.kind, "decided")
            roles.setdefault(said, Counter())[_role(statement.role)] += 1
    told = [f"{said} by the {' and the '.join(by)}" for said, by in roles.items()]
    return ", ".join(told) or "decided"


def _role(role: str) -> str:
    return role.upper() if role in ACRONYMS else words(role)
