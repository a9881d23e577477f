"""What is paid beside the contract, by the day: from when to when, and until which day it is promised."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from preflight import terms
from preflight.facts import lifecycle
from preflight.money import DAYS
from preflight.recurring import INSIDE, RECURRING, SUBSCRIPTION, USAGE, day, expected, is_since, listed, yearly
from preflight.spans import Span, beyond

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from preflight.model import Context, JsonObject
    from preflight.terms import Purchase


def dated(
    record: JsonObject, context: Context, back: date, over: tuple[date, date] | None = None
) -> Iterable[tuple[str, JsonObject, Decimal | None, date]]:
    """Yield (pointer, entry, a year, last day) of what recurs or is used beside the contract, and has a day.

    Nothing that ended before ``back``. ``over`` is of a vendor that is over the day since when, and the first day
    whose purchases are of late. All of it has ended then, but for what was bought of late: that goes on counting.
    """
    for at, amount in ((RECURRING, yearly), (USAGE, expected)):
        for index, entry in enumerate(listed(record, at)):
            if at == RECURRING and entry["kind"] in {INSIDE, SUBSCRIPTION}:
                continue
            last = last_day(entry, at, over[0] if over else date.max)
            if counts_flat(entry, over[1] if over else None) or last < back:
                continue
            yield f"{at}/{index}", entry, amount(entry, context), last


def counts_flat(entry: JsonObject, of_late: date | None) -> bool:
    """Whether what recurs counts in any year as if it were paid in all of it.

    That is what has no day, and at a vendor that is over what was bought ``of_late`` and has no last day.
    """
    if "until" in entry:
        return False
    return "since" not in entry if of_late is None else is_since(entry, of_late)


def last_day(entry: JsonObject, at: str, left: date) -> date:
    """Return the last day on which something that recurs is paid to a vendor that is ``left`` on a day.

    What is promised until a day is paid until then, whoever leaves before.
    """
    until = day(entry, "until")
    if until and at == RECURRING and entry["kind"] != INSIDE:
        return until
    return min(until or left, left)


def beyond_contract(
    record: JsonObject, context: Context, bought: Sequence[Purchase], left: date = date.max
) -> Iterable[Span]:
    """Yield what is paid for subscriptions on days on which the contract has less, until the vendor was ``left``.

    What is paid since nobody knows when is paid since the first contract began.
    """
    begun = min((each.starts for each in bought if each.starts), default=date.min)
    paid = (
        Span(day(each, "since") or begun, last_day(each, RECURRING, left), amount / DAYS)
        for each in listed(record, RECURRING)
        if each["kind"] == SUBSCRIPTION and (amount := yearly(each, context))
    )
    held = (Span(each.starts or date.min, each.until or date.max, each.a_day or each.least / DAYS) for each in bought)
    return beyond(paid, held)


def promises(record: JsonObject, context: Context) -> list[tuple[date, date, Decimal | None]]:
    """Return what recurs beside the contract until a day to come: its first and last day, and what it comes to.

    Without a last day it is paid until somebody cancels, and nothing of it is promised.
    """
    begun = lifecycle.begun_on(record, context.today) or context.today
    found = []
    for each in listed(record, RECURRING):
        until, amount = day(each, "until"), yearly(each, context)
        if until and until >= context.today and each["kind"] not in {INSIDE, SUBSCRIPTION}:
            first = day(each, "since") or begun
            days = max(0, (until - first).days + 1)
            found.append((first, until, None if amount is None else amount * days / DAYS))
    subscribed = (each for each in _subscribed_until(record, context, begun) if each.last >= context.today)
    return [*found, *((each.first, each.last, each.whole) for each in subscribed)]


def _subscribed_until(record: JsonObject, context: Context, begun: date) -> Iterable[Span]:
    """Yield what is paid for subscriptions until a last day, beyond the terms of the contract."""
    paid = [
        Span(day(each, "since") or begun, until, amount / DAYS)
        for each in listed(record, RECURRING)
        if each["kind"] == SUBSCRIPTION and (until := day(each, "until")) and (amount := yearly(each, context))
    ]
    bought = terms.bought(record, context) if paid else ()
    held = (
        Span(each.starts, each.ends, each.a_day or each.least / DAYS) for each in bought if each.starts and each.ends
    )
    return beyond(paid, held)
