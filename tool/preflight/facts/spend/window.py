"""What of a vendor's purchases still counts: what runs, what is owed until its term ends, what was bought of late.

The window is the stretch of days that policies/approvals.yaml looks at. Something may be entered some time after it
began, so that days before the window are looked at as well.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from preflight import terms
from preflight.facts import cost, lifecycle
from preflight.facts.spend import daily
from preflight.money import DAYS
from preflight.periods import add_days
from preflight.recurring import INSIDE, RECURRING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preflight.model import Context, JsonObject
    from preflight.terms import Purchase

IN_TIME = 90  # days within which what is bought has to be entered


def still(record: JsonObject, context: Context) -> list[Purchase]:
    """Return the terms of what is over that are paid all the same, until they end.

    What renews by itself does so no more once notice could be given: on the day on which the vendor was over.
    """
    return [each for each in at_the_end(record, context) if each.until and each.until >= context.today]


def at_the_end(record: JsonObject, context: Context) -> list[Purchase]:
    """Return all subscriptions of a vendor that is over.

    Those that would renew end with the term that is owed; what ran until somebody cancels ended with the vendor.
    """
    over = cost.over_on(record, context)
    at_the_end = replace(context, today=over, memory={})
    return [
        replace(each, until=each.until or each.leaves or over)
        for each in terms.bought(record, at_the_end)
        if was_made(record, each.starts, context)
    ]


def undated(record: JsonObject, parts: Sequence[JsonObject], context: Context) -> Decimal:
    """Return what is paid in a year besides all purchases that have a day, and was bought of late.

    That is all of it, unless the vendor had a subscription before: then it came with that, but for what says since
    when it is paid.
    """
    if not was_made(record, None, context):
        return Decimal(0)
    first = counted_from(record, context)
    bought = [each for each in parts if each["term"] and (each["recent"] or each["runs"])]
    if all(each["recent"] for each in bought) and not cost.is_over(record, context):
        first = date.min
    return cost.undated(record, context, first)


def flat(record: JsonObject, context: Context) -> Decimal:
    """Return what counts in any year as if it were paid in all of it: what recurs, and nobody knows when it began."""
    if not was_made(record, None, context):
        return Decimal(0)
    return cost.flat(record, context, counted_from(record, context) if cost.is_over(record, context) else None)


def parts(record: JsonObject, context: Context) -> Iterator[JsonObject]:
    """Yield the purchases that run, are to come, were made within the window, or were over within it."""
    first, back = counted_from(record, context), looked_back_to(context)
    over = cost.is_over(record, context)
    listed = at_the_end(record, context) if over else terms.bought(record, context)
    running = [each for each in listed if each.until is None or each.until >= context.today]
    for each in listed:
        # The next term of what runs is no second purchase; it counts in the year in which it runs.
        recent = each.starts is None or (each.starts >= first and not _renews(each, running, context.today))
        if recent or each.until is None or each.until >= back:
            known = each.annual is not None
            amounts: JsonObject = {"amount": each.in_a_year if known else each.least, "annual": each.annual}
            amounts |= {"rate": each.a_day if known else each.least / DAYS, "priced": known}
            amounts |= {"from": each.starts, "to": each.until, "runs": each in running}
            yield {"pointer": each.pointer, **amounts, "recent": recent, "term": True}
    left = cost.over_on(record, context) if over else None
    for pointer, was, amount, until in daily.dated(record, context, back, (left, first) if left else None):
        rate = None if amount is None else amount / DAYS
        since = date.fromisoformat(was["since"]) if "since" in was else None
        if not was_made(record, since, context):
            continue
        spread: JsonObject = {"rate": rate, "from": since, "to": until, "runs": False}
        yield {"pointer": pointer, "amount": None, "annual": None, **spread, "recent": False, "term": True}
    for more in daily.beyond_contract(record, context, listed, left or date.max):
        if not was_made(record, more.first, context):
            continue
        spread = {"rate": more.rate, "from": more.first, "to": more.last, "runs": False}
        yield {"pointer": RECURRING, "amount": None, "annual": None, **spread, "recent": False, "term": True}
    for index, entry in enumerate(record.get("cost", {}).get("one_off", ())):
        day = date.fromisoformat(entry["date"]) if "date" in entry else None
        if entry["kind"] != INSIDE and (day is None or day >= min(first, back)) and was_made(record, day, context):
            amount = terms.rates(context).converted(entry["amount"], context.today)
            once = {"pointer": f"/cost/one_off/{index}", "amount": amount, "annual": None, "from": day}
            yield {**once, "priced": amount is not None, "recent": day is None or day >= first, "term": False}


def once(record: JsonObject, context: Context) -> dict[date, Decimal]:
    """Return what is paid once by the day, as far as it has one and was bought."""
    found: dict[date, Decimal] = defaultdict(Decimal)
    for each in record.get("cost", {}).get("one_off", ()):
        when = date.fromisoformat(each["date"]) if "date" in each else None
        amount = terms.rates(context).converted(each["amount"], context.today)
        if when and amount and each["kind"] != INSIDE and was_made(record, when, context):
            found[when] += amount
    return found


def _renews(purchase: Purchase, others: Sequence[Purchase], today: date) -> bool:
    """Whether a term that is to come follows upon one of the same place that runs today."""
    starts = purchase.starts
    return (
        starts is not None
        and starts > today
        and any(
            each.place == purchase.place and each.starts and each.starts <= today and each.until and each.until < starts
            for each in others
        )
    )


def was_made(record: JsonObject, day: date | None, context: Context) -> bool:
    """Whether something was bought, or may be: of a vendor rejected after it was agreed to, all once one has begun."""
    if record.get("lifecycle", {}).get("status") != "rejected" or not cost.is_over(record, context):
        return True
    begun = lifecycle.begun_on(record, context.today) is not None
    return "approved_on" in record["lifecycle"] and (begun or day is None)


def window_begins(context: Context) -> date:
    """Return the first day of the window, which ends today and has as many days as policies/approvals.yaml says."""
    return add_days(context.today, 1 - context.policies["approvals"]["window_days"])


def looked_back_to(context: Context) -> date:
    """Return the first day that is looked at: of a year that ended of late, something may be entered only now."""
    return add_days(window_begins(context), -IN_TIME)


def counted_from(record: JsonObject, context: Context) -> date:
    """Return the first day whose purchases are of late: that of the window.

    For a vendor that was proposed or approved within it, all are: nobody was asked about what is said to have been
    bought before.
    """
    first = window_begins(context)
    life = record.get("lifecycle", {})
    asked = max(life.get("proposed_on", ""), life.get("approved_on", ""))
    return date.min if asked >= first.isoformat() else first
