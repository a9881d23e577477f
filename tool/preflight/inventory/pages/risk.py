"""Risk: how sensitive against how critical, who looks at what, where data lies, what is not in order, and the trend."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from preflight.inventory.charts import Column, Figure, figure
from preflight.inventory.charts.shapes import Bar, quarters
from preflight.inventory.frame import UNKNOWN, first, money
from preflight.levels import LEVELS
from preflight.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from preflight.due.items import DueItem
    from preflight.inventory.charts.schemes import Scheme
    from preflight.inventory.frame import Site
    from preflight.inventory.stock import Card, Moment, Stock

TITLE = "Risk"
PATH = "risk.html"
TABLE = "vendors.html"
HIGH_FIRST = LEVELS[::-1]
MOST_IN_CELL = 12
MOST_LISTED = 40
MOST_ABROAD = 12  # the table has all
MOST_RULES = 10
CERTIFICATION = "certification"


@dataclass(frozen=True, slots=True)
class Cell:
    """Vendors of one sensitivity and one criticality. ``more`` are not named; ``link`` leads to all of them."""

    level: str  # the higher of the two: how the cell is shaded
    title: str
    count: int
    cards: tuple[Card, ...]
    more: int
    link: str


@dataclass(frozen=True, slots=True)
class Oversight:
    """One level of risk: what it asks for, and who is in it."""

    level: str
    title: str
    what: str
    resources: str
    count: int
    cards: tuple[Card, ...]
    more: int
    link: str


def offered(stock: Stock) -> bool:
    """Whether anything is known of what vendors risk."""
    return any(card.risk is not None for card in stock.governed)


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield the page and its charts."""
    stock, cards = site.stock, site.stock.governed
    trend = (_levels(stock.moments), _costs(stock.moments, stock.currency))
    for each in trend:
        if each is not None:
            yield from each.files
    abroad = sorted((card for card in cards if card.abroad), key=lambda card: (-_rank(card.risk), card.id))
    yield site.page(
        PATH,
        "risk.html",
        TITLE,
        matrix=_matrix(cards),
        levels=(*HIGH_FIRST, None),
        columns=_columns(cards),
        oversight=_oversight(stock),
        elevated=sum(card.risk in HIGH_FIRST[:2] for card in cards),
        unsure=sum(not card.risk_sure for card in cards),
        abroad=first(abroad, MOST_ABROAD),
        abroad_link=_table(("abroad", "yes")),
        where_unknown=sum(card.abroad is None for card in cards),
        where_unknown_link=_table(("abroad", "unknown")),
        flags=_rules(stock, lambda card: card.flag_rules),
        waivers=_rules(stock, lambda card: card.waived_rules),
        certificates=first(_certificates(stock), MOST_LISTED),
        trend=trend,
    )


def _rank(level: str | None) -> int:
    return LEVELS.index(level) if level in LEVELS else -1


def _table(*filters: tuple[str, str]) -> str:
    """Return the address of the table of vendors, filtered."""
    return f"{TABLE}#{urlencode([('f', f'{column}:{value}') for column, value in filters])}"


# ---- Sensitivity and criticality ------------------------------------------------------------------


def _columns(cards: Sequence[Card]) -> tuple[str | None, ...]:
    """Return the levels of sensitivity, the highest first; not known is last, and only where it occurs."""
    return (*HIGH_FIRST, *([None] if any(card.sensitivity is None for card in cards) else []))


def _matrix(cards: Sequence[Card]) -> list[tuple[str | None, list[Cell]]]:
    """Return a row for each level of criticality, the highest first, with a cell for each of sensitivity."""
    found: dict[tuple[str | None, str | None], list[Card]] = {}
    for card in cards:
        found.setdefault((card.criticality, card.sensitivity), []).append(card)
    rows = (*HIGH_FIRST, *([None] if any(card.criticality is None for card in cards) else []))
    return [
        (criticality, [_cell(criticality, sensitivity, found) for sensitivity in _columns(cards)])
        for criticality in rows
    ]


def _cell(
    criticality: str | None, sensitivity: str | None, found: dict[tuple[str | None, str | None], list[Card]]
) -> Cell:
    cards = sorted(found.get((criticality, sensitivity), ()), key=lambda card: (card.name.casefold(), card.id))
    known = [each for each in (criticality, sensitivity) if each]
    return Cell(
        max(known, key=_rank) if len(known) == len((criticality, sensitivity)) else "",
        f"criticality {criticality or UNKNOWN}, sensitivity {sensitivity or UNKNOWN}",
        len(cards),
        tuple(cards) if len(cards) <= MOST_IN_CELL else (),
        max(0, len(cards) - MOST_IN_CELL) and len(cards),
        _table(
            *((name, level) for name, level in (("sensitivity", sensitivity), ("criticality", criticality)) if level)
        ),
    )


# ---- Oversight ------------------------------------------------------------------------------------


def _oversight(stock: Stock) -> list[Oversight]:
    """Return the levels of oversight, the highest first; those without a vendor, too: the policy says what they ask."""
    policy = stock.policies.get("risk", {}).get("oversight", {})
    found = []
    for level in HIGH_FIRST:
        cards = [card for card in stock.governed if card.risk == level]
        asked = policy.get(level, {})
        shown, more = first(sorted(cards, key=lambda card: (card.name.casefold(), card.id)), MOST_IN_CELL)
        title, what, resources = (asked.get(each, "") for each in ("title", "what", "resources"))
        link = _table(("risk", level))
        found.append(Oversight(level, title, what, resources, len(cards), tuple(shown), more, link))
    return found


# ---- What is not in order -------------------------------------------------------------------------


def _rules(stock: Stock, broken: Callable[[Card], Sequence[str]]) -> list[tuple[str, str, int, tuple[str, ...]]]:
    """Return the rules with the most findings: id, title, findings, and the vendors."""
    titles = {rule.id: rule.title for rule in stock.rules}
    findings: Counter[str] = Counter()
    vendors: dict[str, list[str]] = {}
    for card in stock.governed:
        for rule in broken(card):
            findings[rule] += 1
            if card.id not in vendors.setdefault(rule, [])[-1:]:
                vendors[rule].append(card.id)
    most = sorted(findings, key=lambda rule: (-findings[rule], rule))[:MOST_RULES]
    return [(rule, titles.get(rule, rule), findings[rule], tuple(vendors[rule])) for rule in most]


def _certificates(stock: Stock) -> list[DueItem]:
    return [each for each in stock.due if each.kind == CERTIFICATION and each.days <= stock.horizon]


# ---- The trend ------------------------------------------------------------------------------------


def _label(moment: Moment) -> str:
    year, _, quarter = moment.quarter.partition("-")
    return f"{quarter} {year}"


def _levels(moments: Sequence[Moment]) -> Figure | None:
    """Return how many vendors there were of each level; a level of which there never was one is left out."""
    levels = [each for each in (*HIGH_FIRST, "") if any(moment.risks.get(each) for moment in moments)]
    if not levels:
        return None
    items = [
        Bar(_label(moment), float(count), str(count) if count else "", level or "not readable")
        for level in levels
        for moment in moments
        for count in (moment.risks.get(level, 0),)
    ]
    then, now = (sum(moment.risks.get(each, 0) for each in HIGH_FIRST[:2]) for moment in (moments[0], moments[-1]))
    finding = (
        f"{counted(now, 'vendor')} of high or critical risk today; {then or 'none'} at the end of {_label(moments[0])}."
    )

    def colours(scheme: Scheme) -> list[str]:
        return [scheme.risks[level] for level in levels]

    return figure(
        "risk-by-quarter",
        quarters(items, colours),
        finding=finding,
        caption="Vendors by level of risk at the end of each quarter, the last one as of today; records of their day, "
        "by the rules of today.",
        columns=(
            Column("Quarter"),
            Column("On", "day"),
            *(Column((level or "not readable").capitalize(), "number") for level in levels),
        ),
        rows=[(_label(moment), moment.day, *(moment.risks.get(level, 0) for level in levels)) for moment in moments],
    )


def _costs(moments: Sequence[Moment], currency: str) -> Figure | None:
    known = [(moment, moment.annual) for moment in moments if moment.annual is not None]
    if not known:
        return None
    items = [Bar(_label(moment), annual, _brief(annual)) for moment, annual in known]
    (first_of, then), (_, now) = known[0], known[-1]
    change = "after"
    if then:
        change = f"{abs(round(100 * (now - then) / then))}% {'more' if now >= then else 'less'} than"
        change = change if now < 2 * then else f"{now / then:.1f} times"
    finding = (
        f"{money(now, currency)} a year today: {change} the {money(then, currency)} at the end of {_label(first_of)}."
    )
    return figure(
        "cost-by-quarter",
        quarters(items, lambda scheme: [scheme.accent]),
        finding=finding,
        caption=f"What the stack cost a year, in {currency}, at the end of each quarter, the last one as of today; "
        "at the rates of today.",
        columns=(Column("Quarter"), Column("On", "day"), Column(f"{currency} a year", "money")),
        rows=[(_label(moment), moment.day, annual) for moment, annual in known],
    )


def _brief(amount: float) -> str:
    """Return an amount in as few characters as fit above a column."""
    for size, unit in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if amount >= size:
            return f"{amount / size:,.0f}{unit}" if amount >= 100 * size else f"{amount / size:.3g}{unit}"
    return f"{amount:,.0f}"
