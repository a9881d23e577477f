"""What the stack costs: a year by category, team and region, what renews when, recurring and one-off, and whose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.inventory.charts import Column, Figure, figure
from preflight.inventory.charts.shapes import Bar, Span, bars, timeline
from preflight.inventory.frame import day, first, money, words
from preflight.periods import add_months

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Card, Stock, Term, Unpriced

TITLE = "Money"
PATH = "money.html"
MOST_BARS = 14
MOST_LINES = 20  # of the time line
MOST_ROWS = 200  # of a table
MOST_DEAREST = 15
MONTHS = 18
BACK, AHEAD = 2, 2  # years around that of today
NOT_ASSIGNED = "not assigned"
CANCEL, ENDS = "Last day to cancel", "End of term"
MOST = {"category": "Most goes into", "team": "Most is paid by", "region": "Most is bought for"}
SUBSCRIBED, ONCE = "subscriptions", "one-off"


@dataclass(frozen=True, slots=True)
class Renewal:
    """A subscription whose term ends, or can be cancelled for the last time, in the time ahead."""

    card: Card
    term: Term
    first: date


@dataclass(frozen=True, slots=True)
class Together:
    """Vendors of one legal parent, and the limits of approval that they reach. ``alone``: one of them does so, too."""

    parent: str
    members: tuple[str, ...]
    annual: float
    window: float
    limits: tuple[tuple[float, str, bool], ...]  # from which amount, who has to agree, alone


def offered(stock: Stock) -> bool:
    """Whether anything is known of what vendors cost."""
    return any(card.at_least is not None for card in stock.governed)


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield the page and its charts."""
    stock, cards = site.stock, site.stock.governed
    whole = _sum(cards)
    until = add_months(stock.as_of, MONTHS)
    ahead = _renewals(stock, until)
    charts = {
        "category": _split(site, "category", _by(cards, lambda card: {card.category: card.at_least or 0.0}), words),
        "team": _split(site, "team", _by(cards, lambda card: card.spend), site.name),
        "region": _split(site, "region", _by(cards, lambda card: card.spend_regions), words),
        "renewals": _timeline(stock, ahead),
        "years": _years(stock, cards),
    }
    for each in charts.values():
        if each is not None:
            yield from each.files
    dearest = sorted((card for card in cards if card.at_least), key=lambda card: (-(card.at_least or 0), card.id))
    yield site.page(
        PATH,
        "money.html",
        TITLE,
        whole=whole,
        proposed=_sum([card for card in cards if card.status == "proposed"]),
        charts=charts,
        ahead=first(ahead, MOST_ROWS),
        at_stake=sum(each.term.annual or 0.0 for each in ahead if each.term.cancel_by and each.term.cancel_by <= until),
        until=until,
        dearest=[(card, _percent(card.at_least or 0.0, whole)) for card in dearest[:MOST_DEAREST]],
        rest=_percent(sum(card.at_least or 0.0 for card in dearest[MOST_DEAREST:]), whole),
        unsure=first([card for card in cards if card.annual is None], MOST_ROWS),
        unpriced=first(_unpriced(cards), MOST_ROWS),
        together=first(_together(stock), MOST_ROWS),
        bound=sum(card.ledger.subscribed.get(f"{stock.as_of.year:04}", 0.0) for card in cards),
        once=sum(card.ledger.once.get(str(stock.as_of.year), 0.0) for card in cards),
        undated=sum(card.ledger.once.get("", 0.0) for card in cards),
        year=stock.as_of.year,
    )


def _sum(cards: Iterable[Card]) -> float:
    return round(sum(card.at_least or 0.0 for card in cards), 2)


def _percent(part: float, whole: float) -> int:
    return round(100 * part / whole) if whole else 0


# ---- A year, split --------------------------------------------------------------------------------


def _by(cards: Iterable[Card], parts: Callable[[Card], Mapping[str, float]]) -> dict[str, tuple[float, int]]:
    """Return amount and number of vendors by name, the dearest first."""
    found: dict[str, tuple[float, int]] = {}
    for card in cards:
        for name, amount in parts(card).items():
            if amount:
                so_far, count = found.get(name, (0.0, 0))
                found[name] = (so_far + amount, count + 1)
    return dict(sorted(found.items(), key=lambda each: (-each[1][0], each[0])))


def _split(site: Site, what: str, sums: Mapping[str, tuple[float, int]], named: Callable[[str], str]) -> Figure | None:
    currency, whole = site.stock.currency, sum(amount for amount, _ in sums.values())
    names = {each: (named(each) or each) if each else NOT_ASSIGNED for each in sums}
    shown, left = first(list(sums.items()), MOST_BARS)
    items = [Bar(names[each], amount, money(amount)) for each, (amount, _) in shown]
    if left:
        rest = whole - sum(amount for _, (amount, _) in shown)
        items.append(Bar(f"{left} others", rest, money(rest)))
    most = next((each for each in sums if each), None)
    finding = f"By {what}: nothing of it is assigned."
    if most is not None:
        amount = sums[most][0]
        finding = f"{MOST[what]} {names[most]}: {money(amount, currency)} a year, {_percent(amount, whole)}% of all."
    return figure(
        f"spend-by-{what}",
        bars(items),
        finding=finding,
        caption=f"{currency} a year by {what}, expected usage included; where it is not fully known, the part that is.",
        columns=(
            Column(what.capitalize()),
            Column(f"{currency} a year", "money"),
            Column("Share in %", "number"),
            Column("Vendors", "number"),
        ),
        rows=[
            (names[each], amount, _percent(amount, whole), count)
            for each, (amount, count) in list(sums.items())[:MOST_ROWS]
        ],
    )


# ---- What renews ----------------------------------------------------------------------------------


def _renewals(stock: Stock, until: date) -> list[Renewal]:
    found = [
        Renewal(card, term, min(days))
        for card in stock.governed
        for term in card.ledger.terms
        if (days := [each for each in (term.cancel_by, term.ends) if each and stock.as_of <= each <= until])
    ]
    return sorted(found, key=lambda each: (each.first, -(each.term.annual or 0.0), each.card.id, each.term.product))


def _timeline(stock: Stock, ahead: Sequence[Renewal]) -> Figure | None:
    spans = [
        Span(
            f"{each.card.name} · {each.term.product}",
            money(each.term.annual, stock.currency),
            each.term.cancel_by,
            each.term.ends,
        )
        for each in ahead[:MOST_LINES]
    ]
    cancels = [(each.term.cancel_by, each) for each in ahead if each.term.cancel_by]
    finding = "No subscription can be cancelled in this time; some end."
    if cancels:
        on, soonest = min(cancels, key=lambda each: each[0])
        finding = f"The next last day to cancel is {day(on).striptags()}: {soonest.card.name}, {soonest.term.product}."
    more = f"; the first {MOST_LINES} of {len(ahead)}" if len(ahead) > MOST_LINES else ""
    return figure(
        "renewals",
        timeline(spans, stock.as_of, add_months(stock.as_of, MONTHS), (CANCEL, ENDS)),
        finding=finding,
        caption=f"Subscriptions whose last day to cancel or end of term comes within {MONTHS} months, with what they "
        f"cost a year{more}. A line that runs off the right goes on beyond.",
        columns=(
            Column("Vendor", "vendor"),
            Column("Subscription"),
            Column(CANCEL, "day"),
            Column(ENDS, "day"),
            Column("Then"),
            Column(f"{stock.currency} a year", "money"),
        ),
        rows=[
            (each.card.id, each.term.product, each.term.cancel_by, each.term.ends, _then(each.term), each.term.annual)
            for each in ahead[:MOST_ROWS]
        ],
    )


def _then(term: Term) -> str:
    return {True: "renews by itself", False: "ends", None: "not known"}[term.renews]


# ---- Recurring and one-off ------------------------------------------------------------------------


def _years(stock: Stock, cards: Sequence[Card]) -> Figure | None:
    """Return what falls into each year: by the terms on record, and once."""
    years = [f"{year:04}" for year in range(max(stock.as_of.year - BACK, 1), min(stock.as_of.year + AHEAD, 9999) + 1)]
    subscribed = {year: sum(card.ledger.subscribed.get(year, 0.0) for card in cards) for year in years}
    once = {year: sum(card.ledger.once.get(year, 0.0) for card in cards) for year in years}
    items = [
        Bar(f"{year} {kind}", sums[year], money(sums[year]), kind)
        for year in years
        for kind, sums in ((SUBSCRIBED, subscribed), (ONCE, once))
    ]
    now = f"{stock.as_of.year:04}"
    finding = (
        f"In {now}, subscriptions come to {money(subscribed[now], stock.currency)} "
        f"and one-off costs to {money(once[now], stock.currency)}."
    )
    return figure(
        "years",
        bars(items, (SUBSCRIBED, ONCE)) if any(once.values()) else None,
        finding=finding,
        caption=f"{stock.currency} by calendar year, at the rates of today. Subscriptions count day by day for the "
        "terms that the records hold: renewals to come are not in it, nor what else recurs, which has no days.",
        columns=(Column("Year"), Column("Subscriptions", "money"), Column("One-off", "money")),
        rows=[(year, subscribed[year], once[year]) for year in years],
    )


# ---- What is not known, and who belongs together --------------------------------------------------


def _unpriced(cards: Iterable[Card]) -> list[tuple[Card, Unpriced]]:
    return [(card, each) for card in cards for each in card.ledger.unpriced]


def _together(stock: Stock) -> list[Together]:
    """Return the groups of vendors of one legal parent that reach a limit of approval by what they cost together."""
    policy = stock.policies.get("approvals", {})
    titles = {each["role"]: each["title"] for each in policy.get("roles", ())}
    limits = [each for each in policy.get("demands", ()) if each.keys() <= {"role", "why", "annual_cost_from"}]
    found = [
        Together(cards[0].ledger.group.parent, tuple(card.id for card in cards), annual, window, reached)
        for annual, window, cards in _groups(stock)
        if cards[0].ledger.group
        and (
            reached := tuple(
                (each["annual_cost_from"], titles.get(each["role"], each["role"]), _alone(cards, each))
                for each in limits
                if "annual_cost_from" in each and max(annual, window) >= each["annual_cost_from"]
            )
        )
    ]
    return sorted(found, key=lambda each: (-max(each.annual, each.window), each.members))


def _groups(stock: Stock) -> Iterator[tuple[float, float, list[Card]]]:
    """Yield annual cost, purchases of late, and the members of each group; it is told by the first of its members."""
    found: dict[str, list[Card]] = {}
    for card in stock.governed:
        if card.ledger.group is not None:
            found.setdefault(min(card.id, card.ledger.group.others[0]), []).append(card)
    for cards in found.values():
        group = cards[0].ledger.group
        if group is not None:
            yield group.annual, group.window, cards


def _alone(cards: Iterable[Card], limit: Mapping[str, float]) -> bool:
    return any((card.at_least or 0.0) >= limit["annual_cost_from"] for card in cards)
