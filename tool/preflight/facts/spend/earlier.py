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
from itertools import chain
from typing import TYPE_CHECKING

from preflight import terms
from preflight.facts import cost, lifecycle
from preflight.facts.spend import daily, window
from preflight.money import DAYS, decimal, plain
from preflight.periods import add_days
from preflight.recurring import KINDS, RECURRING, SUBSCRIPTION, USAGE, Kind, day, plainly
from preflight.spans import Span, beyond

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from preflight.model import Context, JsonObject, Version

TOLD = 8  # days before it was replaced of which a version does not tell: the next one may know better
ANYTHING = "other"  # the kind of what recurs and is none of the others
STALE = 7  # days by which a commit may be older than its push


@dataclass(frozen=True, slots=True)
class Said:
    """What a record says is paid: by the day, for each thing that it is paid for (its place), and once on a day."""

    places: dict[tuple[str, ...], tuple[Span, ...]]
    once: dict[date, Decimal]


def said(record: JsonObject, context: Context, told: date | None = None) -> Said:
    """Return what a record says is paid.

    With ``told`` as if the vendor were left on the day of the context; what goes on until somebody cancels is told
    of until that day.
    """
    over = cost.over_on(record, context) if told or cost.is_over(record, context) else None
    bought = terms.bought(record, context) if over is None else window.at_the_end(record, context)
    places: dict[tuple[str, ...], list[Span]] = defaultdict(list)
    for each in bought:
        rate = each.a_day if each.a_day is not None else each.least / DAYS
        place = tuple(plainly(name) for name in each.place)
        places[place].append(Span(each.starts or date.min, each.until or date.max, rate))
    if window.was_made(record, None, context):
        last = min(over or date.max, told or date.max)
        places[RECURRING, SUBSCRIPTION].extend(daily.beyond_contract(record, context, bought, last))
        of_late = None if over is None or told else window.counted_from(record, context)
        for place, entry, span in _beside(record, context, last):
            flat = not told and daily.counts_flat(entry, of_late)  # in any year, whenever it began or ended
            places[place].append(Span(date.min, date.max, span.rate) if flat else span)
    once = {when: amount for when, amount in window.once(record, context).items() if told is None or when <= told}
    return Said({place: tuple(spans) for place, spans in places.items()}, once)


def _beside(record: JsonObject, context: Context, left: date) -> Iterator[tuple[tuple[str, ...], JsonObject, Span]]:
    """Yield what recurs and is used beside the contract, by its place; what has no day since something began."""
    begun = lifecycle.begun_on(record, context.today) or date.min
    for kind in KINDS:
        for entry in kind.entries(record):
            amount = kind.amount(entry, context)
            if amount and (kind.at == USAGE or entry["kind"] != SUBSCRIPTION):
                last = daily.last_day(entry, kind.at, left)
                yield _place(kind, entry), entry, Span(day(entry, "since") or begun, last, amount / DAYS)


def _place(kind: Kind, entry: JsonObject) -> tuple[str, ...]:
    """Return what an entry is for, and whose it is; of a kind that says nothing, its note does."""
    said = entry.get("note") if kind.name(entry) == ANYTHING else ""
    return kind.at, kind.name(entry), plainly(entry.get("team")), plainly(said)


def recalled(taken: JsonObject, versions: Sequence[Version], context: Context) -> JsonObject:
    """Return the extract of a record (facts/oversight.py) with what its versions tell beyond it.

    ``said`` of it is what the record of today says, ``owes`` what of it would be paid if the vendor were left today.
    Of each thing and day counts the most that one version tells; something else bought in its stead comes on top.
    """
    now: Said = taken["said"]
    told = [_told(each, context) for each in versions if lifecycle.was_agreed(each.record)]
    paid: list[Span] = []
    promised: list[Span] = []
    bound: list[Span] = []
    for place in sorted({place for each in told for place in each.places}):
        paid += _more(now.places.get(place, ()), (each.places.get(place, ()) for each in told))
        spans = [[span for span in each.places.get(place, ()) if _is_owed(span, context.today)] for each in told]
        if more := _more(taken["owes"].get(place, ()), spans):
            promised += more
            bound += chain.from_iterable(spans)
    parts = [_part({"rate": each.rate, "from": each.first, "to": each.last}) for each in paid]
    for when in sorted({when for each in told for when in each.once}):
        most = max(each.once.get(when, Decimal(0)) for each in told) - now.once.get(when, Decimal(0))
        if most > 0:
            parts.append(_part({"amount": most, "priced": True, "from": when}) | {"term": False})
    if not parts and not promised:
        return taken
    longest = max((terms.months(each.first, each.last) for each in bound), default=0)
    return {
        **taken,
        "term_months": None if taken["term_months"] is None else max(taken["term_months"], longest),
        "parts": [*taken["parts"], *parts],
        "owed": plain(decimal(taken["owed"]) + sum((each.whole for each in promised), Decimal(0))),
        "terms": [*taken["terms"], *((each.first, each.last) for each in bound)],
    }


def _is_owed(span: Span, today: date) -> bool:
    return max(span.first, today) <= span.last < date.max


def _told(version: Version, context: Context) -> Said:
    """Return what a version says of the days that it tells of, and what it owed when it was replaced."""
    replaced = replace(context, today=version.replaced, memory={})
    return said(_bought(version, context.today), replaced, add_days(version.replaced, -TOLD))


def _bought(version: Version, today: date) -> JsonObject:
    """Return the record of what was bought when it was replaced: all that was agreed to, once anything had begun.

    Before that it is negotiated, but for what has no day and may have begun. The log may say of a version that it was
    replaced some days earlier than it was.
    """
    record = version.record
    replaced = min(add_days(version.replaced, STALE), today)
    entered = add_days(replaced, -window.IN_TIME).isoformat()
    could = record.get("lifecycle", {}).get("approved_on", "9999-12-31") < entered
    if could or lifecycle.is_signed(record) or lifecycle.begun_on(record, replaced) is not None:
        return record
    contract, section = record.get("contract", {}), record.get("cost", {})
    listed = contract.get("subscriptions", ())
    undated = [each for each in listed if "starts" not in each]
    contracted = len(undated) < len(listed)
    kept = {name: [each for each in some if _may_be_paid(each, contracted)] for name, some in section.items()}
    return {**record, "contract": {**contract, "subscriptions": undated}, "cost": kept}


def _may_be_paid(entry: JsonObject, contracted: bool) -> bool:  # noqa: FBT001 - whether the contract has its days
    """Whether a cost has no day; what is paid for a contract has those of the contract."""
    days = contracted and entry.get("kind") == SUBSCRIPTION
    return not days and "since" not in entry and "date" not in entry


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
