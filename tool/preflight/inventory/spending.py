"""What the yearly cost of a vendor is made of, what it costs once, and until when its terms run.

All that a year costs is assigned to the team and to the region that the record names, or to none; the parts add up to
``cost.at_least`` to the cent. Amounts are in the base currency, at the rates of the day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from preflight import terms
from preflight.facts import cost
from preflight.inventory.stock import Group, Ledger, Term, Unpriced
from preflight.money import A_YEAR, decimal, plain
from preflight.pointers import get
from preflight.recurring import INSIDE, SUBSCRIPTION, ended

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from preflight.inventory.stock import Card
    from preflight.model import Context, JsonObject
    from preflight.terms import Purchase

NOBODY = ""  # what has no team, or no region
NO_DAY = ""

Part = tuple[str, Decimal]  # a team or a region, an amount


def added(card: Card, record: JsonObject, facts: JsonObject, context: Context) -> Card:
    """Return the card with what is known of its money; as it is where the registry has no such facts."""
    if cost.NAME not in facts:
        return card
    governed = not cost.is_over(record, context)
    bought = cost.purchases(record, context) if governed else None
    running = terms.peak(bought) if bought else []
    once = _once(record, context)
    return replace(
        card,
        spend=_by_team(record, facts, running, context) if governed else {},
        spend_regions=_by_region(record, facts, running, context) if governed else {},
        one_off=plain(sum(once.values(), Decimal(0))) if once else None,
        ledger=Ledger(
            tuple(_terms(record, facts, context)) if governed else (),
            {year: plain(amount) for year, amount in sorted(once.items())},
            {year: plain(amount) for year, amount in sorted(_subscribed(record, facts, context).items())},
            tuple(_unpriced(record, facts)),
            _group(facts) if governed else None,
        ),
    )


# ---- By team and region ---------------------------------------------------------------------------


def _by_team(record: JsonObject, facts: JsonObject, running: list[Purchase], context: Context) -> dict[str, float]:
    """Return the cost of a year by team. Of the two views of the subscriptions the larger counts, as in the facts."""
    bought = [(_named(record, each, "team"), each.least) for each in running]
    paid = list(_recurring(record, context, subscription=True))
    view = paid if _rank(paid) > _rank(bought) else bought
    return _shared([*view, *_recurring(record, context, subscription=False)], record, facts)


def _by_region(record: JsonObject, facts: JsonObject, running: list[Purchase], context: Context) -> dict[str, float]:
    """Return the cost of a year by region. Only subscriptions name one; all else is of none."""
    bought = [(_named(record, each, "region"), each.least) for each in running]
    paid = list(_recurring(record, context, subscription=True))
    more = max(_sum(paid) - _sum(bought), Decimal(0))
    rest = _sum(list(_recurring(record, context, subscription=False))) + more
    return _shared([*bought, (NOBODY, rest)], record, facts)


def _named(record: JsonObject, purchase: Purchase, member: str) -> str:
    found: str = get(record, f"{purchase.pointer}/{member}") or NOBODY
    return found


def _recurring(record: JsonObject, context: Context, *, subscription: bool) -> Iterator[Part]:
    for entry in record.get("cost", {}).get("recurring", ()):
        kept = entry["kind"] != INSIDE and not ended(entry, context)
        if kept and (entry["kind"] == SUBSCRIPTION) is subscription:
            amount = terms.rates(context).converted(entry["amount"], context.today)
            if amount is not None:
                yield entry.get("team", NOBODY), amount * A_YEAR[entry["per"]]


def _sum(parts: list[Part]) -> Decimal:
    return sum((amount for _, amount in parts), Decimal(0))


def _rank(parts: list[Part]) -> tuple[Decimal, Decimal]:
    """Return by what one view comes before the other: the larger sum, then how much of it has a name."""
    return _sum(parts), _sum([each for each in parts if each[0]])


def _shared(parts: list[Part], record: JsonObject, facts: JsonObject) -> dict[str, float]:
    """Return the sums by name, to the cent; what is missing to the whole is usage, which is nobody's."""
    whole = decimal(facts[cost.NAME]["at_least"])
    sums: dict[str, Decimal] = {}
    for name, amount in parts:
        sums[name] = sums.get(name, Decimal(0)) + amount
    found = {name: decimal(plain(amount)) for name, amount in sums.items() if amount}
    left = whole - sum(found.values(), Decimal(0))
    if left:
        used = bool(record.get("cost", {}).get("usage")) or not found
        to = NOBODY if used else max(sorted(found), key=lambda name: found[name])  # or cents, lost in rounding
        found[to] = found.get(to, Decimal(0)) + left
    return {name: float(amount) for name, amount in sorted(found.items())}


# ---- Once, and by year ----------------------------------------------------------------------------


def _once(record: JsonObject, context: Context) -> dict[str, Decimal]:
    """Return what is paid once, by year; our own labour is left out, as in the cost of a year."""
    found: dict[str, Decimal] = {}
    for entry in record.get("cost", {}).get("one_off", ()):
        amount = terms.rates(context).converted(entry["amount"], context.today)
        if entry["kind"] != INSIDE and amount is not None:
            year = entry.get("date", NO_DAY)[:4]
            found[year] = found.get(year, Decimal(0)) + amount
    return found


def _subscribed(record: JsonObject, facts: JsonObject, context: Context) -> dict[str, Decimal]:
    """Return by year what subscriptions come to, day by day of the terms on record; renewals to come do not count."""
    ends = {each["pointer"]: each.get("ends") for each in facts.get("renewal", {}).get("terms", ())}
    found: dict[str, Decimal] = {}
    for each in terms.bought(record, context):
        stated = get(record, f"{each.pointer}/ends")
        if each.starts is None or stated is None or not each.term:
            continue
        daily = each.term / ((date.fromisoformat(stated) - each.starts).days + 1)
        last = date.fromisoformat(ends.get(each.pointer) or stated)
        last = last if each.until is None else min(last, each.until)
        for year in range(each.starts.year, last.year + 1):
            days = (min(last, date(year, 12, 31)) - max(each.starts, date(year, 1, 1))).days + 1
            found[f"{year:04}"] = found.get(f"{year:04}", Decimal(0)) + daily * days
    return found


# ---- Terms, what has no rate, and groups ----------------------------------------------------------


def _terms(record: JsonObject, facts: JsonObject, context: Context) -> Iterator[Term]:
    bought = {each.pointer: each for each in cost.purchases(record, context) or ()}
    for each in facts.get("renewal", {}).get("terms", ()):
        purchase = bought.get(each["pointer"])
        annual = purchase.annual if purchase else None
        yield Term(
            each["product"],
            each.get("team", ""),
            get(record, f"{each['pointer']}/region") or "",
            _day(each, "ends"),
            _day(each, "next_day"),
            each.get("auto_renews"),
            None if annual is None else plain(annual),
        )


def _day(term: Mapping[str, str], member: str) -> date | None:
    return date.fromisoformat(term[member]) if member in term else None


def _unpriced(record: JsonObject, facts: JsonObject) -> Iterator[Unpriced]:
    for each in facts[cost.NAME]["unpriced"]:
        money = get(record, each["pointer"].rpartition("/")[0]) or {}
        yield Unpriced(each["pointer"], money.get("amount", 0), each["currency"])


def _group(facts: JsonObject) -> Group | None:
    known = facts.get("oversight", {})
    if not known.get("group"):
        return None
    return Group(known.get("parent", ""), tuple(known["group"]), known["group_annual"], known["window"])
