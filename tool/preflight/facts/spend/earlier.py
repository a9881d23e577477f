"""What records said before: money that a record of the last months told of, and that of today does not.

Two changes can do what one may not: the first makes room, the second fills it, and the record after them tells of
neither. The log does. What each version told of the days on which it was the one of record is true of those days, and
so is what a contract owed when it was replaced.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from preflight import terms
from preflight.facts import cost, lifecycle
from preflight.facts.spend import window
from preflight.money import DAYS, decimal, plain
from preflight.periods import add_days
from preflight.recurring import INSIDE, KINDS, SUBSCRIPTION, USAGE, day, plainly
from preflight.spans import Span, beyond

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from preflight.model import Context, JsonObject, Version

TOLD = 8  # days before it was replaced of which a version does not tell: the next one may know better


@dataclass(frozen=True, slots=True)
class Said:
    """What a record says is paid: by the day, of what the contract has by its place, and once on a day."""

    paid: tuple[Span, ...]
    places: dict[tuple[str, ...], tuple[Span, ...]]
    once: dict[date, Decimal]

    def until(self, last: date) -> Said:
        """Return what it says of the days up to a last one, and of the contract on the days after that."""
        paid = (Span(each.first, min(each.last, last), each.rate) for each in self.paid)
        after = add_days(last, 1)
        places = {
            place: tuple(Span(max(each.first, after), each.last, each.rate) for each in spans)
            for place, spans in self.places.items()
        }
        return Said(tuple(paid), places, {when: amount for when, amount in self.once.items() if when <= last})


def said(record: JsonObject, context: Context, *, left: bool = False) -> Said:
    """Return what a record says is paid; with ``left`` as if the vendor were left on the day of the context."""
    over = cost.over_on(record, context) if left or cost.is_over(record, context) else None
    bought = terms.bought(record, context) if over is None else window.at_the_end(record, context)
    places: dict[tuple[str, ...], list[Span]] = defaultdict(list)
    for each in bought:
        rate = each.a_day if each.a_day is not None else each.least / DAYS
        place = tuple(plainly(name) for name in each.place)
        places[place].append(Span(each.starts or date.min, each.until or date.max, rate))
    paid = [each for spans in places.values() for each in spans]
    if window.was_made(record, None, context):
        paid += cost.beyond_contract(record, context, bought, over or date.max)
        paid += _beside(record, context, over or date.max)
    return Said(tuple(paid), {place: tuple(spans) for place, spans in places.items()}, _once(record, context))


def _beside(record: JsonObject, context: Context, last: date) -> Iterator[Span]:
    """Yield what recurs and is used beside the contract; what has no day since something began."""
    begun = lifecycle.begun_on(record, context.today) or date.min
    for kind in KINDS:
        for entry in kind.entries(record):
            amount = kind.amount(entry, context)
            if amount and (kind.at == USAGE or entry["kind"] != SUBSCRIPTION):
                until = min(day(entry, "until") or last, last)
                yield Span(day(entry, "since") or begun, until, amount / DAYS)


def _once(record: JsonObject, context: Context) -> dict[date, Decimal]:
    found: dict[date, Decimal] = defaultdict(Decimal)
    for each in record.get("cost", {}).get("one_off", ()):
        when = day(each, "date")
        amount = terms.rates(context).converted(each["amount"], context.today)
        if when and amount and each["kind"] != INSIDE and window.was_made(record, when, context):
            found[when] += amount
    return found


def recalled(taken: JsonObject, versions: Sequence[Version], context: Context) -> JsonObject:
    """Return the extract of a record (facts/oversight.py) with what its versions tell beyond it.

    ``said`` of it is what the record of today says. Of each day counts the most that one version tells; what a contract
    owed counts by its place, so that something else bought in its stead comes on top.
    """
    now: Said = taken["said"]
    told = [_told(each, context) for each in versions if _is_bought(each)]
    owed: list[Span] = []
    for place in {place for each in told for place in each.places}:
        owed += _more(now.places.get(place, ()), (each.places.get(place, ()) for each in told))
    paid = _more((*now.paid, *owed), (each.paid for each in told))
    parts = [_part({"rate": each.rate, "from": each.first, "to": each.last}) for each in (*owed, *paid)]
    days = {when for each in told for when in each.once}
    for when in sorted(days):
        most = max(each.once.get(when, Decimal(0)) for each in told) - now.once.get(when, Decimal(0))
        if most > 0:
            parts.append(_part({"amount": most, "priced": True, "from": when}) | {"term": False})
    if not parts:
        return taken
    spans = [each for each in owed if context.today <= each.last < date.max]
    ahead = [(max(each.first, context.today), each.last, each.rate) for each in spans]
    more = sum((((last - first).days + 1) * rate for first, last, rate in ahead), Decimal(0))
    return {
        **taken,
        "parts": [*taken["parts"], *parts],
        "owed": plain(decimal(taken["owed"]) + more),
        "terms": [*taken["terms"], *((first, last) for first, last, _ in ahead)],
    }


def _told(version: Version, context: Context) -> Said:
    then = replace(context, today=version.until, memory={})
    return said(version.record, then, left=True).until(version.until)


def _is_bought(version: Version) -> bool:
    """Whether something of it was bought when it was replaced: it was agreed to, and has begun, or long could have."""
    replaced = add_days(version.until, TOLD)
    begun = lifecycle.begun_on(version.record, replaced) is not None
    entered = add_days(replaced, -window.IN_TIME).isoformat()
    could = version.record.get("lifecycle", {}).get("approved_on", "9999-12-31") < entered
    return lifecycle.was_agreed(version.record) and (begun or could)


def _more(now: Iterable[Span], others: Iterable[Iterable[Span]]) -> list[Span]:
    """Return by how much a day the most that any of the others tells is beyond what is told now."""
    counted = list(now)
    found: list[Span] = []
    for each in others:
        more = list(beyond(each, counted))
        counted += more
        found += more
    return found


def _part(known: JsonObject) -> JsonObject:
    nothing: JsonObject = {"pointer": "/contract/subscriptions", "amount": None, "annual": None, "rate": None}
    return {**nothing, "to": None, "runs": False, "recent": False, "term": True, "recalled": True, **known}
