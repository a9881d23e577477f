"""What a vendor costs: a year, and over what is promised. In the base currency of policies/rates.yaml.

The samples of a good record hold the subscription twice, as bought (``contract``) and as paid (``cost``). They
are two views of one sum, so the larger of the two counts, never both: a low figure in one place hides nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from preflight import terms
from preflight.facts import lifecycle
from preflight.facts.spend import daily
from preflight.money import DAYS, plain, total
from preflight.periods import add_days
from preflight.recurring import INSIDE, RECURRING, SUBSCRIPTION, USAGE, day, ended, expected, is_since, listed, yearly
from preflight.shapes import NUMBER, TEXT, faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from preflight.model import Context, JsonObject
    from preflight.terms import Purchase

NAME = "cost"
INPUTS = ("/contract/subscriptions", "/cost/one_off", "/cost/recurring", "/cost/usage")
POLICIES = ("rates",)
AHEAD = 31  # days by which a payment may come before what it pays for
TOLERANCE = Decimal("0.01")  # by which the two views of the subscription may differ: rounding, and exchange
PERIODS = (  # where a list of them is, what an entry is for, and its first and last day
    ("/contract/subscriptions", "product", "starts", "ends"),
    (RECURRING, "kind", "since", "until"),
    (USAGE, "unit", "since", "until"),
)
_NEEDS = ["/contract/subscriptions (each with price, per and a currency that has a rate)"]
_LIST = {"type": "array"}
PARTS = ("recurring", "usage")  # of the record's cost: what has a first and a last day
SHAPE: JsonObject = {
    "type": "object",
    "properties": {
        "currency": {"type": "string", "description": "The base currency, in which all amounts here are."},
        "annual": {
            "type": "number",
            "description": "What is paid to the vendor in a year, at today's rates, expected usage included.",
            "needs": _NEEDS,
        },
        "at_least": {"type": "number", "description": "The part of it that is known."},
        "total_annual": {
            "type": "number",
            "description": "The same with our own labour.",
            "needs": _NEEDS,
        },
        "committed": {
            "type": "number",
            "description": "What is promised over the terms that run or are to come (price for the term, or minimum), "
            "what is to be paid once, and what recurs until a day to come.",
            "needs": [*_NEEDS, "/contract/subscriptions (starts and ends)"],
        },
        "term_months": {
            "type": "integer",
            "description": "Length of the longest term that runs or is to come, in started months.",
            "needs": ["/contract/subscriptions (starts and ends)"],
        },
        "uncontracted": faults(
            "What is paid for subscriptions beyond the contract, on the worst day of the last year.",
            more={**NUMBER, "description": "How much, a year."},
            on={**TEXT, "description": "On which day."},
        ),
        "backwards": faults(
            "What is over before it begins.",
            what={**TEXT, "description": "What is bought, or paid for."},
            first={**TEXT, "description": "The day on which it begins."},
            last={**TEXT, "description": "The day on which it ends."},
        ),
        "unpriced": {
            **_LIST,
            "description": "Amounts that no rate converts on that day.",
            "items": {"type": "object", "properties": {"pointer": {"type": "string"}, "currency": {"type": "string"}}},
        },
        "mismatch": {
            **_LIST,
            "description": "Where contract and cost tell two stories of the subscription.",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string"},
                    "bought": {"type": "number"},
                    "paid": {"type": "number"},
                },
            },
        },
    },
}


def is_over(record: JsonObject, context: Context) -> bool:
    """Whether nothing is paid any more. The word alone is not enough: the day has to have come."""
    return not lifecycle.of(record, context)["governed"]


def over_on(record: JsonObject, context: Context) -> date:
    """Return the day on which a vendor was left; today where it is not over, or the record says none."""
    retired = record.get("lifecycle", {}).get("retired_on") if is_over(record, context) else None
    return min(date.fromisoformat(retired), context.today) if retired else context.today


def known(record: JsonObject, context: Context) -> JsonObject:
    """Return the facts of a record; those about approvals look at them, too."""
    found: JsonObject = context.once_for(record, NAME, lambda: _known(record, context))
    return found


def of(record: JsonObject, context: Context) -> JsonObject:
    """Return what is known of the cost on that day."""
    return known(record, context)


def _known(record: JsonObject, context: Context) -> JsonObject:
    known = terms.rates(context)
    if is_over(record, context):
        none: JsonObject = {"annual": 0.0, "at_least": 0.0, "total_annual": 0.0, "committed": 0.0, "term_months": 0}
        past = replace(context, today=over_on(record, context), memory={})
        left = _uncontracted(record, past) if lifecycle.was_agreed(record) else []
        return {"currency": known.base, **none, "uncontracted": left, "backwards": [], "unpriced": [], "mismatch": []}
    bought = purchases(record, context)
    facts: JsonObject = {"currency": known.base, "unpriced": unpriced(record, context)}
    facts["backwards"] = list(_backwards(record))
    subscribed, sure = terms.yearly(bought)
    paid, paid_sure = total(recurring(record, context, _is_subscription))
    others, others_sure = total(recurring(record, context, _is_beside))
    inside, inside_sure = total(recurring(record, context, _is_inside))
    metered, metered_sure = total(used(record, context))
    annual = max(subscribed, paid) + others + metered
    facts["at_least"] = plain(annual)
    whole = (bought is not None or paid > 0) and sure and paid_sure and others_sure and metered_sure
    if whole:
        facts["annual"] = plain(annual)
        if inside_sure:
            facts["total_annual"] = plain(annual + inside)
    facts["uncontracted"] = _uncontracted(record, context)
    facts["mismatch"] = _mismatch(record, bought if sure else None, paid if paid_sure else None, context)
    if bought == [] and paid > 0:
        return facts  # something is subscribed to, and nobody wrote down for how long
    return facts | _promised(bought, record, context)


def _backwards(record: JsonObject) -> Iterator[JsonObject]:
    """Yield what ends before it begins: one of its days is wrong, and it would count on no day."""
    for at, by, begins, ends in PERIODS:
        for index, each in enumerate(listed(record, at)):
            if begins in each and ends in each and each[ends] < each[begins]:
                yield {"pointer": f"{at}/{index}/{ends}", "what": each[by], "first": each[begins], "last": each[ends]}


def _uncontracted(record: JsonObject, context: Context) -> list[JsonObject]:
    """Return how much more a year was paid for subscriptions than was contracted, on the worst day of the last year.

    That is today, or a day on which a payment began or ended, or a contract was over. What is paid since nobody knows
    when is paid since the first contract began. An amount without a rate is a finding of its own.
    """
    paid = [each for each in listed(record, RECURRING) if each["kind"] == SUBSCRIPTION]
    if not paid:
        return []
    bought = terms.bought(record, context)
    ends = (add_days(each.until, 1) for each in bought if each.until)
    turns = {*ends, *(turn for each in paid for name in ("since", "until") if (turn := day(each, name)))}
    first = add_days(context.today, 1 - DAYS)
    days = sorted({context.today, *(each for each in turns if first <= each <= context.today)})
    most, on = max((_beyond(paid, bought, each, context), each) for each in days)
    return [{"pointer": RECURRING, "more": plain(most), "on": on.isoformat()}] if most > 0 else []


def _beyond(paid: Iterable[JsonObject], bought: Sequence[Purchase], on: date, context: Context) -> Decimal:
    """Return how much more a year is paid on a day than is contracted; below zero where it is less."""
    begun = min((each.starts for each in bought if each.starts), default=context.today)
    amounts = [
        yearly(each, context) or Decimal(0)
        for each in paid
        if (day(each, "since") or begun) <= on <= (day(each, "until") or date.max)
    ]
    soon = date.max if on == context.today else add_days(on, AHEAD)
    held = [each for each in bought if (each.starts or date.min) <= soon and (each.until is None or each.until >= on)]
    return sum(amounts, Decimal(0)) - terms.yearly(held)[0] * (1 + TOLERANCE)


def purchases(record: JsonObject, context: Context) -> list[Purchase] | None:
    """Return the subscriptions that run or are to come on that day; None where it is not known what was bought."""
    if record.get("contract", {}).get("subscriptions") is None:
        return None
    return [each for each in terms.bought(record, context) if each.until is None or each.until >= context.today]


def undated(record: JsonObject, context: Context, first: date) -> Decimal:
    """Return what is paid in a year besides the subscriptions, since ``first`` or later, as far as it is known.

    That is what is beside the contract, and what is paid for subscriptions beyond those of the contract that run.
    From the beginning (``date.min``) it is all of it, that of which no day is known included.
    """
    part = _since(record, first)
    paid, _ = total(recurring(part, context, _is_subscription))
    subscribed, _ = terms.yearly([each for each in purchases(record, context) or () if _began(each, first)])
    return max(paid - subscribed, Decimal(0)) + beside(record, context, first)


def beside(record: JsonObject, context: Context, first: date) -> Decimal:
    """Return what recurs and is used in a year beside the contract, since ``first`` or later, as far as it is known."""
    part = _since(record, first)
    others, _ = total(recurring(part, context, _is_beside))
    metered, _ = total(used(part, context))
    return others + metered


def _since(record: JsonObject, first: date) -> JsonObject:
    section = record.get("cost", {})
    kept = {name: [each for each in section.get(name, ()) if is_since(each, first)] for name in PARTS}
    return {**record, "cost": kept}


def _began(purchase: Purchase, first: date) -> bool:
    return purchase.starts is None or purchase.starts >= first


def flat(record: JsonObject, context: Context, of_late: date | None) -> Decimal:
    """Return what counts in any year as if it were paid in all of it, beside the contract, as far as it is known."""
    section = record.get("cost", {})
    kept = {name: [each for each in section.get(name, ()) if daily.counts_flat(each, of_late)] for name in PARTS}
    return beside({**record, "cost": kept}, context, date.min)


def recurring(record: JsonObject, context: Context, wanted: Callable[[str], bool]) -> list[Decimal | None]:
    """Return what the recurring costs of the wanted kinds come to in a year; None: no rate converts it."""
    return _at_once([each for each in listed(record, RECURRING) if wanted(each["kind"])], yearly, context)


_is_subscription, _is_inside = SUBSCRIPTION.__eq__, INSIDE.__eq__


def _is_beside(kind: str) -> bool:
    return kind not in {SUBSCRIPTION, INSIDE}


def used(record: JsonObject, context: Context) -> list[Decimal | None]:
    """Return what usage costs in the year that is expected; where nobody said what is, in the busiest."""
    return _at_once(listed(record, USAGE), expected, context)


def _at_once(
    entries: Iterable[JsonObject], amount: Callable[[JsonObject, Context], Decimal | None], context: Context
) -> list[Decimal | None]:
    """Return the amounts of what is paid at one time from today on, when that is the most: one may follow another.

    Where one of them is not known, all that has not ended.
    """
    left = [(each, amount(each, context)) for each in entries if not ended(each, context)]
    amounts = [each for _, each in left]
    if None in amounts:
        return amounts
    days = {context.today, *(since for each, _ in left if (since := day(each, "since")) and since > context.today)}
    times = [[paid for each, paid in left if _is_paid_on(each, on)] for on in sorted(days)]
    return max(times, key=lambda some: sum((each for each in some if each), Decimal(0)))


def _is_paid_on(entry: JsonObject, on: date) -> bool:
    return (day(entry, "since") or on) <= on <= (day(entry, "until") or on)


def _mismatch(
    record: JsonObject, bought: list[Purchase] | None, paid: Decimal | None, context: Context
) -> list[JsonObject]:
    """Compare what is paid with what runs today, or with what is to come where nothing runs yet."""
    if bought is None or paid is None or not _has_subscription(record, context):
        return []
    running = [each for each in bought if terms.runs(each, context.today)]
    subscribed, _ = terms.yearly(running or bought)
    if abs(subscribed - paid) <= TOLERANCE * max(subscribed, paid):
        return []
    return [{"pointer": "/cost/recurring", "bought": plain(subscribed), "paid": plain(paid)}]


def _has_subscription(record: JsonObject, context: Context) -> bool:
    return any(each["kind"] == SUBSCRIPTION and not ended(each, context) for each in listed(record, RECURRING))


def _to_come(record: JsonObject, context: Context) -> list[Decimal | None]:
    """Return what is to be paid once from tomorrow on; None: no rate converts it."""
    return [
        terms.rates(context).converted(each["amount"], context.today)
        for each in record.get("cost", {}).get("one_off", ())
        if each["kind"] != INSIDE and each.get("date", "") > context.today.isoformat()
    ]


def promised(record: JsonObject, context: Context) -> Decimal:
    """Return what is promised, over the terms and until the days to come, as far as it is known."""
    known, _ = total(_owed(purchases(record, context) or [], record, context))
    return known


def _owed(bought: Iterable[Purchase], record: JsonObject, context: Context) -> list[Decimal | None]:
    recurring = (amount for *_, amount in daily.promises(record, context))
    return [*(each.term for each in bought), *_to_come(record, context), *recurring]


def _promised(bought: list[Purchase] | None, record: JsonObject, context: Context) -> JsonObject:
    if bought is None:
        return {}
    promised: JsonObject = {}
    committed, sure = total(_owed(bought, record, context))
    if sure:
        promised["committed"] = plain(committed)
    days = [(first, last) for first, last, _ in daily.promises(record, context)]
    months = [*(each.months for each in bought), *(terms.months(*each) for each in days)]
    if None not in months:
        longest = max((each for each in months if each is not None), default=0)
        days += terms.dated(bought)
        promised["term_months"] = max(longest, terms.bound(days, context.today))
    return promised


def unpriced(record: JsonObject, context: Context) -> list[JsonObject]:
    """Return the amounts of contract and cost that no rate converts on that day."""
    found = []
    for pointer, money in amounts(record):
        if terms.rates(context).rate(money["currency"], context.today) is None:
            found.append({"pointer": f"{pointer}/currency", "currency": money["currency"]})
    return found


def amounts(record: JsonObject) -> Iterable[tuple[str, JsonObject]]:
    """Yield (pointer, money) of every amount in contract and cost."""
    for index, entry in enumerate(record.get("contract", {}).get("subscriptions", ())):
        at = f"/contract/subscriptions/{index}"
        if "price" in entry:
            yield f"{at}/price", entry["price"]
        if "minimum" in entry.get("commitment", {}):
            yield f"{at}/commitment/minimum", entry["commitment"]["minimum"]
    for part, name in (("recurring", "amount"), ("one_off", "amount"), ("usage", "price")):
        for index, entry in enumerate(record.get("cost", {}).get(part, ())):
            yield f"/cost/{part}/{index}/{name}", entry[name]
